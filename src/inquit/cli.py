"""The one command, `inquit`: joins the commands of inference and training."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from inquit import __version__
from inquit.inference import commands as inference_commands
from inquit.inference import report_commands
from inquit.training import commands as training_commands

app = typer.Typer(
    help="Who said what, and what kind of claim it is, in news articles.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        print(f"inquit {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


inference_commands.register(app)
report_commands.register(app)
# These modules are light: torch and transformers are imported by the commands that need them, when called.
training_commands.register(app)


def main() -> None:
    """Run the command line; output is UTF-8 whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    app()


if __name__ == "__main__":
    main()
