"""The commands `inquit score` and `inquit model`. Only commands print and choose exit codes."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from inquit.models.folder import CARD, WEIGHTS, Manifest, ModelError, read_manifest, verify
from inquit.models.result import ArticleResult

if TYPE_CHECKING:
    from inquit.inference.tables import Summary

EXIT_ARTICLE_ERRORS, EXIT_USAGE, EXIT_MODEL, EXIT_INPUT, EXIT_OUTPUT, EXIT_INTERRUPTED = 1, 2, 3, 4, 5, 130
_REPORT_EVERY_SECONDS = 5.0

model_app = typer.Typer(help="List, show and check models.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.command()(score)
    app.add_typer(model_app, name="model")


def fail(message: str, code: int) -> NoReturn:
    print(f"inquit: {message}", file=sys.stderr)
    raise typer.Exit(code)


def score(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT...", help="Files, folders, globs, or - for stdin.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Where to write .jsonl; else stdout.")] = None,
    model: Annotated[str, typer.Option(help="A shipped model's name, or a model folder.")] = "en",
    text_field: Annotated[str, typer.Option(help="Where JSON objects keep the text.")] = "text",
    id_field: Annotated[str, typer.Option(help="Where JSON objects keep the id.")] = "id",
    no_text: Annotated[bool, typer.Option("--no-text", help="Leave the text out; its hash stays.")] = False,
    min_confidence: Annotated[float, typer.Option(min=0, max=1, help="Leave out less certain attributions.")] = 0.0,
    max_chars: Annotated[int, typer.Option(min=1, help="A longer article is an error record.")] = 20_000_000,
    allow_empty: Annotated[bool, typer.Option("--allow-empty", help="Zero articles are no error.")] = False,
    table: Annotated[
        bool | None, typer.Option("--table/--json", help="A readable table, or JSON lines; else a table on a terminal.")
    ] = None,
) -> None:
    """Find who said what in articles.

    Example: inquit score articles/ more.jsonl -o results.jsonl
    """
    # Imported here: `inquit --help` must not wait for onnxruntime.
    from inquit.inference.attributor import Attributor
    from inquit.inference.readers import InputError, ReadOptions, read_inputs
    from inquit.inference.records import score_safely
    from inquit.inference.tables import Summary
    from inquit.inference.writers import OutputError

    summary = Summary()
    try:
        options = ReadOptions(text_field=text_field, id_field=id_field, max_chars=max_chars)
        articles = read_inputs(inputs, options, allow_empty=allow_empty)
        _check_output(output)
        attributor = Attributor.load(model)
        results = (_keep_confident(score_safely(attributor, article), min_confidence) for article in articles)
        _write(
            results, output, summary, with_text=not no_text, as_table=sys.stdout.isatty() if table is None else table
        )
    except InputError as error:
        fail(str(error), EXIT_INPUT)
    except ModelError as error:
        fail(str(error), EXIT_MODEL)
    except OutputError as error:
        fail(str(error), EXIT_OUTPUT)
    except BrokenPipeError:
        # The reader of our output has seen enough. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(EXIT_OUTPUT) from None
    except KeyboardInterrupt:
        fail("interrupted; nothing was written", EXIT_INTERRUPTED)
    if summary.n_errors:
        raise typer.Exit(EXIT_ARTICLE_ERRORS)


def _check_output(output: Path | None) -> None:
    """Find out before hours of work that the output cannot be written."""
    from inquit.inference.writers import OutputError

    if output is None:
        return
    if output.suffix != ".jsonl":
        fail(f"-o {output}: wanted a file ending in .jsonl", EXIT_USAGE)
    if output.is_dir() or not output.parent.is_dir() or not os.access(output.parent, os.W_OK):
        raise OutputError(f"{output}: its folder does not exist or cannot be written, or it is a folder itself")


def _keep_confident(result: ArticleResult, min_confidence: float) -> ArticleResult:
    from dataclasses import replace

    if min_confidence <= 0:
        return result
    kept = tuple(a for a in result.attributions if a.confidence is None or a.confidence >= min_confidence)
    return replace(result, attributions=kept)


def _write(
    results: Iterator[ArticleResult], output: Path | None, summary: Summary, *, with_text: bool, as_table: bool
) -> None:
    from rich.console import Console

    from inquit.inference.tables import print_results
    from inquit.inference.writers import open_atomically, to_json_line

    if output is not None:
        with open_atomically(output) as file:
            for result in _with_progress(results, summary):
                file.write(to_json_line(result, with_text=with_text))
    elif as_table:
        print_results(results, Console(), summary)
    else:
        for result in results:
            summary.add(result)
            sys.stdout.buffer.write(to_json_line(result, with_text=with_text))
            sys.stdout.buffer.flush()
    print("\n".join(summary.lines()), file=sys.stderr)


def _with_progress(results: Iterator[ArticleResult], summary: Summary) -> Iterator[ArticleResult]:
    started = reported = time.monotonic()
    for result in results:
        summary.add(result)
        yield result
        now = time.monotonic()
        if now - reported >= _REPORT_EVERY_SECONDS:
            reported = now
            rate = summary.n_articles / (now - started)
            print(f"{summary.n_articles} articles, {rate:.1f} a second, {summary.n_errors} errors", file=sys.stderr)


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
