"""Whom a source stands for: names and noun phrases, the entities that they name, candidates, and the choice among them."""
