"""A record while it is being checked: the findings so far, and a copy with all possible repairs."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from inquit.training.labels.findings import Finding, Severity, find
from inquit.training.labels.record import LabelRecord

_FIELDS = ("attributions", "narration")


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One attribution or narration sentence of a record."""

    field: str
    index: int

    def __str__(self) -> str:
        return f"{self.field}[{self.index}]"


class Draft:
    """A mutable copy of a record that the checks repair as they go, so that each check sees the previous repairs.

    Attributes:
        record: the copy; always a dictionary, empty if the reader gave none.
        findings: in the order in which they were found.
        dropped: parts with an error that cannot be repaired, parts that are not labels, and merged parts.
        merged: parts that repeat another one, and so are not in the repaired copy either.
        is_dropped, is_merged: the same for the whole record.
    """

    def __init__(self, source: LabelRecord) -> None:
        self.source = source
        self.record: dict[str, Any] = deepcopy(dict(source.record or {}))
        self.findings: list[Finding] = list(source.findings)
        self.dropped: set[Part] = set()
        self.merged: set[Part] = set()
        self.is_dropped = source.record is None
        self.is_merged = False

    @property
    def article(self) -> str | None:
        article = self.record.get("id")
        return article if isinstance(article, str) else None

    @property
    def text(self) -> str:
        text = self.record.get("text")
        return text if isinstance(text, str) else ""

    def parts(self, *fields: str) -> Iterator[tuple[Part, dict[str, Any]]]:
        """Every attribution and narration sentence that was not dropped: its part, and its dictionary in the copy."""
        for field in fields or _FIELDS:
            for index, holder in enumerate(self.record.get(field) or ()):
                part = Part(field, index)
                if isinstance(holder, dict) and part not in self.dropped:
                    yield part, holder

    def report(
        self,
        code: str,
        message: str,
        *,
        part: Part | None = None,
        item: str = "",
        mend: str | None = None,
        mended: str | None = None,
    ) -> None:
        """Add a finding; an error that is not repaired drops its part, or the whole record if there is no part."""
        line, path = self.source.line, None
        if part is not None and part.field == "attributions":
            line, path = self.source.items.get(part.index, (line, path))
        where = " ".join(filter(None, [path or (str(part) if part else ""), item]))
        finding = find(
            code,
            message,
            path=self.source.path,
            line=line,
            article=self.article,
            item=where or None,
            mend=mend,
            mended=mended,
        )
        self.findings.append(finding)
        if finding.severity is Severity.ERROR and mended is None:
            self.drop(part)

    def drop(self, part: Part | None) -> None:
        if part is None:
            self.is_dropped = True
        else:
            self.dropped.add(part)

    def merge(self, part: Part | None) -> None:
        """Drop a part, or the record, because another one says the same."""
        self.drop(part)
        if part is None:
            self.is_merged = True
        else:
            self.merged.add(part)

    def mended(self) -> dict[str, Any] | None:
        """The repaired copy with all its parts except merged ones; None if the record was unreadable or merged."""
        return None if self.is_merged or not self.record else self._without(self.merged)

    def kept(self) -> dict[str, Any] | None:
        """The repaired copy without the dropped parts; None if the whole record was dropped."""
        return None if self.is_dropped else self._without(self.dropped)

    @property
    def n_dropped(self) -> int:
        """How many parts are missing from `kept`, not counting merged ones."""
        n_parts = sum(len(self.record.get(field) or ()) for field in _FIELDS)
        if self.is_merged:
            return 0
        return (n_parts if self.is_dropped else len(self.dropped)) - len(self.merged)

    def _without(self, parts: set[Part]) -> dict[str, Any]:
        left = {
            field: [holder for i, holder in enumerate(self.record[field]) if Part(field, i) not in parts]
            for field in _FIELDS
            if isinstance(self.record.get(field), list)
        }
        return self.record | left
