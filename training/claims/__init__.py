"""Claim heads: the claims that a model keeps, and heads fitted to them in seconds, without torch."""
