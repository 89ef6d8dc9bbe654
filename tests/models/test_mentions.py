import pytest

from inquit.models.mentions import add_missed_mentions, group_mentions, text_of
from tests.models.marked_names import read_marked, words_of


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        ("{P Antony Blinken} spoke. {P Blinken} left.", ["Antony Blinken"]),
        ("{P Blinken} left. {P Antony Blinken} came.", ["Antony Blinken"]),
        ("{P Anna Keller} and {P Peter Keller} sell wine.", ["Anna Keller", "Peter Keller"]),
        ("The {O International Monetary Fund} met. {O IMF} staff left.", ["International Monetary Fund"]),
        ("{O Washington Post} wrote. {O The Post} added.", ["Washington Post"]),
        ("{P Denzel Washington} flew to {L Washington}.", ["Denzel Washington", "Washington"]),
        ("{P James P. Kennedy} Jr. won. {P Kennedy} wept.", ["James P. Kennedy Jr."]),
        ("{P Mr. Trump} met {P Donald Trump’s} son.", ["Donald Trump"]),
        ("{P Democrat Hillary Clinton} and {P Hillary Clinton}", ["Hillary Clinton"]),
        (
            "{O Obama Speech} {O Obama Speech Writers} {P Barack Obama} {P Obama}",
            ["Obama Speech Writers", "Barack Obama"],
        ),
    ],
)
def test_names_of_one_entity_come_together(marked: str, names: list[str]) -> None:
    document, mentions = read_marked(marked)
    assert [entity.name for entity in group_mentions(document, mentions)] == names


def test_a_surname_of_two_goes_to_the_one_named_more_often() -> None:
    document, mentions = read_marked("{P Bill Clinton}. {P Hillary Clinton}. {P Hillary Clinton}. {P Clinton} spoke.")
    bill, hillary = group_mentions(document, mentions)
    assert (bill.name, len(bill.mentions)) == ("Bill Clinton", 1)
    assert (hillary.name, len(hillary.mentions)) == ("Hillary Clinton", 3)


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
