"""One writer at a time: a lock that ends with the process that holds it, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LockedError(Exception):
    """Another process holds the lock: says which."""


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold a lock file, which is gone afterwards.

    Raises:
        LockedError: another process holds it.
        OSError: the file cannot be made.
    """
    while True:
        file = open(path, "a+", encoding="ascii")  # noqa: SIM115
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise LockedError(f"process {holder} holds {path}; try again when it has ended") from error
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
