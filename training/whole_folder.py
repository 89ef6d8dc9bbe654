"""A folder that one process makes, and that appears under its name only when it is whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inquit.inference.writers import OutputError
from inquit.models.files import hold_lock


def make_parent(folder: Path) -> None:
    """Make the folder that another is to be in.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror or error}") from error


@contextmanager
def claim_folder(folder: Path) -> Iterator[None]:
    """Keep a folder that is to be made to one process.

    Raises:
        LockedError: another process is making it.
        OutputError: it exists.
    """
    with hold_lock(folder.with_name(f".{folder.name}.lock")):
        if folder.exists():
            raise OutputError(f"{folder}: exists already; remove it or name another folder")
        yield


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into, which gets its name at the end, in place of one that has it; a failure leaves that as it was.

    A folder that has the name steps aside as ``.old-NAME`` for the moment between two renames.
    """
    temporary, before = (folder.with_name(f".{what}-{folder.name}") for what in ("tmp", "old"))
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        temporary.mkdir(parents=True)
        yield temporary
        if folder.exists():
            shutil.rmtree(before, ignore_errors=True)
            os.replace(folder, before)
        os.replace(temporary, folder)
        shutil.rmtree(before, ignore_errors=True)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
