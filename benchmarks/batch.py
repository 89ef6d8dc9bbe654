"""What a batch costs: speed, speed-up from workers, overhead of reading and writing, memory, resuming, hard articles.

    python benchmarks/batch.py [--model en] [--articles 400] [--price 0.04] [--json out.json]

The articles are those of benchmarks/throughput.py. Times are wall-clock times, so run nothing else meanwhile.
docs/scaling.md plans with these figures.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from throughput import make_articles

HARD_ARTICLES = {
    "2 MB": "The committee met in the old town hall and looked at the plans, Ann Lee said. " * 26_000,
    "300,000 quotation marks": '"' * 300_000,
    "60,000 unclosed quotes": "“We agreed " * 60_000,
}


@dataclass(frozen=True)
class Run:
    """Wall-clock seconds of a run, and the peak memory of its largest process in MB."""

    seconds: float
    peak_megabytes: float


def score(articles: Path, output: Path, *options: str) -> Run:
    """Run `inquit score` in its own processes."""
    command = [sys.executable, "-m", "inquit.cli", "score", str(articles), "-o", str(output), *options]
    started = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{' '.join(command)} ended with status {status}")
    return Run(time.perf_counter() - started, usage.ru_maxrss / 1024)


def write_articles(path: Path, texts: list[str]) -> Path:
    path.write_text("".join(json.dumps({"id": str(i), "text": text}) + "\n" for i, text in enumerate(texts)))
    return path


def bare_seconds(model: str, texts: list[str]) -> float:
    """Seconds for scoring alone in this process: the baseline for a batch."""
    import inquit

    attributor = inquit.load(model)
    attributor(texts[0])
    started = time.perf_counter()
    for _ in attributor.score(texts):
        pass
    return time.perf_counter() - started


def measure(folder: Path, *, model: str, n_articles: int, price: float) -> dict[str, float]:
    texts = make_articles(n_articles)
    articles = write_articles(folder / "articles.jsonl", texts)
    options = ("--model", model)
    start = score(write_articles(folder / "one.jsonl", ["Yes."]), folder / "one.out.jsonl", *options, "--workers", "1")
    bare = bare_seconds(model, texts)
    one = score(articles, folder / "out.jsonl", *options, "--workers", "1")
    two = score(articles, folder / "two", *options, "--workers", "2")
    resumed = score(articles, folder / "two", *options, "--workers", "2")
    tenfold = score(
        write_articles(folder / "tenfold.jsonl", texts[: n_articles // 4] * 10), folder / "ten.jsonl", *options
    )
    fourth = score(
        write_articles(folder / "fourth.jsonl", texts[: n_articles // 4]), folder / "fourth.out.jsonl", *options
    )
    figures = {
        "start-up, seconds": start.seconds,
        "bare scoring, articles per second": n_articles / bare,
        "batch, 1 worker, articles per second": n_articles / (one.seconds - start.seconds),
        "batch relative to bare scoring": bare / (one.seconds - start.seconds),
        "2 workers relative to 1": (one.seconds - start.seconds) / (two.seconds - start.seconds),
        "reading a finished run again, articles per second": n_articles / resumed.seconds,
        "peak memory of a process, MB": tenfold.peak_megabytes,
        "peak memory with ten times the articles, ratio": tenfold.peak_megabytes / fourth.peak_megabytes,
        "bytes of JSON lines per article": (folder / "out.jsonl").stat().st_size / n_articles,
        "CPU hours per million articles": 1e6 * bare / n_articles / 3600,
        f"cost of a million articles at {price} per CPU hour": 1e6 * bare / n_articles / 3600 * price,
    }
    for name, text in HARD_ARTICLES.items():
        run = score(write_articles(folder / "hard.jsonl", [text]), folder / "hard.out.jsonl", *options)
        figures[f"{name}, seconds"] = run.seconds - start.seconds
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="en")
    parser.add_argument("--articles", type=int, default=400)
    parser.add_argument("--price", type=float, default=0.04, help="price of a CPU hour, in your currency")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), model=options.model, n_articles=options.articles, price=options.price)
    for name, value in figures.items():
        print(f"{name:50} {value:10.2f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
