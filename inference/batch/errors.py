"""What ends a run. Everything else that goes wrong is one article's error record."""

from __future__ import annotations


class BatchError(Exception):
    """Ends a run; the message says what was wanted, what came and what to do, the command exits with ``exit_code``."""

    exit_code = 1


class TooManyErrorsError(BatchError):
    """More articles failed than the call allows."""


class UsageError(BatchError):
    """The call does not fit: an option, a field name, a resumed run with other options."""

    exit_code = 2


class FieldError(UsageError):
    """A file has no column or key of the name that was asked for."""


class MissingExtraError(UsageError, ValueError):
    """What was asked for needs a library that is installed with an extra only."""


class InputError(BatchError):
    """Input that cannot be read at all."""

    exit_code = 4


class OutputError(BatchError):
    """Output that cannot be written: names it and says why."""

    exit_code = 5


class LockedError(OutputError):
    """Another run writes to the same output."""

    exit_code = 6


def require_pyarrow(asked_for: str) -> None:
    """Check that Parquet can be read and written: pyarrow alone is a third of what would be installed for all.

    Raises:
        MissingExtraError: it cannot; names what was asked for and the extra.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(
            f"{asked_for}: Parquet needs pyarrow, which is not installed: pip install 'inquit[parquet]'"
        ) from error


class FileError(Exception):
    """One file, or the rest of it, cannot be read: becomes an error record, and the run goes on with the next file."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
