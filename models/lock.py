"""One writer at a time: locks that end with the process that holds them, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class LockedError(Exception):
    """Another process holds the lock: says which."""


def take_lock(file: IO[bytes] | IO[str] | int) -> bool:
    """Lock an open file or folder until it is closed; False where another process has locked it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold a lock file, which is gone afterwards.

    Raises:
        LockedError: another process holds it.
        OSError: the file cannot be made.
    """
    while True:
        file = open(path, "a+", encoding="ascii")  # noqa: SIM115
        if not take_lock(file):
            with file:
                file.seek(0)
                holder = file.read().strip() or "unknown"
            raise LockedError(f"process {holder} holds {path}; try again when it has ended")
        if path.exists() and os.fstat(file.fileno()).st_ino == path.stat().st_ino:
            break
        # Its last holder removed the file between our opening and our locking it.
        file.close()
    with file:
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
