import pytest

from inquit.models.speakers.entities import group_mentions
from tests.models.marked_names import read_marked


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        ("{P Antony Blinken} spoke. {P Blinken} left.", ["Antony Blinken"]),
        ("{P Blinken} left. {P Antony Blinken} came.", ["Antony Blinken"]),
        ("{P Anna Keller} and {P Peter Keller} sell wine.", ["Anna Keller", "Peter Keller"]),
        ("The {O International Monetary Fund} met. {O IMF} staff left.", ["International Monetary Fund"]),
        ("The {L U.N.} met. The {O United Nations} left.", ["United Nations"]),
        ("The {L U.S.} met. The {O United Steelworkers} left.", ["U.S.", "United Steelworkers"]),
        ("The {O Alliance to Reclaim Our Schools} met. {O AROS} left.", ["Alliance to Reclaim Our Schools"]),
        ("{O Washington Post} wrote. {O The Post} added.", ["Washington Post"]),
        ("{P Denzel Washington} flew to {L Washington}.", ["Denzel Washington", "Washington"]),
        ("{P James P. Kennedy} Jr. won. {P Kennedy} wept.", ["James P. Kennedy Jr."]),
        ("{P Carl Elliott} Jr. came. {P Carl Elliott} III spoke.", ["Carl Elliott Jr.", "Carl Elliott III"]),
        ("{P Carl Elliott} Jr. came. {P Carl Elliott} spoke.", ["Carl Elliott Jr."]),
        ("{P Mr. Trump} met {P Donald Trump’s} son.", ["Donald Trump"]),
        ("{P Democrat Hillary Clinton} and {P Hillary Clinton}", ["Hillary Clinton"]),
        (
            "The {O U.N. Security Council} met. The {O Security Council} and the {O Security Council} said no.",
            ["U.N. Security Council"],
        ),
        ("The {O White House} and the {O House} agreed.", ["White House", "House"]),
        (
            "{O Obama Speech} {O Obama Speech Writers} {P Barack Obama} {P Obama}",
            ["Obama Speech Writers", "Barack Obama"],
        ),
        ("{P Luiz Inácio Lula da Silva} spoke. {P Lula} left.", ["Luiz Inácio Lula da Silva"]),
        ("{P Nicolás Maduro Moros} spoke. {P Maduro} left. {O Moros} too.", ["Nicolás Maduro Moros"]),
        ("{P Ann Walker Lee} met {P Scott Walker}. {P Walker} left.", ["Ann Walker Lee", "Scott Walker"]),
        ("The {O Human Rights Council} met. {O Rights} count.", ["Human Rights Council", "Rights"]),
        ("{L PARIS} - {L Paris} agreed.", ["Paris"]),
        ("{O UNICEF} met. {O Unicef} left.", ["UNICEF"]),
        ("{O MINERA ANDINA} LOSES. {O Minera Andina} fell.", ["Minera Andina"]),
        ("{P King Charles III} came. {O King} left. {P King} won. {P King} slept.", ["King Charles III"]),
        ("{P Ivan Zelensky} spoke. {P Ivan Zelenskyy} left. {P Ivan Selensky} too.", ["Ivan Zelensky"]),
        ("{O NASA rover} lands. {O NASA} said so. {O NASA} left.", ["NASA"]),
        (
            "The {O Department of Defense} and the {O Justice Department} agreed.",
            ["Department of Defense", "Justice Department"],
        ),
        ("{O General Motors} and {O Motors Corp} left.", ["General Motors", "Motors Corp"]),
        ("{P Bashar al-Assad} spoke. {P Assad} left.", ["Bashar al-Assad"]),
        ("{M President Putin} spoke. {P Vladimir Putin} left.", ["Vladimir Putin"]),
        ("{P Dame Judith Marsh OBE} came. {P Dame Judith} left.", ["Judith Marsh"]),
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
    ("marked", "names"),
    [
        ("{P Michelle Obama} and {P Barack Obama} came. Mr. {P Obama} left.", [("Michelle Obama", 1), ("Barack Obama", 2)]),
        ("{P Bill Clinton} and {P Hillary Clinton} came. Mrs. {P Clinton} left.", [("Bill Clinton", 1), ("Hillary Clinton", 2)]),
        ("{P Michelle Obama} and {P Barack Obama} came. Mr. {P Obama} left. {P Obama} won.", [("Michelle Obama", 1), ("Barack Obama", 3)]),
        ("Mrs. {P Ray} came. The Prince and {P Ray} left.", [("Ray", 2)]),
        ("Aaron Klein wrote it. {P Klein} denied it.", [("Aaron Klein", 1)]),
        ("{P Ann Lee Endorses} him. {P Ann Lee} won. {P Ann Lee} wept.", [("Ann Lee", 3)]),
        ("{P Ann Lee Slams} Bankers After Quarterly Losses. Then {P Ann Lee} won.", [("Ann Lee", 2)]),
        ("{P Ben Carson} came. {P Ben Carson} left. {P Surgeon Ben Carson} won.", [("Ben Carson", 3)]),
        ("{P De Blasio} came. {P De Blasio} left. {P Bill de Blasio} won.", [("Bill de Blasio", 3)]),
        ("Mr. {P Guajardo Villar} came. {P Guajardo Villar} left. {P Ildefonso Guajardo Villar} won.", [("Ildefonso Guajardo Villar", 3)]),
        ("{P Hilary Kent} came. {P Hillary Kent} left. {P Hillary Kent} won.", [("Hillary Kent", 3)]),
    ],
)  # fmt: skip
def test_forenames_and_titles_tell_who_is_meant(marked: str, names: list[tuple[str, int]]) -> None:
    document, mentions = read_marked(marked)
    assert [(entity.name, len(entity.mentions)) for entity in group_mentions(document, mentions)] == names


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ("Michelle Fields came. Then {O Fields} left.", "Michelle Fields"),
        ("Anne-Marie Fields came. Then {P Fields} left.", "Anne-Marie Fields"),
        ("Harriet Lockwood-Vane came. Then Lady {P Lockwood} left.", "Lockwood"),
        ("The new Fields opened. Then {O Fields} closed.", "Fields"),
        ("{L Virginia} Democrats came. Then {M Democrats} left.", "Democrats"),
    ],
)
def test_the_forename_that_no_mention_covers_is_found(marked: str, name: str) -> None:
    document, mentions = read_marked(marked)
    assert group_mentions(document, mentions)[-1].name == name
