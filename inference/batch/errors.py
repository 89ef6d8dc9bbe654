"""Errors that end a run. Anything else that goes wrong becomes the error record of one article."""

from __future__ import annotations


class BatchError(Exception):
    """Ends a run. The message says what was wanted, what came and what to do; the command exits with ``exit_code``."""

    exit_code = 1


class TooManyErrorsError(BatchError):
    """More articles failed than --max-errors allows."""


class UsageError(BatchError):
    """A wrong call: a bad option or field name, or a run that is resumed with different options."""

    exit_code = 2


class FieldError(UsageError):
    """A file does not have the column or key that was asked for, or it cannot be used."""


class MissingExtraError(UsageError, ValueError):
    """What was asked for needs a library that only an extra installs."""


class InputError(BatchError):
    """The input cannot be read at all."""

    exit_code = 4


class OutputError(BatchError):
    """The output cannot be written; the message names it and says why."""

    exit_code = 5


class LockedError(OutputError):
    """Another run is writing to the same output."""

    exit_code = 6


def require_pyarrow(asked_for: str) -> None:
    """Check that pyarrow is installed. It is an extra because it would make up a third of every installation.

    Raises:
        MissingExtraError: it is not; the message names what was asked for and the extra.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(
            f"{asked_for}: Parquet needs pyarrow, which is not installed: pip install 'inquit[parquet]'"
        ) from error


class FileError(Exception):
    """A file, or the rest of it, cannot be read. It becomes an error record, and the run goes on with the next file."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
