"""The commands `inquit labels` and `inquit queue`. Light: nothing here needs a training library."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from inquit.inference.batch.summary import counted
from inquit.inference.commands import (
    EXIT_ARTICLE_ERRORS,
    EXIT_INPUT,
    EXIT_USAGE,
    exit_codes,
    fail,
    refuse_overwriting,
    without_controls,
)

if TYPE_CHECKING:
    from inquit.models.result import ArticleResult
    from inquit.training.labels import LabelCheck
    from inquit.training.labels.agreement import Agreement
    from inquit.training.labels.check_types import Vocabulary
    from inquit.training.labels.findings import Finding
    from inquit.training.labels.formats import LabelFormat

T = TypeVar("T")

labels_app = typer.Typer(help="Check, convert and compare labels.", no_args_is_help=True)

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Label files or folders.")]
Format = Annotated[
    str | None,
    typer.Option("--format", help="jsonl, label-studio, brat, conll or csv; default: recognised by the name."),
]
Articles = Annotated[
    list[Path] | None, typer.Option("--articles", help="A file with the texts for labels that have none; repeatable.")
]
NewTypes = Annotated[list[str] | None, typer.Option("--new-type", help="Allow one more claim type; repeatable.")]
Renames = Annotated[
    list[str] | None, typer.Option("--rename", metavar="OLD=NEW", help="Rename or merge a claim type; repeatable.")
]


def register(app: typer.Typer) -> None:
    app.add_typer(labels_app, name="labels")
    app.command("queue")(queue)


@labels_app.command("check")
def check(
    files: Files,
    label_format: Format = None,
    held_out: Annotated[
        list[Path] | None, typer.Option("--held-out", help="Articles that you test on; repeatable.")
    ] = None,
    articles: Articles = None,
    new_type: NewTypes = None,
    rename: Renames = None,
    fix: Annotated[
        Path | None, typer.Option("--fix", metavar="OUT.jsonl", help="Write a copy with all unambiguous repairs.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print findings as JSON lines.")] = False,
) -> None:
    """Find what is wrong with labels, where, and how to fix it.

    Exit code 0: clean, or all repaired by --fix; 1: findings; 2: wrong call; 4: a file cannot be read.

    Example: inquit labels check corrections.jsonl --held-out test.jsonl --fix mended.jsonl
    """
    refuse_overwriting([*files, *(articles or ()), *(held_out or ())], fix)
    result = _check(files, label_format, articles, new_type, rename, held_out=held_out)
    _print_findings(result.findings, as_json=as_json)
    if fix is None:
        raise typer.Exit(0 if result.is_clean else EXIT_ARTICLE_ERRORS)
    import orjson

    from inquit.training.labels.formats import write_file

    lines = (orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE) for record in result.mended)
    _or_fail(lambda: write_file(fix, lines))
    left = [finding for finding in result.findings if finding.mended is None and finding.severity != "note"]
    n_mended = sum(finding.mended is not None for finding in result.findings)
    counts = (counted(len(result.mended), "article"), counted(n_mended, "repair"), counted(len(left), "finding"))
    print(f"{fix}: {', '.join(counts)} left", file=sys.stderr)
    raise typer.Exit(EXIT_ARTICLE_ERRORS if left else 0)


def _check(
    files: Sequence[Path],
    label_format: str | None,
    articles: list[Path] | None,
    new_types: list[str] | None,
    renames: list[str] | None,
    *,
    held_out: list[Path] | None = None,
) -> LabelCheck:
    from inquit.training.labels import run_check

    chosen, vocabulary = _label_format(label_format), _vocabulary(new_types, renames)
    return _or_fail(
        lambda: run_check(
            files, label_format=chosen, held_out=held_out or [], articles=articles or [], vocabulary=vocabulary
        )
    )


def _label_format(name: str | None) -> LabelFormat | None:
    from inquit.training.labels import LabelFormat

    if name is None:
        return None
    if name not in [*LabelFormat]:
        fail(f"--format {name}: wanted one of {[f.value for f in LabelFormat]}", EXIT_USAGE)
    return LabelFormat(name)


def _vocabulary(new_types: list[str] | None, renames: list[str] | None) -> Vocabulary:
    from inquit.training.labels import Vocabulary

    for rename in renames or []:
        if not all(rename.partition("=")):
            fail(f"--rename {rename}: wanted OLD=NEW", EXIT_USAGE)
    pairs = dict(rename.split("=", 1) for rename in renames or [])
    return Vocabulary(tuple(new_types or ()), pairs)


def _or_fail(action: Callable[[], T]) -> T:
    """The value of an action; if input or output fails, the command ends with the matching exit code."""
    with exit_codes():
        return action()


def _print_findings(findings: Sequence[Finding], *, as_json: bool) -> None:
    import orjson

    from inquit.training.labels import Severity

    for finding in findings:
        print(orjson.dumps(finding.to_dict()).decode() if as_json else without_controls(str(finding)))
    counts = {severity: sum(finding.severity is severity for finding in findings) for severity in Severity}
    print(", ".join(counted(n, severity) for severity, n in counts.items()), file=sys.stderr)


@labels_app.command("import")
def import_labels(
    files: Files,
    output: Annotated[Path, typer.Option("-o", "--output", help="The label file to write (.jsonl).")],
    label_format: Format = None,
    articles: Articles = None,
    new_type: NewTypes = None,
    rename: Renames = None,
    drop_bad: Annotated[
        bool, typer.Option("--drop-bad", help="Make unambiguous repairs; leave out labels with other errors.")
    ] = False,
) -> None:
    """Check labels from another tool and convert them to the result format.

    Example: inquit labels import project-1.json -o labels.jsonl
    """
    refuse_overwriting([*files, *(articles or ())], output)
    result = _check(files, label_format, articles, new_type, rename)
    # Whether there is enough to learn from depends on all files together, not on one conversion.
    errors = [finding for finding in result.errors if finding.code != "one-class"]
    _print_findings([f for f in result.findings if f in errors or not drop_bad], as_json=False)
    if errors and (not drop_bad or not result.kept):
        fail(
            f"{counted(len(errors), 'error')}, nothing written; fix them, or leave them out with --drop-bad",
            EXIT_ARTICLE_ERRORS,
        )
    _write(_results(result), output, "jsonl")
    n_kept, n_dropped = counted(len(result.kept), "article"), counted(result.n_dropped, "label")
    print(f"{output}: {n_kept}, {n_dropped} left out", file=sys.stderr)


def _results(result: LabelCheck) -> list[ArticleResult]:
    from inquit.models.result import ArticleResult

    return [ArticleResult.from_dict(record) for record in result.kept]


def _write(articles: Iterable[ArticleResult], output: Path, export_format: str) -> list[Path]:
    from inquit.training.labels import ExportFormat, write_labels

    return _or_fail(lambda: write_labels(articles, output, ExportFormat(export_format)))


@labels_app.command("export")
def export_labels(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Labels or results (.jsonl).")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The file to write; for brat, a folder.")],
    export_format: Annotated[
        str, typer.Option("--format", help="label-studio, brat, conll, web-annotation, schema-org or jsonl.")
    ],
) -> None:
    """Convert labels or results for another tool.

    Example: inquit labels export results.jsonl --format label-studio -o tasks.json
    """
    from inquit.training.corpora import read_corpus
    from inquit.training.labels import ExportFormat
    from inquit.training.labels.check_record import is_gold

    if export_format not in [*ExportFormat]:
        fail(f"--format {export_format}: wanted one of {[f.value for f in ExportFormat]}", EXIT_USAGE)
    refuse_overwriting([file], output)
    articles = _or_fail(lambda: list(read_corpus(file)))
    written = _write([article for article in articles if article.error is None], output, export_format)
    print(f"{counted(len(articles), 'article')}: {', '.join(map(str, written))}", file=sys.stderr)
    n_unreviewed = sum(not is_gold(article.to_dict()) for article in articles)
    if n_unreviewed and export_format == ExportFormat.BRAT:
        print(
            f"inquit: warning: {n_unreviewed} of them with answers that nobody reviewed, which brat cannot mark: "
            "everything imported from brat counts as labels, so first go through all of it",
            file=sys.stderr,
        )


@labels_app.command("agreement")
def agreement(
    first: Annotated[Path, typer.Argument(metavar="A", help="Labels by one annotator; without B, by two.")],
    second: Annotated[Path | None, typer.Argument(metavar="[B]", help="Labels by the other annotator.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Write all disagreements, one per line (.jsonl), for you to decide."),
    ] = None,
    new_type: NewTypes = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Measure how far two annotators agree: span F1, Cohen's kappa. Decides nothing.

    Example: inquit labels agreement ann.jsonl ben.jsonl -o disagreements.jsonl
    """
    import orjson

    from inquit.training.labels.agreement import measure_agreement, split_annotators
    from inquit.training.labels.check import read_annotations
    from inquit.training.labels.formats import write_file

    refuse_overwriting([first, second], output)
    vocabulary = _vocabulary(new_type, None)
    ours = _or_fail(lambda: read_annotations([first], vocabulary=vocabulary))
    if second is None:
        ours, theirs = _or_fail(lambda: split_annotators(ours))
    else:
        theirs = _or_fail(lambda: read_annotations([second], vocabulary=vocabulary))
    result = _or_fail(lambda: measure_agreement(ours, theirs))
    if output is not None:
        rows = (orjson.dumps(d.to_dict(), option=orjson.OPT_APPEND_NEWLINE) for d in result.disagreements)
        _or_fail(lambda: write_file(output, rows))
    if as_json:
        print(orjson.dumps(result.to_dict()).decode())
    else:
        _print_agreement(result)


def _print_agreement(result: Agreement) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="dim", title=counted(result.n_articles, "article"), title_justify="left")
    for name in ("", "n", "F1 or share", "kappa"):
        table.add_column(name, justify="left" if not name else "right", no_wrap=True)
    for name, value in result.spans.items():
        table.add_row(name, "", f"{value:.3f}", "")
    for name, kappa in result.labels.items():
        table.add_row(name, str(kappa.n), f"{kappa.share:.3f}", "" if kappa.kappa is None else f"{kappa.kappa:.3f}")
    Console().print(table)
    print(f"{counted(len(result.disagreements), 'disagreement')}; write them with -o FILE", file=sys.stderr)


def queue(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="A file or folder that `inquit score` wrote.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The Label Studio tasks to write.")] = Path(
        "tasks.json"
    ),
    n: Annotated[int, typer.Option("-n", min=1, help="How many articles.")] = 20,
    diversity: Annotated[
        float, typer.Option(min=0, max=1, help="0: pick only the least certain; 1: only those most unlike each other.")
    ] = 0.5,
    labelled: Annotated[
        list[Path] | None,
        typer.Option(
            "--labelled",
            help="Labels you already have; articles that are labelled or reviewed throughout are left out. Repeatable.",
        ),
    ] = None,
) -> None:
    """Choose articles to label next, as Label Studio tasks with predictions.

    Example: inquit queue results.jsonl -n 20 -o tasks.json
    """
    from inquit.inference.corrections import claim_types_of
    from inquit.inference.writers import read_results
    from inquit.training.labels.check_record import is_gold
    from inquit.training.labels.formats import write_tasks
    from inquit.training.labels.label_studio_tasks import to_task
    from inquit.training.labels.queue import queue_articles

    refuse_overwriting([results, *(labelled or ())], output)
    known = _or_fail(lambda: [a.id for path in labelled or [] for a in read_results(path) if is_gold(a.to_dict())])
    chosen = _or_fail(lambda: queue_articles(read_results(results), n=n, diversity=diversity, labelled=known))
    if not chosen:
        fail(f"{results}: holds no article to label: wanted results with texts that are not in --labelled", EXIT_INPUT)
    tasks = [
        to_task(
            item.result.with_likely_narration(),
            data={"rank": rank, "uncertainty": round(item.uncertainty, 4), "novelty": round(item.novelty, 4)},
        )
        for rank, item in enumerate(chosen, start=1)
    ]
    claim_types = claim_types_of(item.result for item in chosen)
    written = _or_fail(lambda: write_tasks(tasks, output, claim_types))
    print(f"{counted(len(tasks), 'article')}: {', '.join(map(str, written))}", file=sys.stderr)
