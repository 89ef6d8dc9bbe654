"""Small articles with one kind of source each: does the shipped model find the speaker?"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

import inquit
from inquit.inference.attributor import Attributor
from inquit.models.result import Attribution, SpeakerKind
from inquit.models.speakers.names import normalise_name

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "data" / "speaker_cases.jsonl").read_text(encoding="utf-8").splitlines()
]
_PHRASE_ITSELF = "the source's own words are ranked above the speaker that they refer to"
_WRONG_ENTITY = "a wrong candidate is ranked first"
KNOWN_GAPS = {
    "the noise starts before dawn": _WRONG_ENTITY,
    "no jobs were at risk": "a company's short name, also a common surname, is not found as a mention",
    "We still argue": _WRONG_ENTITY,
    "the van had broken down": _WRONG_ENTITY,
    "they had never been asked": "the start of the noun phrase before “most of whom” is not found",
    "the dam could stay": _PHRASE_ITSELF,
}
"""Beginnings of quotations whose speaker the shipped model does not find, and why."""


@cache
def model() -> Attributor:
    return inquit.load()


def attribution_of(text: str, quote: str) -> Attribution | None:
    start = text.index(quote)
    for attribution in model()(text).attributions:
        if any(span.start <= start + 3 and start < span.end for span in attribution.content):
            return attribution
    return None


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=f"{case['kind']}: {case['quote']}",
            marks=pytest.mark.xfail(strict=True, reason=KNOWN_GAPS[case["quote"]])
            if case["quote"] in KNOWN_GAPS
            else (),
        )
        for case in CASES
    ],
)
def test_the_speaker_is_found(case: dict[str, str | None]) -> None:
    assert case["text"] is not None
    assert case["quote"] is not None
    attribution = attribution_of(case["text"], case["quote"])
    assert attribution is not None
    assert attribution.speaker is not None
    if case["speaker"] is None:
        assert attribution.speaker.kind is SpeakerKind.AUTHOR
        return
    assert attribution.speaker.name is not None
    assert normalise_name(attribution.speaker.name) == normalise_name(case["speaker"])


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 60
    assert len(KNOWN_GAPS) <= len(CASES) // 7
