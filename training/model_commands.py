"""The commands that change which model is used: `inquit retrain`, `inquit compare`, `inquit promote`."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inquit.inference.commands import EXIT_ARTICLE_ERRORS, EXIT_INPUT, EXIT_MODEL, EXIT_OUTPUT, EXIT_USAGE, fail
from inquit.models.folder import CURRENT, ModelError
from inquit.models.lock import LockedError

if TYPE_CHECKING:
    from inquit.training.claim_fit import FittedClaims

EXIT_LOCKED = 6
_SHOWN = ("type_acc", "type_macro_f1", "polarity_f1", "checkworthy_ap", "type_ece", "checkworthy_ece")


def register(app: typer.Typer) -> None:
    app.command()(retrain)


def retrain(
    labels: Annotated[
        list[Path], typer.Option("--labels", help="Labelled or corrected articles, as results (.jsonl); may be repeated.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The new model folder.")],
    model: Annotated[str, typer.Option(help="The model to go on from.")] = CURRENT,
    new_type: Annotated[
        list[str] | None,
        typer.Option("--new-type", help="A new claim type that only looks like a misspelt one; may be repeated."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Tell what is fitted and chosen.")] = False,
) -> None:
    """Refit claim types, polarity and check-worthiness on old and new labels, in seconds.

    Example: inquit retrain --labels corrected.jsonl -o models/en-desk
    """
    from inquit.inference.writers import OutputError
    from inquit.training.corpora import CorpusError

    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="inquit: %(message)s")
    try:
        from inquit.training.retrain import retrain_model
    except ModuleNotFoundError as error:
        fail(f"retraining needs more than scoring ({error.name} is missing): pip install 'inquit[retrain]'", EXIT_USAGE)
    try:
        manifest, fitted, new = retrain_model(model, labels, output, allowed_new_types=new_type or ())
    except (CorpusError, ValueError) as error:
        fail(str(error), EXIT_INPUT)
    except ModelError as error:
        fail(str(error), EXIT_MODEL)
    except OutputError as error:
        fail(str(error), EXIT_OUTPUT)
    except LockedError as error:
        fail(str(error), EXIT_LOCKED)
    if new.n_unreviewed:
        print(f"left out {new.n_unreviewed} claims that are a model's own answers and that nobody reviewed")
    if new.new_types:
        print(f"new claim types: {', '.join(new.new_types)}")
    print(f"learnt from {new.n_claims} claims in {len(new.articles)} articles")
    _print_cross_validation(fitted)
    print(f"{manifest.title} in {output}; next: inquit compare {model} {output} GOLD")


def _print_cross_validation(fitted: FittedClaims) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="dim", title="on articles left out (cross-validated)", title_justify="left")
    for name in ("articles", "measure", "without new labels", "with them"):
        table.add_column(name, justify="right" if "with" in name else "left", no_wrap=True)
    for domain, before in fitted.before.items():
        for name in _SHOWN:
            table.add_row(domain, name, f"{before.score(name):.3f}", f"{fitted.after[domain].score(name):.3f}")
    Console().print(table)
