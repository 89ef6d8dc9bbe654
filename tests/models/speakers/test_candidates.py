from collections.abc import Mapping

import numpy as np
import pytest

from inquit.models.labels import SPEAKER_KINDS
from inquit.models.pairs import nearest_candidates
from inquit.models.speakers.candidates import Candidate, CandidateFinder
from inquit.models.speakers.entities import group_mentions
from inquit.models.speakers.features import COLUMN, FEATURES, NeuralEvidence
from inquit.models.speakers.phrases import analyse_phrase
from tests.models.marked_names import read_marked, words_of

Row = Mapping[str, float]


def find(marked: str, *sources: str) -> list[tuple[Candidate, Row]]:
    """The candidates for the last source with their nonzero features; the network has no preference."""
    document, mentions = read_marked(marked)
    ranges = sorted(words_of(document, source) for source in sources)
    phrases = [analyse_phrase(document, words, mentions) for words in ranges]
    others = np.array([(m.start, m.stop) for m in mentions], dtype=np.int64).reshape(-1, 2)
    near = nearest_candidates(np.array(ranges), others, n_before=48, n_after=16)
    shape = (len(ranges), near.shape[1] + 1)
    evidence = NeuralEvidence(
        near,
        np.full(shape, -3, dtype=np.float32),
        np.full((len(ranges), len(SPEAKER_KINDS)), 0.2, dtype=np.float32),
    )
    finder = CandidateFinder(document, mentions, group_mentions(document, mentions), phrases)
    candidates, features = finder.find(evidence)[-1]
    assert features.shape == (len(candidates), len(FEATURES))
    assert np.isfinite(features).all()
    rows = [{name: float(row[COLUMN[name]]) for name in FEATURES if row[COLUMN[name]]} for row in features]
    return list(zip(candidates, rows, strict=True))


def names(marked: str, *sources: str) -> list[str | None]:
    return [candidate.name for candidate, _ in find(marked, *sources)]


def row_of(name: str, found: list[tuple[Candidate, Row]]) -> Row:
    return next(row for candidate, row in found if candidate.name == name)


@pytest.mark.parametrize(
    ("marked", "source", "name"),
    [
        ("{P Ann Lee} and {P Bob Ray} came. They said no.", "They", "Ann Lee & Bob Ray"),
        ("{P Ann Lee} came. So did {P Bob Ray}. Both said no.", "Both", "Ann Lee & Bob Ray"),
        ("{P Ann Lee} and {P Bob Ray} came. The two said no.", "The two", "Ann Lee & Bob Ray"),
        ("{P Ann Lee} and {P Bob Lee} came. The {P Lees} said no.", "The Lees", "Ann Lee & Bob Lee"),
        ("the latest CBS poll released in May said no.", "the latest CBS poll released in May", "CBS poll"),
        ("a September CBS poll said no.", "a September CBS poll", "CBS poll"),
        ("They made a new 30-second ad. The ad says no.", "The ad", "a new 30-second ad"),
        ("The Clinton campaign met. Her team said no.", "Her team", "Clinton campaign"),
        ("It drew crowds of 15,000 people who said no.", "who", "15,000 people"),
        ("It met the superdelegates, two of whom said no.", "two of whom", "the superdelegates"),
        ("a man who saw it said no.", "a man who saw it", "a man who saw it"),
        ("a man who saw it said no.", "a man who saw it", "a man"),
        ("Doctors and nurses said no.", "Doctors and nurses", "Doctors & nurses"),
        ("Doctors and nurses and aides said no.", "Doctors and nurses and aides", "Doctors & nurses & aides"),
        ("a study by {P Ann Lee}, a judge, said no.", "a study by Ann Lee, a judge,", "a study by Ann Lee, a judge"),
        ("The CBS poll and the Fox poll differ. The poll said no.", "The poll", "Fox poll"),
        ("The ire of teachers and nurses who said no.", "who", "teachers & nurses"),
        ("The report that said no.", "that", "The report"),
        ("He met {P Ann Lee} and {P Bob Ray}, who said no.", "who", "Ann Lee & Bob Ray"),
        ("Then I said no.", "I", None),
        ("{P Rob Sweeney} came. {P Sweeny} said no.", "Sweeny", "Rob Sweeney"),
    ],
)
def test_the_answer_is_among_the_candidates(marked: str, source: str, name: str | None) -> None:
    assert name in names(marked, source)


@pytest.mark.parametrize(
    ("marked", "source", "others"),
    [
        ("{P John Smith}", "John Smith", set()),
        ("{P J. Smith}", "J. Smith", {"John Smith", "James Smith"}),
        ("{P Jo Smyth}", "Jo Smyth", {"John Smith"}),
        ("{P Smyth}", "Smyth", {"John Smith", "James Smith", "Ann Lee"}),
        ("aides to {P John Smith}", "aides to John Smith", {"James Smith", "Ann Lee"}),
    ],
)
def test_a_full_name_means_nobody_else(marked: str, source: str, others: set[str]) -> None:
    found = names(f"{{P John Smith}} met {{P James Smith}} and {{P Ann Lee}}. {marked} said no.", source)
    assert {"John Smith", "James Smith", "Ann Lee"} & {*found} - {source.removeprefix("aides to ")} == others


@pytest.mark.parametrize(
    ("marked", "source", "is_answer"),
    [
        ("{P Ann Lee} came. They said no.", "They", False),
        ("{P Ann Lee}, who said no.", "who", False),
        ("They said no.", "They", True),
        ("{P Ann Lee} came. Some said no.", "Some", True),
        ("{P Ann Lee} came. A friend of his said no.", "A friend of his", True),
        ("{P Ann Lee} came. The director of IT said no.", "The director of IT", True),
    ],
)
def test_a_pronoun_is_its_own_answer_only_where_there_is_no_other(marked: str, source: str, is_answer: bool) -> None:
    assert (source in names(marked, source)) == is_answer


def test_a_description_before_a_name_is_no_answer() -> None:
    found = names("The club’s captain, {P Rosa Lind}, said no.", "The club’s captain, Rosa Lind,")
    assert "Rosa Lind" in found
    assert "The club’s captain" not in found


def test_a_relative_pronoun_at_the_end_of_a_source_is_no_part_of_a_name() -> None:
    found = names("two senators in the hall who said no.", "two senators in the hall who")
    assert "two senators in the hall" in found
    assert not any(name is not None and name.endswith("who") for name in found)


def test_a_pronoun_may_stand_for_a_poll_that_spoke_before() -> None:
    assert "CBS poll" in names("a new CBS poll said so. It said no.", "a new CBS poll", "It")


@pytest.mark.parametrize(
    "text",
    [
        "{P Ann Lee}, the club’s manager, left. Then {P Bob Ray} came. The manager said no.",
        "Then club manager {P Ann Lee} left. Then {P Bob Ray} came. The manager said no.",
    ],
)
def test_who_is_called_so_bears_the_noun(text: str) -> None:
    found = find(text, "The manager")
    assert row_of("Ann Lee", found)["bears noun"] > 0
    assert "bears noun" not in row_of("Bob Ray", found)


def test_places_of_mentions_are_told() -> None:
    found = find("{P Ann Lee} met {P Bob Ray}.\n\nHe said no. {P Cy Orr} left.", "He")
    ann, bob, cy = (row_of(name, found) for name in ("Ann Lee", "Bob Ray", "Cy Orr"))
    assert (ann["recency"], bob["recency"]) == (0.5, 1.0)
    assert ann["distance"] > bob["distance"]
    assert ann["last mention first in sentence"] == 1
    assert "last mention first in sentence" not in bob
    assert cy["only later"] == 1
    assert "has earlier mention" not in cy
    assert (bob["gender agrees"], ann["gender differs"]) == (1, 1)


def test_a_title_tells_who_is_not_meant() -> None:
    found = find("{P Ann Lee} met {P Bob Lee}. Mr. {P Lee} said no.", "Mr. Lee")
    ann, bob = (row_of(name, found) for name in ("Ann Lee", "Bob Lee"))
    assert ann["gender differs"] == 1
    assert "gender differs" not in bob
    assert "gender agrees" not in bob


def test_who_spoke_before_is_told() -> None:
    found = find("{P Ann Lee} said so. {P Bob Ray} said so. The man smiled. He said no.", "Ann Lee", "Bob Ray", "He")
    ann, bob = row_of("Ann Lee", found), row_of("Bob Ray", found)
    assert (ann["spoke before"], bob["spoke before"]) == (0.5, 1.0)
    assert bob["previous speaker"] == bob["spoke in paragraph"] == 1
    assert "previous speaker" not in ann


@pytest.mark.parametrize(
    "source", ["—", "— —", "- , -", "“ ”", "- who", "1,000", ", 1,000 ,", "’s", "& &", "a", "of whom"]
)
def test_marks_alone_have_candidates(source: str) -> None:
    assert all(name is None or name.strip() for name in names(f"It said {source} no.", source))


def test_without_any_mention_there_are_candidates() -> None:
    assert names("Officials said no.", "Officials") == ["Officials", None]


def test_what_a_description_names_must_be_in_its_fuller_form() -> None:
    found = find("The Bob Lee campaign met. The Ray campaign said no.", "The Ray campaign")
    assert row_of("Bob Lee campaign", found)["lacks own name"] == 1
    assert "lacks own name" not in row_of("Ray campaign", found)


def test_a_description_looks_like_a_name_or_like_none() -> None:
    found = find("The latest CBS poll said no.", "The latest CBS poll")
    assert row_of("CBS poll", found)["begins with capital"] == 1
    assert row_of("The latest CBS poll", found)["begins with article"] == 1
    assert row_of("The latest CBS poll", found)["holds capital"] == 1


def test_half_of_what_who_stands_for_follows_an_and() -> None:
    found = find("It was up to activists and thinkers who said no.", "who")
    assert row_of("thinkers", found)["follows and"] == 1
    assert "follows and" not in row_of("activists and thinkers", found)


def test_a_mark_that_divides_a_source_is_told() -> None:
    found = find("Doctors, all young, said no.", "Doctors, all young")
    assert row_of("Doctors", found)["ends at mark"] == row_of("Doctors, all young", found)["ends at mark"] == 1
    dashed = find("Doctors — some of them young — said no.", "Doctors — some of them young —")
    assert row_of("Doctors", dashed)["ends at mark"] == 1
    assert "ends at mark" not in row_of("Doctors", find("Doctors who left said no.", "Doctors who left"))


@pytest.mark.parametrize("clause", ["who cleaned offices", "whose house burned", "which, by then, was closed"])
def test_a_relative_clause_after_a_mark_is_no_part_of_a_name(clause: str) -> None:
    assert names(f"My firm, {clause}, said no.", f"My firm, {clause}") == ["My firm", None]


@pytest.mark.parametrize(
    ("source", "plural"),
    [("Doctors and nurses", 1), ("Current and former aides", 0), ("Leaders of Iowa and Ohio", 0)],
)
def test_groups_are_joint_where_the_first_is_a_plural(source: str, plural: int) -> None:
    found = find(f"{source} said no.", source)
    assert row_of(source.replace(" and ", " & "), found).get("plural", 0) == plural
