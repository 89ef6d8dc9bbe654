"""Reading Parquet: one article per row, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inquit.inference.batch.errors import FieldError, FileError, require_pyarrow
from inquit.inference.batch.options import DEFAULT_ID_FIELD, DEFAULT_TEXT_FIELD, EncodingErrors, ReadOptions
from inquit.inference.batch.readers.fields import (
    METADATA,
    METADATA_FIELDS,
    as_partial,
    check_fields,
    record_of_fields,
)
from inquit.inference.batch.record import Place, Record, failed

_BATCH_ROWS = 64


def read_parquet(file: Path, path: str, name: str, options: ReadOptions) -> Iterator[Record]:
    """The records of a Parquet file; page checksums are verified if it has them.

    Raises:
        FieldError: it lacks a column that was asked for, or its text column does not hold text.
        FileError: it is cut off or damaged; the rows before that have been read.
        MissingExtraError: pyarrow is not installed.
    """
    require_pyarrow(path)
    # Imported here: pyarrow is large, and most input is not Parquet.
    import pyarrow as pa
    import pyarrow.parquet as pq

    n_rows = 0
    try:
        with pq.ParquetFile(file, page_checksum_verification=True) as parquet:
            columns = wanted_columns(parquet.schema_arrow, path, options)
            for batch in parquet.iter_batches(batch_size=_BATCH_ROWS, columns=columns):
                for row in range(batch.num_rows):
                    n_rows += 1
                    yield read_row(batch, row, Place(path, "row", n_rows), options, fallback_id=f"{name}:{n_rows}")
    except (pa.ArrowException, OSError) as error:
        raise FileError(
            "E_DAMAGED" if n_rows else "E_FORMAT", f"cannot be read as Parquet after row {n_rows}: {error}"
        ) from error


def wanted_columns(schema: Any, path: str, options: ReadOptions) -> list[str]:
    """The columns of a table that records are made from.

    Raises:
        FieldError: it lacks one that was asked for, or its text column does not hold text.
    """
    import pyarrow as pa

    check_fields(schema.names, options, path)
    text_field, id_field = options.text_field or DEFAULT_TEXT_FIELD, options.id_field or DEFAULT_ID_FIELD
    found = schema.field(text_field).type
    value_type = found.value_type if pa.types.is_dictionary(found) else found
    if not (
        pa.types.is_string(value_type) or pa.types.is_large_string(value_type) or pa.types.is_string_view(value_type)
    ):
        raise FieldError(f"{path}: column '{text_field}' must hold text, but holds {found}; --text-field names another")
    names = [name for name in dict.fromkeys((id_field, text_field, *METADATA_FIELDS)) if name in schema.names]
    return [*names, METADATA] if _has_metadata_of_results(schema) else names


def _has_metadata_of_results(schema: Any) -> bool:
    from inquit.inference.batch.parquet_results import RESULT_SCHEMA

    index = schema.get_field_index(METADATA)
    return bool(index >= 0 and schema.field(index).type == RESULT_SCHEMA.field(METADATA).type)


def read_row(batch: Any, row: int, place: Place, options: ReadOptions, *, fallback_id: str) -> Record:
    """The record of one row of a record batch."""
    values: dict[str, Any] = {}
    broken: list[str] = []
    unreadable: list[str] = []
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            values[name] = column[row].as_py()
        except UnicodeDecodeError as error:
            values[name] = error.object.decode("utf-8", "replace")
            broken.append(name)
        except (LookupError, OverflowError, ValueError) as error:
            # Python has no year 10000, no nanoseconds without pandas, and does not know every time zone.
            unreadable.append(f"'{name}' ({error})")
    if isinstance(values.get(METADATA), list):
        values[METADATA] = {pair["key"]: pair["value"] for pair in values[METADATA]}
    record = record_of_fields(values, place, options, fallback_id=fallback_id)
    if unreadable:
        return failed(record.id, place, "E_PARQUET", f"cannot be read: {', '.join(unreadable)}")
    if not broken:
        return record
    if options.encoding_errors is EncodingErrors.REPLACE:
        return as_partial(record)
    return failed(
        record.id,
        place,
        "E_ENCODING",
        f"not UTF-8 in {broken}; write the file again, or use --encoding-errors replace",
    )
