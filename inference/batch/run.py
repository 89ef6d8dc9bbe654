"""A run: records in, one result out for each, in the order of the input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

import orjson

from inquit.inference.batch.errors import TooManyErrorsError
from inquit.inference.batch.folder import OutputFolder, cut_into_parts, take_over
from inquit.inference.batch.pool import Work, WorkerPool
from inquit.inference.batch.record import Record
from inquit.inference.batch.result_files import new_writer
from inquit.inference.batch.summary import Counts, Summary, counted
from inquit.inference.writers import open_atomically

Take = Callable[[bytes, Mapping[str, Any]], None]
"""Called with each result, both as its JSON line and as the object in it."""


class Monitor:
    """Counts what a run has done, reports progress, and stops a run in which too many articles fail.

    Args:
        max_errors: how many articles may fail; None allows any number.
        on_progress: called with the number of articles just done and the summary so far.
    """

    def __init__(self, *, max_errors: int | None = None, on_progress: Callable[[int, Summary], None]) -> None:
        self.summary = Summary()
        self._max_errors = max_errors
        self._on_progress = on_progress

    def add(self, record: Mapping[str, Any]) -> None:
        """Count a result.

        Raises:
            TooManyErrorsError: more articles have failed than ``max_errors``.
        """
        self.summary.add(record)
        self._on_progress(1, self.summary)
        self._check()

    def add_kept(self, counts: Counts) -> None:
        self.summary.add_kept(counts)
        self._on_progress(counts.n_articles, self.summary)
        self._check()

    def _check(self) -> None:
        n_errors, failures = self.summary.counts.n_errors, self.summary.failures.values()
        if self._max_errors is not None and n_errors > self._max_errors:
            raise TooManyErrorsError(
                f"stopped: {counted(n_errors, 'article')} failed, --max-errors allows {self._max_errors}"
                + "".join(f"\n  {message}" for message in failures)
            )


def score_stream(records: Iterable[Record], pool: WorkerPool, take: Take, monitor: Monitor) -> None:
    """Score records and pass each result to ``take``."""
    for _, line in pool.answer(Work(record) for record in records):
        result = orjson.loads(line)
        take(line, result)
        monitor.add(result)


def score_to_folder(
    records: Iterable[Record],
    pool: WorkerPool,
    folder: OutputFolder,
    monitor: Monitor,
    *,
    part_size: int,
    retry_failed: bool = False,
) -> None:
    """Score records part by part, except those that an earlier run has scored.

    Args:
        retry_failed: score again the articles that have an error record.
    """
    n_parts = 0

    def plan() -> Iterator[Work]:
        nonlocal n_parts
        for number, part in enumerate(cut_into_parts(records, part_size)):
            n_parts = number + 1
            kept = folder.find_whole(number, part)
            if kept is not None and not (retry_failed and kept.counts.n_errors):
                monitor.add_kept(kept.counts)
                continue
            stored = folder.stored_lines(number)
            yield from (Work(record, take_over(record, stored), number) for record in part)

    try:
        for number, answers in groupby(pool.answer(plan()), key=lambda answer: answer[0].part):
            written, counts = [], Counts()
            with open_atomically(folder.part_path(number)) as file:
                writer = new_writer(folder.format, file)
                for work, line in answers:
                    result = orjson.loads(line)
                    writer.write(line, result)
                    written.append(work.record)
                    counts.add(result)
                    monitor.add(result)
                writer.close()
            folder.add(number, written, counts)
    except BaseException:
        folder.write_manifest("interrupted")
        raise
    folder.finish(n_parts)
