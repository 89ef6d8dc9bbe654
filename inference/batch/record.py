"""One record of the input: an article, a page that holds one, or the reason why there is neither."""

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
"""Warnings that something of the input is missing from the text that was scored."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: a file, and the line, row, item or byte in it. Without a unit it is the whole file."""

    path: str
    unit: str = ""
    number: int = 0

    def __str__(self) -> str:
        return f"{self.path} {self.unit} {self.number}" if self.unit else self.path


@dataclass(frozen=True, slots=True)
class Page:
    """An HTML page; its article is found by the worker that scores it, where a page that never ends can be killed."""

    html: bytes
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that is not scored, though nothing is wrong with it; the warning says why."""

    warning: str


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the input. Exactly one result answers it.

    Attributes:
        has_own_id: the id came with the article; else it was made from its text.
    """

    id: str
    place: Place
    content: str | Page | ErrorInfo | Skipped
    metadata: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    has_own_id: bool = True

    @property
    def sha256(self) -> str | None:
        """SHA-256 of what was read: the text, or the bytes of the page; None where nothing could be read."""
        match self.content:
            case str(text):
                return text_sha256(text)
            case Page(html=html):
                return hashlib.sha256(html).hexdigest()
            case _:
                return None

    @property
    def n_characters(self) -> int:
        """How much work it is, roughly."""
        match self.content:
            case str(text):
                return len(text)
            case Page(html=html):
                return len(html) // 4
            case _:
                return 0


def key_of(record_id: str, sha256: str | None) -> str:
    """What a stored result is recognised by: the id, and the hash of what was read."""
    return f"{record_id}\0{sha256}"


def failed(record_id: str, place: Place, code: str, message: str, *, stage: str = "read") -> Record:
    """A record that could not be read. The message is led by its place."""
    return Record(record_id, place, ErrorInfo(code, stage, f"{place}: {message}"))
