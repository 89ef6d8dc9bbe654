"""inquit beside the tools that do the same: quality and CPU seconds on the same articles, in one run.

`make benchmark-peers` installs the peers, each in a virtual environment of its own, and writes docs/benchmark.md,
docs/benchmark.json and docs/pictures/peers.svg. What a peer's process runs (`worker`, `spans`, `run_…`) imports nothing
of inquit, and nothing that the peer does not bring.
"""
