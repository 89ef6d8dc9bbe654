"""Which speaker a source refers to: names and noun phrases, entities, candidates, and the choice among them."""
