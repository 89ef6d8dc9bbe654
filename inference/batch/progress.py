"""Progress of a run: a bar on a terminal, otherwise a line every few seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from inquit.inference.batch.summary import Summary

_SECONDS_BETWEEN_LINES = 5.0


class OnProgress(Protocol):
    def __call__(self, n_done: int, summary: Summary, /) -> None:
        """Note that ``n_done`` more articles are done."""


@contextmanager
def show_progress(n_records: int | None, *, is_wanted: bool = True) -> Iterator[OnProgress]:
    """Show progress on standard error; without a total if ``n_records`` is None (the input can be read only once)."""
    if not is_wanted:
        yield _show_nothing
    elif sys.stderr.isatty():
        with _bar(n_records) as bar:
            yield bar
    else:
        yield _Lines(n_records)


def _show_nothing(n_done: int, summary: Summary, /) -> None:
    pass


@contextmanager
def _bar(n_records: int | None) -> Iterator[OnProgress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:.1f} per second, {task.fields[n_errors]} errors, left:"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=n_records, rate=0.0, n_errors=0)

        def advance(n_done: int, summary: Summary, /) -> None:
            rate = progress.tasks[0].finished_speed or progress.tasks[0].speed or 0.0
            progress.update(task, advance=n_done, rate=rate, n_errors=summary.counts.n_errors)

        yield advance


class _Lines:
    """One line every few seconds, for logs."""

    def __init__(self, n_records: int | None) -> None:
        self._n_records = n_records
        self._started = self._told = time.monotonic()

    def __call__(self, n_done: int, summary: Summary, /) -> None:
        now = time.monotonic()
        if now - self._told < _SECONDS_BETWEEN_LINES:
            return
        self._told = now
        n_articles = summary.counts.n_articles
        rate = (n_articles - summary.n_kept) / (now - self._started)
        total = left = ""
        if self._n_records is not None:
            total = f" of {self._n_records}"
            left = f", {_duration((self._n_records - n_articles) / rate)} left" if rate else ""
        print(
            f"{n_articles}{total} articles, {rate:.1f} per second, {summary.counts.n_errors} errors{left}",
            file=sys.stderr,
            flush=True,
        )


def _duration(seconds: float) -> str:
    """
    >>> _duration(3_725)
    '1:02:05'
    """
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
