"""The commands `inquit score` and `inquit report`. Only commands print and choose exit codes."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from inquit.models.folder import CURRENT, ModelError
from inquit.models.result import ArticleResult

if TYPE_CHECKING:
    from inquit.inference.tables import Summary

EXIT_ARTICLE_ERRORS, EXIT_USAGE, EXIT_MODEL, EXIT_INPUT, EXIT_OUTPUT, EXIT_INTERRUPTED = 1, 2, 3, 4, 5, 130
_REPORT_EVERY_SECONDS = 5.0


def register(app: typer.Typer) -> None:
    app.command()(score)
    app.command()(report)


def fail(message: str, code: int) -> NoReturn:
    print(f"inquit: {message}", file=sys.stderr)
    raise typer.Exit(code)


def score(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT...", help="Files, folders, globs, or - for stdin.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Where to write .jsonl; else stdout.")] = None,
    model: Annotated[str, typer.Option(help="A model's name, or a model folder.")] = CURRENT,
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


logging.getLogger("inquit").addHandler(logging.NullHandler())
