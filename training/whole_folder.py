"""Make a folder in one process at a time, so that it appears under its name only when it is complete."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inquit.inference.writers import OutputError
from inquit.models.files import hold_lock


def make_parent(folder: Path) -> None:
    """Create the parent of a folder that is to be written.

    Raises:
        OutputError: it cannot be created.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror or error}") from error


@contextmanager
def claim_folder(folder: Path) -> Iterator[None]:
    """Reserve a folder that is to be made for this process.

    Raises:
        LockedError: another process is making it.
        OutputError: it already exists.
    """
    with hold_lock(folder.with_name(f".{folder.name}.lock")):
        if folder.exists():
            raise OutputError(f"{folder}: already exists; remove it or name another folder")
        yield


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A temporary folder to write into; at the end it gets its name, and replaces any folder that had it.

    A failure leaves the old folder as it was. Between the two renames it is called ``.old-NAME``.
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
