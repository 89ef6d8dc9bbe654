"""The commands `inquit report` and `inquit review`."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from inquit.inference.commands import EXIT_INPUT, EXIT_USAGE, exit_codes, fail, refuse_overwriting


def register(app: typer.Typer) -> None:
    app.command()(report)
    app.command()(review)


def report(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="A file or folder that `inquit score` wrote.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The page to write.")] = Path("report.html"),
    corrections: Annotated[
        Path | None, typer.Option(help="A corrections file; its articles are shown as corrected.")
    ] = None,
    title: Annotated[str, typer.Option(help="The page's title.")] = "Who said what",
) -> None:
    """Write results as one page for a browser: who said what, how sure the model is, what is worth checking.

    Example: inquit report results.jsonl -o report.html
    """
    from inquit.inference.report import write_report
    from inquit.inference.writers import read_results

    refuse_overwriting([results, corrections], output)
    with exit_codes():
        write_report(read_results(results), output, corrections_path=corrections, title=title)


def review(
    results: Annotated[
        Path, typer.Argument(metavar="RESULTS", help="A file or folder that `inquit score` wrote, with texts.")
    ],
    corrections: Annotated[
        Path | None, typer.Option(help="Where corrections are kept; default: RESULTS.corrections.jsonl.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Who is correcting; default: your login name.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 picks a free one.")] = 0,
) -> None:
    """Correct results in a browser, on this computer only; every change is saved at once.

    Example: inquit review results.jsonl
    """
    try:
        from inquit.inference.review import serve
    except ImportError as error:
        fail(f"review needs FastAPI and uvicorn ({error}): pip install 'inquit[review]'", EXIT_USAGE)
    from inquit.inference.batch.summary import counted
    from inquit.inference.corrections import Corrections
    from inquit.inference.writers import read_results

    path = corrections or _corrections_beside(results.absolute())
    refuse_overwriting([results], path)
    with exit_codes():
        scored = list(read_results(results))
        if not any(result.text for result in scored):
            fail(f"{results}: contains no text to correct; score without --no-text", EXIT_INPUT)
        kept = Corrections(scored, path, reviewer=by or _login_name())
    with kept:
        try:
            serve(kept, port=port, title=results.name, announce=lambda url: _announce(url, path))
        except OSError as error:
            fail(f"cannot serve on port {port}: {error.strerror}. Choose another --port", EXIT_USAGE)
        except KeyboardInterrupt:
            pass
        corrected = kept.by_id().values()
    n_done = sum(1 for article in corrected if article.reviewed_by is not None)
    print(f"{path}: {counted(len(corrected), 'article')} corrected, {n_done} of them done", file=sys.stderr)


def _corrections_beside(results: Path) -> Path:
    return results.with_name(f"{results.name.removesuffix('.jsonl')}.corrections.jsonl")


def _announce(url: str, path: Path) -> None:
    print(f"Open   {url}\nSaves  {path}\nStop   Ctrl-C", file=sys.stderr, flush=True)


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # in a container, the user may have no passwd entry
        return "unknown"
