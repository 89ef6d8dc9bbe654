"""Recognising the format of a file, by its first bytes, then by its name."""

from __future__ import annotations

import re

from inquit.inference.batch.errors import FileError
from inquit.inference.batch.options import InputFormat
from inquit.inference.batch.readers.bytestreams import GZIP, ZSTD, head_as_utf8

_SUFFIXES = {
    ".txt": InputFormat.TXT,
    ".text": InputFormat.TXT,
    ".html": InputFormat.HTML,
    ".htm": InputFormat.HTML,
    ".xhtml": InputFormat.HTML,
    ".jsonl": InputFormat.JSONL,
    ".ndjson": InputFormat.JSONL,
    ".json": InputFormat.JSONL,
    ".csv": InputFormat.CSV,
    ".tsv": InputFormat.TSV,
    ".tab": InputFormat.TSV,
    ".parquet": InputFormat.PARQUET,
    ".warc": InputFormat.WARC,
}
_COMPRESSED = (".gz", ".zst")
SUFFIXES = tuple(_SUFFIXES)

_OTHERS = (
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a zip archive (a .docx or .xlsx file is one)"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x7fELF", "a program"),
    (b"BZh", "bzip2 data: recompress it with gzip or zstd"),
    (b"\xfd7zXZ", "xz data: recompress it with gzip or zstd"),
    (b"7z\xbc\xaf", "a 7-zip archive"),
    (b"SQLite format 3", "an SQLite database"),
    (b"{\\rtf", "an RTF document"),
    # One layer is gone already.
    (GZIP, "gzip data in compressed data: unpack it once"),
    (ZSTD, "zstd data in compressed data: unpack it once"),
)
_HTML = re.compile(rb"<(?:!doctype html|html)\b", re.IGNORECASE)


def bare_name(name: str) -> str:
    """The name without the suffixes of compression and format: ``a.b.html.gz`` becomes ``a.b``."""
    stem = _uncompressed_name(name)
    dot = stem.rfind(".")
    return stem[:dot] if dot > 0 and stem[dot:].lower() in _SUFFIXES else stem


def format_by_name(name: str) -> InputFormat | None:
    stem = _uncompressed_name(name).lower()
    return next((found for suffix, found in _SUFFIXES.items() if stem.endswith(suffix)), None)


def _uncompressed_name(name: str) -> str:
    for suffix in _COMPRESSED:
        if name.lower().endswith(suffix):
            name = name[: -len(suffix)]
    return name


def tell_format(head: bytes, name: str) -> InputFormat:
    """The format of a file.

    Raises:
        FileError: articles are not read from such a file, or it is not what its name says.
    """
    named = format_by_name(name)
    if head.startswith(b"PAR1"):
        return InputFormat.PARQUET
    if head.startswith(b"WARC/"):
        return InputFormat.WARC
    for magic, what in _OTHERS:
        if head.startswith(magic):
            raise FileError("E_FORMAT", f"wanted text, HTML, JSON, CSV, Parquet or WARC, got {what}")
    if named in (InputFormat.PARQUET, InputFormat.WARC):
        raise FileError(
            "E_FORMAT", f"its name says {named}, but its first bytes do not ({head[:4]!r}); is it cut off or empty?"
        )
    if named is not None:
        return named
    start = head_as_utf8(head).lstrip()
    if start[:1] in (b"{", b"["):
        return InputFormat.JSONL
    return InputFormat.HTML if start[:1] == b"<" and _HTML.search(start) else InputFormat.TXT
