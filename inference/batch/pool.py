"""Worker processes that score a stream of records, in order, whatever happens to a worker."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Self

from inquit.inference.batch.errors import BatchError
from inquit.inference.batch.record import Record
from inquit.inference.batch.scoring import ScoreOptions, answer_without_model, failure_line, needs_model
from inquit.inference.batch.worker import ModelChoice, run_worker
from inquit.models.folder import ModelError

_BATCH_RECORDS, _BATCH_CHARACTERS = 8, 40_000
"""How much a worker gets at a time: a few articles of usual length, or a single long one."""

_AHEAD_RECORDS, _AHEAD_CHARACTERS = 128, 4_000_000
"""How far, per worker, the pool reads beyond the next article to be yielded; bounds memory."""

_MAX_DEATHS = 2
"""If a worker dies on an article, it is tried once more, alone: another process may have used up the memory."""

_START_SECONDS = 300.0
_CONTEXT = multiprocessing.get_context("spawn")  # a fork would copy locks that this process's threads hold


@dataclass(frozen=True, slots=True)
class Work:
    """A record to score, or one that has its result ``line`` already; ``part`` is the output part it goes into."""

    record: Record
    line: bytes | None = None
    part: int = 0


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    deadline: float
    is_ready: bool = False
    numbers: deque[int] = field(default_factory=deque)  # of the records it was sent, the current one first

    @property
    def is_idle(self) -> bool:
        return self.is_ready and not self.numbers


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Processes started inside never see Ctrl-C, which a terminal sends to all: the main process decides for them."""
    resource_tracker.ensure_running()  # otherwise it starts with the first process and unblocks interrupts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class WorkerPool:
    """Scores one stream of records in single-threaded processes, which start when there is work for them.

    Args:
        time_limit: seconds for one article; after that its worker is killed and the article becomes an error record.
    """

    def __init__(self, n_workers: int, model: ModelChoice, options: ScoreOptions, *, time_limit: float) -> None:
        self._n_workers = n_workers
        self._model = model
        self._options = options
        self._time_limit = time_limit
        self._workers: list[_Worker] = []
        self._works: dict[int, Work] = {}  # read and not yet yielded, by number
        self._lines: dict[int, bytes] = {}  # scored and not yet yielded
        self._n_characters = 0  # of the works held
        self._n_read = self._n_yielded = 0
        self._is_exhausted = False
        self._batches: deque[list[int]] = deque()
        self._last_batch: list[int] = []  # still growing
        self._n_deaths: Counter[int] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in tuple(self._workers):
            self._end(worker)

    def answer(self, works: Iterable[Work]) -> Iterator[tuple[Work, bytes]]:
        """Each work with its result line, in order.

        Raises:
            ModelError: a worker cannot load the model.
            BatchError: a worker ends before it is ready.
        """
        source = iter(works)
        while True:
            self._read_ahead(source)
            while self._n_yielded in self._lines:
                yield self._pop()
            if self._works:
                self._wait()
            elif self._is_exhausted:
                return

    def _read_ahead(self, source: Iterator[Work]) -> None:
        while not self._is_exhausted and self._has_room():
            work = next(source, None)
            if work is None:
                self._is_exhausted = True
            else:
                self._take(work)
                self._hand_out()
        self._hand_out(with_last=True)

    def _has_room(self) -> bool:
        return not self._works or (
            len(self._works) < _AHEAD_RECORDS * self._n_workers
            and self._n_characters < _AHEAD_CHARACTERS * self._n_workers
        )

    def _take(self, work: Work) -> None:
        number, record = self._n_read, work.record
        self._n_read += 1
        self._works[number] = work
        self._n_characters += record.n_characters
        if work.line is not None:
            self._lines[number] = work.line
        elif not needs_model(record):
            self._lines[number] = answer_without_model(record)
        else:
            self._add_to_batch(number)

    def _add_to_batch(self, number: int) -> None:
        batch = self._last_batch
        n_characters = sum(self._works[i].record.n_characters for i in (*batch, number))
        if batch and (len(batch) == _BATCH_RECORDS or n_characters > _BATCH_CHARACTERS):
            self._batches.append(batch)
            batch = self._last_batch = []
        batch.append(number)

    def _pop(self) -> tuple[Work, bytes]:
        work, line = self._works.pop(self._n_yielded), self._lines.pop(self._n_yielded)
        self._n_characters -= work.record.n_characters
        self._n_yielded += 1
        return work, line

    def _hand_out(self, *, with_last: bool = False) -> None:
        """Give batches to idle workers, and start workers for the remaining batches."""
        for worker in tuple(self._workers):
            if worker.is_idle and (batch := self._next_batch(with_last=with_last)):
                self._send(worker, batch)
        n_batches = len(self._batches) + (with_last and bool(self._last_batch))
        n_starting = sum(not worker.is_ready for worker in self._workers)
        for _ in range(min(n_batches - n_starting, self._n_workers - len(self._workers))):
            self._workers.append(self._start())

    def _next_batch(self, *, with_last: bool) -> list[int]:
        if self._batches:
            return self._batches.popleft()
        batch: list[int] = []
        if with_last:
            batch, self._last_batch = self._last_batch, batch
        return batch

    def _send(self, worker: _Worker, batch: list[int]) -> None:
        worker.numbers.extend(batch)
        worker.deadline = time.monotonic() + self._time_limit
        try:
            worker.pipe.send([self._works[number].record for number in batch])
        except OSError:
            self._bury(worker)

    def _start(self) -> _Worker:
        ours, theirs = _CONTEXT.Pipe()
        process = _CONTEXT.Process(target=run_worker, args=(theirs, self._model, self._options), daemon=True)
        with _interrupts_blocked():
            process.start()
        theirs.close()  # so that our end sees the end of file when the process ends
        return _Worker(process, ours, time.monotonic() + _START_SECONDS)

    def _wait(self) -> None:
        """Wait until a worker sends something, ends, or runs out of time."""
        busy = [worker for worker in self._workers if not worker.is_idle]
        timeout = max(0.0, min(worker.deadline for worker in busy) - time.monotonic())
        speaking = wait([worker.pipe for worker in busy], timeout)
        for worker in busy:
            if worker.pipe in speaking:
                self._receive(worker)
            elif time.monotonic() > worker.deadline:
                self._time_out(worker)

    def _receive(self, worker: _Worker) -> None:
        try:
            while worker.pipe.poll():
                if worker.is_ready:
                    self._lines[worker.numbers.popleft()] = worker.pipe.recv_bytes()
                    worker.deadline = time.monotonic() + self._time_limit
                else:
                    problem = worker.pipe.recv()
                    if problem is not None:
                        raise ModelError(problem)
                    worker.is_ready = True
        except (EOFError, OSError):
            self._bury(worker)

    def _bury(self, worker: _Worker) -> None:
        """Drop a dead worker: its current article is tried once more, alone; its other articles are queued again."""
        worker.process.join(1)  # its pipe closes before it has an exit code
        self._end(worker)
        exit_code = worker.process.exitcode
        cause = f"signal {-exit_code}" if exit_code is not None and exit_code < 0 else f"exit code {exit_code}"
        if not worker.is_ready:
            raise BatchError(
                f"a worker process ended with {cause} before it had loaded the model; is there enough memory?"
            )
        if not worker.numbers:
            return
        culprit, *others = worker.numbers
        self._n_deaths[culprit] += 1
        if others:
            self._batches.appendleft(others)
        if self._n_deaths[culprit] < _MAX_DEATHS:
            self._batches.appendleft([culprit])
        else:
            self._fail(
                culprit, "E_WORKER_DIED", f"its worker process died twice, the last time with {cause}; out of memory?"
            )

    def _time_out(self, worker: _Worker) -> None:
        self._end(worker)
        if not worker.is_ready:
            raise BatchError(f"a worker process had not loaded the model after {_START_SECONDS:.0f} seconds")
        culprit, *others = worker.numbers
        if others:
            self._batches.appendleft(others)
        self._fail(culprit, "E_TIMEOUT", f"took more than {self._time_limit:g} seconds; --timeout allows more")

    def _fail(self, number: int, code: str, message: str) -> None:
        self._lines[number] = failure_line(self._works[number].record, code, message)

    def _end(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()
