"""The commands `inquit model …`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from inquit.inference.commands import EXIT_MODEL, fail
from inquit.models.folder import CARD, WEIGHTS, Manifest, ModelError, read_manifest, verify

model_app = typer.Typer(help="List, show and check models.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(model_app, name="model")


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
