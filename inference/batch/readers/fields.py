"""Making a record from the fields of a JSON object, a CSV row or a Parquet row."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from inquit.inference.batch.errors import FieldError
from inquit.inference.batch.options import DEFAULT_ID_FIELD, DEFAULT_TEXT_FIELD, ReadOptions
from inquit.inference.batch.record import ENCODING_REPLACED, Place, Record, failed
from inquit.models.article import first_surrogate, text_sha256

METADATA = "metadata"
METADATA_FIELDS = ("title", "date", "byline", "author", "outlet", "publisher", "url")
"""Fields carried over into a result's metadata; they may also be in an object ``metadata``, as results have it."""

_MAX_NAME = 40


def check_fields(columns: Collection[str], options: ReadOptions, where: str) -> None:
    """Refuse a table without the columns that were asked for; no other column is ever taken for the text.

    Raises:
        FieldError: a column is missing or occurs twice; if missing, the message lists the columns and the option.
    """
    names = [repr(column[:_MAX_NAME]) for column in columns][:30]  # without a header, texts would be the names
    for wanted, option in (
        (options.text_field or DEFAULT_TEXT_FIELD, "--text-field"),
        (options.id_field, "--id-field"),
    ):
        if wanted is not None and wanted not in columns:
            raise FieldError(
                f"{where}: has no '{wanted}', it has {', '.join(names)}; name the right one with {option}, or leave the file out"
            )
    for name in (options.text_field or DEFAULT_TEXT_FIELD, options.id_field or DEFAULT_ID_FIELD):
        if list(columns).count(name) > 1:
            raise FieldError(f"{where}: has '{name}' {list(columns).count(name)} times; rename all but one")


def record_of_fields(values: Mapping[str, Any], place: Place, options: ReadOptions, *, fallback_id: str) -> Record:
    """The record of one object or row.

    Args:
        fallback_id: the id of an error record if the object has none.
    """
    text_field, id_field = options.text_field or DEFAULT_TEXT_FIELD, options.id_field or DEFAULT_ID_FIELD
    raw_id, text = values.get(id_field), values.get(text_field)
    if isinstance(raw_id, list | dict | bytes | bool):
        return failed(fallback_id, place, "E_ID_TYPE", f"'{id_field}' must be text or a number, got {_kind(raw_id)}")
    record_id = None if _is_missing(raw_id) else str(raw_id)
    if _is_missing(text) and text != "":
        found = (
            f"'{text_field}' is null"
            if text_field in values
            else f"has no '{text_field}', it has {sorted(values)[:20]}"
        )
        return failed(
            record_id or fallback_id, place, "E_TEXT_MISSING", f"{found}; --text-field names the field with the text"
        )
    if not isinstance(text, str):
        return failed(record_id or fallback_id, place, "E_TEXT_TYPE", f"'{text_field}' must be text, got {_kind(text)}")
    metadata = _metadata(values.get(METADATA)) | _metadata(values)
    own_or_made = record_id or text_sha256(text)[:16]
    return Record(own_or_made, place, text, metadata, has_own_id=record_id is not None)


def _metadata(values: Any) -> dict[str, str]:
    if not isinstance(values, Mapping):
        return {}
    return {name: _to_text(values[name]) for name in METADATA_FIELDS if _is_scalar(values.get(name))}


def with_characters_replaced(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields, with each lone surrogate in them and in the objects among them replaced by U+FFFD."""
    return {name: _replaced(value) for name, value in values.items()}


def _replaced(value: Any) -> Any:
    if isinstance(value, Mapping):
        return with_characters_replaced(value)
    return _replace_surrogates(value) if isinstance(value, str) else value


def as_partial(record: Record) -> Record:
    """The record, with the warning that some of its characters were replaced."""
    return replace(record, warnings=(*record.warnings, ENCODING_REPLACED))


def _replace_surrogates(text: str) -> str:
    return (
        text if first_surrogate(text) is None else "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    )


def _is_missing(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _is_scalar(value: Any) -> bool:
    return not _is_missing(value) and isinstance(value, str | int | float | date) and not isinstance(value, bool)


def _to_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _kind(value: Any) -> str:
    return {"dict": "object"}.get(type(value).__name__, type(value).__name__)
