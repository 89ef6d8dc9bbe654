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
