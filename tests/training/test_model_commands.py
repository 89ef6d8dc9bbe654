"""Compare, promote, use: the loop of docs/retraining.md with models that can be loaded."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import inquit
from inquit.cli import app
from inquit.models.folder import MANIFEST, WEIGHTS, write_manifest
from inquit.models.registry import Registry
from tests.conftest import EXAMPLES
from tests.training.labelled import articles, write_labels


def inquit_command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    monkeypatch.setenv("INQUIT_HOME", str(tmp_path / "home"))
    return Registry.default()


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    return write_labels(tmp_path / "gold.jsonl", articles("g", 6))


@pytest.fixture
def as_good(tmp_path: Path) -> Path:
    """The shipped model under another version."""
    folder = tmp_path / "as-good"
    shutil.copytree(WEIGHTS / "en", folder)
    facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8")) | {"version": "9.9.9"}
    write_manifest(folder, {name: facts[name] for name in facts if name not in ("format_version", "files")})
    return folder


def test_a_model_is_compared_promoted_used_and_left_again(
    registry: Registry, gold: Path, as_good: Path, tmp_path: Path
) -> None:
    refused = inquit_command("promote", as_good)
    assert (refused.exit_code, "was not compared" in refused.output) == (1, True)
    assert f"not compared with the current model {inquit.load().name}: run" in refused.output

    html, facts = tmp_path / "c.html", tmp_path / "c.json"
    compared = inquit_command("compare", "current", as_good, gold, "--bootstrap", 100, "--html", html, "--json", facts)
    assert compared.exit_code == 0, compared.output
    assert compared.output.endswith(f"next: inquit promote {as_good}\n")
    assert json.loads(facts.read_text())["passed"] is True
    assert "en-9.9.9" in html.read_text()

    promoted = inquit_command("promote", as_good)
    assert promoted.exit_code == 0, promoted.output
    assert inquit.load().name == "en-9.9.9"
    assert inquit.load("en").name != "en-9.9.9"
    listed = inquit_command("model", "list").output.splitlines()
    assert [line for line in listed if line.startswith("*")] == [line for line in listed if "en-9.9.9" in line]

    assert inquit_command("promote", as_good).exit_code == 1
    itself = inquit_command("compare", "current", as_good, gold, "--bootstrap", 100)
    assert itself.output.endswith(f"passed, but current and {as_good} are the same model\n")
    assert inquit_command("model", "use", "en").exit_code == 0
    assert inquit.load().name == inquit.load("en").name
    assert inquit_command("model", "use", "en-9.9.9").exit_code == 0
    assert inquit.load().name == "en-9.9.9"
    assert inquit_command("model", "verify").output.startswith("en-9.9.9")
    assert inquit_command("model", "use", inquit.load("en").name).exit_code == 0
    assert inquit.load().name == inquit.load("en").name
    assert inquit_command("model", "use", "en-8.8.8").exit_code == 3


def test_only_a_name_chooses_the_current_model(registry: Registry, as_good: Path) -> None:
    for path in (as_good, "../weights/en", "."):
        used = inquit_command("model", "use", path)
        assert (used.exit_code, "no shipped or promoted model is called" in used.output) == (3, True)
    assert registry.history() == ()


def test_a_registry_that_is_being_changed_is_locked(registry: Registry, as_good: Path) -> None:
    with registry.lock():
        assert inquit_command("promote", as_good).exit_code == 6
        assert inquit_command("model", "use", "en").exit_code == 6


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["compare", "en", "nowhere", "gold"], 3, "there is no model"),
        (["compare", "en", "en", "nowhere.jsonl"], 4, "nowhere.jsonl"),
        (["compare", "en", "en", "gold", "--json", "no/such/folder/x.json"], 5, "does not exist"),
        (["compare", "en", "en", "gold", "--bootstrap", "3"], 2, "bootstrap"),
        (["retrain", "--all", "--new-type", "promise", "--labels", "gold", "-o", "m"], 2, "without --all"),
        (["promote", "nowhere"], 3, "there is no model"),
        (["promote", "en", "--gold", "nowhere.jsonl"], 4, "nowhere.jsonl"),
        (["promote", "en"], 1, "is already the current model"),
    ],
)
def test_a_wrong_call_ends_with_its_code_and_a_sentence(
    arguments: list[str], code: int, message: str, registry: Registry, gold: Path
) -> None:
    result = inquit_command(*(gold if argument == "gold" else argument for argument in arguments))
    assert (result.exit_code, message in result.output) == (code, True), result.output


def test_articles_that_a_model_was_fitted_on_cannot_measure_it(registry: Registry, claims_model: Path) -> None:
    result = inquit_command("compare", claims_model, claims_model, EXAMPLES / "labels.jsonl")
    assert result.exit_code == 4
    assert "was fitted on 10 of the gold articles" in result.output


def test_a_models_own_answers_compare_and_promote_nothing(registry: Registry, as_good: Path, tmp_path: Path) -> None:
    answers = [replace(article, model="en-1") for article in articles("g", 2)]
    gold = write_labels(tmp_path / "answers.jsonl", answers)
    for arguments in (["compare", "en", as_good, gold], ["promote", as_good, "--gold", gold]):
        refused = inquit_command(*arguments)
        assert (refused.exit_code, "a model's own answers" in refused.output) == (4, True)
    assert not list(registry.comparisons.glob("*"))


@pytest.mark.parametrize("verb", [["retrain"], ["compare"], ["promote"], ["model", "use"]])
def test_every_verb_has_help_with_an_example(verb: list[str]) -> None:
    result = inquit_command(*verb, "--help")
    assert result.exit_code == 0
    assert f"Example: inquit {' '.join(verb)}" in result.output
