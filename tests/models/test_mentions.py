import pytest

from inquit.models.missed_mentions import add_missed_mentions, with_defined_names
from inquit.models.words import is_headline, text_of
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
        ("{P Ann Lee} of {O Apple} said no.", "Ann Lee of Apple", ["Ann Lee", "Apple"]),
    ],
)  # fmt: skip
def test_names_that_were_missed_are_found_in_sources(marked: str, source: str, found: list[str]) -> None:
    document, mentions = read_marked(marked)
    mentions = add_missed_mentions(document, mentions, [words_of(document, source)])
    assert [text_of(document, mention.start, mention.stop) for mention in mentions] == found


@pytest.mark.parametrize(
    ("marked", "found"),
    [
        ("{P Viktor F.} {P Yanov} left.", ["Viktor F. Yanov"]),
        ("{P Viktor F} {M Yanov} left.", ["Viktor F Yanov"]),
        ("He met {P Viktor F.} and {P Ann Lee}.", ["Viktor F", "Ann Lee"]),
        ("{P Ann Lee} {P Bob Ray} left.", ["Ann Lee", "Bob Ray"]),
        ("{O Plan B.} {P Ann Lee} left.", ["Plan B", "Ann Lee"]),
        ("{P Marie-} {P Claire Dubois} left.", ["Marie", "Claire Dubois"]),
        ("{P Marie-}{P Claire Dubois} left.", ["Marie-Claire Dubois"]),
        ("{P Bram van der} {P Meer} left.", ["Bram van der Meer"]),
        ("the {P Lee}-{P Ann Ray} ticket", ["Lee", "Ann Ray"]),
        ("{P Ban} {P Ki-moon} left.", ["Ban Ki-moon"]),
        ("R. {P Gil Kerr} left.", ["R. Gil Kerr"]),
        ("He met Mr. {P Gil Kerr}.", ["Gil Kerr"]),
        ("{P Alderman} {P William Burns} left.", ["Alderman", "William Burns"]),
        ("{P William} {P Burns Hall} left.", ["William Burns Hall"]),
        ('{P Robert C.} "{P Bobby}" {P Scott} left.', ['Robert C. "Bobby" Scott']),
        ("{P Marcia} “Cia” Price left.", ["Marcia “Cia” Price"]),
        ('{P Ann Lee} "Yes" {P Bob Ray}', ["Ann Lee", "Bob Ray"]),
        ('{P Ann Lee} "We agreed" said {P Bob Ray}', ["Ann Lee", "Bob Ray"]),
    ],
)
def test_a_name_is_whole_where_it_was_cut(marked: str, found: list[str]) -> None:
    document, mentions = read_marked(marked)
    assert [text_of(document, mention.start, mention.stop).rstrip(".") for mention in mentions] == found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The Alliance to Reclaim Our Schools (AROS) met.", ["Alliance to Reclaim Our Schools", "AROS"]),
        ("The Securities and Exchange Commission (SEC) met.", ["Securities and Exchange Commission", "SEC"]),
        ("The Bureau met in May (AROS) and left.", []),
        ("(AROS) met.", []),
    ],
)
def test_a_bracket_tells_the_name_that_it_abbreviates(text: str, names: list[str]) -> None:
    document, _ = read_marked(text)
    assert [text_of(document, start, stop) for start, stop, _ in with_defined_names(document, [])] == names


def test_a_defined_name_takes_the_place_of_its_parts() -> None:
    document, mentions = read_marked("The Alliance to {O Reclaim Our Schools} (AROS) met {P Ann Lee}.")
    ranges = with_defined_names(document, [(m.start, m.stop, m.kind) for m in mentions])
    assert [text_of(document, start, stop) for start, stop, _ in ranges] == [
        "Alliance to Reclaim Our Schools",
        "AROS",
        "Ann Lee",
    ]


@pytest.mark.parametrize(
    ("text", "answer"),
    [("Mayor Accused Of Planning Second Airport", True), ("The mayor was accused by Ann Lee in Paris", False)],
)
def test_a_headline_has_capitals(text: str, answer: bool) -> None:
    document, _ = read_marked(text)
    assert is_headline(document, 1) is answer
