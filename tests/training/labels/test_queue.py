"""The queue: least certain articles first, each unlike those before it, the same every time."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from inquit.models.article import Span
from inquit.models.result import ArticleResult, Attribution, Claim, ErrorInfo, Speaker, SpeakerKind, Status
from inquit.training.labels.queue import queue_articles, uncertainty

SNOW = "Snow fell on the hills of Norvik, and the council said the roads would be cleared before noon."
BRIDGE = "The mayor opened a bridge, praised its engineers and promised a second crossing next summer."


def result(
    name: str, confidence: float, *, text: str = SNOW, speaker: str = "Ann Lee", **metadata: str
) -> ArticleResult:
    claim = Claim("event", {"event": confidence, "rule": 1 - confidence})
    attribution = Attribution(
        "t0",
        (Span(0, 4),),
        confidence=confidence,
        speaker=Speaker(speaker, SpeakerKind.PERSON, confidence=confidence),
        claim=claim,
    )
    return ArticleResult(name, text, (attribution,), model="en-1", metadata=metadata)


def names(results: list[ArticleResult], **options: float) -> list[str]:
    return [item.result.id for item in queue_articles(results, **options)]  # type: ignore[arg-type]


def test_the_least_certain_come_first() -> None:
    results = [result("sure", 0.99), result("unsure", 0.55), result("fair", 0.8)]
    assert names(results, diversity=0.0) == ["unsure", "fair", "sure"]
    assert 0 < uncertainty(results[0]) < uncertainty(results[2]) < uncertainty(results[1]) < 1


def test_the_next_one_is_unlike_the_last() -> None:
    results = [result("a", 0.6), result("copy", 0.61), result("b", 0.75, text=BRIDGE, speaker="Bo Ek")]
    assert names(results, n=2, diversity=0.0) == ["a", "copy"]
    assert names(results, n=2, diversity=0.7) == ["a", "b"]


@pytest.mark.parametrize("different", [{"speaker": "Bo Ek"}, {"outlet": "The Post"}])
def test_speakers_and_outlets_make_articles_different(different: dict[str, str]) -> None:
    base = {"outlet": "The Gazette"}
    results = [
        result("a", 0.6, **base),
        result("same", 0.6, **base),
        result("z", 0.6, **(base | different)),  # type: ignore[arg-type]
    ]
    assert names(results, n=2, diversity=1.0) == ["a", "z"]


def test_the_queue_does_not_depend_on_the_order_of_results() -> None:
    results = [result(f"a{i}", 0.5 + i % 3 / 10, text=SNOW[i:] + BRIDGE[:i]) for i in range(30)]
    assert names(results, n=10) == names(results[::-1], n=10)


def test_what_cannot_or_need_not_be_labelled_is_left_out() -> None:
    failed = replace(result("failed", 0.5), status=Status.ERROR, error=ErrorInfo("E_JSON", "read", "no"))
    results = [result("known", 0.5), replace(result("bare", 0.5), text=None), failed, result("new", 0.9)]
    assert [item.result.id for item in queue_articles(results, labelled=["known"])] == ["new"]
    assert queue_articles([]) == []


def test_an_article_without_attributions_is_no_doubt() -> None:
    assert uncertainty(ArticleResult("a", SNOW)) == 0.0


def test_novelty_falls_as_the_queue_repeats_itself() -> None:
    chosen = queue_articles([result(f"a{i}", 0.6) for i in range(3)], n=3)
    assert chosen[0].novelty == 1.0
    assert all(a.novelty >= b.novelty for a, b in pairwise(chosen))
