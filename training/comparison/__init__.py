"""Compare two models on the same articles, and promote the new one if it is not worse."""
