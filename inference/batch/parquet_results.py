"""Results as nested Parquet for pandas, DuckDB and Spark, with one column per field of the result format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq


def _pairs(value: pa.DataType) -> pa.DataType:
    """A mapping as a list of pairs: not every reader knows Arrow's maps. ``map_from_entries`` in SQL makes it one."""
    return pa.list_(pa.struct({"key": pa.string(), "value": value}))


_MAPPINGS = ("metadata", "probabilities")

_SPAN = pa.list_(pa.int32())
_SPANS = pa.list_(_SPAN)
_CLAIM = pa.struct(
    {
        "type": pa.string(),
        "probabilities": _pairs(pa.float64()),
        "secondary": pa.list_(pa.string()),
        "polarity": pa.string(),
        "checkworthy": pa.float64(),
    }
)
_SPEAKER = pa.struct(
    {
        "name": pa.string(),
        "kind": pa.string(),
        "named": pa.bool_(),
        "entity": pa.string(),
        "confidence": pa.float64(),
        "candidates": pa.list_(pa.string()),
    }
)
_ATTRIBUTION = pa.struct(
    {
        "id": pa.string(),
        "kind": pa.string(),
        "confidence": pa.float64(),
        "content": _SPANS,
        "cue": _SPANS,
        "source": _SPANS,
        "text": pa.string(),
        "speaker": _SPEAKER,
        "claim": _CLAIM,
    }
)
_ENTITY = pa.struct(
    {"id": pa.string(), "name": pa.string(), "kind": pa.string(), "mentions": _SPANS, "n_attributions": pa.int32()}
)
_INPUT = pa.struct(
    {
        "path": pa.string(),
        **{unit: pa.int64() for unit in ("line", "item", "row", "byte")},
        "sha256": pa.string(),
    }
)

RESULT_SCHEMA = pa.schema(
    {
        "id": pa.string(),
        "status": pa.string(),
        "text": pa.string(),
        "text_sha256": pa.string(),
        "model": pa.string(),
        "metadata": _pairs(pa.string()),
        "attributions": pa.list_(_ATTRIBUTION),
        "narration": pa.list_(pa.struct({"span": _SPAN, "claim": _CLAIM, "confidence": pa.float64()})),
        "entities": pa.list_(_ENTITY),
        "warnings": pa.list_(pa.string()),
        "error": pa.struct({"code": pa.string(), "stage": pa.string(), "message": pa.string()}),
        "input": _INPUT,
    }
)
"""The result format as Arrow types; a field that a result does not have is null."""

_MAX_GROUP_ROWS, _MAX_GROUP_BYTES = 500, 32_000_000


class ParquetWriter:
    """Writes row groups of bounded size; every page has a checksum, so a flipped bit is detected on reading."""

    def __init__(self, file: IO[bytes]) -> None:
        self._writer = pq.ParquetWriter(file, RESULT_SCHEMA, compression="zstd", write_page_checksum=True)
        self._records: list[Mapping[str, Any]] = []
        self._n_bytes = 0

    def write(self, line: bytes, record: Mapping[str, Any]) -> None:
        self._records.append(record)
        self._n_bytes += len(line)
        if len(self._records) >= _MAX_GROUP_ROWS or self._n_bytes >= _MAX_GROUP_BYTES:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._records:
            self._writer.write_batch(to_batch(self._records))
            self._records.clear()
            self._n_bytes = 0


def to_batch(records: Sequence[Mapping[str, Any]]) -> pa.RecordBatch:
    """Results as a record batch with the result schema."""
    return pa.RecordBatch.from_pylist([_to_row(record) for record in records], schema=RESULT_SCHEMA)


def _to_row(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _to_cell(name, value) for name, value in record.items()}


def _to_cell(name: str, value: Any) -> Any:
    if name in _MAPPINGS:
        return [{"key": key, "value": item} for key, item in value.items()]
    if isinstance(value, dict):
        return _to_row(value)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [_to_row(item) for item in value]
    return value


def read_parquet_records(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The results in a Parquet file as JSON objects, each with its place for messages.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not Parquet, is damaged, or contains something other than results.
    """
    n_rows = 0
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as parquet:
            if "attributions" not in parquet.schema_arrow.names:
                raise ValueError(f"{path}: wanted results of `inquit score`, got columns {parquet.schema_arrow.names}")
            for batch in parquet.iter_batches(batch_size=100):
                for row in batch.to_pylist():
                    n_rows += 1
                    yield f"{path} row {n_rows}", from_row(row)
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"{path}: cannot be read as Parquet after row {n_rows}: {error}") from error


_NULLS_THAT_MEAN_SOMETHING = ("speaker", "name")


def from_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON object of a row: nulls are left out, except ``speaker: null`` and a speaker's ``name: null``.

    >>> from_row({"id": "a", "text": None, "attributions": [{"id": "t0", "speaker": None, "claim": None}]})
    {'id': 'a', 'attributions': [{'id': 't0', 'speaker': None}]}
    """
    return {
        name: _from_cell(name, value)
        for name, value in row.items()
        if value is not None or name in _NULLS_THAT_MEAN_SOMETHING
    }


def _from_cell(name: str, value: Any) -> Any:
    if name in _MAPPINGS:
        return {pair["key"]: pair["value"] for pair in value}
    if isinstance(value, dict):
        return from_row(value)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [from_row(item) for item in value]
    return value
