"""Comparing known answers, and promoting depending on the result."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inquit.models.folder import CURRENT, WEIGHTS, Manifest, find_model, read_manifest, write_manifest
from inquit.models.registry import Registry
from inquit.models.result import ArticleResult
from inquit.training.comparison.compare import Comparison, compare_predictions, comparison_page, label_objections
from inquit.training.comparison.outcomes import gold_items, outcomes
from inquit.training.comparison.promote import PromotionError, promote_model, record_comparison
from tests.training.labelled import SENTENCES, articles

Record = dict[str, Any]
GOLD = articles("g", 12)


def make_model(folder: Path, version: str, **training: object) -> Manifest:
    folder.mkdir(parents=True)
    for name in ("encoder.onnx", "tokenizer.json", "heads.safetensors"):
        (folder / name).write_text(version)
    write_manifest(folder, {"name": "en", "version": version, "inquit_version": "0.1.0", "training": training})
    return read_manifest(folder)


@pytest.fixture
def manifests(tmp_path: Path) -> tuple[Manifest, Manifest]:
    return make_model(tmp_path / "old", "1.0.0"), make_model(tmp_path / "new", "1.0.1")


def answers(change: Callable[[int, int, Record], None] = lambda i, j, claim: None) -> dict[str, Record]:
    """The gold labels as results; ``change`` gets the article, attribution and claim, and may alter the claim."""
    records = {}
    for i, article in enumerate(GOLD):
        record = article.to_dict()
        for j, attribution in enumerate(record["attributions"]):
            claim = attribution["claim"]
            change(i, j, claim)
            claim["probabilities"] = {claim["type"]: 1.0}
            claim["checkworthy"] = 0.9 if claim["checkworthy"] else 0.1
        records[article.id] = record
    return records


def mistype(claim_type: str, instead: str, *, every: int = 1) -> Callable[[int, int, Record], None]:
    def change(i: int, j: int, claim: Record) -> None:
        if claim["type"] == claim_type and i % every == 0:
            claim["type"] = instead

    return change


def compare(old: Mapping[str, Record], new: Mapping[str, Record], manifests: tuple[Manifest, Manifest]) -> Comparison:
    return compare_predictions(GOLD, old, new, manifests, n_bootstrap=200)


def test_a_model_is_not_worse_than_itself(manifests: tuple[Manifest, Manifest]) -> None:
    comparison = compare(answers(), answers(), manifests)
    assert comparison.passed
    assert {(d.new - d.old, d.interval) for d in comparison.differences} == {(0.0, (0.0, 0.0))}
    assert not comparison.flips


def test_a_better_model_passes_and_shows_what_it_mended(manifests: tuple[Manifest, Manifest]) -> None:
    comparison = compare(answers(mistype("event", "other")), answers(), manifests)
    assert comparison.passed
    assert len(comparison.flips) == len(GOLD)
    assert all(flip.is_better and (flip.old, flip.new) == ("other", "event") for flip in comparison.flips)


def test_one_type_that_got_worse_fails_whatever_the_whole_does(manifests: tuple[Manifest, Manifest]) -> None:
    def old(i: int, j: int, claim: Record) -> None:
        if claim["type"] in ("event", "quantity", "proposal"):
            claim["type"] = "other"

    comparison = compare_predictions(
        GOLD * 1, answers(old), answers(mistype("evaluation", "experience")), manifests, n_bootstrap=200
    )
    by_name = {(d.slice, d.measure): d for d in comparison.differences}
    assert by_name["all", "type_acc"].new > by_name["all", "type_acc"].old
    assert by_name["type=evaluation", "f1"].is_worse
    # Twelve claims of a type are too few for it to be guarded.
    assert not by_name["type=evaluation", "f1"].is_guarded
    twice = [*GOLD, *(ArticleResult.from_dict(a.to_dict() | {"id": f"{a.id}b"}) for a in GOLD)]

    def both(records: dict[str, Record]) -> dict[str, Record]:
        return records | {f"{name}b": record for name, record in records.items()}

    comparison = compare_predictions(
        twice, both(answers(old)), both(answers(mistype("evaluation", "experience"))), manifests, n_bootstrap=200
    )
    assert not comparison.passed
    assert any("type=evaluation" in objection for objection in comparison.objections)


def test_noise_is_no_reason(manifests: tuple[Manifest, Manifest]) -> None:
    """One claim type flips to right and one to wrong, in different articles."""
    old, new = mistype("event", "other", every=12), mistype("quantity", "other", every=11)
    assert compare(answers(old), answers(new), manifests).passed


def test_shuffled_types_fail(manifests: tuple[Manifest, Manifest]) -> None:
    types = [claim_type for _, _, claim_type in SENTENCES]

    def shuffle(i: int, j: int, claim: Record) -> None:
        claim["type"] = types[(i * 5 + j * 3) % len(types)]

    assert not compare(answers(), answers(shuffle), manifests).passed


def test_slices_are_by_type_kind_and_outlet(manifests: tuple[Manifest, Manifest]) -> None:
    comparison = compare(answers(), answers(), manifests)
    slices = {d.slice for d in comparison.differences}
    assert {"all", "kind=direct", "outlet=aaa", "outlet=bbb"} <= slices
    assert {f"type={claim_type}" for _, _, claim_type in SENTENCES} <= slices


@pytest.mark.parametrize(
    ("metadata", "outlet"),
    [
        ({"outlet": "The Gazette"}, "The Gazette"),
        ({"publisher": "The Gazette"}, "The Gazette"),
        ({"outlet": "The Gazette", "publisher": "Ellery Media"}, "The Gazette"),
        ({}, None),
    ],
)
def test_outlets_are_those_of_scraped_pages_too(metadata: dict[str, str], outlet: str | None) -> None:
    assert {item.outlet for item in gold_items([replace(GOLD[0], metadata=metadata)])} == {outlet}


@pytest.mark.parametrize(
    ("retraining", "objects"),
    [
        ({"label_kappa": 0.03, "n_known_claims": 300}, True),
        ({"label_kappa": 0.5, "n_known_claims": 300}, False),
        ({"label_kappa": 0.0, "n_known_claims": 5}, False),
    ],
)
def test_labels_at_odds_with_the_model_before_are_an_objection(
    retraining: Mapping[str, float], objects: bool, tmp_path: Path
) -> None:
    manifest = make_model(tmp_path / "m", "1.0.1", retrainings=[retraining])
    assert bool(label_objections(manifest)) is objects


def test_the_page_escapes_what_articles_say_and_runs_no_script(manifests: tuple[Manifest, Manifest]) -> None:
    comparison = compare(answers(mistype("event", "<script>alert(1)</script>")), answers(), manifests)
    page = comparison_page(comparison)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    json.dumps(comparison.to_dict(), allow_nan=False)


def test_the_page_fits_a_phone_and_names_its_columns(manifests: tuple[Manifest, Manifest]) -> None:
    page = comparison_page(compare(answers(), answers(), manifests))
    assert 'name="viewport"' in page
    assert page.count('<div class="scroll" tabindex="0" role="region"') == page.count("<table>") == 4
    assert "<th>" not in page
    assert ".free { color: #666; }" in page  # 5.7 to 1 on white


def test_outcomes_follow_gold_items() -> None:
    items, found = gold_items(GOLD), outcomes(GOLD, {})
    assert len(items) == len(found) == len(GOLD) * len(SENTENCES)
    assert not any(outcome.is_found for outcome in found)
    assert all(outcome.is_speaker_right for outcome in outcomes(GOLD, answers()))


# ---- promotion --------------------------------------------------------------------------------------------------


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    monkeypatch.setenv("INQUIT_HOME", str(tmp_path / "home"))
    return Registry.default()


def passing(old: Manifest, new: Manifest, *, gold: Sequence[ArticleResult] = GOLD, passed: bool = True) -> Comparison:
    new_answers = answers() if passed else {}
    return compare_predictions(gold, answers(), new_answers, (old, new), n_bootstrap=100)


def test_what_was_not_compared_is_not_promoted(registry: Registry, tmp_path: Path) -> None:
    new = make_model(tmp_path / "new", "1.0.1")
    with pytest.raises(
        PromotionError, match=r"was not compared with the current model en-.*run `inquit compare current"
    ):
        promote_model(new.folder, registry)
    assert registry.history() == ()


def test_what_failed_is_not_promoted(registry: Registry, tmp_path: Path) -> None:
    new = make_model(tmp_path / "new", "1.0.1")
    record_comparison(registry, passing(read_manifest(WEIGHTS / "en"), new, passed=False))
    with pytest.raises(PromotionError, match="failed its comparison"):
        promote_model(new.folder, registry)
    record_comparison(registry, passing(read_manifest(WEIGHTS / "en"), new, gold=GOLD[:6]))
    with pytest.raises(PromotionError, match=r"failed its comparison .*it passed on other articles: --gold FILE"):
        promote_model(new.folder, registry)


def test_what_passed_is_current_and_its_gold_guards_what_follows(registry: Registry, tmp_path: Path) -> None:
    shipped, first, second = (
        read_manifest(WEIGHTS / "en"),
        make_model(tmp_path / "1", "1.0.1"),
        make_model(tmp_path / "2", "1.0.2"),
    )
    comparison = passing(shipped, first)
    record_comparison(registry, comparison)
    promote_model(first.folder, registry)
    assert read_manifest(find_model(CURRENT)).fingerprint == first.fingerprint
    assert registry.guard() == comparison.gold_sha256

    record_comparison(registry, passing(first, second, gold=GOLD[:6]))
    with pytest.raises(
        PromotionError, match=r"on the articles that guard promotions .* it was on others: .*--gold FILE"
    ):
        promote_model(second.folder, registry)
    record_comparison(registry, passing(first, second))
    promote_model(second.folder, registry)
    assert registry.history() == (first.fingerprint, second.fingerprint)


def test_a_comparison_with_another_model_than_the_current_one_does_not_count(
    registry: Registry, tmp_path: Path
) -> None:
    other, new = make_model(tmp_path / "other", "0.9.0"), make_model(tmp_path / "new", "1.0.1")
    record_comparison(registry, passing(other, new))
    with pytest.raises(PromotionError, match="was not compared"):
        promote_model(new.folder, registry)


def test_a_model_that_was_changed_after_its_comparison_is_not_promoted(registry: Registry, tmp_path: Path) -> None:
    new = make_model(tmp_path / "new", "1.0.1")
    record_comparison(registry, passing(read_manifest(WEIGHTS / "en"), new))
    (new.folder / "heads.safetensors").write_text("other")
    write_manifest(new.folder, {"name": "en", "version": "1.0.1", "inquit_version": "0.1.0"})
    with pytest.raises(PromotionError, match="was not compared"):
        promote_model(new.folder, registry)


def test_a_record_holds_no_text_of_the_articles(registry: Registry, manifests: tuple[Manifest, Manifest]) -> None:
    comparison = compare(answers(mistype("event", "other")), answers(), manifests)
    content = record_comparison(registry, comparison).read_text()
    assert "minister" not in content
