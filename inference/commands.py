"""What all commands share: exit codes, and how to end with one. Only commands print and choose exit codes."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import typer

EXIT_ARTICLE_ERRORS, EXIT_USAGE, EXIT_MODEL, EXIT_INPUT, EXIT_OUTPUT, EXIT_LOCKED = 1, 2, 3, 4, 5, 6
EXIT_INTERRUPTED = 130


def without_controls(text: str) -> str:
    """The text with its control characters escaped: ids and texts are untrusted, and terminals obey escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def fail(reason: str | Exception, code: int) -> NoReturn:
    message = str(reason)
    if isinstance(reason, OSError) and reason.filename is not None:
        message = f"{reason.filename}: {reason.strerror}"
    print("inquit:", "\n".join(map(without_controls, message.split("\n"))), file=sys.stderr)
    raise typer.Exit(code)


@contextmanager
def exit_codes() -> Iterator[None]:
    """End the command with the exit code that belongs to the error raised inside, if any."""
    from inquit.inference.batch.errors import BatchError
    from inquit.models.files import LockedError
    from inquit.models.folder import ModelError
    from inquit.models.registry import RegistryError

    try:
        yield
    except BatchError as error:
        fail(error, error.exit_code)
    except ModelError as error:
        fail(error, EXIT_MODEL)
    except LockedError as error:
        fail(error, EXIT_LOCKED)
    except RegistryError as error:
        fail(error, EXIT_OUTPUT)
    except (OSError, ValueError) as error:
        fail(error, EXIT_INPUT)


def refuse_overwriting(inputs: Iterable[Path | None], *outputs: Path | None) -> None:
    """End the command if an output is also one of its inputs; None means that an option was not given."""
    from inquit.inference.batch.errors import UsageError
    from inquit.inference.batch.readers.sources import check_output

    names = [str(path) for path in inputs if path is not None]
    try:
        for output in outputs:
            if output is not None:
                check_output(names, output)
    except UsageError as error:
        fail(str(error), error.exit_code)


logging.getLogger("inquit").addHandler(logging.NullHandler())
