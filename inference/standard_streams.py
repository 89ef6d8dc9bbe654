"""Standard input, output and error of the command line, whatever state the caller left them in."""

from __future__ import annotations

import io
import os
import sys
from typing import Any


class _BestEffort(io.FileIO):
    """A file whose writing never fails: what cannot be written is lost."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes


def prepare_standard_streams() -> None:
    """Make output UTF-8 whatever the locale, and messages something that a run does not depend on.

    If the log on standard error cannot be written, since its disk is full or its reader gone, the results must not be
    lost with it. Standard output holds results, so failing to write it stays an error.
    """
    _fill_closed_descriptors()
    sys.stderr = io.TextIOWrapper(io.BufferedWriter(_BestEffort(2, "w", closefd=False)), line_buffering=True)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]


def discard_output() -> None:
    """Drop what standard output still holds; else Python fails to flush it at exit, and ends with exit code 120."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fill_closed_descriptors() -> None:
    """Open the null device for standard streams that the caller closed; writing to a closed standard output fails.

    Otherwise the next file that is opened would take the descriptor's number.
    """
    for descriptor, flags in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, flags)  # takes the lowest free number
