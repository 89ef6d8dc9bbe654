"""Reading JSON objects: one per line, an array of them, or several that each span lines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

import orjson

from inquit.inference.batch.errors import FileError
from inquit.inference.batch.options import DEFAULT_ID_FIELD, DEFAULT_TEXT_FIELD, EncodingErrors, ReadOptions
from inquit.inference.batch.readers.bytestreams import ByteStream, as_utf8, read_lines
from inquit.inference.batch.readers.fields import (
    METADATA,
    METADATA_FIELDS,
    as_partial,
    check_fields,
    record_of_fields,
    with_characters_replaced,
)
from inquit.inference.batch.readers.text import decode
from inquit.inference.batch.record import Place, Record, failed
from inquit.models.article import first_surrogate

_MAX_WHOLE = 2**63
"""Whole numbers beyond 64 bits, such as a UUID, come from orjson as rounded floats."""

_N_LOOKED_AT = 100
"""How many objects are examined before a file without the text field is refused."""


def read_json(stream: ByteStream, path: str, name: str, options: ReadOptions) -> Iterator[Record]:
    """The records of a JSON file; a line or item that is not an object becomes an error record.

    Raises:
        FieldError: the first objects have text fields, but not the one that was asked for.
        FileError: the file is cut off or damaged; what came before has been read.
    """
    stream = as_utf8(stream)
    if _is_one_a_line(stream.peek(1)):
        pieces, unit = read_lines(stream, options.max_record_bytes), "line"
    else:
        pieces, unit = read_values(stream, options.max_record_bytes), "item"
    question = _FieldQuestion(path, options)
    try:
        for number, offset, piece in pieces:
            place, fallback_id = Place(path, unit, number), f"{name}:{number}"
            if piece is None:
                message = (
                    f"longer than {options.max_record_bytes} bytes, the limit for one record; --max-chars raises it"
                )
                yield from question.hold(failed(fallback_id, place, "E_TOO_LONG", message), None)
            elif piece.strip():
                yield from question.hold(*_read_object(piece, place, options, fallback_id=fallback_id, offset=offset))
    except FileError:
        yield from question.release()
        raise
    yield from question.release()


class _FieldQuestion:
    """Holds back the first records until the text field is found; raises if only other fields look like text."""

    def __init__(self, path: str, options: ReadOptions) -> None:
        self._path = path
        self._options = options
        self._held: list[Record] = []
        self._names: dict[str, bool] = {}  # every name seen, and whether its value was ever text
        self._is_answered = False

    def hold(self, record: Record, values: Mapping[str, Any] | None) -> list[Record]:
        """Take a record in; returns the records that need not be held any longer."""
        self._held.append(record)
        for name, value in (values or {}).items():
            self._names[name] = self._names.get(name, False) or isinstance(value, str)
        wanted = (
            self._options.text_field or DEFAULT_TEXT_FIELD,
            self._options.id_field or self._options.text_field or DEFAULT_TEXT_FIELD,
        )
        if self._is_answered or all(name in self._names for name in wanted) or len(self._held) >= _N_LOOKED_AT:
            return self.release()
        return []

    def release(self) -> list[Record]:
        """All records held.

        Raises:
            FieldError: the text field was not found; the message lists the names that were.
        """
        if not self._is_answered:
            known = {self._options.id_field or DEFAULT_ID_FIELD, *METADATA_FIELDS}
            looks_like_text = any(is_text for name, is_text in self._names.items() if name not in known)
            if looks_like_text or (self._options.id_field and self._names):
                check_fields(list(self._names), self._options, self._path)
            self._is_answered = True
        held, self._held = self._held, []
        return held


def _is_one_a_line(head: bytes) -> bool:
    """Whether there is one object per line: false for an array, and if the first object spans several lines."""
    start = head.lstrip()
    if not start.startswith(b"{"):
        return not start.startswith(b"[")
    line, line_break, rest = start.partition(b"\n")
    return not line_break or not re.fullmatch(rb"\{\s*", line) or not rest.lstrip().startswith(b'"')


def _read_object(
    piece: bytes, place: Place, options: ReadOptions, *, fallback_id: str, offset: int
) -> tuple[Record, Mapping[str, Any] | None]:
    try:
        values, is_partial = parse_object(piece, options, offset=offset)
    except FileError as error:
        return failed(_find_id(piece, options) or fallback_id, place, error.code, str(error)), None
    record = record_of_fields(values, place, options, fallback_id=fallback_id)
    return as_partial(record) if is_partial else record, values


def parse_object(piece: bytes, options: ReadOptions, *, offset: int = 0) -> tuple[dict[str, Any], bool]:
    """The fields of one JSON object, and whether characters in it had to be replaced.

    Raises:
        FileError: E_JSON or E_ENCODING; its message never quotes the text.
    """
    try:
        values, is_partial = orjson.loads(piece), False
    except orjson.JSONDecodeError as error:
        values, is_partial = _parse_again(piece, options, offset=offset, reason=str(error))
    if not isinstance(values, dict):
        raise FileError("E_JSON", f"wanted a JSON object, got {type(values).__name__}")
    for field in (options.text_field or DEFAULT_TEXT_FIELD, options.id_field or DEFAULT_ID_FIELD):
        if piece.count(b'"%s"' % field.encode()) > 1:
            _refuse_duplicates(piece, field)
    field = options.id_field or DEFAULT_ID_FIELD
    if isinstance(values.get(field), float) and abs(values[field]) >= _MAX_WHOLE:
        values[field] = _parse_exactly(piece)[field]
    return values, is_partial


def _parse_again(piece: bytes, options: ReadOptions, *, offset: int, reason: str) -> tuple[Any, bool]:
    """Parse what orjson refused: find out why, and repair it if the options say so."""
    text, warnings = decode(piece, options, offset=offset)
    try:
        values = json.loads(text.removeprefix("\ufeff"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise FileError("E_JSON", f"not exactly one JSON object: {reason}") from error
    if not isinstance(values, dict):
        raise FileError("E_JSON", f"wanted a JSON object, got {type(values).__name__}")
    if warnings:
        return with_characters_replaced(values), True
    used = (options.text_field or DEFAULT_TEXT_FIELD, options.id_field or DEFAULT_ID_FIELD, *METADATA_FIELDS)
    values = {name: value for name, value in values.items() if name in (*used, METADATA)}
    parts = [part for part in (values, values.get(METADATA)) if isinstance(part, dict)]
    texts = [(name, part[name]) for part in parts for name in used if isinstance(part.get(name), str)]
    broken = [(name, place) for name, text in texts if (place := first_surrogate(text)) is not None]
    if not broken:
        raise FileError("E_JSON", f"not exactly one JSON object: {reason}")
    if options.encoding_errors is EncodingErrors.REPLACE:
        return with_characters_replaced(values), True
    name, place = broken[0]
    message = (
        f"'{name}' has a lone surrogate at character {place}: a character was cut in half; "
        "read the text again from its source, or use --encoding-errors replace"
    )
    raise FileError("E_ENCODING", message)


def _parse_exactly(piece: bytes, make_object: Callable[[list[tuple[str, Any]]], dict[str, Any]] = dict) -> Any:
    """Parse with all digits of whole numbers, and with every name and value of an object for ``make_object`` to see."""
    try:
        return json.loads(piece.decode("utf-8-sig", "replace"), object_pairs_hook=make_object)
    except RecursionError as error:
        raise FileError("E_JSON", "its objects are nested too deeply") from error


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _refuse_duplicates(piece: bytes, field: str) -> None:
    def check(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if sum(name == field for name, _ in pairs) > 1:
            raise FileError("E_JSON", f"'{field}' occurs twice in it")
        return dict(pairs)

    _parse_exactly(piece, check)


def _find_id(piece: bytes, options: ReadOptions) -> str | None:
    """The id of a broken object, if it is unambiguous."""
    field = re.escape((options.id_field or DEFAULT_ID_FIELD).encode())
    found = re.findall(rb'"%s"\s*:\s*("[^"\\]{0,200}"|-?\d{1,20}(?=\s*[,}]))' % field, piece[:10_000])
    if len(found) != 1:
        return None
    try:
        return str(orjson.loads(found[0])) or None
    except orjson.JSONDecodeError:
        return None


_AT_BASE = re.compile(rb"[^\s,]")
_IN_VALUE = re.compile(rb'["{}\[\]]')
_IN_STRING = re.compile(rb'["\\]')
_AFTER_SCALAR = re.compile(rb"[\s,\]}]")


def read_values(stream: ByteStream, max_bytes: int) -> Iterator[tuple[int, int, bytes | None]]:
    """Number, offset and bytes of each value in an array or a sequence of values; the bytes are None if it is too long.

    Only brackets and quotation marks are looked at, so a broken value does not hide those after it.

    Raises:
        FileError: the array is cut off between two values.
    """
    scanner = _ValueScanner(max_bytes)
    while chunk := stream.read1(1 << 16):
        yield from scanner.feed(chunk)
    yield from scanner.end()


class _ValueScanner:
    """Finds where values begin and end in blocks of bytes, in one step per bracket or quotation mark."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._value = bytearray()
        self._n_bytes = 0
        self._number = self._offset = self._start = 0
        self._depth = 0
        self._is_open_array = False
        self._state = self._begin
        self._is_escaped = False
        self._found: list[tuple[int, int, bytes | None]] = []

    def feed(self, chunk: bytes) -> list[tuple[int, int, bytes | None]]:
        """The values that end in the chunk."""
        position = 0
        while position < len(chunk):
            position = self._state(chunk, position)
        self._offset += len(chunk)
        found, self._found = self._found, []
        return found

    def end(self) -> list[tuple[int, int, bytes | None]]:
        """The last value, if the stream ended inside it.

        Raises:
            FileError: it ended between values, and the array is not closed.
        """
        if self._n_bytes:
            self._close()
        elif self._is_open_array:
            raise FileError("E_TRUNCATED", f"the array is cut off after item {self._number}; copy it again, whole")
        return self._found

    def _begin(self, chunk: bytes, position: int) -> int:
        """Before the first value: the opening bracket of an array is not part of a value."""
        match = _AT_BASE.search(chunk, position)
        if match is None:
            return len(chunk)
        self._state = self._between
        self._is_open_array = match.group() == b"["
        return match.end() if self._is_open_array else match.start()

    def _between(self, chunk: bytes, position: int) -> int:
        match = _AT_BASE.search(chunk, position)
        if match is None:
            return len(chunk)
        if match.group() == b"]":
            self._is_open_array = False
            return match.end()
        self._start = self._offset + match.start()
        self._state = self._in_value if match.group() in b'{["' else self._in_scalar
        return match.start()

    def _in_scalar(self, chunk: bytes, position: int) -> int:
        match = _AFTER_SCALAR.search(chunk, position)
        end = len(chunk) if match is None else max(match.start(), position + 1)
        self._take(chunk, position, end)
        if match is not None:
            self._close()
        return end

    def _in_value(self, chunk: bytes, position: int) -> int:
        match = _IN_VALUE.search(chunk, position)
        end = len(chunk) if match is None else match.end()
        self._take(chunk, position, end)
        if match is None:
            return end
        if match.group() == b'"':
            self._state = self._in_string
        else:
            self._depth += 1 if match.group() in b"{[" else -1
            if self._depth <= 0:
                self._close()
        return end

    def _in_string(self, chunk: bytes, position: int) -> int:
        if self._is_escaped:
            self._take(chunk, position, position + 1)
            self._is_escaped = False
            return position + 1
        match = _IN_STRING.search(chunk, position)
        end = len(chunk) if match is None else match.end()
        self._take(chunk, position, end)
        if match is None:
            return end
        if match.group() == b"\\":
            self._is_escaped = True
        elif self._depth == 0:
            self._close()
        else:
            self._state = self._in_value
        return end

    def _take(self, chunk: bytes, start: int, end: int) -> None:
        self._n_bytes += end - start
        if self._n_bytes <= self._max_bytes:
            self._value += chunk[start:end]

    def _close(self) -> None:
        self._number += 1
        value = bytes(self._value) if self._n_bytes <= self._max_bytes else None
        self._found.append((self._number, self._start, value))
        self._value.clear()
        self._n_bytes = self._depth = 0
        self._state = self._between
