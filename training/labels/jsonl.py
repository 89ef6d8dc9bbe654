"""Labels as JSON lines in the result format: a corrected result is a label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from inquit.training.corpora import metadata_of
from inquit.training.labels.findings import find
from inquit.training.labels.record import LabelRecord

_BETWEEN_PARTS = " … "


def read_jsonl_labels(path: Path) -> Iterator[LabelRecord]:
    """The records of one file, one a line, whatever state they are in.

    Raises:
        OSError: the file cannot be read.
    """
    with open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if line.strip():
                yield _read_line(line, str(path), number)


def _read_line(line: bytes, path: str, number: int) -> LabelRecord:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return LabelRecord(path, number, None, (find("not-json", f"{error}", path=path, line=number),))
    if not isinstance(record, dict):
        message = f"wanted a JSON object, got {type(record).__name__}"
        return LabelRecord(path, number, None, (find("not-json", message, path=path, line=number),))
    if (foreign := _foreign_shape(record)) is not None:
        return LabelRecord(path, number, None, (find("shape", foreign, path=path, line=number),))
    if not record.get("metadata") and (metadata := metadata_of(record)):
        record["metadata"] = metadata
    return LabelRecord(path, number, record, words=_words(record))


def _foreign_shape(record: Mapping[str, Any]) -> str | None:
    """Which other tool's JSON lines these are, if that is plain."""
    if "attributions" in record:
        return None
    if "answer" in record and "spans" in record:
        return "wanted our result format, got Prodigy's; convert its spans and relations first"
    if "data" in record and ("annotations" in record or "predictions" in record):
        return "wanted our result format, got a Label Studio task; name the JSON export (an array) as it is"
    if "entities" in record and "relations" in record:
        return "wanted our result format, got doccano's; convert its entities and relations first"
    return None


def _words(record: Mapping[str, Any]) -> dict[tuple[int, str], tuple[str, ...]]:
    """What each attribution says its content is; its parts are joined by an ellipsis."""
    words = {}
    attributions = record.get("attributions")
    for index, attribution in enumerate(attributions if isinstance(attributions, list) else ()):
        if not isinstance(attribution, dict) or not isinstance(attribution.get("text"), str):
            continue
        content = attribution.get("content")
        n_parts = len(content) if isinstance(content, list) else 1
        parts = attribution["text"].split(_BETWEEN_PARTS) if n_parts > 1 else [attribution["text"]]
        words[index, "content"] = tuple(parts)
    return words
