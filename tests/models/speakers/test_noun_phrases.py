import pytest

from inquit.models.speakers.noun_phrases import NounIndex, antecedent_phrases
from inquit.models.words import text_of
from tests.models.marked_names import read_marked, words_of


@pytest.mark.parametrize(
    ("text", "antecedent"),
    [
        ("It shocked many young voters, who said no.", "many young voters"),
        ("They met Julia Stern, who said no.", "Julia Stern"),
        ("a poll that said no", "a poll"),
        ("a list of world leaders who said no", "world leaders"),
        ("the ire of angry blue-collar voters who said no", "angry blue-collar voters"),
    ],
)
def test_a_relative_pronoun_follows_its_noun_phrase(text: str, antecedent: str) -> None:
    document, _ = read_marked(text)
    pronoun = "who" if "who" in text else "that"
    found = antecedent_phrases(document, words_of(document, pronoun)[0])
    assert antecedent in [text_of(document, *words) for words in found]


@pytest.mark.parametrize(
    "text",
    [
        "It helps the old voters, who live here, and who said no.",
        "They met the old voters and who said no?",
    ],
)
def test_joined_clauses_have_one_noun_phrase(text: str) -> None:
    document, _ = read_marked(text)
    last = text.rindex("who")
    word = int(document.words[:, 0].searchsorted(last))
    assert "the old voters" in [text_of(document, *words) for words in antecedent_phrases(document, word)]


def test_a_name_does_not_run_over_the_end_of_a_sentence() -> None:
    document, _ = read_marked("It is based in Leeds.\n\nTime Magazine poll numbers fell.")
    found = NounIndex(document, {"poll"}).nearest("poll", before=len(document.words))
    assert found is not None
    assert text_of(document, *found) == "Time Magazine poll"


@pytest.mark.parametrize("text", ["who said no", "It ended in May. who said no", "a share of 5 % who said no"])
def test_a_relative_pronoun_that_no_word_of_its_sentence_leads_to_follows_nothing(text: str) -> None:
    document, _ = read_marked(text)
    assert antecedent_phrases(document, words_of(document, "who")[0]) == []


def test_the_nearest_form_of_a_description_is_found() -> None:
    document, _ = read_marked("The CBS poll said so. The Fox News poll said no. The poll is new. A Gallup poll came.")
    nearest = NounIndex(document, {"poll"}).nearest("poll", before=words_of(document, "The poll")[0])
    assert nearest is not None
    assert text_of(document, *nearest) == "Fox News poll"


def test_the_fullest_form_of_a_description_is_found() -> None:
    document, _ = read_marked("Hong Kong police fired. The police said so. Later, police left.")
    found = NounIndex(document, {"police"}).fullest("police")
    assert found is not None
    assert text_of(document, *found) == "Hong Kong police"


def test_a_description_without_a_capital_before_it_has_no_fuller_form() -> None:
    document, _ = read_marked("Then the police said so. Later, police left.")
    assert NounIndex(document, {"police"}).fullest("police") is None


@pytest.mark.parametrize(
    ("text", "introduced"),
    [
        ("Then a new 30-second ad ran. The ad said no.", "a new 30-second ad"),
        ("The ad ran. The ad said no.", None),
        ("The ad said no. Then an ad ran.", None),
    ],
)
def test_a_description_is_introduced_with_an_article(text: str, introduced: str | None) -> None:
    document, _ = read_marked(text)
    found = NounIndex(document, {"ad"}).introduced("ad", before=words_of(document, "The ad")[0])
    assert (None if found is None else text_of(document, *found)) == introduced
