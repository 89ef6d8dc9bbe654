"""Byte streams: decompression (recognised by magic bytes), byte order marks, size limits."""

from __future__ import annotations

import codecs
import io
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from inquit.inference.batch.errors import FileError

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")  # pzstd begins with such a frame
MAX_RATIO, MIN_BOMB_BYTES = 300, 50_000_000
"""A stream that inflates beyond both is taken for a compression bomb; the ratio of news in JSON stays below 20."""

_CHUNK = 2048
"""Compressed bytes to inflate at a time: zstd makes at most 64 MB of them."""

_N_HEAD = 512
"""Bytes that are waited for before a stream is looked at, which may come byte by byte."""

_UTF8_MARK = codecs.BOM_UTF8
_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

ByteStream = io.BufferedReader


class _Decoder(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


class _RawStream(io.RawIOBase):
    """A stream made of blocks; an error is raised only once everything before it has been read."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._block = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        while not self._block:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._block = memoryview(block)
        n = min(len(target), len(self._block))
        target[:n] = self._block[:n]
        self._block = self._block[n:]
        return n


def _stream(blocks: Iterator[bytes]) -> ByteStream:
    return io.BufferedReader(_RawStream(_with_whole_head(blocks)), buffer_size=1 << 16)


def _with_whole_head(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks, the first of them joined until they are long enough to tell what is in them."""
    head = b""
    try:
        while len(head) < _N_HEAD and (block := next(blocks, None)) is not None:
            head += block
    except (FileError, OSError):
        yield head
        raise
    yield head
    yield from blocks


def with_whole_head(stream: ByteStream) -> ByteStream:
    """The stream; one that comes bit by bit, such as a pipe, so that a look at its head sees enough of it."""
    return stream if stream.seekable() else _stream(iter(lambda: stream.read1(1 << 16), b""))


def inflate(stream: ByteStream) -> ByteStream:
    """The stream, decompressed if it is gzip or zstd, whatever the file is called.

    Reading the result raises FileError if the stream is cut off (E_TRUNCATED), damaged (E_DAMAGED) or a bomb (E_BOMB).
    """
    head = stream.peek(4)[:4]
    if head.startswith(GZIP):
        return _stream(_inflated(stream, lambda: zlib.decompressobj(wbits=31), zlib.error))
    if head == ZSTD or _ZSTD_SKIPPABLE.fullmatch(head):
        # Imported here: most input is not compressed with it.
        import zstandard

        decompressor = zstandard.ZstdDecompressor()
        return _stream(_inflated(stream, decompressor.decompressobj, zstandard.ZstdError))
    return stream


def _inflated(stream: ByteStream, new_decoder: Callable[[], _Decoder], damage: type[Exception]) -> Iterator[bytes]:
    decoder: _Decoder | None = None
    n_in = n_out = 0
    rest = b""
    while chunk := rest or stream.read(_CHUNK):
        rest = b""
        if decoder is None:
            if not chunk.strip(b"\0"):  # tape blocks are padded with zeros
                continue
            decoder = new_decoder()
        try:
            block = decoder.decompress(chunk)
        except damage as error:
            raise FileError(
                "E_DAMAGED", f"the compressed data are damaged after {n_out} bytes of content: {error}"
            ) from error
        n_in, n_out = n_in + len(chunk), n_out + len(block)
        if n_out > MIN_BOMB_BYTES and n_out > MAX_RATIO * n_in:
            raise FileError(
                "E_BOMB", f"{n_in} compressed bytes inflate to more than {n_out}: refused as a compression bomb"
            )
        if decoder.eof:
            rest, decoder = decoder.unused_data, None
            n_in -= len(rest)
        if block:
            yield block
    if decoder is not None:
        raise FileError(
            "E_TRUNCATED", f"the compressed file is cut off after {n_out} bytes of content; copy it again in full"
        )


def as_utf8(stream: ByteStream) -> ByteStream:
    """The stream without its byte order mark, recoded if the mark says UTF-16 or UTF-32.

    Reading the result raises FileError (E_ENCODING) if the bytes are not in the encoding that the mark says.
    """
    head = stream.peek(4)[:4]
    if head.startswith(_UTF8_MARK):
        stream.read(len(_UTF8_MARK))
        return stream
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return _stream(_recoded(stream, encoding))
    return stream


def head_as_utf8(head: bytes) -> bytes:
    """The first bytes of a stream as `as_utf8` gives them."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return head.decode(encoding, "ignore").encode("utf-8", "ignore")
    return head.removeprefix(_UTF8_MARK)


def _recoded(stream: ByteStream, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    n_bytes = 0
    while True:
        chunk = stream.read1(1 << 16)
        try:
            yield decoder.decode(chunk, final=not chunk).encode("utf-8")
        except UnicodeError as error:
            message = f"the byte order mark says {encoding}, but the data after byte {n_bytes} are not: {error}"
            raise FileError("E_ENCODING", message) from error
        if not chunk:
            return
        n_bytes += len(chunk)


def read_all(stream: ByteStream, max_bytes: int) -> bytes:
    """All bytes of a stream.

    Raises:
        FileError: there are more than ``max_bytes``.
    """
    content = stream.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise FileError("E_TOO_LONG", f"more than {max_bytes} bytes, the limit for one article; --max-chars raises it")
    return content


def read_lines(stream: ByteStream, max_bytes: int) -> Iterator[tuple[int, int, bytes | None]]:
    """Number, byte offset and content (with line break) of each line; the content is None if the line is too long."""
    number = offset = 0
    while line := stream.readline(max_bytes):
        number += 1
        length = len(line)
        is_whole = length < max_bytes or line.endswith(b"\n")
        if is_whole:
            yield number, offset, line
        else:
            while not line.endswith(b"\n") and (line := stream.readline(max_bytes)):
                length += len(line)
            yield number, offset, None
        offset += length
