import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from inquit.models.folder import MANIFEST, ModelError, read_manifest, verify, write_manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files that a model must have; what is in them does not matter here."""
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
    data = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(data | changes))


def _add_link(folder: Path) -> None:
    (folder / "tokenizer.json").rename(folder.parent / "elsewhere.json")
    (folder / "tokenizer.json").symlink_to(folder.parent / "elsewhere.json")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: (f / "encoder.onnx").unlink(), "encoder.onnx: missing"),
        (lambda f: (f / "encoder.onnx").write_bytes(b"e" * 399), "encoder.onnx: has 399 bytes"),
        (lambda f: (f / "heads.safetensors").write_bytes(b"h" * 199 + b"i"), "heads.safetensors: sha256"),
        (lambda f: (f / "extra.pkl").write_bytes(b"x"), "extra.pkl: not named"),
        (lambda f: (f / MANIFEST).unlink(), "holds no manifest.json"),
        (lambda f: (f / MANIFEST).write_text("{"), "not a manifest"),
        (lambda f: _edit_manifest(f, format_version=99), "format 99"),
        (lambda f: _edit_manifest(f, files={}), "names no encoder.onnx"),
        (lambda f: _edit_manifest(f, files={"../x": {"sha256": "", "size": 1}}), "names no encoder.onnx"),
        (_add_link, "tokenizer.json' leads out"),
        (shutil.rmtree, "there is no model"),
    ],
)
def test_a_damaged_folder_is_refused_by_name(folder: Path, damage: Callable[[Path], None], message: str) -> None:
    damage(folder)
    with pytest.raises(ModelError, match=message):
        verify(folder)


def test_any_flipped_bit_is_refused(folder: Path) -> None:
    rng = random.Random(3)
    for name in ("encoder.onnx", "tokenizer.json", "heads.safetensors"):
        content = bytearray((folder / name).read_bytes())
        for _ in range(70):
            position, bit = rng.randrange(len(content)), rng.randrange(8)
            content[position] ^= 1 << bit
            (folder / name).write_bytes(content)
            with pytest.raises(ModelError, match=name):
                verify(folder)
            content[position] ^= 1 << bit
        (folder / name).write_bytes(content)
    verify(folder)


def test_another_manifest_than_expected_is_refused(folder: Path) -> None:
    expected = read_manifest(folder).fingerprint
    _edit_manifest(folder, version="6.6.6")
    with pytest.raises(ModelError, match="expected"):
        verify(folder, expect_sha256=expected)
