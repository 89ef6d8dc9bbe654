"""The command `inquit train`, and the other training commands. Light to import: torch is loaded only when needed."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from inquit.inference.commands import EXIT_USAGE, exit_codes, fail
from inquit.training import evaluate_command, labels_commands, model_commands


def register(app: typer.Typer) -> None:
    app.command()(train)
    evaluate_command.register(app)
    labels_commands.register(app)
    model_commands.register(app)


def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG.toml", help="The training file.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder of the run: network, model and report.")
    ] = Path("runs/en"),
    data: Annotated[Path, typer.Option(help="Folder that the corpus paths are relative to.")] = Path("data"),
    encoder: Annotated[
        str | None,
        typer.Option(help="Folder of the pretrained encoder, instead of the one that the training file names."),
    ] = None,
    teacher: Annotated[
        list[str] | None,
        typer.Option(
            help="A finished run, or a model, whose answers to learn from as well; repeat for the mean of several."
        ),
    ] = None,
    warm_start: Annotated[str | None, typer.Option(help="A finished run, or a model, to continue from.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue after the last finished epoch.")] = False,
    network_only: Annotated[
        bool, typer.Option("--network-only", help="Fit only the network, which is all that a teacher needs.")
    ] = False,
    network_of: Annotated[
        str | None,
        typer.Option(
            help="A model whose network and claim types to keep; the rest is refitted, in minutes. OUTPUT is the model."
        ),
    ] = None,
) -> None:
    """Train a model: fit encoder and heads, export, calibrate, report.

    Example: inquit train my.toml --data data --warm-start en -o runs/mine
    """
    from inquit.training.config import read_training_config

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        settings = read_training_config(config)
    except (OSError, ValueError) as error:
        fail(str(error), EXIT_USAGE)
    try:
        from inquit.training.refit import refit_model
        from inquit.training.train import train_model
    except ModuleNotFoundError as error:
        fail(f"training needs more than scoring ({error.name} is missing): pip install 'inquit[train]'", EXIT_USAGE)
    if network_of is not None and (encoder or teacher or warm_start or resume or network_only):
        fail("--network-of keeps the model's network as it is: drop the options about the network", EXIT_USAGE)
    with exit_codes():
        if network_of is not None:
            refit_model(network_of, settings, data, output)
            print(f"model: {output}; next: inquit compare {network_of} {output} GOLD")
            return
        train_model(
            settings,
            data,
            output,
            encoder=encoder,
            teachers=teacher or (),
            warm_start=warm_start,
            resume=resume,
            network_only=network_only,
        )
    if network_only:
        print(f"network: {output / 'network'}")
        return
    print(f"model: {output / 'model'}   report: {output / 'report.md'}")
