from dataclasses import replace

import pytest

from inquit.models.article import Span, text_sha256
from inquit.models.result import ArticleResult, Attribution, Claim, Narration, Polarity, QuoteKind, Speaker, SpeakerKind

TEXT = "👩‍👧 “Yes,” said Ann Lee."
RESULT = ArticleResult(
    id="a1",
    text=TEXT,
    attributions=(
        Attribution(
            id="t0",
            content=(Span(4, 10),),
            cue=(Span(11, 15),),
            source=(Span(16, 23),),
            kind=QuoteKind.DIRECT,
            confidence=0.9,
            speaker=Speaker("Ann Lee", SpeakerKind.PERSON, "e0", True, 0.8),
            claim=Claim("event", {"event": 1.0}, (), Polarity.ASSERTED, 0.5),
        ),
    ),
    model="en-1.0.0",
)


def test_a_result_survives_its_dictionary() -> None:
    again = ArticleResult.from_dict(RESULT.to_dict())
    assert again.attributions == RESULT.attributions
    assert again.to_dict() == RESULT.to_dict()


def test_narration_survives_its_dictionary() -> None:
    unlikely = Narration(Span(0, 4), Claim("event"), 0.25)
    result = replace(RESULT, narration=(unlikely, Narration(Span(4, 10))))
    assert ArticleResult.from_dict(result.to_dict()).narration == result.narration
    assert [sentence.is_likely for sentence in result.narration] == [False, True]


def test_a_polarity_of_null_is_none_given() -> None:
    record = RESULT.to_dict()
    record["attributions"][0]["claim"]["polarity"] = None
    (attribution,) = ArticleResult.from_dict(record).attributions
    assert attribution.claim is not None
    assert attribution.claim.polarity is Polarity.ASSERTED


def test_who_reviewed_a_result_survives_its_dictionary() -> None:
    attribution = replace(RESULT.attributions[0], reviewed_by="ann")
    reviewed = replace(RESULT, attributions=(attribution,), reviewed_by="bo", reviewed_at="2026-01-02T03:04:05Z")
    assert ArticleResult.from_dict(reviewed.to_dict()).to_dict() == reviewed.to_dict()
    assert reviewed.to_dict()["attributions"][0]["reviewed_by"] == "ann"
    assert "reviewed_by" not in RESULT.to_dict()


def test_offsets_are_code_points_also_behind_emoji() -> None:
    (attribution,) = RESULT.to_dict()["attributions"]
    assert [TEXT[start:end] for start, end in attribution["content"]] == ["“Yes,”"]
    assert attribution["text"] == "“Yes,”"


def test_without_text_the_hash_stays() -> None:
    record = RESULT.to_dict(with_text=False)
    assert "text" not in record
    assert record["text_sha256"] == text_sha256(TEXT)


@pytest.mark.parametrize(("start", "end"), [(3, 3), (5, 2), (-1, 4)])
def test_an_impossible_span_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match=f"start={start}, end={end}"):
        Span(start, end)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="persn"):
        ArticleResult.from_dict(
            {"id": "a", "attributions": [{"id": "t", "content": [[0, 1]], "speaker": {"name": "A", "kind": "persn"}}]}
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": 7}, "id of an attribution must be str, got 7"),
        ({"content": [[0.0, 1.0]]}, "start must be int, got 0.0"),
        ({"speaker": {"name": ["A"], "kind": "person"}}, r"name of a speaker must be str \| None, got \['A'\]"),
        ({"claim": {"type": ["event"]}}, r"type of a claim must be str, got \['event'\]"),
        ({"claim": {"type": "event", "probabilities": [1]}}, "probabilities must be Mapping"),
        ({"claim": {"type": "event", "probabilities": {"event": "1"}}}, "probability of 'event' must be int"),
        ({"claim": {"type": "event", "secondary": "other"}}, "secondary must be list"),
        ({"claim": {"type": "event", "secondary": [1]}}, "each of secondary must be str, got 1"),
        ({"confidence": "0.9"}, "confidence must be int"),
        ({"speaker": {"name": "A", "kind": "person", "confidence": "0.9"}}, "confidence must be int"),
        ({"claim": {"type": "event", "checkworthy": "yes"}}, r"checkworthy must be int \| float, got 'yes'"),
    ],
)
def test_a_value_of_another_type_is_refused_where_it_is_read(change: dict[str, object], message: str) -> None:
    """Else a report or an export fails on it later, where nothing tells which record it is of."""
    with pytest.raises((TypeError, ValueError), match=message):
        ArticleResult.from_dict({"id": "a", "attributions": [{"id": "t", "content": [[0, 1]]} | change]})


@pytest.mark.parametrize(
    ("sentence", "message"),
    [({"span": [0.0, 1.0]}, "start must be int"), ({"span": [0, 1], "confidence": "0.9"}, "confidence must be int")],
)
def test_narration_with_a_value_of_another_type_is_refused(sentence: dict[str, object], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        ArticleResult.from_dict({"id": "a", "narration": [sentence]})
