"""Who takes the turns of a conversation, given the people in it."""

from __future__ import annotations

import pytest

from inquit.models.speakers.entities import group_mentions
from inquit.models.speakers.turn_speakers import TurnSpeaker, TurnSpeakers
from tests.models.marked_names import read_marked


def speakers(introduction: str, *labels: str) -> dict[str, str | None]:
    """The speaker of each label of a conversation."""
    turns = "\n\n".join(f"{label}: I wonder, do you?\n\n{label}: I do." for label in labels)
    document, mentions = read_marked(f"{introduction}\n\n{turns}")
    assert len(document.turns) == 2 * len(labels)
    found = TurnSpeakers(document, mentions, group_mentions(document, mentions)).of_labels()
    return {label: speaker.candidate.name for label, speaker in found.items()}


def interviewee(introduction: str) -> TurnSpeaker | None:
    document, mentions = read_marked(introduction + QUESTIONS)
    assert document.turns
    assert not document.turn_labels
    return TurnSpeakers(document, mentions, group_mentions(document, mentions)).interviewee()


@pytest.mark.parametrize(
    ("introduction", "label", "speaker"),
    [
        pytest.param("{P Ann Lee} came.", "LEE", "Ann Lee", id="surname"),
        pytest.param("{P Ann Lee} came.", "ANN", "Ann Lee", id="forename"),
        pytest.param("{P Ann Lee} came.", "AL", "Ann Lee", id="initials"),
        pytest.param("{P Annabel Lee} came.", "Ann", "Annabel Lee", id="nickname"),
        pytest.param("{P Ann Lee} came.", "DS LEE", "Ann Lee", id="title"),
        pytest.param("{P Ann Lee} came.", "COUNCILLOR LEE", "Ann Lee", id="office"),
        pytest.param("{P Ann Lee} came.", "The Chair ({P Ann Lee})", "Ann Lee", id="in brackets"),
        pytest.param("Our host this week is {P Ann Lee}.", "Host", "Ann Lee", id="is"),
        pytest.param("{P Ann Lee}, the moderator, came.", "THE MODERATOR", "Ann Lee", id="apposition"),
        pytest.param("The Minister of Power, Chief {P Ann Lee}, came.", "Minister", "Ann Lee", id="office with a field"),
        pytest.param("Members: {P Ann Lee} (Chair), {P Bob Ray}.", "Chair", "Ann Lee", id="in a list"),
        pytest.param("Clerk Mrs. {P Ann Lee} read it out.", "CITY CLERK", "Ann Lee", id="before the name"),
        pytest.param("Judge {P Ann Lee} sat.", "THE COURT", "Ann Lee", id="court"),
        pytest.param("Before the Hon. {P Ann Lee}.", "THE COURT", "Ann Lee", id="honour"),
        pytest.param("{P Ann Lee} met the host.", "Host", "Host", id="neither"),
        pytest.param("{P Ann Lee} came.", "SPEAKER 1", "SPEAKER 1", id="number"),
        pytest.param("{P Ann Lee} came.", "Q", "Q", id="one of several reporters"),
        pytest.param("{P Ann Lee} 1, {P Bob Ray} 2 was the result.", "Speaker 2", "Speaker 2", id="number in the text"),
        pytest.param("A woman, {P Ann Lee}, fell.", "WOMAN", "WOMAN", id="no role"),
    ],
)  # fmt: skip
def test_a_label_stands_for_whoever_has_that_name_or_role(introduction: str, label: str, speaker: str | None) -> None:
    assert [*speakers(introduction, label, "ROSS").values()] == [speaker, "ROSS"]


@pytest.mark.parametrize(
    ("introduction", "speaker"),
    [
        pytest.param("{P Ann Lee} dives.", "Ann Lee", id="named once"),
        pytest.param("{P Ann Lee}: a life\n\n{P Lee} dives with {P Bob Ray}.", "Ann Lee", id="named more often"),
        pytest.param("Interview by {P Bob Ray}.\n\n{P Ann Lee} dives.", "Ann Lee", id="beside the writer"),
        pytest.param("{P Kim} dives.", None, id="not in full"),
        pytest.param("She dives.", None, id="not at all"),
        pytest.param("{P Ann Lee}, 61, met our reporter, {P Bob Ray}.", "Ann Lee", id="beside the reporter"),
    ],
)
def test_whom_the_introduction_is_about_answers(introduction: str, speaker: str | None) -> None:
    found = interviewee(introduction)
    assert (found and found.candidate.name) == speaker
    assert speakers(introduction, "Q", "A") == {"Q": None, "A": speaker or "A"}


def test_where_others_speak_too_it_is_unknown_who_answers() -> None:
    assert speakers("{P Ann Lee} sat.", "Q", "A", "THE CLERK")["A"] == "A"


def test_an_introduction_of_several_people_is_less_certain() -> None:
    one, two = interviewee("{P Ann Lee} dives."), interviewee("{P Ann Lee} dives with {P Bob Ray}, says {P Lee}.")
    assert one is not None
    assert two is not None
    assert two.certainty < 0.7 < one.certainty
    assert two.others == ("Bob Ray",)


@pytest.mark.parametrize(
    ("introduction", "labels", "found"),
    [
        ("{P Tom Hale} met {P Mary Hale}.", ("MR. HALE", "MRS. HALE"), ["Tom Hale", "Mary Hale"]),
        ("{P Tom Hale} came.", ("MR. HALE", "MRS. HALE"), ["Tom Hale", "MRS. HALE"]),
        ("{P Ann Lee} called.", ("ANN (CALLER)", "CALLER"), ["Ann Lee", "Ann Lee"]),
        ("{P Ann Lee} met {P Bob Lee}. {P Ann Lee} left.", ("BOB LEE", "LEE"), ["Bob Lee", "Bob Lee"]),
    ],
)
def test_people_of_one_surname_are_told_apart(introduction: str, labels: tuple[str, ...], found: list[str]) -> None:
    assert [*speakers(introduction, *labels).values()] == found


QUESTIONS = "\n\nDo you dive?\n\nI do.\n\nAre you afraid?\n\nI am.\n\nWill you stop?\n\nI may.\n\nCan you?\n\n{P Kim} says I can."
