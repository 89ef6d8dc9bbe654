"""Compare inquit with its peers: `PYTHONPATH=benchmarks python -m peers [--gold FILE]`; `make benchmark-peers` does it.

CPU seconds are those of whole processes. Still, run nothing else meanwhile: a busy machine makes them longer.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inquit.models.folder import verify
from inquit.training.corpora import corpus_sha256, read_corpus
from peers.comparison import Comparison, count_words, describe_machine, measure_system, today
from peers.page import write_page
from peers.picture import draw
from peers.rounds import run_rounds
from peers.systems import ABSENT, SYSTEMS

ROOT = Path(__file__).parents[2]
POLNEAR = ROOT.parent / "shared" / "data" / "polnear" / "dev.jsonl"
EXAMPLES = ROOT / "examples" / "labels.jsonl"


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--gold",
        type=Path,
        default=POLNEAR if POLNEAR.exists() else EXAMPLES,
        help="labelled articles; default: PolNeAR dev if it is beside the checkout, else the examples",
    )
    parser.add_argument("--articles", type=int, help="use only so many articles of gold")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--bootstrap", type=int, default=1000, help="bootstrap samples for the 95 %% intervals")
    parser.add_argument("--model", default="en", help="inquit's")
    parser.add_argument(
        "--environments", type=Path, default=ROOT / ".benchmark", help="folder of the peers' virtual environments"
    )
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="folder for benchmark.md, .json and pictures/")
    return parser.parse_args()


def compare(options: argparse.Namespace) -> Comparison:
    """Run every system on the gold articles and measure it."""
    load_before = os.getloadavg()[0]
    articles = list(read_corpus(options.gold))[: options.articles]
    gold = {article.id: article.to_dict() for article in articles}
    with tempfile.TemporaryDirectory() as folder:
        runs, absent = run_rounds(
            SYSTEMS,
            write_articles(gold, Path(folder) / "articles.jsonl"),
            environments=options.environments,
            n_rounds=options.rounds,
            model=options.model,
            folder=Path(folder),
        )
    ours = SYSTEMS[0].name
    if ours not in runs:
        raise SystemExit("; ".join(f"{absence.name}: {absence.reason}" for absence in absent))
    return Comparison(
        date=today(),
        machine=describe_machine(),
        python=platform.python_version(),
        model=verify(options.model).title,
        gold=os.path.relpath(options.gold, ROOT),
        gold_sha256=corpus_sha256(articles),
        n_articles=len(gold),
        n_words=count_words(gold),
        n_attributions=sum(len(article.attributions) for article in articles),
        n_rounds=options.rounds,
        load_before=load_before,
        systems=[
            measure_system(system, runs[system.name], gold, first=runs[ours], n_bootstrap=options.bootstrap)
            for system in SYSTEMS
            if system.name in runs
        ],
        absent=[*absent, *ABSENT],
    )


def write_articles(gold: Mapping[str, Mapping[str, Any]], path: Path) -> Path:
    lines = (json.dumps({"id": id_, "text": record["text"]}) + "\n" for id_, record in gold.items())
    path.write_text("".join(lines), encoding="utf-8")
    return path


def main() -> None:
    options = parse_arguments()
    comparison = compare(options)
    pictures = options.docs / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    (options.docs / "benchmark.md").write_text(write_page(comparison), encoding="utf-8")
    record = json.dumps(comparison.to_dict(), indent=1, ensure_ascii=False)
    (options.docs / "benchmark.json").write_text(record + "\n", encoding="utf-8")
    draw(comparison.systems, pictures / "peers.svg")
    print(write_page(comparison))


if __name__ == "__main__":
    main()
