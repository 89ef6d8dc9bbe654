import hashlib
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from inquit.models.folder import MANIFEST, MANIFEST_DIGEST, ModelError, read_manifest, verify, write_manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files that a model must have; their content does not matter here."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name, content in (
        ("encoder.onnx", b"e" * 400),
        ("tokenizer.json", b"t" * 300),
        ("heads.safetensors", b"h" * 200),
    ):
        (folder / name).write_bytes(content)
    write_manifest(folder, {"name": "en", "version": "1.0.0", "inquit_version": "0.1.0"})
    return folder


def test_a_whole_folder_is_accepted(folder: Path) -> None:
    manifest = verify(folder)
    assert manifest.title == "en-1.0.0"
    assert verify(folder, expect_sha256=manifest.fingerprint) == manifest


def _edit_manifest(folder: Path, **changes: object) -> None:
    """Edit the manifest as a forger would, so that its digest matches again."""
    data = json.loads((folder / MANIFEST).read_text())
    content = json.dumps(data | changes).encode()
    (folder / MANIFEST).write_bytes(content)
    (folder / MANIFEST_DIGEST).write_text(f"{hashlib.sha256(content).hexdigest()}  {MANIFEST}\n")


def _add_link(folder: Path) -> None:
    (folder / "tokenizer.json").rename(folder.parent / "elsewhere.json")
    (folder / "tokenizer.json").symlink_to(folder.parent / "elsewhere.json")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: (f / "encoder.onnx").unlink(), "encoder.onnx: missing"),
        (lambda f: (f / "encoder.onnx").write_bytes(b"e" * 399), "encoder.onnx: has 399 bytes"),
        (lambda f: (f / "heads.safetensors").write_bytes(b"h" * 199 + b"i"), "heads.safetensors: sha256"),
        (lambda f: (f / "extra.pkl").write_bytes(b"x"), "extra.pkl: not listed"),
        (lambda f: (f / MANIFEST).unlink(), "has no manifest.json"),
        (lambda f: (f / MANIFEST).write_text("{"), "not a manifest"),
        (lambda f: (f / MANIFEST_DIGEST).unlink(), "manifest.sha256 says nothing"),
        (lambda f: (f / MANIFEST_DIGEST).write_text("0" * 64), "manifest.sha256 says 000"),
        (lambda f: _edit_manifest(f, format_version=99), "format 99"),
        (lambda f: _edit_manifest(f, files={}), "does not list encoder.onnx"),
        (lambda f: _edit_manifest(f, files={"../x": {"sha256": "", "size": 1}}), "does not list encoder.onnx"),
        (_add_link, "tokenizer.json' points outside"),
        (shutil.rmtree, "there is no model"),
    ],
)
def test_a_damaged_folder_is_refused_by_name(folder: Path, damage: Callable[[Path], None], message: str) -> None:
    damage(folder)
    with pytest.raises(ModelError, match=message):
        verify(folder)


def test_200_flipped_bits_are_200_refusals(folder: Path) -> None:
    """In any file of the folder, including its manifest and the manifest's digest."""
    rng = random.Random(3)
    files = sorted(folder.iterdir())
    assert {path.name for path in files} >= {MANIFEST, MANIFEST_DIGEST}
    for i in range(200):
        path = files[i % len(files)]
        whole = path.read_bytes()
        damaged = bytearray(whole)
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
        path.write_bytes(damaged)
        with pytest.raises(ModelError):
            verify(folder)
        path.write_bytes(whole)
    verify(folder)


def test_a_folder_of_format_1_is_still_read(folder: Path) -> None:
    (folder / MANIFEST_DIGEST).unlink()
    data = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(data | {"format_version": 1}))
    assert verify(folder).title == "en-1.0.0"


def test_another_manifest_than_expected_is_refused(folder: Path) -> None:
    expected = read_manifest(folder).fingerprint
    _edit_manifest(folder, version="6.6.6")
    with pytest.raises(ModelError, match="expected"):
        verify(folder, expect_sha256=expected)
