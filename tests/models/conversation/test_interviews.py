"""The answers of interviews whose questions have no labels."""

from __future__ import annotations

import pytest

from inquit.models.conversation.interviews import find_answers
from inquit.models.segmentation import split_paragraphs
from tests.timing import takes_linear_time

INTRODUCTION = "Hedda Orme has been a harbour pilot for 31 years. We met her in the pilots’ hut."
INTERVIEW = [
    "How do you explain what you do?",
    "I say that I park ships.",
    "Were you the first woman?",
    "I was.\n\nThe men were kind. Were they surprised? Some.",
    "Tell us about the storm.",
    "I dropped both anchors.",
    "You never lost a ship, then.",
    "Not one.",
    "What comes next?",
    "Sleep.",
    "Will you miss it?",
    "I doubt it.",
]


def answers(*paragraphs: str) -> list[list[str]]:
    text = "\n\n".join(paragraphs)
    found = find_answers(text, split_paragraphs(text))
    assert all(turn.label is None for turn in found)
    return [[part.of(text) for part in turn.parts] for turn in found]


def test_answers_are_what_lies_between_questions_and_remarks() -> None:
    assert answers(INTRODUCTION, *INTERVIEW) == [
        ["I say that I park ships."],
        ["I was.", "The men were kind. Were they surprised? Some."],
        ["I dropped both anchors."],
        ["Not one."],
        ["Sleep."],
        ["I doubt it."],
    ]


def test_the_journalists_last_words_are_no_answer() -> None:
    ending = "She retires in October, to a house without a view."
    assert answers(INTRODUCTION, *INTERVIEW, ending)[-1] == ["I doubt it."]
    assert answers(INTRODUCTION, *INTERVIEW, "I never liked it much.", ending)[-1] == [
        "I doubt it.",
        "I never liked it much.",
    ]


@pytest.mark.parametrize(
    "paragraphs",
    [
        pytest.param([], id="nothing"),
        pytest.param(INTERVIEW[:6], id="three questions"),
        pytest.param(
            ["What is new?", "A tax.", "Who pays?", "You do, if you own a home.", "How much?", "3%.", "When?", "In May."],
            id="answers by the journalist",
        ),
        pytest.param(
            ["Why?", "I ask myself that.", "Who knows?", "I do not.", "What then?", "I wait.", "And so?", "I leave."],
            id="nobody is asked",
        ),
        pytest.param(
            ["Are you sure?", "“I am,” he said.", "Will you?", "“I will,” he said.", "Do you?", "“I do.”", "You?", "“I.”"],
            id="a report with quotations",
        ),
    ],
)  # fmt: skip
def test_other_texts_have_no_answers(paragraphs: list[str]) -> None:
    assert answers(*paragraphs) == []


def test_time_is_linear() -> None:
    assert takes_linear_time(answers, "Do you?\n\nI do.\n\nYou never do.\n\n")
