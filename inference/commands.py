"""What all commands share: exit codes, and the way to end with one. Only commands print and choose exit codes."""

from __future__ import annotations

import logging
import sys
from typing import NoReturn

import typer

EXIT_ARTICLE_ERRORS, EXIT_USAGE, EXIT_MODEL, EXIT_INPUT, EXIT_OUTPUT, EXIT_INTERRUPTED = 1, 2, 3, 4, 5, 130


def fail(message: str, code: int) -> NoReturn:
    print(f"inquit: {message}", file=sys.stderr)
    raise typer.Exit(code)


logging.getLogger("inquit").addHandler(logging.NullHandler())
