"""Run inquit, as returned by `inquit.load`: `python -m peers.run_inquit ARTICLES RESULTS COST MODEL`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from peers.worker import Extract, Record, run


def load() -> Extract:
    import inquit

    model = inquit.load(sys.argv[4])

    def extract(texts: Sequence[str]) -> Iterable[list[Record]]:
        return (result.to_dict()["attributions"] for result in model.score(texts))

    return extract


if __name__ == "__main__":
    run(load, packages=("inquit", "onnxruntime", "numpy"))
