"""Run one system in its own process: articles in, attributions in the result format and their cost out.

python -m peers.run_textacy articles.jsonl results.jsonl cost.json
"""

from __future__ import annotations

import json
import re
import resource
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

Record = dict[str, Any]
#: Takes texts and returns the attributions of each, as records, in order.
Extract = Callable[[Sequence[str]], Iterable[list[Record]]]

_WARM_UP = "“We will not sign the agreement,” Ann Lee said on Monday."


def run(load: Callable[[], Extract], *, packages: Sequence[str]) -> None:
    """Load a system, give it the articles, and write its answers and its cost to the files named on the command line.

    Args:
        load: imports and loads everything; this, and a first short text, count as start-up.
        packages: the packages whose versions are recorded.
    """
    articles_path, results_path, cost_path = map(Path, sys.argv[1:4])
    articles = [json.loads(line) for line in articles_path.read_text(encoding="utf-8").split("\n") if line]
    extract = load()
    list(extract([_WARM_UP]))
    start_up = cpu_seconds()
    answers = list(extract([article["text"] for article in articles]))
    cost = {
        "start_up": start_up,
        "scoring": cpu_seconds() - start_up,
        "peak_megabytes": peak_megabytes(),
        "versions": {package: version(package) for package in packages},
    }
    results = [{"id": article["id"], "attributions": a} for article, a in zip(articles, answers, strict=True)]
    results_path.write_text("".join(json.dumps(result) + "\n" for result in results), encoding="utf-8")
    cost_path.write_text(json.dumps(cost), encoding="utf-8")


def cpu_seconds() -> float:
    """CPU seconds of this process since its start, with all threads and all finished child processes."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peak_megabytes() -> float:
    """Peak memory of this process in MB."""
    status = Path("/proc/self/status")
    if status.exists() and (found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return int(found[1]) / 1024
    # Not usable on Linux, where it starts at the size of the parent process.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
