"""Who takes the turns of a conversation, given its people and what the scorer of speakers makes of each turn."""

from __future__ import annotations

import numpy as np
import pytest

from inquit.models.speakers.candidates import Candidate
from inquit.models.speakers.conversation import LabelResolver, Vote, find_interviewee
from inquit.models.speakers.entities import group_mentions
from tests.models.marked_names import read_marked


def speakers(introduction: str, labels: list[str], votes: dict[str, dict[str, float]]) -> dict[str, str | None]:
    """The speaker of each label of a conversation; ``votes`` are the probabilities of names, by label."""
    turns = "\n\n".join(f"{label}: I wonder, do you?\n\n{label}: I do." for label in labels)
    document, mentions = read_marked(f"{introduction}\n\n{turns}")
    assert len(document.turns) == 2 * len(labels)
    entities = group_mentions(document, mentions)
    numbers = {entity.name: i for i, entity in enumerate(entities)}
    cast = []
    for turn in document.turns:
        assert turn.label is not None
        label = turn.label.name.of(document.text)
        shares = votes.get(label, {})
        candidates = [Candidate(name, (numbers[name],)) for name in shares]
        cast.append(Vote(label, candidates, np.array([*shares.values()], dtype=np.float32)))
    return {
        label: answer.name for label, (answer, _) in LabelResolver(document, mentions, entities).speakers(cast).items()
    }


@pytest.mark.parametrize(
    ("introduction", "label", "speaker"),
    [
        pytest.param("{P Ann Lee} came.", "LEE", "Ann Lee", id="surname"),
        pytest.param("{P Ann Lee} came.", "ANN", "Ann Lee", id="forename"),
        pytest.param("{P Ann Lee} came.", "AL", "Ann Lee", id="initials"),
        pytest.param("{P Ann Lee} came.", "DS LEE", "Ann Lee", id="title"),
        pytest.param("{P Ann Lee} came.", "COUNCILLOR LEE", "Ann Lee", id="office"),
        pytest.param("{P Ann Lee} came.", "The Chair ({P Ann Lee})", "Ann Lee", id="in brackets"),
        pytest.param("Our host this week is {P Ann Lee}.", "Host", "Ann Lee", id="is"),
        pytest.param("{P Ann Lee}, the moderator, came.", "THE MODERATOR", "Ann Lee", id="apposition"),
        pytest.param("Members: {P Ann Lee} (Chair), {P Bob Ray}.", "Chair", "Ann Lee", id="in a list"),
        pytest.param("Clerk Mrs. {P Ann Lee} read it out.", "CITY CLERK", "Ann Lee", id="before the name"),
        pytest.param("Judge {P Ann Lee} sat.", "THE COURT", "Ann Lee", id="court"),
        pytest.param("{P Ann Lee} met the host.", "Host", "Host", id="neither"),
        pytest.param("{P Ann Lee} came.", "SPEAKER 1", "SPEAKER 1", id="number"),
        pytest.param("{P Ann Lee} came.", "Q", None, id="the writer"),
    ],
)  # fmt: skip
def test_a_label_stands_for_whoever_has_that_name_or_role(introduction: str, label: str, speaker: str | None) -> None:
    found = speakers(introduction, [label, "ROSS"], {})
    assert [*found.values()] == [speaker, "ROSS"]


def test_other_labels_get_the_likeliest_person_and_each_another() -> None:
    introduction = "{P Ann Lee} met {P Bob Ray}."
    votes = {"Guest": {"Ann Lee": 0.5, "Bob Ray": 0.4}, "Host": {"Ann Lee": 0.7, "Bob Ray": 0.1}}
    assert speakers(introduction, ["Guest", "Host"], votes) == {"Guest": "Bob Ray", "Host": "Ann Lee"}


def test_unlikely_people_answer_only_to_an_a() -> None:
    introduction = "{P Ann Lee} met {P Bob Ray}."
    votes = {label: {"Ann Lee": 0.05, "Bob Ray": 0.1} for label in ("A", "Caller")}
    assert speakers(introduction, ["Q", "A"], votes) == {"Q": None, "A": "Bob Ray"}
    assert speakers(introduction, ["Host", "Caller"], votes) == {"Host": "Host", "Caller": "Caller"}


QUESTIONS = "\n\nDo you dive?\n\nI do.\n\nAre you afraid?\n\nI am.\n\nWill you stop?\n\nI may.\n\nCan you?\n\n{P Kim} says I can."


@pytest.mark.parametrize(
    ("introduction", "interviewee"),
    [
        ("{P Ann Lee} dives.", "Ann Lee"),
        ("{P Ann Lee}: a life\n\n{P Lee} dives with {P Bob Ray}.", "Ann Lee"),
        ("Interview by {P Bob Ray}.\n\n{P Ann Lee} dives.", "Ann Lee"),
        ("{P Kim} dives.", None),
        ("She dives.", None),
    ],
)
def test_the_interviewee_is_whom_the_introduction_is_about(introduction: str, interviewee: str | None) -> None:
    document, mentions = read_marked(introduction + QUESTIONS)
    found = find_interviewee(document, mentions, group_mentions(document, mentions))
    assert (found and found[0].name) == interviewee


def test_an_introduction_of_several_people_makes_less_certain() -> None:
    certainties = []
    for introduction in ("{P Ann Lee} dives.", "{P Ann Lee} dives with {P Bob Ray}."):
        document, mentions = read_marked(introduction + QUESTIONS)
        found = find_interviewee(document, mentions, group_mentions(document, mentions))
        assert found is not None
        certainties.append(found[1])
    assert certainties[1] < 0.6 < certainties[0]
