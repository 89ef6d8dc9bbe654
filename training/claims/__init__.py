"""Claim heads: the labelled claims stored with a model, and heads fitted to them in seconds, without torch."""
