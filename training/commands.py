"""The commands `inquit train` and `inquit evaluate`. Light to import: torch is loaded when a command needs it."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from inquit.training.evaluation import Evaluation

EXIT_USAGE, EXIT_MODEL, EXIT_INPUT = 2, 3, 4


def register(app: typer.Typer) -> None:
    app.command()(train)
    app.command()(evaluate)


def _fail(message: str, code: int) -> NoReturn:
    print(f"inquit: {message}", file=sys.stderr)
    raise typer.Exit(code)


def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG.toml", help="The training file.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder of the run: network, model and report.")
    ] = Path("runs/en"),
    data: Annotated[Path, typer.Option(help="Folder that the corpus paths start from.")] = Path("data"),
    encoder: Annotated[str | None, typer.Option(help="Folder of the pretrained encoder, in place of its name.")] = None,
    teacher: Annotated[Path | None, typer.Option(help="A finished run whose answers are learnt from as well.")] = None,
    warm_start: Annotated[Path | None, typer.Option(help="A finished run to go on from.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on after the last finished epoch.")] = False,
) -> None:
    """Fit a model: encoder and heads, export, calibration, report.

    Example: inquit train training/configs/en.toml --data data -o runs/en
    """
    from inquit.training.config import read_training_config

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        settings = read_training_config(config)
    except (OSError, ValueError) as error:
        _fail(str(error), EXIT_USAGE)
    try:
        from inquit.training.train import train_model
    except ModuleNotFoundError as error:
        _fail(f"training needs more than scoring ({error.name} is missing): pip install 'inquit[train]'", EXIT_USAGE)
    try:
        train_model(settings, data, output, encoder=encoder, teacher=teacher, warm_start=warm_start, resume=resume)
    except (FileNotFoundError, ValueError) as error:
        _fail(str(error), EXIT_INPUT)
    print(f"model: {output / 'model'}   report: {output / 'report.md'}")


def evaluate(
    model: Annotated[str, typer.Argument(help="A shipped model's name, or a model folder; - with --predictions.")],
    gold: Annotated[Path, typer.Argument(help="Labelled articles: JSONL, or a PolNeAR folder.")],
    predictions: Annotated[Path | None, typer.Option(help="Compare these results; score nothing.")] = None,
    bootstrap: Annotated[int, typer.Option(min=0, help="Samples for 95 % intervals; 0 for none.")] = 1000,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write everything as JSON, - for stdout.")] = None,
) -> None:
    """Measure a model on labelled articles: spans, links, speakers, claims, with intervals.

    Example: inquit evaluate en gold.jsonl --json scores.json
    """
    import orjson

    from inquit.inference.attributor import Attributor
    from inquit.models.article import Article
    from inquit.models.folder import ModelError
    from inquit.training.corpora import read_corpus
    from inquit.training.evaluation import evaluate as compare

    try:
        records = {record.id: record for record in read_corpus(gold)}
        if without_text := [record.id for record in records.values() if record.text is None]:
            raise ValueError(f"{gold}: article {without_text[0]} has no text")
        if predictions is not None:
            predicted = {record.id: record.to_dict() for record in read_corpus(predictions)}
        else:
            attributor = Attributor.load(model)
            predicted = {i: attributor(Article(i, record.text or "")).to_dict() for i, record in records.items()}
    except (OSError, ValueError) as error:
        _fail(str(error), EXIT_INPUT)
    except ModelError as error:
        _fail(str(error), EXIT_MODEL)
    result = compare({i: record.to_dict() for i, record in records.items()}, predicted, n_bootstrap=bootstrap)
    content = orjson.dumps(result.to_dict(), option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()
    if json_path is not None and str(json_path) != "-":
        json_path.write_text(content + "\n", encoding="utf-8")
    if str(json_path) == "-":
        print(content)
    else:
        _print_evaluation(result)


def _print_evaluation(evaluation: Evaluation) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="dim", title=f"{evaluation.n_articles} articles", title_justify="left")
    for name in ("measure", "precision", "recall", "F1 or share", "95 %"):
        table.add_column(name, justify="left" if name == "measure" else "right")
    for name, value in evaluation.measures.items():
        numbers = ["", "", f"{value:.3f}"] if isinstance(value, float) else [f"{part:.3f}" for part in value]
        interval = evaluation.intervals.get(name)
        table.add_row(name, *numbers, f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else "")
    for name, scores in evaluation.claim_types.items():
        table.add_row(f"claim type {name}", *(f"{score:.3f}" for score in scores), "")
    Console().print(table)
