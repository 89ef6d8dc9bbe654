"""Results as a table for spreadsheets: one row per attribution, and one row for an article that has none."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

COLUMNS = (
    "article_id",
    "status",
    "attribution_id",
    "kind",
    "confidence",
    "speaker",
    "speaker_kind",
    "source",
    "cue",
    "content",
    "content_start",
    "content_end",
    "claim_type",
    "secondary_claim_types",
    "polarity",
    "checkworthy",
    "title",
    "date",
    "outlet",
    "url",
    "model",
    "warnings",
    "error_code",
    "error_message",
)

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class CsvWriter:
    """Writes UTF-8 with a header, commas and CRLF (RFC 4180). Offsets are the start and end of the whole content."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._buffer = io.StringIO(newline="")
        self._rows = csv.DictWriter(self._buffer, COLUMNS, restval="")
        self._rows.writeheader()
        self._flush()

    def write(self, line: bytes, record: Mapping[str, Any]) -> None:
        self._rows.writerows(rows_of_record(record))
        self._flush()

    def close(self) -> None:
        pass

    def _flush(self) -> None:
        self._file.write(self._buffer.getvalue().encode())
        self._buffer.seek(0)
        self._buffer.truncate()


def rows_of_record(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of one result, with text cells made safe for spreadsheets."""
    error, metadata = record.get("error") or {}, record.get("metadata") or {}
    article = {
        "article_id": record["id"],
        "status": record["status"],
        **{name: metadata.get(name, "") for name in ("title", "date", "outlet", "url")},
        "model": record.get("model", ""),
        "warnings": " ".join(record["warnings"]),
        "error_code": error.get("code", ""),
        "error_message": error.get("message", ""),
    }
    text = record.get("text", "")
    for attribution in record["attributions"] or [None]:
        row = article if attribution is None else article | _cells(attribution, text)
        yield {name: safe_cell(value) if isinstance(value, str) else value for name, value in row.items()}


def safe_cell(text: str) -> str:
    """The text, with an apostrophe in front if a spreadsheet would take it for a formula, and with NUL shown as ␀.

    >>> safe_cell("=cmd|' /C calc'!A0")
    "'=cmd|' /C calc'!A0"
    """
    text = text.replace("\0", "\N{SYMBOL FOR NULL}")
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _cells(attribution: Mapping[str, Any], text: str) -> dict[str, Any]:
    speaker, claim = attribution.get("speaker") or {}, attribution.get("claim") or {}
    content = attribution["content"]
    return {
        "attribution_id": attribution["id"],
        "kind": attribution.get("kind", ""),
        "confidence": attribution.get("confidence", ""),
        "speaker": speaker.get("name") or "",
        "speaker_kind": speaker.get("kind", ""),
        "source": _words(attribution["source"], text),
        "cue": _words(attribution["cue"], text),
        "content": attribution.get("text", ""),
        "content_start": content[0][0],
        "content_end": content[-1][1],
        "claim_type": claim.get("type", ""),
        "secondary_claim_types": " ".join(claim.get("secondary", ())),
        "polarity": claim.get("polarity", ""),
        "checkworthy": claim.get("checkworthy", ""),
    }


def _words(spans: Sequence[Sequence[int]], text: str) -> str:
    return " … ".join(text[start:end] for start, end in spans)
