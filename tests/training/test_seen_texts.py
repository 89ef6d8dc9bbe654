"""The texts that a model was fitted on are known by hashes, whether or not they have claims."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from inquit.models.folder import MANIFEST, TRAINING_TEXTS, Manifest, read_manifest, verify, write_manifest
from inquit.models.result import ArticleResult
from inquit.training.claims.data import article_hash
from inquit.training.comparison.compare import check_leaks
from inquit.training.corpora import CorpusError
from inquit.training.retrain import retrain_model
from inquit.training.seen_texts import read_texts, seen_texts, write_texts
from tests.training.labelled import articles, write_labels

HASHES = [article_hash(text) for text in ("one", "two", "three")]


def listing(model: Path, folder: Path) -> Manifest:
    """A copy of the model with a list of texts that it has seen."""
    shutil.copytree(model, folder)
    facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    write_texts(folder / TRAINING_TEXTS, HASHES)
    write_manifest(folder, {name: facts[name] for name in facts if name not in ("format_version", "files")})
    return verify(folder)


def test_the_same_texts_give_the_same_file(tmp_path: Path) -> None:
    for name, hashes in (("a", HASHES), ("b", HASHES[::-1] * 2)):
        write_texts(tmp_path / name, hashes)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert read_texts(tmp_path / "a") == set(HASHES)


def test_a_text_without_claims_cannot_measure_the_model_it_taught(claims_model: Path, tmp_path: Path) -> None:
    gold = [ArticleResult(text, text, ()) for text in ("zero", "one")]
    check_leaks(gold, [read_manifest(claims_model)])
    with pytest.raises(CorpusError, match=r"was fitted on 1 of the gold articles.*\['one'\]"):
        check_leaks(gold, [listing(claims_model, tmp_path / "m")])


def test_a_retrained_model_has_seen_what_its_base_had(claims_model: Path, tmp_path: Path) -> None:
    base = listing(claims_model, tmp_path / "m")
    new = articles("g", 6)
    labels = write_labels(tmp_path / "labels.jsonl", new)
    manifest, *_ = retrain_model(tmp_path / "m", [labels], tmp_path / "new")
    assert seen_texts(manifest) == seen_texts(base) | {article_hash(article.text or "") for article in new}
