"""Finding the files that the inputs name: files, folders, globs, pipes, standard input."""

from __future__ import annotations

import glob
import logging
import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from inquit.inference.batch.errors import InputError, UsageError
from inquit.inference.batch.options import InputFormat
from inquit.inference.batch.readers.formats import SUFFIXES, bare_name, format_by_name

logger = logging.getLogger(__name__)

STDIN = "-"

_HIDDEN, _OUTPUT, _NO_FORMAT = "hidden", "the output", "its suffix is not that of an article format"


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read.

    Attributes:
        path: where it is; None means standard input.
        name: its path within the input folder, or its file name; ids are made from it.
    """

    path: Path | None
    name: str

    @property
    def id(self) -> str:
        """The id of the article, if the file contains just one."""
        return bare_name(self.name)

    @property
    def id_of_failure(self) -> str:
        """The id of the error record for an unreadable file: the file's name if it may contain several articles."""
        named = format_by_name(self.name)
        return self.id if named in (None, InputFormat.TXT, InputFormat.HTML) else self.name

    def __str__(self) -> str:
        return "standard input" if self.path is None else printable(str(self.path))


def printable(name: str) -> str:
    """A file name, with U+FFFD for bytes that are not UTF-8, which results cannot contain."""
    return os.fsencode(name).decode("utf-8", "replace")


def check_inputs(inputs: Sequence[str], *, allow_empty: bool = False) -> None:
    """Refuse inputs that do not exist or cannot be read, before anything is loaded or written.

    Raises:
        InputError: the message names every such input.
    """
    problems = [(name, _find_problem(name, allow_empty=allow_empty)) for name in inputs]
    if any(problem for _, problem in problems):
        raise InputError("; ".join(f"{printable(name)}: {problem}" for name, problem in problems if problem))


def check_output(inputs: Iterable[str], output: Path) -> None:
    """Refuse an output that is also an input, under whatever name: writing it would destroy the input.

    Raises:
        UsageError: the message names the input.
    """
    for name in inputs:
        path = "/dev/stdin" if name == STDIN else name
        named = [path] if os.path.lexists(path) else glob.glob(path, recursive=True)
        if os.path.realpath(output) in map(os.path.realpath, named):
            raise UsageError(f"{printable(name)}: is the output as well as an input; choose another output")


def can_be_read_twice(inputs: Iterable[str]) -> bool:
    """Whether all inputs can be read twice: false for standard input and pipes."""
    return all(name != STDIN and not _is_stream(Path(name)) for name in inputs)


def find_sources(
    inputs: Iterable[str], *, exclude: Path | None = None, left_out: Counter[str] | None = None
) -> Iterator[Source]:
    """The files of all inputs, in the order given; those in a folder in the order of their names.

    Subfolders are listed one at a time, so the size of a folder does not matter. In folders, anything that is not a
    regular file, is hidden (its name begins with a dot or an underscore), or does not have the suffix of an article
    format is left out and logged.

    Args:
        exclude: the output, which may be inside an input folder.
        left_out: counts what is left out, by suffix or reason, except hidden files and the output.
    """
    left_out = Counter() if left_out is None else left_out
    for name in inputs:
        path = Path(name)
        if name == STDIN:
            yield Source(None, "stdin")
        elif path.is_dir():
            yield from _find_in_folder(path, path, exclude, left_out)
        elif os.path.lexists(path) or not glob.has_magic(name):
            yield Source(path, printable(path.name))  # even if it has disappeared: then it is an error record
        else:
            matches = sorted(glob.glob(name, recursive=True))
            files = (match for match in matches if not _is_stream(Path(match)))
            yield from find_sources(files, exclude=exclude, left_out=left_out)


def _find_problem(name: str, *, allow_empty: bool) -> str | None:
    if name == STDIN:
        return None
    if not name:  # a path of no name is the current folder
        return "an empty name; is a variable not set?"
    path = Path(name)
    try:
        if path.is_dir():
            if not os.access(path, os.R_OK | os.X_OK):
                return "no permission to read the folder"
            return (
                None
                if allow_empty or any(find_sources([name]))
                else f"the folder contains no file ending in {', '.join(SUFFIXES)}"
            )
        if path.exists():
            return None if os.access(path, os.R_OK) else "no permission to read it"
        if path.is_symlink():
            return "a broken link"
        return None if glob.glob(name, recursive=True) else "no such file or folder, and no glob that matches any"
    except (OSError, ValueError) as error:
        return f"cannot be read: {error}"


def _is_stream(path: Path) -> bool:
    try:
        return not path.is_dir() and not path.is_file()
    except (OSError, ValueError):
        return False


def _find_in_folder(folder: Path, root: Path, exclude: Path | None, left_out: Counter[str]) -> Iterator[Source]:
    try:
        with os.scandir(folder) as found:
            names = sorted(entry.name for entry in found)
    except OSError as error:
        logger.warning("%s: skipped, cannot be read: %s", folder, error.strerror)
        left_out["a folder that cannot be read"] += 1
        return
    for name in names:
        path = folder / name
        reason = _reason_to_skip(path, exclude)
        if reason is not None:
            logger.info("%s: skipped, %s", path, reason)
            if reason not in (_HIDDEN, _OUTPUT):
                left_out[printable(path.suffix) or "no suffix" if reason is _NO_FORMAT else reason] += 1
        elif path.is_dir():
            yield from _find_in_folder(path, root, exclude, left_out)
        else:
            yield Source(path, printable(path.relative_to(root).as_posix()))


def _reason_to_skip(path: Path, exclude: Path | None) -> str | None:
    if path.name.startswith((".", "_")):
        return _HIDDEN
    if exclude is not None and path.name == exclude.name and path.resolve() == exclude:
        return _OUTPUT
    try:
        mode = path.stat().st_mode
    except OSError:
        return "a broken or circular link"
    if stat.S_ISDIR(mode):
        return "a link to a folder" if path.is_symlink() else None
    if not stat.S_ISREG(mode):
        return "not a regular file"
    return None if format_by_name(path.name) is not None else _NO_FORMAT
