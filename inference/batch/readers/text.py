"""Reading files that contain one article: plain text and HTML pages."""

from __future__ import annotations

from inquit.inference.batch.errors import FileError
from inquit.inference.batch.options import EncodingErrors, ReadOptions
from inquit.inference.batch.readers.bytestreams import ByteStream, as_utf8, read_all
from inquit.inference.batch.record import ENCODING_REPLACED, Page, Place, Record

MAX_PAGE_BYTES = 8_000_000
"""libxml2 silently loses text nodes above 10 MB; real news pages stay below 3 MB."""

_FEW_NULS, _MAX_NULS = 4, 0.2
"""A number and a share of NUL bytes: above both, a file is UTF-16 without its mark, or not text at all."""


def read_text_file(stream: ByteStream, record_id: str, path: str, options: ReadOptions) -> Record:
    """A text file as one record. A byte order mark is not part of the text; line breaks stay as they are.

    Raises:
        FileError: it is not text, or too long.
    """
    content = read_all(as_utf8(stream), options.max_record_bytes)
    head = content[:4096]
    if head.count(b"\0") > max(_FEW_NULS, _MAX_NULS * len(head)):
        raise FileError(
            "E_ENCODING", "binary data, or UTF-16 without a byte order mark; convert it to UTF-8 with iconv"
        )
    text, warnings = decode(content, options)
    return Record(record_id, Place(path), text, warnings=warnings)


def decode(content: bytes, options: ReadOptions, *, offset: int = 0) -> tuple[str, tuple[str, ...]]:
    """The text of UTF-8 bytes, and warnings.

    Args:
        offset: where in the file the bytes begin, for the message.

    Raises:
        FileError: they are not UTF-8, and the options do not say to replace them.
    """
    try:
        return content.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        if options.encoding_errors is EncodingErrors.REPLACE:
            return content.decode("utf-8", "replace"), (ENCODING_REPLACED,)
        byte, position = content[error.start], offset + error.start
        message = (
            f"not UTF-8: byte 0x{byte:02x} at byte {position} of the file; convert it (iconv -f latin1 -t utf-8), "
            "or use --encoding-errors replace"
        )
        raise FileError("E_ENCODING", message) from error


def read_page(stream: ByteStream, record_id: str, path: str) -> Record:
    """An HTML file as one record; its encoding is determined later, when its text is extracted.

    Raises:
        FileError: it is longer than the parser can read without losing text.
    """
    content = stream.read(MAX_PAGE_BYTES + 1)
    if len(content) > MAX_PAGE_BYTES:
        raise FileError(
            "E_TOO_LONG", f"an HTML page of more than {MAX_PAGE_BYTES} bytes, the limit; split it, or extract its text"
        )
    return Record(record_id, Place(path), Page(content))
