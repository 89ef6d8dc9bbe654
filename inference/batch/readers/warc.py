"""Reading WARC, the format of web archives: each response that contains an HTML page is a record.

This does not use a library: a record with a wrong length must not hide those after it, so the reader looks for the
first line of the next record instead of trusting the length.
"""

from __future__ import annotations

import http.client
import io
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import compat32

from inquit.inference.batch.errors import FileError
from inquit.inference.batch.readers.bytestreams import ByteStream
from inquit.inference.batch.readers.text import MAX_PAGE_BYTES
from inquit.inference.batch.record import NOT_HTML, Page, Place, Record, Skipped, failed

_FIRST_LINE = b"WARC/"
_NEXT_RECORD = b"\r\n\r\n" + _FIRST_LINE
_MAX_HEADER_LINES, _MAX_LINE = 200, 65_536
_MAX_BODY_BYTES = MAX_PAGE_BYTES + 65_536
_LENGTH = re.compile(r"[0-9]{1,18}")
_HTML_TYPES = ("text/html", "application/xhtml+xml")


def read_warc(stream: ByteStream, path: str, name: str) -> Iterator[Record]:
    """The responses in an archive; requests and records about the archive itself are ignored.

    Raises:
        FileError: the file is cut off or damaged; what came before has been read.
    """
    for entry in _read_entries(stream):
        place = Place(path, "byte", entry.offset)
        record_id = (
            entry.headers.get("warc-record-id", "").strip("<>").removeprefix("urn:uuid:") or f"{name}:{entry.offset}"
        )
        kind = entry.headers.get("warc-type", "")
        metadata = {
            name: value
            for name, value in (("url", entry.headers.get("warc-target-uri")), ("date", entry.headers.get("warc-date")))
            if value
        }
        if kind == "revisit":
            yield Record(record_id, place, Skipped("W_REVISIT"), metadata)
        elif kind == "response" and entry.headers.get("content-type", "").startswith("application/http"):
            yield _read_response(entry, record_id, place, metadata)


@dataclass(frozen=True, slots=True)
class _Entry:
    offset: int
    headers: Mapping[str, str]
    body: bytes
    is_whole: bool


def _read_entries(stream: ByteStream) -> Iterator[_Entry]:
    archive = _Archive(stream)
    line = archive.read_line()
    while line:
        if not line.startswith(_FIRST_LINE):
            line = archive.read_line()
            continue
        start = archive.offset - len(line)
        header_lines: list[bytes] = []
        while (line := archive.read_line()).strip() and len(header_lines) < _MAX_HEADER_LINES:
            header_lines.append(line)
        headers = _parse_headers(b"".join(header_lines))
        length = int(headers["content-length"]) if _LENGTH.fullmatch(headers.get("content-length", "")) else 0
        body, is_whole = archive.read_body(length)
        line = archive.read_line()
        yield _Entry(start, headers, body, is_whole=is_whole and not line.strip())


class _Archive:
    """Reads lines and bodies of an archive and keeps track of the offset."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._put_back = b""
        self.offset = 0

    def read_line(self) -> bytes:
        line, line_break, self._put_back = self._put_back.partition(b"\n")
        line += line_break
        if not line_break:
            line += self._stream.readline(_MAX_LINE)
        self.offset += len(line)
        return line

    def read_body(self, length: int) -> tuple[bytes, bool]:
        """The next ``length`` bytes, and whether they are a whole body; a record that begins in them is put back."""
        wanted = min(length, _MAX_BODY_BYTES)
        body = self._put_back[:wanted]
        self._put_back = self._put_back[wanted:]
        body += self._stream.read(wanted - len(body))
        self.offset += len(body)
        inner = body.find(_NEXT_RECORD)
        if inner >= 0:
            end = inner + len(_NEXT_RECORD) - len(_FIRST_LINE)
            self._put_back = body[end:] + self._put_back
            self.offset -= len(body) - end
            return body[:end], False
        n_over = length - wanted
        while n_over > 0 and (block := self._stream.read(min(1 << 16, n_over))):
            n_over -= len(block)
            self.offset += len(block)
        return body, len(body) == wanted and n_over == 0


def _parse_headers(lines: bytes) -> dict[str, str]:
    message = BytesParser(policy=compat32).parsebytes(lines, headersonly=True)
    return {name.lower(): str(value).strip() for name, value in message.items()}


def _read_response(entry: _Entry, record_id: str, place: Place, metadata: Mapping[str, str]) -> Record:
    if not entry.is_whole:
        return failed(record_id, place, "E_WARC", "the record is cut off, or its Content-Length is wrong")
    if len(entry.body) > MAX_PAGE_BYTES:
        return failed(record_id, place, "E_TOO_LONG", f"a page of more than {MAX_PAGE_BYTES} bytes, the limit")
    try:
        status, content_type, html = _parse_http(entry.body)
    except (FileError, http.client.HTTPException, zlib.error, ValueError, EOFError) as error:
        return failed(record_id, place, "E_WARC", f"its HTTP response cannot be read: {type(error).__name__}")
    if status != http.client.OK or not content_type.startswith(_HTML_TYPES):
        return Record(record_id, place, Skipped(NOT_HTML), metadata)
    return Record(record_id, place, Page(html, metadata.get("url")), metadata)


class _Socket:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._content)


def _parse_http(content: bytes) -> tuple[int, str, bytes]:
    """Status, content type and decoded body of a response as it came over the wire."""
    response = http.client.HTTPResponse(_Socket(content))  # type: ignore[arg-type]
    response.begin()
    try:
        body = response.read()
    except (http.client.IncompleteRead, OverflowError, ValueError):
        body = content.partition(b"\r\n\r\n")[
            2
        ]  # crawlers may store a decoded body with the headers of the chunked one
    encoding = response.getheader("Content-Encoding", "").lower()
    if encoding in ("gzip", "x-gzip", "deflate"):
        decoder = zlib.decompressobj(wbits=47 if encoding != "deflate" else 15)
        body = decoder.decompress(body, MAX_PAGE_BYTES + 1) if body[:2] in (b"\x1f\x8b", b"\x78\x9c") else body
        if len(body) > MAX_PAGE_BYTES:
            raise FileError("E_TOO_LONG", "")
    return response.status, (response.getheader("Content-Type") or "").lower(), body
