import pytest

from inquit.models.conjuncts import split_conjuncts
from inquit.models.noun_phrases import NounIndex, antecedent_phrases
from inquit.models.phrases import PhraseKind, analyse_phrase, trimmed_phrase
from inquit.models.words import text_of
from tests.models.marked_names import read_marked, words_of


@pytest.mark.parametrize(
    ("marked", "source", "kind", "head"),
    [
        ("Then he said no.", "he", PhraseKind.HE, None),
        ("It was Ann, who said no.", "who", PhraseKind.RELATIVE, None),
        ("{P Ann Lee} said no.", "Ann Lee", PhraseKind.NAME, "Ann Lee"),
        ("{O State Department} official {P David Holmes} said", "State Department official David Holmes", PhraseKind.NAME, "David Holmes"),
        ("{P Ann Lee}, head of {O NASA}, said", "Ann Lee, head of NASA,", PhraseKind.NAME, "Ann Lee"),
        ("The head of {O NASA}, {P Ann Lee}, said", "The head of NASA, Ann Lee,", PhraseKind.NAME, "Ann Lee"),
        ("{P Brandt}’s lawyer, {P Oliver Quist}, said", "Brandt’s lawyer, Oliver Quist,", PhraseKind.NAME, "Oliver Quist"),
        ("{P Brandt}’s lawyer said", "Brandt’s lawyer", PhraseKind.DEFINITE, None),
        ("{P Clinton} supporters said", "Clinton supporters", PhraseKind.BARE, None),
        ("the director of the {O FBI} said", "the director of the FBI", PhraseKind.DEFINITE, None),
        ("a senior official said", "a senior official", PhraseKind.INDEFINITE, None),
        ("officials in {L Yerevan} said", "officials in Yerevan", PhraseKind.BARE, None),
        ("{P Tim Cook} of {O Apple} said", "Tim Cook of Apple", PhraseKind.NAME, "Tim Cook"),
    ],
)  # fmt: skip
def test_a_source_refers_by_name_pronoun_or_description(
    marked: str, source: str, kind: PhraseKind, head: str | None
) -> None:
    document, mentions = read_marked(marked)
    phrase = analyse_phrase(document, words_of(document, source), mentions)
    found = None if phrase.head is None else text_of(document, mentions[phrase.head].start, mentions[phrase.head].stop)
    assert (phrase.kind, found) == (kind, head)


@pytest.mark.parametrize(
    ("marked", "source", "parts"),
    [
        ("{L Iran} and {L Syria} said", "Iran and Syria", ["Iran", "Syria"]),
        ("{L Iran}, {L Russia} and {L Syria} said", "Iran, Russia and Syria", ["Iran", "Russia", "Syria"]),
        ("{P Dempsey} and his team said", "Dempsey and his team", ["Dempsey", "his team"]),
        ("{P Ann Lee}, an author and critic, said", "Ann Lee, an author and critic", ["Ann Lee, an author and critic"]),
        ("{P Charlie Baker}, governor of {L Massachusetts} and a doctor, said", "Charlie Baker, governor of Massachusetts and a doctor", ["Charlie Baker, governor of Massachusetts and a doctor"]),
        ("doctors and nurses said", "doctors and nurses", ["doctors and nurses"]),
        ("{P Ann Lee} of {L Iowa} and {P Bob Ray} said", "Ann Lee of Iowa and Bob Ray", ["Ann Lee of Iowa", "Bob Ray"]),
        ("the leaders of {L Iran} and {L Syria} said", "the leaders of Iran and Syria", ["the leaders of Iran and Syria"]),
        ("Sens. {P Jon Roe} (D-Mont.) and {P Al Poe} (R-La.) said", "Jon Roe (D-Mont.) and Al Poe (R-La.)", ["Jon Roe", "Al Poe (R-La.)"]),
        ("{P Bob Roe}, R-Tenn., and {P Al Poe}, R-La., said", "Bob Roe, R-Tenn., and Al Poe, R-La.", ["Bob Roe", "Al Poe, R-La."]),
        ("{P Ann Lee}, the former judge, and Senator {P Bob Ray} of {L Ohio} said", "Ann Lee, the former judge, and Senator Bob Ray of Ohio", ["Ann Lee", "Senator Bob Ray of Ohio"]),
        ("Senator {P Ann Lee} of {L Iowa} and Senator {P Bob Ray} said", "Senator Ann Lee of Iowa and Senator Bob Ray", ["Senator Ann Lee of Iowa", "Senator Bob Ray"]),
        ("{P Ann Lee} and former governor {P Bob Ray} said", "Ann Lee and former governor Bob Ray", ["Ann Lee", "former governor Bob Ray"]),
        ("he and his allies said", "he and his allies", ["he", "his allies"]),
        ("both the candidate and her staff said", "both the candidate and her staff", ["the candidate", "her staff"]),
        ("politicians like {P Ann Lee} and {P Bob Ray} said", "politicians like Ann Lee and Bob Ray", ["politicians like Ann Lee and Bob Ray"]),
        ("the men and their dogs said", "the men and their dogs", ["the men and their dogs"]),
    ],
)  # fmt: skip
def test_joint_sources_are_split(marked: str, source: str, parts: list[str]) -> None:
    document, mentions = read_marked(marked)
    found = split_conjuncts(document, words_of(document, source), mentions)
    assert [text_of(document, *part) for part in found] == parts


@pytest.mark.parametrize(
    ("source", "core"),
    [
        ("a man who saw it", "a man"),
        ("Officials at the port, which is closed,", "Officials at the port"),
        ("Davis’ lawyer", "Davis’ lawyer"),
        ("the report’s", "the report"),
        ("G-III designers - some of them young -", "G-III designers"),
    ],
)
def test_what_hangs_on_to_a_description_is_cut_off(source: str, core: str) -> None:
    document, _ = read_marked(source + " said no.")
    phrase = analyse_phrase(document, words_of(document, source), [])
    assert text_of(document, *phrase.core) == core


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


def test_a_relative_pronoun_that_starts_a_text_follows_nothing() -> None:
    document, _ = read_marked("who said no")
    assert antecedent_phrases(document, 0) == []


def test_the_nearest_form_of_a_description_is_found() -> None:
    document, _ = read_marked("The CBS poll said so. The Fox News poll said no. The poll is new. A Gallup poll came.")
    nearest = NounIndex(document, {"poll"}).nearest("poll", before=words_of(document, "The poll")[0])
    assert nearest is not None
    assert text_of(document, *nearest) == "The Fox News poll"


def test_the_fullest_form_of_a_description_is_found() -> None:
    document, _ = read_marked("Hong Kong police fired. The police said so. Later, police left.")
    index = NounIndex(document, {"police"})
    found = index.fullest("police", n_least=1)
    assert found is not None
    assert text_of(document, *found) == "Hong Kong police"
    assert index.fullest("police", n_least=3) is None


@pytest.mark.parametrize(
    ("source", "noun", "trimmed"),
    [
        ("a CBS poll released in May", "poll", "CBS poll"),
        ("The latest CBS/Ipsos poll", "poll", "CBS/Ipsos poll"),
        ("officials in Yerevan", "officials", "officials"),
        ("the chief of police", "police", None),
        ("Hong Kong police", "police", None),
        ("a lawyer", "lawyer", None),
        ("Monday's Quinnipiac poll", "poll", "Quinnipiac poll"),
        ("even some of those hardliners", "hardliners", "some of those hardliners"),
    ],
)
def test_the_name_within_a_description_is_found(source: str, noun: str, trimmed: str | None) -> None:
    document, _ = read_marked(source + " said no.")
    phrase = analyse_phrase(document, words_of(document, source), [])
    found = trimmed_phrase(document, phrase.core)
    assert (phrase.noun, None if found is None else text_of(document, *found)) == (noun, trimmed)


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
