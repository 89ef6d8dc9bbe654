import pytest

from inquit.models.speakers.missed_mentions import add_missed_mentions, with_defined_names
from inquit.models.words import text_of
from tests.models.marked_names import read_marked, words_of


@pytest.mark.parametrize(
    ("marked", "source", "found"),
    [
        ("Tom Clarke owns it. Asked, Mr. Clarke said no.", "Mr. Clarke", ["Tom Clarke", "Clarke"]),
        ("On Monday RT aired it. RT said no.", "RT", ["RT", "RT"]),
        ("Officials said no.", "Officials", []),
        ("Some officials left. Officials said no.", "Officials", []),
        ("{P Ann Lee} said no.", "Ann Lee", ["Ann Lee"]),
        ("the mayor said no.", "the mayor", []),
        ("the {O Commission} on Public Debates said no.", "the Commission on Public Debates", ["Commission on Public Debates"]),
        ("the {L Central} and {O East Asian Council} said no.", "the Central and East Asian Council", ["Central and East Asian Council"]),
        ("the 1951 {O Refugee Convention} said no.", "the 1951 Refugee Convention", ["1951 Refugee Convention"]),
        ("the {O House} and {O Senate} said no.", "the House and Senate", ["House", "Senate"]),
        ("{O Google} and {O Goldman Sachs} said no.", "Google and Goldman Sachs", ["Google", "Goldman Sachs"]),
        ("The CEO of {O Goldman Sachs} said no.", "The CEO of Goldman Sachs", ["Goldman Sachs"]),
        ("the {O FBI} on Monday said no.", "the FBI on Monday", ["FBI"]),
        ("the Organization for {O Economic Growth} said no.", "the Organization for Economic Growth", ["Organization for Economic Growth"]),
        ("{O FBI} Director {P Ann B. Lee} said no.", "FBI Director Ann B. Lee", ["FBI", "Ann B. Lee"]),
        ("Carmaker {O Volkswagen AG} said no.", "Carmaker Volkswagen AG", ["Volkswagen AG"]),
        ("The carmaker of {O Volkswagen} Beetles said no.", "The carmaker of Volkswagen Beetles", ["Volkswagen Beetles"]),
        ("Spokespeople for {O Boeing} and {O Airbus} said no.", "Spokespeople for Boeing and Airbus", ["Boeing", "Airbus"]),
        ("{O Ely Police} Lt. {P Ann Lee} said no.", "Ely Police Lt. Ann Lee", ["Ely Police", "Ann Lee"]),
        ("{P Jean-Luc Poe} of {O La Cause} said no.", "Jean-Luc Poe of La Cause", ["Jean-Luc Poe", "La Cause"]),
        ("{P Ann Lee} of {O Apple} said no.", "Ann Lee of Apple", ["Ann Lee", "Apple"]),
    ],
)  # fmt: skip
def test_names_that_were_missed_are_found_in_sources(marked: str, source: str, found: list[str]) -> None:
    document, mentions = read_marked(marked)
    mentions = add_missed_mentions(document, mentions, [words_of(document, source)])
    assert [text_of(document, mention.start, mention.stop) for mention in mentions] == found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The Alliance to Reclaim Our Schools (AROS) met.", ["Alliance to Reclaim Our Schools", "AROS"]),
        ("The Securities and Exchange Commission (SEC) met.", ["Securities and Exchange Commission", "SEC"]),
        ("The Bureau met in May (AROS) and left.", []),
        ("(AROS) met.", []),
        ("He left Boston. Red Cross (BRC) met.", []),
    ],
)
def test_a_bracket_tells_the_name_that_it_abbreviates(text: str, names: list[str]) -> None:
    document, _ = read_marked(text)
    assert [text_of(document, start, stop) for start, stop, _ in with_defined_names(document, [])] == names


def test_initials_of_a_person_abbreviate_nothing() -> None:
    document, mentions = read_marked("By {P Andrew Parker} (AP)")
    ranges = [(mention.start, mention.stop, mention.kind) for mention in mentions]
    assert with_defined_names(document, ranges) == ranges


def test_a_defined_name_takes_the_place_of_its_parts() -> None:
    document, mentions = read_marked("The Alliance to {O Reclaim Our Schools} (AROS) met {P Ann Lee}.")
    ranges = with_defined_names(document, [(m.start, m.stop, m.kind) for m in mentions])
    assert [text_of(document, start, stop) for start, stop, _ in ranges] == [
        "Alliance to Reclaim Our Schools",
        "AROS",
        "Ann Lee",
    ]
