import pytest

from inquit.models.speakers.entities import group_mentions
from inquit.models.speakers.joint import find_coordinations, nearest_before
from tests.models.marked_names import read_marked
from tests.models.speakers.numbered import entity_of


@pytest.mark.parametrize(
    ("marked", "joined"),
    [
        ("{P Ann Lee} and {P Bob Ray} left.", [["Ann Lee", "Bob Ray"]]),
        ("{P Ann Lee}, {P Bob Ray} and {P Cy Orr} left.", [["Ann Lee", "Bob Ray", "Cy Orr"]]),
        ("{P Ann Lee}, {P Bob Ray}, and {P Cy Orr} left.", [["Ann Lee", "Bob Ray", "Cy Orr"]]),
        ("{O Shell} and the {O FBI} left.", [["Shell", "FBI"]]),
        ("{P Ann Lee}, {P Bob Ray}’s boss, left.", []),
        ("{P Ann Lee} of {L Iowa} and {P Bob Ray}", []),
        ("{L Iran} and {L Syria} talk.", []),
        ("{P Ann Lee} and {P Lee} left.", []),
        ("", []),
    ],
)
def test_names_joined_by_and_are_found(marked: str, joined: list[list[str]]) -> None:
    document, mentions = read_marked(marked)
    entities = group_mentions(document, mentions)
    found = find_coordinations(document, mentions, entity_of(mentions, entities))
    assert [[entities[number].name for number in coordination.entities] for coordination in found] == joined


def test_the_last_coordinations_before_a_word_come_nearest_first() -> None:
    document, mentions = read_marked(
        "{P Ann} and {P Bob}. {P Cy} and {P Di}. {P Bob} and {P Ann}. They. {P Ed} and {P Flo}."
    )
    entities = group_mentions(document, mentions)
    found = find_coordinations(document, mentions, entity_of(mentions, entities))
    they = document.text.split().index("They.") + 3
    assert [[entities[n].name for n in joint.entities] for joint in nearest_before(found, they, n=2)] == [
        ["Bob", "Ann"],
        ["Cy", "Di"],
    ]
