"""Standard input, output and error of the command line, whatever state the caller left them in."""

from __future__ import annotations

import io
import os
import sys
from typing import Any

from inquit.inference.batch.errors import OutputError


class _Messages(io.FileIO):
    """Standard error: what cannot be written is lost."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes


class _Results(io.FileIO):
    """Standard output: a failure to write it is an error of its own, and what is still buffered then is dropped."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError as error:
            # Otherwise Python fails to flush it at exit, and ends with exit code 120.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            if isinstance(error, BrokenPipeError):
                raise
            raise OutputError(f"standard output cannot be written: {error.strerror}") from error


def prepare_standard_streams() -> None:
    """Make output UTF-8 whatever the locale, and messages something that a run does not depend on.

    If the log on standard error cannot be written, since its disk is full or its reader gone, the results must not be
    lost with it. Standard output holds results, so failing to write it is an error: `OutputError`, or BrokenPipeError
    if its reader has gone.
    """
    _fill_closed_descriptors()
    sys.stdout = _open_text(_Results(1, "w", closefd=False))
    sys.stderr = _open_text(_Messages(2, "w", closefd=False), line_buffering=True)


def _open_text(raw: io.FileIO, *, line_buffering: bool = False) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding="utf-8",
        errors="backslashreplace",
        line_buffering=line_buffering or raw.isatty(),
    )


def _fill_closed_descriptors() -> None:
    """Open the null device for standard streams that the caller closed; writing to a closed standard output fails.

    Otherwise the next file that is opened would take the descriptor's number.
    """
    for descriptor, flags in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, flags)  # takes the lowest free number
