"""The commands `inquit model …`."""

from __future__ import annotations

from typing import Annotated

import typer

from inquit.inference.commands import EXIT_MODEL, exit_codes, fail
from inquit.models.folder import CARD, CURRENT, WEIGHTS, read_manifest, shipped_models, verify
from inquit.models.registry import Registry

model_app = typer.Typer(help="List, show, check and choose models.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(model_app, name="model")


@model_app.command("list")
def list_models() -> None:
    """List the models that ship with inquit and those that were promoted; * marks the current one.

    Example: inquit model list
    """
    with exit_codes():
        current = read_manifest(CURRENT)
        shipped = [read_manifest(WEIGHTS / name) for name in shipped_models()]
        promoted = Registry.default().models()
    for manifest in [*shipped, *promoted]:
        mark = "*" if manifest.folder.samefile(current.folder) else " "
        name = manifest.folder.name if manifest in shipped else manifest.fingerprint[:12]
        print(f"{mark} {name}\t{manifest.title}\t{manifest.fingerprint[:12]}\t{manifest.folder}")


@model_app.command("use")
def use_model(
    model: Annotated[
        str, typer.Argument(help="A shipped model's name or title, or a promoted model's title or fingerprint.")
    ],
) -> None:
    """Make a shipped model, or one that was promoted before, the current one.

    Example: inquit model use en
    """
    registry = Registry.default()
    with exit_codes(), registry.lock():
        shipped = {name: read_manifest(WEIGHTS / name) for name in shipped_models()}
        named = [manifest for name, manifest in shipped.items() if model in (name, manifest.title)]
        folder = named[0].folder if named else registry.find(model)
        if folder is None:
            promoted = [manifest.title for manifest in registry.models()]
            fail(
                f"no shipped or promoted model is called '{model}'; shipped: {list(shipped)}, "
                f"promoted: {promoted}. See inquit promote",
                EXIT_MODEL,
            )
        manifest = verify(folder)
        registry.point_to("" if named else manifest.fingerprint)
    print(f"{manifest.title} is the current model: {manifest.folder}")


@model_app.command("card")
def show_card(model: Annotated[str, typer.Argument(help="A model's name, or a model folder.")] = CURRENT) -> None:
    """Show what a model was made from, what it can do and what it cannot.

    Example: inquit model card en
    """
    with exit_codes():
        manifest = verify(model)
    print((manifest.folder / CARD).read_text(encoding="utf-8") if CARD in manifest.data["files"] else "no card")


@model_app.command("verify")
def verify_model(
    model: Annotated[str, typer.Argument(help="A model's name, or a model folder.")] = CURRENT,
    expect_sha256: Annotated[str | None, typer.Option(help="Refuse a manifest with any other SHA-256.")] = None,
) -> None:
    """Check every file of a model against its manifest.

    Example: inquit model verify en
    """
    with exit_codes():
        manifest = verify(model, expect_sha256=expect_sha256)
    print(f"{manifest.title}: {len(manifest.data['files'])} files as the manifest says; sha256 {manifest.fingerprint}")
