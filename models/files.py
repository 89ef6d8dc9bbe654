"""Atomic replacement of files, and locks that end with the process that holds them, for one writer at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file atomically: a process killed at any moment leaves either the old file or the new one.

    Raises:
        OSError: the file cannot be written.
    """
    temporary = path.with_name(f".tmp-{os.getpid()}-{path.name}")
    try:
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Flush a file's content, or a folder's renames, to disk, so that it survives a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class LockedError(Exception):
    """Another process holds the lock; the message says which."""


def take_lock(file: IO[bytes] | IO[str] | int) -> bool:
    """Lock an open file or folder until it is closed; False if another process has locked it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold a lock file, and remove it afterwards.

    Raises:
        LockedError: another process holds it.
        OSError: the file cannot be created.
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
        # The previous holder removed the file between our opening and our locking it.
        file.close()
    with file:
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
