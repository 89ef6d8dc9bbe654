import pytest

from inquit.models.mentions import add_missed_mentions, text_of
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
    ],
)
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
    ],
)
def test_a_name_is_whole_where_it_was_cut(marked: str, found: list[str]) -> None:
    document, mentions = read_marked(marked)
    assert [text_of(document, mention.start, mention.stop).rstrip(".") for mention in mentions] == found
