"""The command `inquit evaluate`: measure a model, or existing results, against gold labels."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inquit.inference.batch.summary import counted
from inquit.inference.commands import (
    EXIT_ARTICLE_ERRORS,
    EXIT_OUTPUT,
    EXIT_USAGE,
    exit_codes,
    fail,
    refuse_overwriting,
    without_controls,
)

if TYPE_CHECKING:
    from inquit.models.result import ArticleResult
    from inquit.training.evaluation import Evaluation

logger = logging.getLogger(__name__)

Records = Mapping[str, Mapping[str, Any]]


def register(app: typer.Typer) -> None:
    app.command("evaluate")(evaluate_command)


def run_evaluate(
    model: str,
    gold_path: Path,
    *,
    n_bootstrap: int = 0,
    json_path: Path | None = None,
    predictions: Path | None = None,
) -> tuple[Evaluation, int]:
    """Score the gold texts with a model, or read results, and compare them with the gold labels.

    Args:
        model: a shipped model's name or a model folder; if there are ``predictions``, only a label for the JSON file.
        json_path: where to write all measures, with the hash of the gold corpus.
        predictions: results to compare instead of scoring.

    Returns:
        the evaluation, and how many gold articles have no result because their record is missing or an error.

    Raises:
        CorpusError: gold or predictions cannot be read, or do not belong together.
        inquit.models.folder.ModelError: the model cannot be loaded.
        inquit.inference.writers.OutputError: ``json_path`` cannot be written.
    """
    from inquit.training.corpora import corpus_sha256
    from inquit.training.evaluation import SEED, evaluate

    articles = read_gold(gold_path)
    gold = {article.id: article.to_dict() for article in articles}
    predicted = score_gold(model, gold) if predictions is None else _read_predictions(predictions, gold, gold_path)
    evaluation = evaluate(gold, predicted, n_bootstrap=n_bootstrap)
    if json_path is not None:
        facts = {"model": model, "gold": str(gold_path), "gold_sha256": corpus_sha256(articles)}
        write_json(json_path, facts | {"n_bootstrap": n_bootstrap, "seed": SEED} | evaluation.to_dict())
    n_results = sum(predicted[article]["status"] in ("ok", "partial") for article in gold if article in predicted)
    return evaluation, len(gold) - n_results


def read_gold(path: Path) -> list[ArticleResult]:
    """Read labelled articles to measure with; those with answers that nobody reviewed are left out, with a warning.

    Raises:
        CorpusError: there is nothing to compare with at ``path``, or an article has no text.
    """
    from inquit.training.corpora import CorpusError, read_corpus
    from inquit.training.labels.check_record import is_gold

    articles = list(read_corpus(path))
    if not articles:
        raise CorpusError(f"{path}: holds no articles; wanted labelled articles to compare with")
    gold = [article for article in articles if is_gold(article.to_dict())]
    if not gold:
        raise CorpusError(
            f"{path}: holds no labels: these are a model's own answers, which measure nothing until a person has "
            "reviewed them; correct them with `inquit review`, or name labelled articles"
        )
    for article in gold:
        if article.text is None:
            raise CorpusError(f"{path}: article {article.id!r} has no text; join stand-off labels with their texts")
    if n_left_out := len(articles) - len(gold):
        logger.warning(
            "%s: left out %d of %d articles, which hold answers that nobody reviewed", path, n_left_out, len(articles)
        )
    return gold


def score_gold(model: str, gold: Records) -> Records:
    """Score the gold texts with a model; its results by article id."""
    from inquit.inference.attributor import Attributor
    from inquit.inference.records import score_safely
    from inquit.models.article import Article

    attributor = Attributor.load(model)
    return {id_: score_safely(attributor, Article(id_, record["text"])).to_dict() for id_, record in gold.items()}


def _read_predictions(predictions: Path, gold: Records, gold_path: Path) -> Records:
    from inquit.training.corpora import CorpusError, read_corpus

    predicted = {result.id: result.to_dict() for result in read_corpus(predictions)}
    if gold.keys().isdisjoint(predicted):
        raise CorpusError(f"{predictions}: has no result for any article of {gold_path}; they are joined by id")
    for article in gold.keys() & predicted.keys():
        found = predicted[article].get("text_sha256")
        if found not in (None, gold[article]["text_sha256"]):
            raise CorpusError(f"{predictions}: article {article!r} was scored on a text that differs from {gold_path}")
    return predicted


def write_json(path: Path, record: Mapping[str, Any]) -> None:
    """Write an indented JSON file; it appears only when it is complete."""
    import orjson

    from inquit.inference.writers import open_atomically

    with open_atomically(path) as file:
        file.write(orjson.dumps(record, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def evaluate_command(
    model: Annotated[
        str, typer.Argument(help="A model's name, such as current, or a model folder; - with --predictions.")
    ],
    gold: Annotated[
        Path, typer.Argument(help="Labelled or reviewed articles: JSONL, a folder of JSONL, or a part of PolNeAR.")
    ],
    predictions: Annotated[Path | None, typer.Option(help="Measure these results instead of scoring.")] = None,
    bootstrap: Annotated[int, typer.Option(min=0, help="Bootstrap samples for 95 % intervals; 0 for none.")] = 1000,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write everything as JSON.")] = None,
) -> None:
    """Measure a model on labelled articles: spans, links, speakers, claims, with intervals.

    docs/measures.md says what the measures mean.

    Example: inquit evaluate en gold.jsonl --json scores.json
    """
    logging.basicConfig(level=logging.WARNING, format="inquit: %(message)s")
    if model == "-" and predictions is None:
        fail("MODEL - needs --predictions FILE; name a model to score with, such as en", EXIT_USAGE)
    refuse_overwriting([gold, predictions], json_path)
    if json_path is not None and not json_path.parent.is_dir():
        fail(f"--json {json_path}: the folder {json_path.parent} does not exist; create it first", EXIT_OUTPUT)
    with exit_codes():
        evaluation, n_missing = run_evaluate(
            model, gold, n_bootstrap=bootstrap, json_path=json_path, predictions=predictions
        )
    print_evaluation(evaluation)
    if n_missing:
        message = (
            f"{n_missing} of {evaluation.n_articles} articles have no result; each counts as one without attributions"
        )
        fail(message, EXIT_ARTICLE_ERRORS)


def print_evaluation(evaluation: Evaluation) -> None:
    """Print the measures, and precision and recall of every claim type, as a table."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="dim", title=counted(evaluation.n_articles, "article"), title_justify="left")
    for name in ("measure", "precision", "recall", "F1 or share", "95 %"):
        table.add_column(name, justify="left" if name == "measure" else "right", no_wrap=True)
    for row in evaluation.rows():
        between = "" if row.interval is None else f"{row.interval[0]:.3f} to {row.interval[1]:.3f}"
        table.add_row(row.name, _number(row.precision), _number(row.recall), _number(row.value), between)
    for name, scores in evaluation.claim_types.items():
        table.add_row(Text(without_controls(f"claim type {name}")), *map(_number, scores), "")
    Console().print(table)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
