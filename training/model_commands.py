"""The commands that change which model is used: `inquit retrain`, `inquit compare`, `inquit promote`."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inquit.inference.batch.summary import counted
from inquit.inference.commands import (
    EXIT_OUTPUT,
    EXIT_USAGE,
    exit_codes,
    fail,
    refuse_overwriting,
    without_controls,
)
from inquit.models.folder import CURRENT

if TYPE_CHECKING:
    from inquit.training.claims.fit import FittedClaims
    from inquit.training.comparison.compare import Comparison

EXIT_WORSE = 1
_SHOWN = ("type_acc", "type_macro_f1", "polarity_f1", "checkworthy_ap", "type_ece", "checkworthy_ece")


def register(app: typer.Typer) -> None:
    app.command()(retrain)
    app.command()(compare)
    app.command()(promote)


def retrain(
    labels: Annotated[
        list[Path],
        typer.Option("--labels", help="Labelled or corrected articles, in the result format (.jsonl); repeatable."),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The new model folder.")],
    model: Annotated[
        str, typer.Option(help="The model to continue from; with --all, also the folder of an `inquit train` run.")
    ] = CURRENT,
    new_type: Annotated[
        list[str] | None,
        typer.Option("--new-type", help="A new claim type that only looks like a misspelt one; repeatable."),
    ] = None,
    drop_bad: Annotated[
        bool, typer.Option("--drop-bad", help="Leave out wrong labels instead of refusing to train.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Fine-tune encoder and all heads too (needs torch and --data).")
    ] = False,
    data: Annotated[Path, typer.Option(help="With --all: the folder with the model's corpora.")] = Path("data"),
    verbose: Annotated[bool, typer.Option("--verbose", help="Say what is fitted and chosen.")] = False,
) -> None:
    """Refit claim types, polarity and check-worthiness on old and new labels, in seconds.

    Example: inquit retrain --labels corrected.jsonl -o models/en-desk
    """
    if everything:
        if new_type:
            fail(
                "--new-type: --all keeps to the claim types that inquit knows; to learn new ones, retrain its OUTPUT "
                "on the same labels without --all, which takes seconds",
                EXIT_USAGE,
            )
        _finetune(labels, output, model, data, drop_bad=drop_bad)
        return
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="inquit: %(message)s")
    try:
        from inquit.training.retrain import retrain_model
    except ModuleNotFoundError as error:
        fail(f"retraining needs more than scoring ({error.name} is missing): pip install 'inquit[retrain]'", EXIT_USAGE)
    with exit_codes():
        manifest, fitted, new = retrain_model(
            model, labels, output, allowed_new_types=new_type or (), drop_bad=drop_bad
        )
    from inquit.training.comparison.compare import label_objections

    if new.new_types:
        print(f"new claim types: {', '.join(new.new_types)}")
    print(f"learnt from {counted(new.n_claims, 'claim')} in {counted(len(new.articles), 'article')}")
    _print_cross_validation(fitted)
    for objection in label_objections(manifest):
        print(f"inquit: warning: {objection}", file=sys.stderr)
    print(f"{manifest.title} in {output}; next: inquit compare {model} {output} GOLD")


def _finetune(labels: list[Path], output: Path, model: str, data: Path, *, drop_bad: bool) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        from inquit.training.finetune import finetune_model
    except ModuleNotFoundError as error:
        fail(f"--all needs more than scoring ({error.name} is missing): pip install 'inquit[train]'", EXIT_USAGE)
    with exit_codes():
        finetune_model(model, labels, output, data=data, drop_bad=drop_bad)
    print(f"model: {output}; next: inquit compare {model} {output} GOLD")


def _print_cross_validation(fitted: FittedClaims) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="dim", title="on left-out articles (cross-validated)", title_justify="left")
    for name in ("articles", "measure", "without new labels", "with them"):
        table.add_column(name, justify="right" if "with" in name else "left", no_wrap=True)
    for domain, before in fitted.before.items():
        for name in _SHOWN:
            table.add_row(domain, name, f"{before.score(name):.3f}", f"{fitted.after[domain].score(name):.3f}")
    Console().print(table)


def compare(
    old: Annotated[str, typer.Argument(help="The model in use now.")],
    new: Annotated[str, typer.Argument(help="The model that may replace it.")],
    gold: Annotated[Path, typer.Argument(help="Labelled articles that neither model was fitted on.")],
    bootstrap: Annotated[
        int, typer.Option(min=100, help="Paired bootstrap samples of articles for the intervals.")
    ] = 1000,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write everything as JSON.")] = None,
    html_path: Annotated[Path | None, typer.Option("--html", help="Write a page for a browser.")] = None,
) -> None:
    """Compare two models on the same articles; exits with 0 only if no guarded measure of NEW is worse beyond noise.

    Example: inquit compare current models/en-desk gold.jsonl --html comparison.html
    """
    from inquit.inference.writers import open_atomically
    from inquit.models.registry import Registry, RegistryError
    from inquit.training.comparison.compare import comparison_page
    from inquit.training.comparison.promote import record_comparison
    from inquit.training.evaluate_command import write_json

    refuse_overwriting([gold], json_path, html_path)
    logging.basicConfig(level=logging.WARNING, format="inquit: %(message)s")
    for option, path in (("--json", json_path), ("--html", html_path)):
        if path is not None and not path.parent.is_dir():
            fail(f"{option} {path}: the folder {path.parent} does not exist; create it first", EXIT_OUTPUT)
    with exit_codes():
        comparison = _compare(old, new, gold, bootstrap)
        if json_path is not None:
            write_json(json_path, comparison.to_dict())
        if html_path is not None:
            with open_atomically(html_path) as file:
                file.write(comparison_page(comparison).encode("utf-8", "backslashreplace"))
    _print_comparison(comparison)
    try:
        record_comparison(Registry.default(), comparison)
    except RegistryError as error:
        print(f"inquit: warning: not recorded, so `inquit promote` will not accept it: {error}", file=sys.stderr)
    if not comparison.passed:
        fail("; ".join(comparison.objections), EXIT_WORSE)
    if comparison.old_fingerprint == comparison.new_fingerprint:
        print(f"passed, but {old} and {new} are the same model")
        return
    print(f"passed: {new} is not worse beyond noise on anything guarded; next: inquit promote {new}")


def _compare(old: str, new: str, gold_path: Path, n_bootstrap: int) -> Comparison:
    from inquit.models.folder import verify
    from inquit.training.comparison.compare import check_leaks, compare_predictions
    from inquit.training.evaluate_command import read_gold, score_gold

    manifests = verify(old), verify(new)
    articles = read_gold(gold_path)
    gold = {article.id: article.to_dict() for article in articles}
    check_leaks(articles, manifests)
    answers_old, answers_new = (score_gold(str(manifest.folder), gold) for manifest in manifests)
    return compare_predictions(articles, answers_old, answers_new, manifests, n_bootstrap=n_bootstrap)


def _print_comparison(comparison: Comparison) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    title = f"old {comparison.old}, new {comparison.new}, {counted(comparison.n_articles, 'article')}"
    table = Table(box=None, header_style="dim", title=title, title_justify="left", pad_edge=False)
    for name in ("slice", "measure", "n", "old", "new", "new - old, 95 %", ""):
        table.add_column(name, justify="left" if name in ("slice", "measure", "") else "right", no_wrap=True)
    for d in comparison.differences:
        if d.is_guarded:
            between = f"{d.interval[0]:+.3f} to {d.interval[1]:+.3f}"
            table.add_row(
                Text(without_controls(d.slice)),
                d.measure,
                str(d.n),
                f"{d.old:.3f}",
                f"{d.new:.3f}",
                between,
                "worse" if d.is_worse else "",
            )
    Console().print(table)
    n_better = sum(flip.is_better for flip in comparison.flips)
    print(f"claim types: {n_better} right that were wrong, {len(comparison.flips) - n_better} wrong that were right")


def promote(
    new: Annotated[str, typer.Argument(help="A model folder that passed `inquit compare current NEW GOLD`.")],
    gold: Annotated[
        Path | None,
        typer.Option(
            help="Labelled articles that guard promotions from now on; default: those that guarded them so far."
        ),
    ] = None,
) -> None:
    """Make a model the current one; `inquit model use OLD` reverts to the old one.

    Example: inquit promote models/en-desk
    """
    from inquit.models.registry import Registry
    from inquit.training.comparison.promote import PromotionError, promote_model
    from inquit.training.corpora import corpus_sha256
    from inquit.training.evaluate_command import read_gold

    with exit_codes():
        try:
            gold_sha256 = None if gold is None else corpus_sha256(read_gold(gold))
            manifest = promote_model(new, Registry.default(), gold_sha256=gold_sha256)
        except PromotionError as error:
            fail(error, EXIT_WORSE)
    print(f"{manifest.title} is the current model: {manifest.folder}")
