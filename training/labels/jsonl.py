"""Read labels from JSON lines: in the result format, as a corrected result is a label, or from Prodigy and doccano."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from inquit.training.corpora import metadata_of
from inquit.training.labels.findings import find
from inquit.training.labels.record import LabelRecord
from inquit.training.labels.span_tools import is_doccano, is_prodigy, read_doccano, read_prodigy

_BETWEEN_PARTS = " … "


def read_jsonl_labels(path: Path) -> Iterator[LabelRecord]:
    """Read the records of one file, one per line, valid or not.

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
    if is_prodigy(record):
        return read_prodigy(record, path, number)
    if is_doccano(record):
        return read_doccano(record, path, number)
    if "attributions" not in record and "data" in record:
        message = "wanted our result format, got a Label Studio task; give the JSON export (an array) as it is"
        return LabelRecord(path, number, None, (find("shape", message, path=path, line=number),))
    if not record.get("metadata") and (metadata := metadata_of(record)):
        record["metadata"] = metadata
    return LabelRecord(path, number, record, words=_words(record))


def _words(record: Mapping[str, Any]) -> dict[tuple[int, str], tuple[str, ...]]:
    """The words of each attribution's content according to its ``text``, where an ellipsis joins the parts."""
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
