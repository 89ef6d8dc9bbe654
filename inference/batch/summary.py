"""The summary of a run, in memory that does not grow with its length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

_MAX_SPEAKERS = 100_000


@dataclass(slots=True)
class Counts:
    """Numbers of articles by status, error code and warning, and of attributions."""

    statuses: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    n_attributions: int = 0

    def add(self, record: Mapping[str, Any]) -> None:
        """Count one result, given as its JSON object."""
        self.statuses[record["status"]] += 1
        self.warnings.update(record["warnings"])
        self.n_attributions += len(record["attributions"])
        if "error" in record:
            self.errors[record["error"]["code"]] += 1

    def merge(self, other: Counts) -> None:
        self.statuses.update(other.statuses)
        self.errors.update(other.errors)
        self.warnings.update(other.warnings)
        self.n_attributions += other.n_attributions

    @property
    def n_articles(self) -> int:
        return self.statuses.total()

    @property
    def n_errors(self) -> int:
        return self.statuses["error"]

    def to_dict(self) -> dict[str, Any]:
        return {
            "n_articles": self.n_articles,
            "n_attributions": self.n_attributions,
            "statuses": dict(sorted(self.statuses.items())),
            "errors": dict(sorted(self.errors.items())),
            "warnings": dict(sorted(self.warnings.items())),
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        return cls(
            Counter(record["statuses"]),
            Counter(record["errors"]),
            Counter(record["warnings"]),
            record["n_attributions"],
        )


def counted(n: int, noun: str) -> str:
    """
    >>> counted(1, "article"), counted(2, "article")
    ('1 article', '2 articles')
    """
    return f"{n} {noun}{'' if n == 1 else 's'}"


class Summary:
    """The counts of a run, including parts that an earlier run finished, and who said how much in this run.

    Attributes:
        failures: the message of the first failure in this run, by error code.
    """

    def __init__(self) -> None:
        self.counts = Counts()
        self.n_kept = 0
        self.speakers: Counter[str] = Counter()
        self.failures: dict[str, str] = {}

    def add(self, record: Mapping[str, Any]) -> None:
        self.counts.add(record)
        if "error" in record:
            self.failures.setdefault(record["error"]["code"], record["error"]["message"])
        text = record.get("text", "")
        for attribution in record["attributions"]:
            name = speaker_name(attribution, text)
            if name and (name in self.speakers or len(self.speakers) < _MAX_SPEAKERS):
                self.speakers[name] += 1

    def add_kept(self, counts: Counts) -> None:
        """Count a part that an earlier run finished."""
        self.counts.merge(counts)
        self.n_kept += counts.n_articles

    def lines(self) -> list[str]:
        counts = self.counts
        kept = f" ({self.n_kept} of them scored before)" if self.n_kept else ""
        skipped = f", {counts.statuses['skipped']} skipped" if counts.statuses["skipped"] else ""
        partial = f", {counts.statuses['partial']} partial" if counts.statuses["partial"] else ""
        articles, errors = counted(counts.n_articles, "article"), counted(counts.n_errors, "error")
        first = f"{articles}{kept}, {counted(counts.n_attributions, 'attribution')}, {errors}{partial}{skipped}"
        failed = [f"  {code}: {n}{self._first_failure(code)}" for code, n in sorted(counts.errors.items())]
        return [first, *failed, *(f"  {code}: {n}" for code, n in sorted(counts.warnings.items()))]

    def _first_failure(self, code: str) -> str:
        return f", first {self.failures[code]}" if code in self.failures else ""


def speaker_name(attribution: Mapping[str, Any], text: str) -> str:
    """The speaker's name, otherwise the source as written; empty if there is neither."""
    speaker = attribution["speaker"] or {}
    if speaker.get("kind") == "author":
        return "the author"
    name = speaker.get("name") or " ".join(text[start:end] for start, end in attribution["source"])
    return " ".join(name.split())
