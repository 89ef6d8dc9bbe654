"""Turning runs into figures: quality as `inquit evaluate` measures it, speed as medians over the rounds."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from inquit.training.evaluation import ATTRIBUTION_MEASURES, evaluate
from peers.rounds import Run
from peers.systems import Absence, System

Records = Mapping[str, Mapping[str, Any]]

N_WORDS = 750
_ROLES = ("content", "cue", "source")


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What was measured for one system.

    Attributes:
        scores: by name, see ATTRIBUTION_MEASURES; None for what the system does not look for.
        interval: 95 % interval of `d_full`, bootstrapped over articles.
        speed: articles per CPU second, excluding start-up; median of the rounds.
        slowest, fastest: the same in the slowest and the fastest round.
        long_speed: ``speed`` in articles of 750 words.
        beside_first: speed relative to the first system in the same round; median of the rounds.
        start_up: CPU seconds; median of the rounds.
    """

    name: str
    versions: Mapping[str, str]
    note: str
    scores: Mapping[str, float | None]
    interval: tuple[float, float]
    n_attributions: int
    speed: float
    slowest: float
    fastest: float
    long_speed: float
    beside_first: float
    start_up: float
    peak_megabytes: float


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Everything that goes into the page."""

    date: str
    machine: str
    python: str
    model: str
    gold: str
    gold_sha256: str
    n_articles: int
    n_words: int
    n_attributions: int
    n_rounds: int
    load_before: float
    systems: Sequence[Figures]
    absent: Sequence[Absence]

    def to_dict(self) -> dict[str, Any]:
        """The comparison as a JSON object."""
        return asdict(self)


def measure_system(
    system: System, runs: Sequence[Run], gold: Records, *, first: Sequence[Run], n_bootstrap: int
) -> Figures:
    """The figures of one system.

    Args:
        gold: labelled articles by id.
        first: the runs of the system that the others are compared with, in the same rounds.
    """
    evaluation = evaluate(
        {id_: spans_of(record) for id_, record in gold.items()}, runs[0].results, n_bootstrap=n_bootstrap
    )
    speeds = [len(gold) / run.scoring for run in runs]
    words_by_article = count_words(gold) / len(gold)
    return Figures(
        name=system.name,
        versions=runs[0].versions,
        note=system.note,
        scores={name: _score(evaluation.score(name), name, system) for name in ATTRIBUTION_MEASURES},
        interval=evaluation.intervals.get("d_full", (0.0, 1.0)),
        n_attributions=sum(len(result["attributions"]) for result in runs[0].results.values()),
        speed=median(speeds),
        slowest=min(speeds),
        fastest=max(speeds),
        long_speed=median(speeds) * words_by_article / N_WORDS,
        beside_first=median(other.scoring / run.scoring for run, other in zip(runs, first, strict=True)),
        start_up=median(run.start_up for run in runs),
        peak_megabytes=median(run.peak_megabytes for run in runs),
    )


def _score(value: float, name: str, system: System) -> float | None:
    return value if system.is_indirect_found or not name.endswith("|indirect") else None


def spans_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """Only the text and spans of a record: speakers and claims are not compared here."""
    attributions = [{role: attribution.get(role, []) for role in _ROLES} for attribution in record["attributions"]]
    return {"id": record["id"], "text": record["text"], "attributions": attributions}


def count_words(articles: Records) -> int:
    return sum(len(record["text"].split()) for record in articles.values())


def describe_machine() -> str:
    """The number of processors and their model."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8").splitlines() if information.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{os.cpu_count()} × {models[0] if models else platform.processor() or platform.machine()}"


def today() -> str:
    return datetime.now(UTC).date().isoformat()
