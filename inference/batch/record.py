"""One record of the input: an article, a page that contains one, or the reason why there is neither."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from inquit.models.article import text_sha256
from inquit.models.result import ErrorInfo

ENCODING_REPLACED = "W_ENCODING_REPLACED"
ENCODING_GUESSED = "W_ENCODING_GUESSED"
HTML_DEPTH = "W_HTML_DEPTH"
NO_CONTENT = "W_NO_CONTENT"
SHORT = "W_SHORT"
DUPLICATE_ID = "W_DUPLICATE_ID"
NOT_HTML = "W_NOT_HTML"
LANGUAGE = "W_LANG"

PARTIAL_WARNINGS = frozenset({ENCODING_REPLACED, HTML_DEPTH})
"""Warnings that mean that part of the input is missing from the scored text."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record comes from: a file, and the line, row, item or byte in it; without a unit, the whole file."""

    path: str
    unit: str = ""
    number: int = 0

    def __str__(self) -> str:
        return f"{self.path} {self.unit} {self.number}" if self.unit else self.path


@dataclass(frozen=True, slots=True)
class Page:
    """An HTML page. Its article is extracted by the worker that scores it, which can be killed if it never finishes."""

    html: bytes
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that is not scored although nothing is wrong with it; the warning says why."""

    warning: str


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the input, for which exactly one result is written.

    Attributes:
        has_own_id: the id came with the article; otherwise it was made from the text.
    """

    id: str
    place: Place
    content: str | Page | ErrorInfo | Skipped
    metadata: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    has_own_id: bool = True

    @property
    def sha256(self) -> str | None:
        """SHA-256 of what was read: the text, or the bytes of the page; None if there is neither."""
        match self.content:
            case str(text):
                return text_sha256(text)
            case Page(html=html):
                return hashlib.sha256(html).hexdigest()
            case _:
                return None

    @property
    def n_characters(self) -> int:
        """Roughly how much work it is, in characters."""
        match self.content:
            case str(text):
                return len(text)
            case Page(html=html):
                return len(html) // 4
            case _:
                return 0


def key_of(record_id: str, sha256: str | None) -> str:
    """The key that identifies a stored result: its id and the hash of what was read."""
    return f"{record_id}\0{sha256}"


def failed(record_id: str, place: Place, code: str, message: str, *, stage: str = "read") -> Record:
    """A record that could not be read; its place is put in front of the message."""
    return Record(record_id, place, ErrorInfo(code, stage, f"{place}: {message}"))
