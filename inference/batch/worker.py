"""The process that scores: it gets lists of records through a pipe and sends back one JSON line for each."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass
from multiprocessing import connection, parent_process
from multiprocessing.connection import Connection

from inquit.inference.batch.scoring import ScoreOptions, score_record
from inquit.models.folder import ModelError


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The model that every worker loads, pinned by the hash of its manifest in case the folder changes meanwhile."""

    folder: str
    fingerprint: str


def run_worker(tasks: Connection, model: ModelChoice, options: ScoreOptions) -> None:
    """Load the model, then score until the pipe is closed.

    The first message sent is None, or the reason why the model cannot be loaded. This module imports nothing heavy, so
    that the limit to one thread is set before the libraries that read it are loaded.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process decides what an interrupt means
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    for library in ("OMP", "OPENBLAS", "MKL", "RAYON"):
        os.environ[f"{library}_NUM_THREADS"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    from inquit.inference.attributor import Attributor

    try:
        attributor = Attributor.load(
            model.folder, expect_sha256=model.fingerprint, min_confidence=options.min_confidence
        )
    except ModelError as error:
        tasks.send(str(error))
        return
    try:
        tasks.send(None)
        while True:
            for record in tasks.recv():
                tasks.send_bytes(score_record(record, attributor, options))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # the main process has ended or needs no more results


def _end_with_parent() -> None:
    """End as soon as the main process ends, even in the middle of an article."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
