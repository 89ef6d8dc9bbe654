"""`inquit report` and `inquit review` as commands: files, exit codes, messages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from inquit.cli import app
from inquit.inference.writers import open_atomically, to_json_line
from inquit.models.result import ArticleResult

from .sample_results import EMOJI, write_results


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stderr


def test_a_report_is_written_with_its_title_and_its_corrections(tmp_path: Path) -> None:
    results = write_results([EMOJI], tmp_path / "results.jsonl")
    corrections = tmp_path / "c.jsonl"
    corrections.write_bytes(to_json_line(ArticleResult("emoji", EMOJI.text, reviewed_by="Ann")))
    code, _ = run("report", results, "-o", tmp_path / "r.html", "--corrections", corrections, "--title", "Council & co")
    assert code == 0
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "Council &amp; co" in page
    assert '"reviewed_by":"Ann"' in page


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["report", "{folder}/nowhere.jsonl"], 4, "nowhere.jsonl: No such file or directory"),
        (["report", "{folder}/broken.jsonl"], 4, "broken.jsonl line 1"),
        (["report", "{folder}/articles.jsonl"], 4, "articles.jsonl line 1: wanted a result of `inquit score`"),
        (["report", "{folder}/results.jsonl", "--corrections", "{folder}/other.jsonl"], 4, "a different text"),
        (["report", "{folder}/results.jsonl", "--corrections", "{folder}/others.jsonl"], 4, "none of these articles"),
        (["report", "{folder}/results.jsonl", "-o", "{folder}/no/r.html"], 5, "cannot be written"),
        (["review", "{folder}/nowhere.jsonl"], 4, "nowhere.jsonl: No such file or directory"),
        (["review", "{folder}/no-text.jsonl"], 4, "no-text.jsonl: contains no text to correct"),
        (["review", "{folder}/results.jsonl", "--corrections", "{folder}/other.jsonl"], 4, "a different text"),
        (["review", "{folder}/results.jsonl", "--corrections", "{folder}/no/c.jsonl"], 5, "cannot be written"),
        (["review", "{folder}/results.jsonl", "--port", "70000"], 2, "65535"),
    ],
)
def test_a_wrong_call_ends_with_its_code_and_a_sentence(
    tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    pytest.importorskip("fastapi", reason="the review server needs FastAPI: pip install 'inquit[review]'")
    write_results([EMOJI], tmp_path / "results.jsonl")
    write_results([ArticleResult("emoji", "another text")], tmp_path / "other.jsonl")
    write_results([ArticleResult("another one", EMOJI.text)], tmp_path / "others.jsonl")
    write_results([replace(EMOJI, text=None)], tmp_path / "no-text.jsonl")
    (tmp_path / "articles.jsonl").write_text('{"id": "a", "text": "Ann Lee agreed."}')
    (tmp_path / "broken.jsonl").write_text("{")
    result_code, said = run(*(argument.format(folder=tmp_path) for argument in arguments))
    assert result_code == code
    assert message in said.replace("\n", " ")


@pytest.mark.parametrize("output", ["results.jsonl", "c.jsonl"])
def test_a_report_is_never_written_over_what_it_shows(tmp_path: Path, output: str) -> None:
    results, corrections = write_results([EMOJI], tmp_path / "results.jsonl"), tmp_path / "c.jsonl"
    corrections.write_bytes(to_json_line(ArticleResult("emoji", EMOJI.text, reviewed_by="Ann")))
    before = (tmp_path / output).read_bytes()
    code, said = run("report", results, "--corrections", corrections, "-o", tmp_path / output)
    assert (code, "is the output as well" in said) == (2, True)
    assert (tmp_path / output).read_bytes() == before


def test_corrections_are_never_kept_in_the_results(tmp_path: Path) -> None:
    pytest.importorskip("fastapi", reason="the review server needs FastAPI: pip install 'inquit[review]'")
    results = write_results([EMOJI], tmp_path / "results.jsonl")
    before = results.read_bytes()
    code, said = run("review", results, "--corrections", results)
    assert (code, "is the output as well" in said) == (2, True)
    assert results.read_bytes() == before


def test_a_report_that_another_process_writes_is_locked(tmp_path: Path) -> None:
    results, page = write_results([EMOJI], tmp_path / "results.jsonl"), tmp_path / "report.html"
    with open_atomically(page):
        code, said = run("report", results, "-o", page)
    assert (code, "another process is writing it" in said) == (6, True)


def test_review_without_its_extra_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "inquit.inference.review", None)
    code, said = run("review", tmp_path / "results.jsonl")
    assert code == 2
    assert "pip install 'inquit[review]'" in said


@pytest.mark.parametrize("verb", ["report", "review"])
def test_every_command_has_help_with_an_example(verb: str) -> None:
    result = CliRunner().invoke(app, [verb, "--help"])
    assert result.exit_code == 0
    assert f"Example: inquit {verb} results.jsonl" in result.stdout
