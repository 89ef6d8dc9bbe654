"""Writing files that appear only once they are complete, and reading results back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from inquit.inference.batch.errors import LockedError, OutputError
from inquit.inference.batch.result_files import read_records
from inquit.inference.batch.scoring import encode
from inquit.models.files import sync, take_lock
from inquit.models.result import ArticleResult

__all__ = ["LockedError", "OutputError", "check_contents", "open_atomically", "read_results", "to_json_line"]

TEMPORARY = ".tmp-"
"""Prefix of the name of an unfinished file; whoever reads a folder skips these."""


def to_json_line(result: ArticleResult) -> bytes:
    """The result as one line of strict JSON, with its line break."""
    return encode(result.to_dict())


def read_results(path: str | Path) -> Iterator[ArticleResult]:
    """The results that `inquit score` wrote to a .jsonl or .parquet file, or to a folder of such parts.

    Raises:
        FileNotFoundError: there is no such file, or the folder contains no part.
        ValueError: it contains something other than results; the message names the file and line or row.
    """
    for where, record in read_records(Path(path)):
        try:
            if not isinstance(record["id"], str | int):
                raise TypeError(f"id must be text, got {record['id']!r}")
            result = ArticleResult.from_dict(record)
            check_contents(result)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{where}: wanted a result of `inquit score`: {error!r}") from error
        yield result


def check_contents(result: ArticleResult) -> None:
    """Raise ValueError if an attribution has no content, as in labels of speakers alone, or goes beyond the text."""
    for attribution in result.attributions:
        where = f"article {result.id!r}: attribution {attribution.id!r}"
        if not attribution.content:
            raise ValueError(f"{where} has no content")
        ends = [span.end for span in (*attribution.content, *attribution.cue, *attribution.source)]
        if result.text is not None and max(ends) > len(result.text):
            raise ValueError(f"{where} ends at {max(ends)}, beyond the text of {len(result.text)} characters")


@contextmanager
def open_atomically(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name only once it is complete and on disk.

    Raises:
        LockedError: another process is writing it.
        OutputError: the folder does not exist or cannot be written, or the disk is full.
    """
    temporary = path.with_name(f"{TEMPORARY}{path.name}")
    try:
        with _open_locked(temporary, path) as file:
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                os.replace(temporary, path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        sync(path.parent)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error


def _open_locked(temporary: Path, path: Path) -> IO[bytes]:
    """The temporary file, locked and emptied of what a dead run left. The lock ends with the process that holds it."""
    while True:
        file = os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT, 0o666), "wb")
        try:
            if not take_lock(file):
                raise LockedError(f"{path}: another process is writing it; wait for it, or use another output")
            # Whoever held the lock may have renamed the file before releasing it: then this is a finished output.
            if temporary.exists() and os.path.samestat(os.fstat(file.fileno()), temporary.stat()):
                file.truncate(0)
                return file
        except BaseException:
            file.close()
            raise
        file.close()
