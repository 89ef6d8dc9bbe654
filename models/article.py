"""Articles, and spans of their text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The characters of an article's text from ``start`` up to, but not including, ``end``."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"Span must have 0 <= start < end, got start={self.start}, end={self.end}")

    def of(self, text: str) -> str:
        """The characters of ``text`` that the span covers."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end


#: A possibly discontinuous passage: its parts in text order. Empty means that there is none.
Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """One news article. All offsets of a result refer to ``text`` exactly as it is here.

    ``metadata`` holds whatever else the reader found (title, date, byline, outlet, url); no result depends on it.
    """

    id: str
    text: str
    metadata: Mapping[str, str] = field(default_factory=dict)


def text_sha256(text: str) -> str:
    """SHA-256 of the text's UTF-8 bytes, in hex; lone surrogates are encoded as they are."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def first_surrogate(text: str) -> int | None:
    """Index of the first lone surrogate, which no file format can hold; None if there is none."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        return error.start
    return None


def outlet_of(metadata: Mapping[str, str]) -> str | None:
    """Where an article was published: scraped pages give an outlet, corpora a publisher."""
    return metadata.get("outlet") or metadata.get("publisher")
