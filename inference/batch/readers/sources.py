"""The files that the inputs name: files, folders, globs, pipes, standard input."""

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

_HIDDEN, _OUTPUT, _NO_FORMAT = "hidden", "the output", "its name has no suffix of an article format"


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read.

    Attributes:
        path: where it is; None is standard input.
        name: its path from the folder that was named, in messages and in the ids of its broken records.
    """

    path: Path | None
    name: str

    @property
    def id(self) -> str:
        """The id of the article, where the file is one."""
        return bare_name(self.name)

    @property
    def id_of_failure(self) -> str:
        """The id of the record that says that the file cannot be read: many articles may be missing, or one."""
        named = format_by_name(self.name)
        return self.id if named in (None, InputFormat.TXT, InputFormat.HTML) else self.name

    def __str__(self) -> str:
        return "standard input" if self.path is None else printable(str(self.path))


def printable(name: str) -> str:
    """A file name with U+FFFD for bytes that are not UTF-8, which no result can carry."""
    return os.fsencode(name).decode("utf-8", "replace")


def check_inputs(inputs: Sequence[str], *, allow_empty: bool = False) -> None:
    """Refuse inputs that are not there, before anything is loaded or written.

    Raises:
        InputError: names every input that cannot be read.
    """
    problems = [(name, _find_problem(name, allow_empty=allow_empty)) for name in inputs]
    if any(problem for _, problem in problems):
        raise InputError("; ".join(f"{printable(name)}: {problem}" for name, problem in problems if problem))


def check_output(inputs: Iterable[str], output: Path) -> None:
    """Refuse an output that is an input by whatever name: writing it would destroy what was read.

    Raises:
        UsageError: names the input.
    """
    for name in inputs:
        path = "/dev/stdin" if name == STDIN else name
        named = [path] if os.path.lexists(path) else glob.glob(path, recursive=True)
        if os.path.realpath(output) in map(os.path.realpath, named):
            raise UsageError(f"{printable(name)}: is the output as well; name another one")


def can_be_read_twice(inputs: Iterable[str]) -> bool:
    """Not so for standard input and pipes."""
    return all(name != STDIN and not _is_stream(Path(name)) for name in inputs)


def find_sources(
    inputs: Iterable[str], *, exclude: Path | None = None, left_out: Counter[str] | None = None
) -> Iterator[Source]:
    """The files of all inputs, in their order; those of a folder in the order of their names.

    A folder is read one folder at a time, so its size does not matter. What is in it but is no regular file, is hidden
    (its name begins with a dot or an underscore), or has no suffix of an article format, is left out and logged.

    Args:
        exclude: the output, which may lie in a folder that is read.
        left_out: counts what is left out, by suffix or reason, but for what is hidden and the output.
    """
    left_out = Counter() if left_out is None else left_out
    for name in inputs:
        path = Path(name)
        if name == STDIN:
            yield Source(None, "stdin")
        elif path.is_dir():
            yield from _find_in_folder(path, path, exclude, left_out)
        elif os.path.lexists(path) or not glob.has_magic(name):
            yield Source(path, printable(path.name))  # also where it has gone since: then it is an error record
        else:
            matches = sorted(glob.glob(name, recursive=True))
            files = (match for match in matches if not _is_stream(Path(match)))
            yield from find_sources(files, exclude=exclude, left_out=left_out)


def _find_problem(name: str, *, allow_empty: bool) -> str | None:
    if name == STDIN:
        return None
    path = Path(name)
    try:
        if path.is_dir():
            if not os.access(path, os.R_OK | os.X_OK):
                return "no permission to read the folder"
            return (
                None
                if allow_empty or any(find_sources([name]))
                else f"the folder holds no file ending in {', '.join(SUFFIXES)}"
            )
        if path.exists():
            return None if os.access(path, os.R_OK) else "no permission to read it"
        if path.is_symlink():
            return "a link that leads nowhere"
        return None if glob.glob(name, recursive=True) else "no such file or folder, and no glob that matches one"
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
        return "a link that leads nowhere, or in a circle"
    if stat.S_ISDIR(mode):
        return "a link to a folder" if path.is_symlink() else None
    if not stat.S_ISREG(mode):
        return "no regular file"
    return None if format_by_name(path.name) is not None else _NO_FORMAT
