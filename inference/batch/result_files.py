"""Files of results: JSON lines, CSV, Parquet. JSON lines and Parquet can be read back in full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Protocol

import orjson

from inquit.inference.batch.csv_results import CsvWriter
from inquit.inference.batch.errors import require_pyarrow
from inquit.inference.batch.options import OutputFormat

PART_PREFIX = "part-"


class ResultWriter(Protocol):
    """Writes results one by one to a given file. ``close`` completes the format but does not close the file."""

    def write(self, line: bytes, record: Mapping[str, Any]) -> None:
        """Write one result, given both as its JSON line and as the object in it."""

    def close(self) -> None: ...


class JsonlWriter:
    """Writes one JSON object per line."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, line: bytes, record: Mapping[str, Any]) -> None:
        self._file.write(line)

    def close(self) -> None:
        pass


def new_writer(output_format: OutputFormat, file: IO[bytes]) -> ResultWriter:
    match output_format:
        case OutputFormat.JSONL:
            return JsonlWriter(file)
        case OutputFormat.CSV:
            return CsvWriter(file)
        case OutputFormat.PARQUET:
            # Imported here: pyarrow is large, and only Parquet needs it.
            from inquit.inference.batch.parquet_results import ParquetWriter

            return ParquetWriter(file)


def find_parts(folder: Path) -> list[Path]:
    """The parts of an output folder, in order."""
    suffixes = {f".{output_format}" for output_format in OutputFormat}
    return sorted(path for path in folder.glob(f"{PART_PREFIX}*") if path.suffix in suffixes)


def read_records(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The results in a file or in the parts of a folder as JSON objects, each with its place for messages.

    Raises:
        FileNotFoundError: there is no such file, or the folder contains no part.
        ValueError: it contains something other than JSON objects with attributions; or it is CSV, which does not
            contain complete results; or it is Parquet and pyarrow is not installed.
    """
    if path.is_dir():
        parts = find_parts(path)
        if not parts:
            raise FileNotFoundError(f"{path}: contains no results: no file is named {PART_PREFIX}*")
        for part in parts:
            yield from read_records(part)
    elif path.suffix == ".parquet":
        require_pyarrow(str(path))
        from inquit.inference.batch.parquet_results import read_parquet_records

        yield from read_parquet_records(path)
    elif path.suffix == ".csv":
        raise ValueError(f"{path}: a CSV file does not contain complete results; score to .jsonl or .parquet instead")
    else:
        yield from _read_lines(path)


def _read_lines(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    with open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            where = f"{path} line {number}"
            try:
                record = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise ValueError(f"{where}: wanted a result of `inquit score`: {error}") from error
            if not isinstance(record, dict):
                raise ValueError(f"{where}: wanted a result of `inquit score`, got {type(record).__name__}")
            if "attributions" not in record:
                raise ValueError(
                    f"{where}: wanted a result of `inquit score`, got no attributions but {sorted(record)}"
                )
            yield where, record
