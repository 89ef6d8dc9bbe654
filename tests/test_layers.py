"""The design's import rule: models < inference < training, and no heavy libraries for scoring."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = {"torch", "transformers", "datasets", "sklearn", "matplotlib"}
FORBIDDEN = {
    "models": HEAVY | {"inquit.inference", "inquit.training", "inquit.cli"},
    "inference": HEAVY | {"inquit.training", "inquit.cli"},
    "training": {"inquit.cli"},
}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("folder", sorted(FORBIDDEN))
def test_a_folder_imports_only_what_it_may(folder: str) -> None:
    for path in sorted((ROOT / folder).rglob("*.py")):
        for name in imports(path):
            wrong = [f for f in FORBIDDEN[folder] if name == f or name.startswith(f + ".")]
            assert not wrong, f"{path.relative_to(ROOT)} imports {name}"


def test_every_package_is_in_the_wheel() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    folders = {str(path.parent.relative_to(ROOT)) for part in FORBIDDEN for path in (ROOT / part).rglob("__init__.py")}
    assert set(listed["package-dir"].values()) == folders | {"src/inquit"}
    assert set(listed["packages"]) == set(listed["package-dir"])


def test_the_command_line_starts_without_heavy_libraries() -> None:
    code = f"import sys, inquit.cli; print([m for m in sys.modules if m.split('.')[0] in {HEAVY | {'onnxruntime'}}])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
