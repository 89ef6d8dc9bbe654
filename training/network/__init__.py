"""The network in torch: its architecture, training examples and losses, and how it is fitted, taught and exported."""
