"""The speakers that sources stand for: known speakers, excerpts to learn from, and how the scorer is fitted."""
