import pytest

from inquit.models.speakers.phrases import PhraseKind, analyse_phrase, trimmed_phrase, without_relative
from inquit.models.words import text_of
from tests.models.marked_names import read_marked, words_of


@pytest.mark.parametrize(
    ("marked", "source", "kind", "head"),
    [
        ("Then he said no.", "he", PhraseKind.HE, None),
        ("It was Ann, who said no.", "who", PhraseKind.RELATIVE, None),
        ("Voters, most of whom said no.", "most of whom", PhraseKind.RELATIVE, None),
        ("The rest of which said no.", "The rest of which", PhraseKind.RELATIVE, None),
        ("They all said no.", "They all", PhraseKind.THEY, None),
        ("A: It was cold.", "A", PhraseKind.OTHER_PRONOUN, None),
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
        ("the campaign of presumptive nominee {P Ann Lee} said", "the campaign of presumptive nominee Ann Lee", PhraseKind.DEFINITE, None),
        ("a spokesman for Sen. {P Ann Lee} said", "a spokesman for Sen. Ann Lee", PhraseKind.INDEFINITE, None),
        ("aides to Mr. {P Lee} said", "aides to Mr. Lee", PhraseKind.BARE, None),
        ("Secretary of State {P Ann Lee} said", "Secretary of State Ann Lee", PhraseKind.NAME, "Ann Lee"),
        ("Chief of Staff {P Ann Lee} said", "Chief of Staff Ann Lee", PhraseKind.NAME, "Ann Lee"),
        ("politicians like {P Ann Lee} and {P Bob Ray} said", "politicians like Ann Lee and Bob Ray", PhraseKind.BARE, None),
        ("the leaders of {L Iran} and {L Syria} said", "the leaders of Iran and Syria", PhraseKind.DEFINITE, None),
        ("a statement from {O Acme} and the {O Red Cross} said", "a statement from Acme and the Red Cross", PhraseKind.INDEFINITE, None),
        ("the families of {P Ann Lee}, {P Bob Ray} and {P Cy Fox} said", "the families of Ann Lee, Bob Ray and Cy Fox", PhraseKind.DEFINITE, None),
        ("lawyers for {O Acme}, {P Ann Lee} and the {O Red Cross} said", "lawyers for Acme, Ann Lee and the Red Cross", PhraseKind.BARE, None),
        ("The head of {O NASA} and {O ESA}, {P Ann Lee}, said", "The head of NASA and ESA, Ann Lee,", PhraseKind.NAME, "Ann Lee"),
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
    ("source", "core"),
    [
        ("a man who saw it", "a man"),
        ("A poll of 1,020 adults, all of them here,", "A poll of 1,020 adults"),
        ("In 2016, 12 of them", "In 2016"),
        ("among likely voters", "likely voters"),
        ("Even her own advisers", "her own advisers"),
        ("the governor himself", "the governor"),
        ("players and coaches alike", "players and coaches"),
        ("Officials at the port, which is closed,", "Officials at the port"),
        ("Davis’ lawyer", "Davis’ lawyer"),
        ("the report’s", "the report"),
        ("Chipmaker Acme ACME.O", "Chipmaker Acme"),
        ("G-III designers - some of them young -", "G-III designers"),
    ],
)
def test_what_hangs_on_to_a_description_is_cut_off(source: str, core: str) -> None:
    document, _ = read_marked(source + " said no.")
    phrase = analyse_phrase(document, words_of(document, source), [])
    assert text_of(document, *phrase.core) == core


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
        ("even some of those hardliners", "hardliners", None),
        ("even for the ministry", "ministry", "the ministry"),
    ],
)
def test_the_name_within_a_description_is_found(source: str, noun: str, trimmed: str | None) -> None:
    document, _ = read_marked(source + " said no.")
    phrase = analyse_phrase(document, words_of(document, source), [])
    found = trimmed_phrase(document, phrase.core)
    assert (phrase.noun, None if found is None else text_of(document, *found)) == (noun, trimmed)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("some voters who", "some voters"),
        ("my mother, who cleaned offices", "my mother"),
        ("my mother - who cleaned offices", "my mother"),
        ("voters who left", "voters who left"),
        ("the author of “Who Moved My Cheese”", "the author of “Who Moved My Cheese”"),
        ("makers of the all-that-jazz show", "makers of the all-that-jazz show"),
    ],
)
def test_a_relative_clause_is_cut_off(source: str, found: str) -> None:
    document, _ = read_marked(source + " said no.")
    assert text_of(document, *without_relative(document, words_of(document, source))) == found
