"""Results to JSON lines: on standard output as they come, or to a file that is whole or not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import orjson

from inquit.models.result import ArticleResult


class OutputError(Exception):
    """Output that cannot be written: names it and says why."""


def to_json_line(result: ArticleResult, *, with_text: bool = True) -> bytes:
    """One line of JSON, with its line break; strict JSON, so never NaN."""
    return orjson.dumps(result.to_dict(with_text=with_text), option=orjson.OPT_APPEND_NEWLINE)


def read_results(path: Path) -> Iterator[ArticleResult]:
    """The results that `inquit score` wrote to a file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a line is no result; names file and line.
    """
    with open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield ArticleResult.from_dict(orjson.loads(line))
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path} line {number}: wanted a result of `inquit score`: {error}") from error


@contextmanager
def open_atomically(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name only when it is complete and on the disk.

    Raises:
        OutputError: the folder does not exist or cannot be written, or the disk is full.
    """
    temporary = path.with_name(f".tmp-{os.getpid()}-{path.name}")
    try:
        with open(temporary, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
