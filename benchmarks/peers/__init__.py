"""inquit compared with other tools for the same task: quality and CPU seconds on the same articles, in one run.

`make benchmark-peers` installs the peers, each in its own virtual environment, and writes docs/benchmark.md,
docs/benchmark.json and docs/pictures/peers.svg. The modules that run in a peer's process (`worker`, `spans`, `run_…`)
import nothing of inquit, and nothing that is not installed with the peer.
"""
