"""Without pyarrow everything but Parquet works, and the error for Parquet names the extra to install."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from inquit.cli import app


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "articles.parquet").write_bytes(b"PAR1 and so on")
    (tmp_path / "article.txt").write_text("“Yes,” said Ann Lee.", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "asked_for"),
    [
        ("score articles.parquet", "articles.parquet"),
        ("score article.txt -o results.parquet", "-o results.parquet"),
        ("score article.txt -o results --format parquet", "-o results"),
        ("report articles.parquet", "articles.parquet"),
    ],
)
def test_parquet_without_pyarrow_names_the_extra(folder: Path, arguments: str, asked_for: str) -> None:
    result = CliRunner().invoke(app, arguments.split())
    message = " ".join(result.stderr.split())
    assert result.exit_code == 2, message
    assert f"{asked_for}: Parquet needs pyarrow" in message
    assert "pip install 'inquit[parquet]'" in message


def test_other_formats_do_without_pyarrow(folder: Path) -> None:
    result = CliRunner().invoke(app, ["score", "article.txt", "-o", "results.jsonl"])
    assert result.exit_code == 0, result.stderr
    assert (folder / "results.jsonl").read_text(encoding="utf-8").count("\n") == 1
