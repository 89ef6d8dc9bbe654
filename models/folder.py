"""The model folder: what it holds, and how it is checked before any of it is parsed.

``manifest.json`` lists every file with its size and SHA-256; ``manifest.sha256`` holds the SHA-256 of the manifest. A
file that is missing, changed or not listed is an error. Nothing in the folder is code: only ONNX, safetensors and JSON,
and nothing is ever unpickled. The digests detect damage; to guard against forgery, pin the manifest's digest with
``expect_sha256``.

Format 1, which can still be read, had no ``manifest.sha256`` and no claims to refit the claim heads on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inquit.models.files import replace_file

FORMAT_VERSION = 2
READABLE_VERSIONS = (1, 2)
MANIFEST, MANIFEST_DIGEST = "manifest.json", "manifest.sha256"
ENCODER, TOKENIZER, HEADS, CARD = "encoder.onnx", "tokenizer.json", "heads.safetensors", "README.md"
CLAIM_DATA, TRAINING_TEXTS = "claims-data.safetensors", "training-texts.safetensors"
REQUIRED = (ENCODER, TOKENIZER, HEADS)

CURRENT = "current"
"""Name of the current model: the one promoted in the local registry, or else the shipped English one."""
_SHIPPED_DEFAULT = "en"

WEIGHTS = Path(__file__).parent / "weights"
"""The models that ship with inquit."""


class ModelError(Exception):
    """A model folder cannot be loaded or trusted; the message names the file, what was expected and what was found."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The checked manifest of a model folder.

    Attributes:
        fingerprint: SHA-256 of the manifest, which lists every file's digest: equal fingerprints mean equal models.
        data: the whole manifest, with label sets, window sizes, hashes of the training data and measures.
    """

    folder: Path
    name: str
    version: str
    fingerprint: str
    data: Mapping[str, Any]

    @property
    def title(self) -> str:
        return f"{self.name}-{self.version}"


def shipped_models() -> list[str]:
    """The names of the models that ship with inquit."""
    return sorted(path.parent.name for path in WEIGHTS.glob(f"*/{MANIFEST}"))


def find_model(model: str | Path) -> Path:
    """The folder of a model, given as ``current``, a path, a shipped model's name, or a registry title or fingerprint.

    Raises:
        ModelError: there is no such model.
    """
    # Imported here because the registry imports this module.
    from inquit.models.registry import Registry

    registry = Registry.default()
    if str(model) == CURRENT:
        return registry.current() or find_model(_SHIPPED_DEFAULT)
    for folder in (Path(model), WEIGHTS / str(model)):
        if (folder / MANIFEST).is_file():
            return folder
    if (promoted := registry.find(str(model))) is not None:
        return promoted
    shipped = shipped_models()
    if Path(model).is_dir():
        raise ModelError(f"{model} is not a model folder: it has no {MANIFEST}. Models shipped with inquit: {shipped}")
    raise ModelError(
        f"there is no model '{model}': give a model folder, '{CURRENT}', the name of a shipped model ({shipped}), "
        "or a model that `inquit model list` shows"
    )


def read_manifest(model: str | Path) -> Manifest:
    """Read a model's manifest without checking the other files.

    Raises:
        ModelError: the manifest is missing, malformed, or in a format that this version cannot read.
    """
    folder = find_model(model)
    content = (folder / MANIFEST).read_bytes()
    try:
        data = json.loads(content)
        format_version, files, name, version = (data[key] for key in ("format_version", "files", "name", "version"))
        if not all(isinstance(f["sha256"], str) and isinstance(f["size"], int) for f in files.values()):
            raise TypeError("files need a sha256 and a size")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{folder / MANIFEST}: not a manifest of an inquit model: {error!r}") from error
    if format_version not in READABLE_VERSIONS:
        raise ModelError(
            f"{folder / MANIFEST}: written in format {format_version} by inquit {data.get('inquit_version', '?')}; "
            f"this version reads formats {READABLE_VERSIONS}. Install a version of inquit that can read the model"
        )
    return Manifest(folder, str(name), str(version), hashlib.sha256(content).hexdigest(), data)


def verify(model: str | Path, *, expect_sha256: str | None = None) -> Manifest:
    """Check every file of a model folder against its manifest.

    Args:
        expect_sha256: refuse a manifest whose SHA-256 is not this one.

    Raises:
        ModelError: a file is missing, changed, or not in the manifest; the first such file is named.
    """
    manifest = read_manifest(model)
    if expect_sha256 is not None and manifest.fingerprint != expect_sha256.lower():
        raise ModelError(f"{manifest.folder / MANIFEST}: sha256 is {manifest.fingerprint}, expected {expect_sha256}")
    _check_manifest(manifest)
    files: Mapping[str, Mapping[str, Any]] = manifest.data["files"]
    for name in REQUIRED:
        if name not in files:
            raise ModelError(f"{manifest.folder / MANIFEST}: does not list {name}; a model needs {list(REQUIRED)}")
    for name, wanted in files.items():
        _check_file(manifest.folder, name, wanted)
    present = {path.relative_to(manifest.folder).as_posix() for path in manifest.folder.rglob("*") if path.is_file()}
    for name in sorted(present - set(files) - {MANIFEST, MANIFEST_DIGEST}):
        raise ModelError(
            f"{manifest.folder / name}: not listed in {MANIFEST}; remove it, a model folder may hold nothing else"
        )
    return manifest


def _check_manifest(manifest: Manifest) -> None:
    if manifest.data["format_version"] == 1:
        return
    path = manifest.folder / MANIFEST_DIGEST
    found = path.read_bytes() if path.is_file() else b""
    if found != _digest_line(manifest.fingerprint):
        raise ModelError(
            f"{manifest.folder / MANIFEST}: sha256 is {manifest.fingerprint}, {MANIFEST_DIGEST} says "
            f"{found[:64].decode('ascii', 'replace') or 'nothing'}: damaged or tampered with"
        )


def _digest_line(fingerprint: str) -> bytes:
    """The content of ``manifest.sha256``, in the format of `sha256sum --check`."""
    return f"{fingerprint}  {MANIFEST}\n".encode("ascii")


def _check_file(folder: Path, name: str, wanted: Mapping[str, Any]) -> None:
    path = folder / name
    if Path(name).is_absolute() or ".." in Path(name).parts or path.is_symlink():
        raise ModelError(f"{folder / MANIFEST}: {name!r} points outside the model folder")
    if not path.is_file():
        raise ModelError(f"{path}: missing, but listed in the manifest. Copy the whole model folder again")
    if path.stat().st_size != wanted["size"]:
        raise ModelError(
            f"{path}: has {path.stat().st_size} bytes, the manifest says {wanted['size']}. "
            "Copy the whole model folder again"
        )
    digest = file_sha256(path)
    if digest != wanted["sha256"]:
        raise ModelError(f"{path}: sha256 is {digest}, the manifest says {wanted['sha256']}: damaged or tampered with")


def file_sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(folder: Path, data: Mapping[str, Any]) -> None:
    """Write a manifest that lists every file of the folder; it is written last, and atomically.

    Args:
        data: ``name``, ``version`` and whatever else belongs in the manifest.
    """
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    for name in names:
        (folder / name).chmod(0o644)  # safetensors writes files that only their owner can read
    files = {
        name: {"sha256": file_sha256(folder / name), "size": (folder / name).stat().st_size}
        for name in names
        if name not in (MANIFEST, MANIFEST_DIGEST)
    }
    record = {"format_version": FORMAT_VERSION, **data, "files": files}
    content = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False).encode("utf-8") + b"\n"
    replace_file(folder / MANIFEST_DIGEST, _digest_line(hashlib.sha256(content).hexdigest()))
    replace_file(folder / MANIFEST, content)
