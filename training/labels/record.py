"""The labels of one article as they are in a file, before any checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from inquit.training.labels.findings import Finding


@dataclass(frozen=True, slots=True)
class LabelRecord:
    """Labels in the shape of a result, perhaps faulty, and where they came from.

    Attributes:
        path, line: where the record begins; the line is None if the format has no lines of its own.
        record: in the shape of docs/result-format.md; None if the reader could make nothing of it.
        findings: what the reader noticed.
        words: the words of each span according to the file, by (index of the attribution, role).
        items: the place of each attribution in the file, by its index: (line, path in a JSON file).
    """

    path: str
    line: int | None
    record: Mapping[str, Any] | None
    findings: tuple[Finding, ...] = ()
    words: Mapping[tuple[int, str], tuple[str, ...]] = field(default_factory=dict)
    items: Mapping[int, tuple[int | None, str | None]] = field(default_factory=dict)
