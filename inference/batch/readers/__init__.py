"""Readers: from files, folders, globs, pipes and standard input to a stream of records, in order.

A record that cannot be read becomes a failed record in its place; a file that cannot be read becomes one failed record
for the rest of it. An error is raised only if it makes the whole call meaningless.
"""

from __future__ import annotations

import io
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from inquit.inference.batch.errors import FieldError, FileError, InputError, UsageError
from inquit.inference.batch.options import DuplicateIds, InputFormat, ReadOptions
from inquit.inference.batch.readers.bytestreams import ByteStream, inflate, with_whole_head
from inquit.inference.batch.readers.formats import tell_format
from inquit.inference.batch.readers.jsonl import read_json
from inquit.inference.batch.readers.parquet import read_parquet
from inquit.inference.batch.readers.sources import (
    STDIN,
    Source,
    can_be_read_twice,
    check_inputs,
    check_output,
    find_sources,
)
from inquit.inference.batch.readers.tables import read_table
from inquit.inference.batch.readers.text import read_page, read_text_file
from inquit.inference.batch.readers.warc import read_warc
from inquit.inference.batch.record import DUPLICATE_ID, Place, Record, Skipped, failed
from inquit.inference.batch.seen_ids import SeenIds

__all__ = ["Inputs"]

_N_SHOWN = 10


class Inputs:
    """All records of a run's inputs; each iteration reads them in order from the start.

    Args:
        exclude: the output, which may be inside an input folder.
        allow_empty: a folder without articles is not an error.

    Attributes:
        left_out: how many files in folders the last pass left out, by suffix or reason.

    Raises:
        InputError: an input does not exist, or is not a file or folder that can be read; standard input is closed.
        UsageError: standard input is a terminal, or the output is also an input.
    """

    def __init__(
        self, inputs: Sequence[str], options: ReadOptions, *, exclude: Path | None = None, allow_empty: bool = False
    ) -> None:
        self._inputs = tuple(inputs)
        self._options = options
        self.left_out = Counter[str]()
        self._exclude = None if exclude is None else exclude.resolve()
        check_inputs(self._inputs, allow_empty=allow_empty)
        if exclude is not None:
            check_output(self._inputs, exclude)
        if STDIN in self._inputs and sys.stdin is None:
            raise InputError("standard input is closed: pipe articles into it, or name files and folders")
        if STDIN in self._inputs and sys.stdin.isatty():
            raise UsageError("standard input is a terminal: pipe articles into it, or name files and folders")

    def __iter__(self) -> Iterator[Record]:
        """The records, each with an id of its own or marked as a duplicate.

        Raises:
            FieldError: a file lacks a field that was asked for.
        """
        seen, n_same = SeenIds(), Counter[str]()
        for source in self._find_sources():
            for record in read_source(source, self._options):
                yield self._with_unique_id(record, seen, n_same)

    def survey(self) -> int | None:
        """Read everything once, to check that every file has the fields and every record a unique id.

        Returns:
            the number of records; None if the input can be read only once.

        Raises:
            FieldError: some files lack a field; the message lists them.
            UsageError: some ids occur twice; the message lists the first ones.
        """
        if not can_be_read_twice(self._inputs):
            return None
        n_records, seen = 0, SeenIds()
        problems: list[str] = []
        duplicates: list[str] = []
        for source in self._find_sources():
            try:
                for record in read_source(source, self._options):
                    n_records += 1
                    if not seen.add(record.id) and record.has_own_id and len(duplicates) < _N_SHOWN:
                        duplicates.append(f"{record.id!r} ({record.place})")
            except FieldError as error:
                problems.append(str(error))
        if problems:
            raise FieldError("; ".join(problems[:_N_SHOWN]))
        if duplicates and self._options.duplicate_ids is DuplicateIds.REFUSE:
            raise UsageError(
                f"duplicate ids: {', '.join(duplicates)}{' …' if len(duplicates) == _N_SHOWN else ''}; "
                "make them unique, or use --dup-ids keep-first or --dup-ids suffix"
            )
        return n_records

    def _find_sources(self) -> Iterator[Source]:
        self.left_out = Counter()
        return find_sources(self._inputs, exclude=self._exclude, left_out=self.left_out)

    def _with_unique_id(self, record: Record, seen: SeenIds, n_same: Counter[str]) -> Record:
        if seen.add(record.id):
            return record
        policy = self._options.duplicate_ids if record.has_own_id else DuplicateIds.SUFFIX
        match policy:
            case DuplicateIds.KEEP_FIRST:
                return replace(record, content=Skipped(DUPLICATE_ID))
            case DuplicateIds.SUFFIX:
                n_same[record.id] += 1
                while not seen.add(numbered := f"{record.id}~{n_same[record.id] + 1}"):
                    n_same[record.id] += 1
                return replace(record, id=numbered)
            case _:
                message = f"duplicate id {record.id!r}; make ids unique, or use --dup-ids keep-first or suffix"
                return failed(record.id, record.place, "E_DUPLICATE_ID", message)


def read_source(source: Source, options: ReadOptions) -> Iterator[Record]:
    """The records of one file.

    Raises:
        FieldError: the file lacks a field that was asked for.
    """
    try:
        if source.path is None:
            stdin = sys.stdin.buffer
            assert isinstance(stdin, io.BufferedReader)
            yield from _read_stream(stdin, source, options)
        else:
            with open(source.path, "rb") as file:
                yield from _read_stream(file, source, options)
    except FileError as error:
        yield failed(source.id_of_failure, Place(str(source)), error.code, str(error), stage="open")
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        yield failed(source.id_of_failure, Place(str(source)), "E_READ", message, stage="open")


def _read_stream(file: ByteStream, source: Source, options: ReadOptions) -> Iterator[Record]:
    stream = inflate(with_whole_head(file))
    path, name = str(source), source.name
    match options.input_format or tell_format(stream.peek(4096)[:4096], "" if source.path is None else name):
        case InputFormat.TXT:
            yield read_text_file(stream, source.id, path, options)
        case InputFormat.HTML:
            yield read_page(stream, source.id, path)
        case InputFormat.JSONL:
            yield from read_json(stream, path, name, options)
        case InputFormat.CSV:
            yield from read_table(stream, path, name, options)
        case InputFormat.TSV:
            yield from read_table(stream, path, name, replace(options, delimiter=options.delimiter or "\t"))
        case InputFormat.WARC:
            yield from read_warc(stream, path, name)
        case InputFormat.PARQUET:
            if source.path is None or stream is not file:
                raise FileError(
                    "E_FORMAT", "Parquet cannot be read from a pipe or a compressed file; give the uncompressed file"
                )
            yield from read_parquet(source.path, path, name, options)
