"""Evidence for claim labels, with the shipped model: the words' weights and the bias sum to the score, exactly."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

import inquit
from inquit.inference.attributor import Attributor
from inquit.models.article import Span
from inquit.models.result import ArticleResult

TEXT = (
    "The town has 900 people. “We will build the bridge,” Mayor Ann Lee said on Monday. She denied that it was broke."
)


@pytest.fixture(scope="module")
def model() -> Attributor:
    return inquit.load("en")


@pytest.fixture(scope="module")
def result(model: Attributor) -> ArticleResult:
    return model(TEXT)


def test_words_and_bias_sum_to_the_log_odds_of_two_types(model: Attributor, result: ArticleResult) -> None:
    for attribution in result.attributions:
        assert attribution.claim is not None
        probabilities = attribution.claim.probabilities
        first, second = sorted(probabilities, key=lambda name: -probabilities[name])[:2]
        found = model.explain(result, attribution.id, label=first, against=second)
        assert found.bias + sum(word.weight for word in found.words) == pytest.approx(found.score)
        assert sum(found.by_role().values()) + found.bias == pytest.approx(found.score)
        # Probabilities in results are rounded to four decimals.
        assert found.score == pytest.approx(math.log(probabilities[first] / probabilities[second]), abs=0.02)


def test_words_and_bias_sum_to_the_score_of_checkworthiness(model: Attributor, result: ArticleResult) -> None:
    claim = result.attributions[0].claim
    assert claim is not None
    found = model.explain(result, result.attributions[0].id, label="checkworthy")
    assert 1 / (1 + math.exp(-found.score)) == pytest.approx(claim.checkworthy, abs=1e-3)


def test_the_words_are_those_of_content_cue_and_source(model: Attributor, result: ArticleResult) -> None:
    attribution = result.attributions[0]
    found = model.explain(result, attribution.id)
    for role in ("content", "cue", "source"):
        spans = getattr(attribution, role)
        words = [word.span for word in found.words if word.role == role]
        assert all(any(span.start <= word.start and word.end <= span.end for span in spans) for word in words)
        assert bool(words) == bool(spans)
    assert set(found.strongest(2)) <= set(found.words)
    assert found.label == attribution.claim.type  # type: ignore[union-attr]


def test_a_text_is_scored_first_and_narration_is_explained_by_its_span(
    model: Attributor, result: ArticleResult
) -> None:
    span = Span(0, TEXT.index("“") - 1)
    found = model.explain(TEXT, span, label="quantity")
    assert {word.role for word in found.words} == {"content"}
    assert found == model.explain(result, span, label="quantity")
    assert found.to_dict()["words"][0][:3] == [0, 3, "content"]


@pytest.mark.parametrize(
    ("passage", "label", "against", "message"),
    [
        ("t99", None, None, "no attribution 't99'"),
        (Span(0, 9999), None, None, "contains no words"),
        ("t0", "evnt", None, "no label 'evnt'"),
        ("t0", "event", "denied", "not alternatives"),
        ("t0", "checkworthy", "event", "not alternatives"),
    ],
)
def test_what_cannot_be_explained_says_why(
    model: Attributor, result: ArticleResult, passage: str | Span, label: str | None, against: str | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        model.explain(result, passage, label=label, against=against)


def test_a_result_without_its_text_cannot_be_explained(model: Attributor, result: ArticleResult) -> None:
    with pytest.raises(ValueError, match="keep its text"):
        model.explain(replace(result, text=None), "t0")
