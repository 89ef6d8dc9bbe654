"""The network in torch: what it is made of and learns from, how it is fitted, taught, exported and read back."""
