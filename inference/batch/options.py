"""Options: formats, and how input is read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class InputFormat(StrEnum):
    TXT = "txt"
    HTML = "html"
    JSONL = "jsonl"
    CSV = "csv"
    TSV = "tsv"
    PARQUET = "parquet"
    WARC = "warc"


class OutputFormat(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class EncodingErrors(StrEnum):
    """What to do with bytes that are not text: write an error record, or replace them with U+FFFD (status partial)."""

    ERROR = "error"
    REPLACE = "replace"


class DuplicateIds(StrEnum):
    """What to do if an id occurs twice: refuse the run, skip the later record, or number its id (``a``, ``a~2``)."""

    REFUSE = "refuse"
    KEEP_FIRST = "keep-first"
    SUFFIX = "suffix"


DEFAULT_TEXT_FIELD, DEFAULT_ID_FIELD = "text", "id"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How input is read.

    Attributes:
        text_field, id_field: column or key of text and id; None means ``text``, and ``id`` if there is one.
        input_format: read everything as this; None recognises it by content and name.
        delimiter: separator between CSV fields; None recognises it from the header.
        max_chars: a longer article becomes an error record; it is never cut.
    """

    text_field: str | None = None
    id_field: str | None = None
    input_format: InputFormat | None = None
    delimiter: str | None = None
    encoding_errors: EncodingErrors = EncodingErrors.ERROR
    duplicate_ids: DuplicateIds = DuplicateIds.REFUSE
    max_chars: int = 5_000_000

    @property
    def max_record_bytes(self) -> int:
        """The longest line or file of one article that is held in memory: JSON may need 6 bytes per character."""
        return 6 * self.max_chars + 1_000_000
