"""What is said in the turns of a conversation, and what prints no conversation."""

from __future__ import annotations

import pytest

from inquit.models.conversation.turns import find_turns
from inquit.models.segmentation import split_paragraphs
from tests.timing import takes_linear_time

INTRODUCTION = "The mayor spoke to the Gazette about the bridge.\n\n"
Q_AND_A = "Q: Why do you close it?\n\nA: I saw the cracks.\n\nQ: Who pays?\n\nA: We all do, I fear."


def turns(text: str) -> list[tuple[str, list[str]]]:
    found = find_turns(text, split_paragraphs(text))
    assert all(turn.label is not None for turn in found)
    return [
        (turn.label.span.of(text), [part.of(text) for part in turn.parts]) for turn in found if turn.label is not None
    ]


def test_each_turn_is_what_follows_its_label() -> None:
    assert turns(INTRODUCTION + Q_AND_A) == [
        ("Q", ["Why do you close it?"]),
        ("A", ["I saw the cracks."]),
        ("Q", ["Who pays?"]),
        ("A", ["We all do, I fear."]),
    ]


def test_a_turn_goes_on_in_further_paragraphs_but_not_in_the_journalists() -> None:
    text = Q_AND_A.replace("I saw the cracks.", "I saw the cracks.\n\nThey were this wide.\n\nI nearly fell.")
    assert turns(text)[1] == ("A", ["I saw the cracks.", "They were this wide.", "I nearly fell."])
    text = Q_AND_A.replace("I saw the cracks.", "I saw the cracks.\n\nShe gets up and closes the window.")
    assert turns(text)[1] == ("A", ["I saw the cracks."])


@pytest.mark.parametrize(
    ("ending", "last"),
    [
        ("The bridge reopens in May.", ["We all do, I fear."]),
        ("If you want to help, write to us.", ["We all do, I fear."]),
        ("“I will believe it when I see it,” said Ann Lee, a driver.", ["We all do, I fear."]),
        ("I have said so before.", ["We all do, I fear.", "I have said so before."]),
    ],
)
def test_the_last_turn_ends_with_the_conversation(ending: str, last: list[str]) -> None:
    assert turns(f"{Q_AND_A}\n\n{ending}")[-1] == ("A", last)


def test_what_nobody_says_is_left_out() -> None:
    text = (
        "LEE: [laughs] Why me?\n\n(Laughter.)\n\nRAY: I asked first. (Applause.)\n\n*They shake hands.*\n\n"
        "LEE: I know.\n\nRAY: (inaudible)\n\nRAY: So (in May) I left."
    )
    assert turns(text) == [
        ("LEE", ["Why me?"]),
        ("RAY", ["I asked first."]),
        ("LEE", ["I know."]),
        ("RAY", ["So (in May) I left."]),
    ]


def test_what_is_said_in_brackets_is_said() -> None:
    text = "LEE: Why you?\n\nRAY: (We all paid.)\n\nLEE: And?\n\nRAY: I paid. (You did too.)"
    assert turns(text)[1::2] == [("RAY", ["(We all paid.)"]), ("RAY", ["I paid. (You did too.)"])]


def test_questions_without_labels_belong_to_nobody_under_one() -> None:
    text = "Ann Lee and Bob Ray talk.\n\nDo you dive?\n\nAnn: I do.\n\nBob: Never.\n\nWill you?\n\nAnn: I may.\n\nBob: Not me."
    assert turns(text) == [("Ann", ["I do."]), ("Bob", ["Never."]), ("Ann", ["I may."]), ("Bob", ["Not me."])]


def test_a_speaker_who_speaks_once_has_a_turn_too() -> None:
    text = "LEE: Why?\n\nRAY: I left.\n\nLEE: And?\n\nRAY: I came back.\n\nFirst: I was cold.\n\nUPDATE: I left.\n\nBOB KIM: Me too."
    assert turns(text)[3:] == [
        ("RAY", ["I came back.", "First: I was cold.", "UPDATE: I left."]),
        ("BOB KIM", ["Me too."]),
    ]


def test_a_label_may_be_a_line_of_its_own() -> None:
    text = "ANN LEE\nWhose idea was it?\n\nBOB RAY\nMine.\n\nANN LEE\nReally?\n\nBOB RAY\nI swear."
    assert turns(text) == [
        ("ANN LEE", ["Whose idea was it?"]),
        ("BOB RAY", ["Mine."]),
        ("ANN LEE", ["Really?"]),
        ("BOB RAY", ["I swear."]),
    ]


def test_a_headline_with_a_label_is_that_and_no_more() -> None:
    text = f"Mayor Lee: We will close it\n\nYou would not guess who asked her.\n\n{Q_AND_A.replace('A:', 'LEE:')}"
    assert turns(text)[0] == ("Mayor Lee", ["We will close it"])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("LEE: Why?\n\nRAY: I know.\n\nLEE: So?", id="three turns"),
        pytest.param(
            "Q: What is new?\n\nA: A tax of 3%.\n\nQ: Who pays it?\n\nA: Owners of homes.",
            id="answers by the journalist",
        ),
        pytest.param(
            "Q: Do I pay?\n\nA: I asked: no.\n\nQ: May I pay later?\n\nA: I fear not.", id="answers to readers"
        ),
        pytest.param(
            "Halo: A day and a half.\n\nOrbit: You will not need more.\n\nHalo: Too big?\n\nOrbit: Clean and quick.",
            id="phones",
        ),
        pytest.param(
            "Food: I liked it.\n\nService: Who was I?\n\nFood: I had soup.\n\nService: Do you wait? I do.",
            id="a review",
        ),
        pytest.param("Yes: 43%\n\nNo: 51%\n\nYes: 40%\n\nNo: 60%", id="a poll"),
        pytest.param(
            "Claim: “I won.”\n\nVerdict: False.\n\nClaim: “We paid. Did you?”\n\nVerdict: True.", id="a fact check"
        ),
        pytest.param(
            "Winner: Lee, we think.\n\nLoser: Ray.\n\nWinner: Our own reporter.\n\nLoser: Us all.", id="nobody asks"
        ),
    ],
)
def test_other_texts_have_no_turns(text: str) -> None:
    assert turns(text) == []


@pytest.mark.parametrize(
    "unit", ["(laugh) ", "[laughs ", "LEE: I?\nRAY: no\n", "Ann Lee: I?\n\nyou\n\n", " ", "**", "12:30 "]
)
def test_time_is_linear(unit: str) -> None:
    beginning = "LEE: Do you?\nRAY: I do.\nLEE: I see.\nRAY: I! "
    assert takes_linear_time(lambda text: turns(beginning + text), unit)
