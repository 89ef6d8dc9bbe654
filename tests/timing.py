"""How running time grows with the length of a text."""

from __future__ import annotations

import time
from collections.abc import Callable


def takes_linear_time(run: Callable[[str], object], unit: str) -> bool:
    """Whether ten times the text takes about ten times as long, far from the hundred times of a quadratic scan."""

    def seconds(n: int) -> float:
        text = unit * n + "x"
        best = float("inf")
        for _ in range(3):
            started = time.process_time()
            run(text)
            best = min(best, time.process_time() - started)
        return best

    return seconds(20_000) < 40 * max(seconds(2_000), 0.002)
