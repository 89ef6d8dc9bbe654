"""Reading CSV and TSV: one article per row."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from inquit.inference.batch.errors import FileError
from inquit.inference.batch.options import DEFAULT_TEXT_FIELD, EncodingErrors, ReadOptions
from inquit.inference.batch.readers.bytestreams import ByteStream, as_utf8, read_lines
from inquit.inference.batch.readers.fields import (
    as_partial,
    check_fields,
    record_of_fields,
    with_characters_replaced,
)
from inquit.inference.batch.record import Place, Record, failed
from inquit.models.article import first_surrogate

_DELIMITERS = (",", ";", "\t", "|")


def read_table(stream: ByteStream, path: str, name: str, options: ReadOptions) -> Iterator[Record]:
    """The records of a table with a header; a row that does not fit the header becomes an error record.

    Raises:
        FieldError: the header lacks a column that was asked for.
        FileError: the first line is not a header, or the file is cut off or damaged; what came before has been read.
    """
    csv.field_size_limit(options.max_record_bytes)
    lines = _Lines(as_utf8(stream), options)
    try:
        header_line = next((line for line in lines if line.strip()), None)
        if header_line is None:
            return
        delimiter = options.delimiter or _find_delimiter(header_line, options)
        header = next(csv.reader([header_line], delimiter=delimiter))
    except csv.Error as error:
        raise FileError("E_CSV", f"its first line is not a CSV header: {error}") from error
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    check_fields(header, options, f"{path}, columns separated by {delimiter!r}")
    while True:
        place = Place(path, "line", lines.number + 1)
        fallback_id = f"{name}:{place.number}"
        lines.first_bad_byte = None
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            last = f" to {lines.number}" if lines.number > place.number else ""
            yield failed(fallback_id, place, "E_CSV", f"line {place.number}{last} is not a CSV row: {error}")
            continue
        if row:
            yield _read_row(header, row, place, options, lines.first_bad_byte, fallback_id=fallback_id)


class _Lines(Iterator[str]):
    """The lines of a table as text; counts them. Bytes that are not UTF-8 become surrogates; the first one is noted."""

    def __init__(self, stream: ByteStream, options: ReadOptions) -> None:
        self._lines = read_lines(stream, options.max_record_bytes)
        self.number = 0
        self.first_bad_byte: int | None = None

    def __next__(self) -> str:
        self.number, offset, line = next(self._lines)
        if line is None:
            raise csv.Error("longer than the limit for one record; --max-chars raises it")
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError as error:
            if self.first_bad_byte is None:
                self.first_bad_byte = offset + error.start
            return line.decode("utf-8", "surrogateescape")


def _find_delimiter(header_line: str, options: ReadOptions) -> str:
    """The delimiter that gives the header the text column or, if none does, the most columns."""
    wanted = options.text_field or DEFAULT_TEXT_FIELD
    headers = {delimiter: next(csv.reader([header_line], delimiter=delimiter)) for delimiter in _DELIMITERS}
    fitting = [delimiter for delimiter, header in headers.items() if wanted in header]
    return fitting[0] if fitting else max(_DELIMITERS, key=lambda delimiter: len(headers[delimiter]))


def _read_row(
    header: list[str],
    row: list[str],
    place: Place,
    options: ReadOptions,
    first_bad_byte: int | None,
    *,
    fallback_id: str,
) -> Record:
    if len(row) != len(header):
        return failed(fallback_id, place, "E_CSV", f"{len(row)} fields, but the header has {len(header)}")
    values = dict(zip(header, row, strict=True))
    if first_bad_byte is None:
        return record_of_fields(values, place, options, fallback_id=fallback_id)
    if options.encoding_errors is EncodingErrors.REPLACE:
        replaced = with_characters_replaced(values)
        return as_partial(record_of_fields(replaced, place, options, fallback_id=fallback_id))
    record_id = record_of_fields(values, place, options, fallback_id=fallback_id).id
    message = f"not UTF-8 at byte {first_bad_byte}; convert the file, or use --encoding-errors replace"
    return failed(record_id if first_surrogate(record_id) is None else fallback_id, place, "E_ENCODING", message)
