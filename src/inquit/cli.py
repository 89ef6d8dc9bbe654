"""The `inquit` command line: registers the commands of inference and training."""

from __future__ import annotations

import os
import sys
from typing import Annotated

# The arrays are so small that extra threads only wait for each other. Must be set before numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import typer

from inquit import __version__
from inquit.inference import model_commands, report_commands, score_command
from inquit.inference.batch.errors import OutputError
from inquit.inference.standard_streams import prepare_standard_streams
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


app.command()(score_command.score)
report_commands.register(app)
model_commands.register(app)
# Cheap to import: the commands that need torch and transformers import them only when called.
training_commands.register(app)


def main() -> None:
    """Run the command line."""
    prepare_standard_streams()
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except OutputError as error:
        print("inquit:", error, file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:  # the reader of our output has gone
        sys.exit(OutputError.exit_code)


if __name__ == "__main__":
    main()
