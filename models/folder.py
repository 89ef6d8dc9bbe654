"""The model folder: what is in it, and how it is checked before a byte of it is parsed.

``manifest.json`` names every file with size and SHA-256. A file that is missing, changed or not named is an error.
Nothing in the folder is code: ONNX, safetensors and JSON only, and nothing is ever unpickled.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORMAT_VERSION = 1
MANIFEST = "manifest.json"
ENCODER, TOKENIZER, HEADS, CARD = "encoder.onnx", "tokenizer.json", "heads.safetensors", "README.md"
REQUIRED = (ENCODER, TOKENIZER, HEADS)

WEIGHTS = Path(__file__).parent / "weights"
"""The models that ship with inquit."""


class ModelError(Exception):
    """A model folder that cannot be loaded or trusted: says which file, what was wanted and what was found."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The checked manifest of a model folder.

    Attributes:
        fingerprint: SHA-256 of the manifest itself, which names every file: two equal fingerprints are equal models.
        data: the whole manifest, with label sets, windows, training data hashes and measures.
    """

    folder: Path
    name: str
    version: str
    fingerprint: str
    data: Mapping[str, Any]

    @property
    def title(self) -> str:
        return f"{self.name}-{self.version}"


def find_model(model: str | Path) -> Path:
    """The folder of a shipped model by name, or of any model by path.

    Raises:
        ModelError: there is no such model.
    """
    for folder in (Path(model), WEIGHTS / str(model)):
        if (folder / MANIFEST).is_file():
            return folder
    shipped = sorted(path.parent.name for path in WEIGHTS.glob(f"*/{MANIFEST}"))
    if Path(model).is_dir():
        raise ModelError(f"{model} is no model folder: it holds no {MANIFEST}. Models that ship with inquit: {shipped}")
    raise ModelError(f"there is no model '{model}': give a model folder, or the name of a shipped model: {shipped}")


def read_manifest(model: str | Path) -> Manifest:
    """Read a model's manifest without looking at the other files.

    Raises:
        ModelError: the manifest is missing, broken, or of a format that this version does not read.
    """
    folder = find_model(model)
    content = (folder / MANIFEST).read_bytes()
    try:
        data = json.loads(content)
        version, files, name = data["format_version"], data["files"], data["name"]
        if not all(isinstance(f["sha256"], str) and isinstance(f["size"], int) for f in files.values()):
            raise TypeError("files need a sha256 and a size")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{folder / MANIFEST}: not a manifest of an inquit model: {error!r}") from error
    if version != FORMAT_VERSION:
        raise ModelError(
            f"{folder / MANIFEST}: made in format {version} by inquit {data.get('inquit_version', '?')}, "
            f"this inquit reads format {FORMAT_VERSION}: install a version of inquit that fits the model"
        )
    return Manifest(folder, str(name), str(data["version"]), hashlib.sha256(content).hexdigest(), data)


def verify(model: str | Path, *, expect_sha256: str | None = None) -> Manifest:
    """Check every file of a model folder against its manifest.

    Args:
        expect_sha256: refuse a manifest with another SHA-256 than this one.

    Raises:
        ModelError: names the first file that is missing, changed, or not in the manifest.
    """
    manifest = read_manifest(model)
    if expect_sha256 is not None and manifest.fingerprint != expect_sha256.lower():
        raise ModelError(f"{manifest.folder / MANIFEST}: sha256 is {manifest.fingerprint}, expected {expect_sha256}")
    files: Mapping[str, Mapping[str, Any]] = manifest.data["files"]
    for name in REQUIRED:
        if name not in files:
            raise ModelError(f"{manifest.folder / MANIFEST}: names no {name}; a model needs {list(REQUIRED)}")
    for name, wanted in files.items():
        _check_file(manifest.folder, name, wanted)
    present = {path.relative_to(manifest.folder).as_posix() for path in manifest.folder.rglob("*") if path.is_file()}
    for name in sorted(present - set(files) - {MANIFEST}):
        raise ModelError(
            f"{manifest.folder / name}: not named in {MANIFEST}; remove it, a model folder holds nothing else"
        )
    return manifest


def _check_file(folder: Path, name: str, wanted: Mapping[str, Any]) -> None:
    path = folder / name
    if Path(name).is_absolute() or ".." in Path(name).parts or path.is_symlink():
        raise ModelError(f"{folder / MANIFEST}: {name!r} leads out of the model folder")
    if not path.is_file():
        raise ModelError(f"{path}: missing; the manifest names it. Copy the model folder again, whole")
    if path.stat().st_size != wanted["size"]:
        raise ModelError(
            f"{path}: has {path.stat().st_size} bytes, its manifest says {wanted['size']}. Copy the model folder again, whole"
        )
    digest = file_sha256(path)
    if digest != wanted["sha256"]:
        raise ModelError(f"{path}: sha256 is {digest}, its manifest says {wanted['sha256']}: damaged or tampered with")


def file_sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(folder: Path, data: Mapping[str, Any]) -> None:
    """Name every file of the folder in its manifest, which is written last and whole.

    Args:
        data: ``name``, ``version`` and whatever else belongs into the manifest.
    """
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    files = {
        name: {"sha256": file_sha256(folder / name), "size": (folder / name).stat().st_size}
        for name in names
        if name != MANIFEST
    }
    temporary = folder / f".{MANIFEST}.tmp"
    temporary.write_text(
        json.dumps(
            {"format_version": FORMAT_VERSION, **data, "files": files}, indent=1, ensure_ascii=False, allow_nan=False
        )
        + "\n",
        encoding="utf-8",
    )
    os.replace(temporary, folder / MANIFEST)
