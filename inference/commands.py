"""The commands `inquit report` and `inquit model`. Only commands print and choose exit codes."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from inquit.models.folder import CARD, WEIGHTS, Manifest, ModelError, read_manifest, verify

EXIT_ARTICLE_ERRORS, EXIT_USAGE, EXIT_MODEL, EXIT_INPUT, EXIT_OUTPUT, EXIT_INTERRUPTED = 1, 2, 3, 4, 5, 130

model_app = typer.Typer(help="List, show and check models.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.command()(report)
    app.add_typer(model_app, name="model")


def fail(message: str, code: int) -> NoReturn:
    print(f"inquit: {message}", file=sys.stderr)
    raise typer.Exit(code)


def report(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="A file that `inquit score` wrote (.jsonl).")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The page to write.")] = Path("report.html"),
) -> None:
    """Show results as one page for a browser.

    Example: inquit report results.jsonl -o report.html
    """
    from inquit.inference.report import write_report
    from inquit.inference.writers import OutputError, read_results

    try:
        write_report(read_results(results), output)
    except (OSError, ValueError) as error:
        fail(str(error), EXIT_INPUT)
    except OutputError as error:
        fail(str(error), EXIT_OUTPUT)


@model_app.command("list")
def list_models() -> None:
    """The models that ship with inquit.

    Example: inquit model list
    """
    for path in sorted(WEIGHTS.glob("*/manifest.json")):
        manifest = _or_fail(read_manifest, path.parent)
        print(f"{path.parent.name}\t{manifest.title}\t{manifest.fingerprint[:12]}\t{path.parent}")


@model_app.command("card")
def show_card(model: Annotated[str, typer.Argument(help="A shipped model's name, or a model folder.")] = "en") -> None:
    """What a model was made from, what it can do and what it cannot.

    Example: inquit model card en
    """
    manifest = _or_fail(verify, model)
    print((manifest.folder / CARD).read_text(encoding="utf-8") if CARD in manifest.data["files"] else "no card")


@model_app.command("verify")
def verify_model(
    model: Annotated[str, typer.Argument(help="A shipped model's name, or a model folder.")] = "en",
    expect_sha256: Annotated[str | None, typer.Option(help="Refuse a manifest with another SHA-256.")] = None,
) -> None:
    """Check every file of a model against its manifest.

    Example: inquit model verify en
    """
    manifest = _or_fail(lambda name: verify(name, expect_sha256=expect_sha256), model)
    print(f"{manifest.title}: {len(manifest.data['files'])} files as the manifest says; sha256 {manifest.fingerprint}")


def _or_fail(action: Callable[[str | Path], Manifest], model: str | Path) -> Manifest:
    try:
        return action(model)
    except ModelError as error:
        fail(str(error), EXIT_MODEL)


logging.getLogger("inquit").addHandler(logging.NullHandler())
