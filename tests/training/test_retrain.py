"""Retraining with the shipped encoder, as a user would do it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

pytest.importorskip("sklearn", reason="retraining needs inquit[retrain]")

import inquit
from inquit.cli import app
from inquit.models.claims import ClaimHead
from inquit.models.files import hold_lock
from inquit.models.folder import file_sha256, verify
from inquit.models.result import ArticleResult, Claim
from inquit.training.claims.fit import FittedClaims
from inquit.training.corpora import CorpusError
from inquit.training.evaluation import Evaluation
from inquit.training.retrain import label_agreement, read_new_labels
from tests.training.labelled import SENTENCES, THREATS, articles, labelled_article, write_labels

ROOT = Path(__file__).parent.parent.parent
TYPES = ("event", "quantity", "evaluation", "prediction", "commitment", "proposal", "causation", "experience")


def retrain(model: Path, labels: Path, output: Path, *options: str) -> Result:
    arguments = ["retrain", "--labels", str(labels), "-o", str(output), "--model", str(model), *options]
    return CliRunner().invoke(app, arguments)


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight articles, with a claim type that the shipped model does not know."""
    return write_labels(tmp_path_factory.mktemp("labels") / "new.jsonl", articles("n", 6, (*SENTENCES, *THREATS)))


@pytest.fixture(scope="module")
def retrained(claims_model: Path, labels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("retrained") / "model"
    result = retrain(claims_model, labels, output)
    assert result.exit_code == 0, result.output
    assert "new claim types: threat" in result.output
    return output


def test_a_retrained_model_is_whole_and_says_what_it_comes_from(retrained: Path, claims_model: Path) -> None:
    manifest, base = verify(retrained), verify(claims_model)
    (retraining,) = manifest.data["training"]["retrainings"]
    assert retraining["base_fingerprint"] == base.fingerprint
    assert (retraining["n_articles"], retraining["n_claims"]) == (6, 6 * (len(SENTENCES) + len(THREATS) + 1))
    assert manifest.title.startswith(f"{base.title}+")
    card = (retrained / "README.md").read_text(encoding="utf-8")
    assert base.title in card
    assert "| measure | value |\n|---|---|\n| claim type right | " in card
    assert "confusion-new-articles.svg" in card
    assert "<svg" in (retrained / "confusion-new-articles.svg").read_text(encoding="utf-8")


def test_a_retrained_model_answers_with_the_new_type(retrained: Path) -> None:
    model = inquit.load(retrained)
    (attribution, *_) = model(labelled_article("x", THREATS).text or "").attributions
    assert attribution.claim is not None
    assert attribution.claim.probabilities["threat"] > 0
    assert model.name == verify(retrained).title


def test_a_retrained_model_can_be_retrained(retrained: Path, tmp_path: Path) -> None:
    more = write_labels(tmp_path / "more.jsonl", articles("m", 2))
    result = retrain(retrained, more, tmp_path / "model")
    assert result.exit_code == 0, result.output
    manifest = verify(tmp_path / "model")
    assert len(manifest.data["training"]["retrainings"]) == 2
    assert "threat" in manifest.data["labels"]["claim_types"]


def test_the_same_call_gives_the_same_files_and_needs_no_torch(
    retrained: Path, claims_model: Path, labels: Path, tmp_path: Path
) -> None:
    """The second call is in another process, so that nothing is left over from the first."""
    arguments = ["retrain", "--labels", str(labels), "-o", str(tmp_path / "m"), "--model", str(claims_model)]
    code = (
        "import sys\nfrom inquit.cli import app\n"
        f"app({arguments!r}, standalone_mode=False)\n"
        "print(sorted({'torch', 'transformers', 'datasets'} & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert run.stdout.splitlines()[-1] == "[]"
    assert digests(tmp_path / "m") == digests(retrained)


def test_what_cannot_be_done_ends_with_its_code_and_leaves_nothing(
    claims_model: Path, labels: Path, tmp_path: Path
) -> None:
    empty = write_labels(tmp_path / "empty.jsonl", [])
    (tmp_path / "there").mkdir()
    (tmp_path / "out").mkdir()
    cases: list[tuple[Path, Path, Path, int, str]] = [
        (claims_model, empty, tmp_path / "out/m", 4, "nothing to learn from"),
        (claims_model, tmp_path / "nowhere.jsonl", tmp_path / "out/m", 4, "no such file or folder"),
        (tmp_path / "nowhere", labels, tmp_path / "out/m", 3, "there is no model"),
        (claims_model, labels, tmp_path / "there", 5, "already exists"),
        (claims_model, labels, tmp_path / "no/folder/m", 5, "cannot be written"),
    ]
    for model, file, output, code, message in cases:
        result = retrain(model, file, output)
        assert (result.exit_code, message in result.output) == (code, True), result.output
    assert list((tmp_path / "out").iterdir()) == []


def test_a_second_retraining_of_the_same_folder_is_refused(claims_model: Path, labels: Path, tmp_path: Path) -> None:
    with hold_lock(tmp_path / ".m.lock"):
        result = retrain(claims_model, labels, tmp_path / "m")
    assert result.exit_code == 6
    assert f"process {os.getpid()} holds" in result.output


def test_a_full_disk_leaves_no_half_model(claims_model: Path, labels: Path, tmp_path: Path) -> None:
    arguments = ["retrain", "--labels", str(labels), "-o", str(tmp_path / "m"), "--model", str(claims_model)]
    code = (
        "import resource, signal, sys\nfrom inquit.cli import app\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"
        f"app({arguments!r})"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert run.returncode == 5, run.stderr
    assert "cannot be written" in run.stderr
    assert list(tmp_path.iterdir()) == []


# ---- reading labels ---------------------------------------------------------------------------------------------


def one(claim_type: str, n: int = 1, **changes: object) -> list[ArticleResult]:
    article = labelled_article("a", [(f"This is point {i}", "Ann Lee", claim_type) for i in range(n)])
    return [replace(article, **changes)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("labelled", "message"),
    [
        (one("evnt"), r"got 'evnt'\. Did you mean 'event'\?"),
        (one("threat", 3), r"got 'threat'; correct it, or allow it: --new-type"),
        (one("Threat!", 5), "a claim type must consist of lower-case"),
        (one("event", text=None), "there is no text"),
        (one("event", attributions=(), narration=()), "nothing to learn from"),
    ],
)
def test_labels_that_cannot_be_learnt_say_why(labelled: list[ArticleResult], message: str, tmp_path: Path) -> None:
    path = write_labels(tmp_path / "labels.jsonl", labelled)
    with pytest.raises(ValueError, match=message) as caught:
        read_new_labels([path], TYPES)
    assert "labels.jsonl" in str(caught.value) or "lower case" in str(caught.value)


def test_a_new_type_may_be_named_like_a_known_one(tmp_path: Path) -> None:
    path = write_labels(tmp_path / "labels.jsonl", one("events", 5))
    assert read_new_labels([path], TYPES, allowed_new_types=["events"]).new_types == ("events",)


def test_a_new_type_needs_examples(tmp_path: Path) -> None:
    path = write_labels(tmp_path / "labels.jsonl", one("threat", 3))
    with pytest.raises(CorpusError, match="'threat' is new and has 3 claims, wanted at least 5"):
        read_new_labels([path], TYPES, allowed_new_types=["threat"])


def test_an_article_labelled_on_another_text_is_refused(tmp_path: Path) -> None:
    record = one("event")[0].to_dict() | {"text_sha256": "0" * 64}
    (tmp_path / "labels.jsonl").write_text(json.dumps(record) + "\n")
    with pytest.raises(CorpusError, match="text_sha256 is the hash of a different text"):
        read_new_labels([tmp_path / "labels.jsonl"], TYPES)


def test_an_article_that_comes_twice_counts_once(tmp_path: Path) -> None:
    paths = [write_labels(tmp_path / name, one("event")) for name in ("a.jsonl", "b.jsonl")]
    assert read_new_labels(paths, TYPES).articles == read_new_labels(paths[:1], TYPES).articles


def test_every_file_of_labels_leaves_its_hash(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    paths = [write_labels(tmp_path / name, one("event", n)) for n, name in enumerate(("a.jsonl", "desk/a.jsonl"), 1)]
    (article,) = one("quantity")
    write_labels(tmp_path / "desk/b.jsonl", [replace(article, id="b")])
    assert read_new_labels(paths[:1], TYPES).sha256 == {"a.jsonl": file_sha256(paths[0])}
    found = read_new_labels([paths[0], tmp_path / "desk"], TYPES, drop_bad=True)
    assert set(found.sha256) == {"a.jsonl", "desk/a.jsonl", "desk/b.jsonl"}


def test_two_opinions_on_one_article_are_for_people_to_decide(tmp_path: Path) -> None:
    paths = [write_labels(tmp_path / f"{name}.jsonl", one(name)) for name in ("event", "quantity")]
    with pytest.raises(CorpusError, match="has different labels in"):
        read_new_labels(paths, TYPES)


def test_a_models_own_answers_are_no_labels_unless_somebody_reviewed_them(tmp_path: Path) -> None:
    (article,) = one("event", 2)
    answer = Claim("event", {"event": 0.9, "other": 0.1})
    unseen, seen = article.attributions
    scored = replace(
        article, model="en-1", attributions=(replace(unseen, claim=answer), replace(seen, reviewed_by="ann"))
    )
    found = read_new_labels([write_labels(tmp_path / "a.jsonl", [scored])], TYPES)
    assert found.n_claims == 1
    reviewed = replace(scored, reviewed_by="ann")
    found = read_new_labels([write_labels(tmp_path / "b.jsonl", [reviewed])], TYPES)
    assert found.n_claims == 2 + len(scored.narration)


@pytest.mark.parametrize(
    ("table", "kappa", "n_claims"),
    [
        ({"event": {"event": 20, "other": 5}, "other": {"event": 10, "other": 15}}, 0.4, 50),
        ({"event": {"event": 20, "other": 5}, "threat": {"event": 9, "other": 1}}, 0.0, 0),  # one known type
    ],
)
def test_agreement_of_new_labels_is_cohens_kappa(table: dict[str, dict[str, int]], kappa: float, n_claims: int) -> None:
    head = ClaimHead(np.zeros((1, 1), dtype=np.float32), np.zeros(1, dtype=np.float32))
    fitted = FittedClaims(("event", "other"), head, head, before={"new": Evaluation(1, {}, {}, confusion=table)})
    assert label_agreement(fitted) == {"label_kappa": kappa, "n_known_claims": n_claims}
