import pytest

from inquit.models.speakers.names import NameMatch, match_names, name_tokens, normalise_name, trim_title


@pytest.mark.parametrize(
    ("name", "normalised"),
    [
        ("the White House", "white house"),
        ("Mrs. Clinton", "clinton"),
        ("Prime Minister Theresa May’s", "theresa may"),
        ("O'Neill", "o neill"),
        ("Martin Ødegård", "martin odegard"),
        ("Jose\u0301 Muñoz", "jose munoz"),
        ("the", "the"),
        ("", ""),
    ],
)
def test_titles_articles_and_possessives_go(name: str, normalised: str) -> None:
    assert normalise_name(name) == normalised


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("the Justice Department", ("justice", "department")),
        ("General Motors’s", ("general", "motors")),
        ("the Senate", ("senate",)),
    ],
)
def test_what_is_no_person_keeps_the_words_that_are_titles(name: str, tokens: tuple[str, ...]) -> None:
    assert name_tokens(name, is_person=False) == tokens


@pytest.mark.parametrize(
    ("short", "long", "match"),
    [
        ("Blinken", "Antony Blinken", NameMatch.SURNAME),
        ("Mr. Blinken", "Antony J. Blinken", NameMatch.SURNAME),
        ("Antony", "Antony Blinken", NameMatch.FORENAME),
        ("Hillary Clinton", "Hillary Rodham Clinton", NameMatch.INNER),
        ("Human Rights", "United Human Rights Council", NameMatch.INNER),
        ("IMF", "International Monetary Fund", NameMatch.ACRONYM),
        ("FBI", "Federal Bureau of Investigation", NameMatch.ACRONYM),
        ("the Post", "Washington Post", NameMatch.SURNAME),
        ("the S.E.C.", "Securities and Exchange Commission", NameMatch.ACRONYM),
        ("AROS", "Alliance to Reclaim Our Schools", NameMatch.ACRONYM),
        ("Peabody", "Peabody Energy", NameMatch.FORENAME),
        ("Ann Lee", "Ann Lee", NameMatch.SAME),
        ("Volodymyr Zelensky", "Volodymyr Zelenskyy", NameMatch.SAME),
        ("James Bell", "James Bell Jr.", NameMatch.SAME),
        ("Assad", "Bashar al-Assad", NameMatch.SURNAME),
        ("el-Sisi", "Abdel Fattah al-Sisi", NameMatch.SURNAME),
        ("Lee", "Leeds", NameMatch.NONE),
        ("Al", "El-Al", NameMatch.NONE),
        ("Ann Lee", "Lee", NameMatch.NONE),
        ("Ann Lee", "Bob Lee", NameMatch.NONE),
        ("", "Ann Lee", NameMatch.NONE),
    ],
)
def test_a_short_name_matches_the_long_one(short: str, long: str, match: NameMatch) -> None:
    assert match_names(name_tokens(short), name_tokens(long)) is match


@pytest.mark.parametrize(
    ("words", "is_person", "n"),
    [
        (["Mr", ".", "Trump"], True, 2),
        (["Republican", "Donald", "Trump"], True, 1),
        (["the", "Prime", "Minister", "Ann", "Lee"], True, 3),
        (["the", "Hill"], False, 1),
        (["President"], True, 0),
        (["General", "Electric"], False, 0),
    ],
)
def test_what_is_no_part_of_a_name_is_counted(words: list[str], is_person: bool, n: int) -> None:
    assert trim_title(words, is_person=is_person) == n
