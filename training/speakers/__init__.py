"""Whom sources stand for: what is known of it, how its scorer is fitted, and fitted again for a finished model."""
