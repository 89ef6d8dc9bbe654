"""The registry: which model is current, and that no accident leaves it half changed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from inquit.models.files import LockedError, hold_lock
from inquit.models.folder import CURRENT, WEIGHTS, ModelError, find_model, write_manifest
from inquit.models.registry import Registry, RegistryError, default_home

ROOT = Path(__file__).parent.parent.parent


def make_model(folder: Path, version: str, *, n_bytes: int = 400) -> Path:
    folder.mkdir(parents=True)
    for name in ("encoder.onnx", "tokenizer.json", "heads.safetensors"):
        (folder / name).write_bytes(version.encode() * n_bytes)
    write_manifest(folder, {"name": "en", "version": version, "inquit_version": "0.1.0"})
    return folder


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    monkeypatch.setenv("INQUIT_HOME", str(tmp_path / "home"))
    return Registry.default()


def promote(registry: Registry, model: Path) -> str:
    with registry.lock():
        manifest = registry.add(model)
        registry.point_to(manifest.fingerprint)
    return manifest.fingerprint


def in_python(code: str, registry: Registry) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "INQUIT_HOME": str(registry.home)}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"INQUIT_HOME": "/a/b"}, "/a/b"),
        ({"XDG_DATA_HOME": "/x"}, "/x/inquit"),
        ({"HOME": "/h"}, "/h/.local/share/inquit"),
    ],
)
def test_the_registry_is_where_the_environment_says(
    environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("INQUIT_HOME", "XDG_DATA_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert default_home() == Path(expected)


def test_without_promotions_the_shipped_model_is_current(registry: Registry) -> None:
    assert find_model(CURRENT) == WEIGHTS / "en"
    assert registry.models() == []
    assert not registry.home.exists(), "reading must not create a folder"


def test_a_promoted_model_is_current_and_the_one_before_stays(registry: Registry, tmp_path: Path) -> None:
    first, second = (promote(registry, make_model(tmp_path / version, version)) for version in ("1.0.1", "1.0.2"))
    assert find_model(CURRENT) == registry.folder_of(second)
    assert registry.history() == (first, second)
    assert find_model("en-1.0.1") == find_model(first[:12]) == registry.folder_of(first)
    with registry.lock():
        registry.point_to(first)
    assert find_model(CURRENT) == registry.folder_of(first)
    with registry.lock():
        registry.point_to("")
    assert find_model(CURRENT) == WEIGHTS / "en"


def test_adding_a_model_again_changes_nothing(registry: Registry, tmp_path: Path) -> None:
    model = make_model(tmp_path / "m", "1.0.1")
    with registry.lock():
        assert registry.add(model) == registry.add(model)
    assert len(registry.models()) == 1


@pytest.mark.parametrize("content", ["", "{", "[]", '{"history": "x", "gold_sha256": null}', '{"history": [1]}'])
def test_a_damaged_pointer_is_an_error_not_another_model(registry: Registry, content: str) -> None:
    registry.home.mkdir(parents=True)
    (registry.home / "current.json").write_text(content)
    with pytest.raises(ModelError, match=r"current\.json: damaged"):
        find_model(CURRENT)


def test_a_current_model_that_was_changed_is_refused(registry: Registry, tmp_path: Path) -> None:
    fingerprint = promote(registry, make_model(tmp_path / "m", "1.0.1"))
    manifest = registry.folder_of(fingerprint) / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"version": "6.6.6"}))
    with pytest.raises(ModelError, match="has changed since it was promoted"):
        find_model(CURRENT)


def test_a_second_writer_is_told_who_is_first(registry: Registry) -> None:
    with (
        registry.lock(),
        pytest.raises(LockedError, match=f"process {os.getpid()} holds"),
        registry.lock(),
    ):
        pass
    with registry.lock():
        pass


def test_a_lock_ends_with_the_process_that_held_it(registry: Registry) -> None:
    code = (
        "import os, signal\nfrom inquit.models.registry import Registry\n"
        "with Registry.default().lock():\n    os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert in_python(code, registry).returncode == -signal.SIGKILL
    with registry.lock():
        pass


def test_a_lock_that_was_released_leaves_no_file(tmp_path: Path) -> None:
    with hold_lock(tmp_path / "x.lock"):
        assert (tmp_path / "x.lock").exists()
    assert not (tmp_path / "x.lock").exists()


@pytest.mark.parametrize("operation", ["os.replace", "shutil.copytree", "os.fsync", "os.open"])
def test_a_writer_killed_at_any_step_leaves_the_registry_as_it_was(
    registry: Registry, tmp_path: Path, operation: str
) -> None:
    """The process kills itself at the n-th call of a function that changes files, for every n until it succeeds."""
    first = promote(registry, make_model(tmp_path / "1", "1.0.1"))
    model = make_model(tmp_path / "2", "1.0.2")
    module = operation.split(".")[0]
    for n in range(1, 30):
        code = f"""
import os, shutil, signal, {module}
from inquit.models.registry import Registry
from pathlib import Path
function, calls = {operation}, []
def dying(*arguments, **options):
    calls.append(1)
    if len(calls) == {n}:
        os.kill(os.getpid(), signal.SIGKILL)
    return function(*arguments, **options)
{operation} = dying
registry = Registry.default()
with registry.lock():
    registry.point_to(registry.add(Path({str(model)!r})).fingerprint)
"""
        if in_python(code, registry).returncode == 0:
            break
        assert registry.current() == registry.folder_of(first) or registry.history()[-1] != first
        assert registry.current() is not None
        for manifest in registry.models():
            find_model(manifest.fingerprint)
    else:
        pytest.fail(f"{operation} is called more often than expected")
    assert registry.history()[-1] != first
    assert len(registry.models()) == 2


def test_a_full_disk_leaves_the_registry_as_it_was(registry: Registry, tmp_path: Path) -> None:
    first = promote(registry, make_model(tmp_path / "1", "1.0.1"))
    model = make_model(tmp_path / "2", "1.0.2", n_bytes=100_000)
    code = f"""
import resource, signal
from pathlib import Path
from inquit.models.registry import Registry, RegistryError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
registry = Registry.default()
try:
    with registry.lock():
        registry.add(Path({str(model)!r}))
except RegistryError as error:
    print(error)
"""
    run = in_python(code, registry)
    assert "cannot be written" in run.stdout, run.stderr
    assert registry.history() == (first,)
    assert [path.name for path in (registry.home / "models").iterdir()] == [first[:16]]


def test_a_home_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    registry = Registry(tmp_path / "file" / "home")
    assert registry.current() is None
    with pytest.raises(RegistryError, match="set INQUIT_HOME"), registry.lock():
        pass
