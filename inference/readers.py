"""Articles from files, folders, globs and standard input: .txt and .jsonl, plain or gzip. Everything streams.

A record that cannot be read becomes an error record in its place; what cannot be read at all raises `InputError`.
"""

from __future__ import annotations

import glob
import gzip
import io
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from inquit.inference.records import article_from_record, error_record
from inquit.models.article import Article
from inquit.models.result import ArticleResult

TEXT_SUFFIXES, JSONL_SUFFIXES = (".txt",), (".jsonl", ".ndjson", ".json")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_BINARY = {
    b"%PDF": "a PDF file",
    b"PK\x03\x04": "a zip archive (a .docx or .xlsx file is one)",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"\xd0\xcf\x11\xe0": "an old Office file",
    b"PAR1": "a Parquet file",
    b"\x7fELF": "a program",
}


class InputError(Exception):
    """Input that cannot be read at all: names it and says what was wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How input is read.

    Attributes:
        text_field, id_field: where a JSON object keeps text and id.
        max_chars: a longer article is an error record, never cut.
    """

    text_field: str = "text"
    id_field: str = "id"
    max_chars: int = 20_000_000


def read_inputs(
    inputs: Iterable[str], options: ReadOptions, *, allow_empty: bool = False
) -> Iterator[Article | ArticleResult]:
    """All articles of the inputs, in order.

    Args:
        inputs: files, folders (read recursively, in the order of names), globs, or "-" for standard input.

    Raises:
        InputError: at once where an input does not exist or holds no file to read; at the end where there was no article.
    """
    sources = [source for name in inputs for source in _find_sources(name)]
    return _read_sources(sources, options, allow_empty)


def _read_sources(
    sources: list[Path | None], options: ReadOptions, allow_empty: bool
) -> Iterator[Article | ArticleResult]:
    n_records = 0
    for source in sources:
        for item in _read_stdin(options) if source is None else read_file(source, options):
            n_records += 1
            yield _check_length(item, options.max_chars)
    if n_records == 0 and not allow_empty:
        raise InputError("found 0 articles; --allow-empty makes that no error")


def _check_length(item: Article | ArticleResult, max_chars: int) -> Article | ArticleResult:
    if isinstance(item, ArticleResult) or len(item.text) <= max_chars:
        return item
    message = f"article {item.id}: {len(item.text)} characters, the limit is {max_chars}; --max-chars raises it"
    return error_record(item.id, "E_TOO_LONG", "read", message)


def _find_sources(name: str) -> list[Path | None]:
    if name == "-":
        return [None]
    path = Path(name)
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.is_file() and _layout(p) is not None)
        if not found:
            raise InputError(f"{name}: the folder holds no file ending in {[*TEXT_SUFFIXES, *JSONL_SUFFIXES]}")
        return list(found)
    if path.is_file():
        if _layout(path) is None:
            raise InputError(
                f"{name}: wanted a file ending in {[*TEXT_SUFFIXES, *JSONL_SUFFIXES]} (or these with .gz), got '{path.suffix}'"
            )
        return [path]
    if path.exists():
        raise InputError(f"{name}: not a regular file")
    if path.is_symlink():
        raise InputError(f"{name}: a link that leads nowhere")
    matches = [match for match in sorted(glob.glob(name, recursive=True)) if Path(match).exists()]
    if not matches:
        raise InputError(f"{name}: no such file or folder, and no glob that matches one")
    return [source for match in matches for source in _find_sources(match)]


def _layout(path: Path) -> str | None:
    name = path.name.removesuffix(".gz")
    suffix = Path(name).suffix.lower()
    return "text" if suffix in TEXT_SUFFIXES else "jsonl" if suffix in JSONL_SUFFIXES else None


def read_file(path: Path, options: ReadOptions) -> Iterator[Article | ArticleResult]:
    """The articles of one file; a text file is one article, its id the file name without suffix."""
    article_id = path.name.removesuffix(".gz").rsplit(".", 1)[0]
    try:
        with open(path, "rb") as raw:
            head = raw.read(4)
            raw.seek(0)
            file = io.BufferedReader(gzip.GzipFile(fileobj=raw)) if head[:2] == b"\x1f\x8b" else raw
            if _layout(path) == "text":
                yield _read_text(file.read(), article_id, str(path))
            else:
                yield from _read_lines(file, str(path), options)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        yield error_record(article_id, "E_TRUNCATED", "read", f"{path}: the compressed file is damaged or cut: {error}")
    except OSError as error:
        yield error_record(article_id, "E_READ", "read", f"{path}: cannot be read: {error.strerror}")


def _read_stdin(options: ReadOptions) -> Iterator[Article | ArticleResult]:
    """JSON lines if standard input begins with a brace or bracket, else the text of one article."""
    stream = sys.stdin.buffer
    assert isinstance(stream, io.BufferedReader)
    head = stream.peek(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:1] in (b"{", b"["):
        yield from _read_lines(stream, "standard input", options)
    else:
        yield _read_text(stream.read(), "stdin", "standard input")


def _read_text(content: bytes, article_id: str, where: str) -> Article | ArticleResult:
    for magic, what in _BINARY.items():
        if content.startswith(magic):
            return error_record(article_id, "E_FORMAT", "read", f"{where}: wanted text, got {what}")
    encoding = "utf-8"
    for mark, name in _BOMS:
        if content.startswith(mark):
            encoding = name
            content = content[len(mark) :] if name == "utf-8" else content
            break
    try:
        return Article(article_id, content.decode(encoding))
    except UnicodeDecodeError as error:
        if b"\x00" in content[:4096]:
            return error_record(article_id, "E_FORMAT", "read", f"{where}: wanted text, got binary data")
        message = (
            f"{where}: not {encoding}: byte 0x{content[error.start]:02x} at byte {error.start}; "
            "convert the file to UTF-8 (iconv -f latin1 -t utf-8)"
        )
        return error_record(article_id, "E_ENCODING", "read", message)


def _read_lines(file: io.BufferedReader[Any], where: str, options: ReadOptions) -> Iterator[Article | ArticleResult]:
    head = file.peek(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"["):
        yield from _read_array(file.read(), where, options)
        return
    for number, line in enumerate(file, start=1):
        line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if line.strip():
            yield _read_json(line, f"{where} line {number}", f"{Path(where).name}:{number}", options)


def _read_json(line: bytes, where: str, fallback_id: str, options: ReadOptions) -> Article | ArticleResult:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        code = "E_ENCODING" if "utf-8" in str(error) or "surrogate" in str(error) else "E_JSON"
        return error_record(fallback_id, code, "read", f"{where}: not one JSON object: {error}")
    return article_from_record(
        record, where, fallback_id=fallback_id, text_field=options.text_field, id_field=options.id_field
    )


def _read_array(content: bytes, where: str, options: ReadOptions) -> Iterator[Article | ArticleResult]:
    try:
        records = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        yield error_record(Path(where).name, "E_JSON", "read", f"{where}: a JSON array that cannot be read: {error}")
        return
    for number, record in enumerate(records, start=1):
        yield article_from_record(
            record,
            f"{where} item {number}",
            fallback_id=f"{Path(where).name}:{number}",
            text_field=options.text_field,
            id_field=options.id_field,
        )
