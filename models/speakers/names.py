"""Proper names: how they are normalised for comparison, and which name is short for which."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

_HONORIFIC = re.compile(
    r"^(?:the|a|an|mr|mrs|ms|miss|dr|sen|senator|rep|representative|gov|governor|gen|general|president|secretary|minister"
    r"|prime|prof|professor|sir|lord|lady|judge|justice|officer|sgt|lt|col|capt|chief)\s+"
)
_ARTICLE = re.compile(r"^(?:the|a|an)\s+")
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_WITH_PERIODS = re.compile(r"\b(?:\w\.){2,}")
_ARABIC_ARTICLE = re.compile(r"(?<!\S)[ae]l-(?=\w{3})")
"""The Arabic article, which is often left out: "Bashar al-Assad", "Assad"."""
GENERATIONS = frozenset({"jr", "sr", "ii", "iii", "iv"})
SMALL_WORDS = frozenset({"of", "to", "the", "and", "for", "in", "on", "de", "la", "du", "des", "und", "at"})

_ROLES = frozenset(
    {
        "democrat", "republican", "mayor", "candidate", "former", "congressman", "congresswoman", "chairman", "chairwoman",
        "chancellor", "ambassador", "attorney", "detective", "sheriff", "coach", "captain", "lieutenant", "sergeant",
        "commissioner", "spokesman", "spokeswoman", "director", "reverend", "rev", "councilman", "councilwoman",
        "ceo", "cfo", "deputy", "vice", "nominee", "cardinal", "archbishop", "bishop", "foreign", "interior", "finance", "lawyer",
        "admiral", "adm", "father", "sister", "imam", "pastor", "pres", "rabbi", "reps", "sens", "speaker", "superintendent",
        "ayatollah", "baroness", "brig", "brigadier", "cllr", "constable", "councillor", "cpl", "dame", "datuk", "det", "fr",
        "frau", "herr", "insp", "inspector", "maj", "major", "monsieur", "msgr", "pc", "señor", "señora", "seri",
        "shri", "supt", "taoiseach", "trooper", "adv", "dc", "dci", "ds", "hon", "rt",
    }
)  # fmt: skip
"""Words before a person's name that are not part of it."""

AFTER_NAMES = frozenset(
    {
        "CBE", "DBE", "Esq", "FRCP", "FRS", "KBE", "KC", "MBE", "MD", "MEP", "MP", "MSP", "OBE", "PhD", "QC", "RN", "SC", "TD",
    }
)  # fmt: skip
"""Honours, degrees and offices after a person's name that are not part of it."""

MALE_TITLES = frozenset({"mr", "sir", "lord", "king", "prince", "congressman", "chairman", "spokesman", "señor"})
FEMALE_TITLES = frozenset(
    {
        "mrs", "ms", "miss", "lady", "dame", "baroness", "queen", "princess", "congresswoman", "chairwoman", "spokeswoman",
        "señora",
    }
)  # fmt: skip


_NO_MATCH = (("house",), ("white", "house"))
"""The House is a chamber of Congress, the White House the president's office."""


class NameMatch(IntEnum):
    """How a name can stand for a longer one."""

    NONE = 0
    SAME = 1
    SURNAME = 2  # "Blinken", "Rodham Clinton"; for an organization, its last words: "the Post"
    FORENAME = 3  # "Antony"; for an organization, its first words: "Peabody"
    INNER = 4  # "Hillary Clinton" for "Hillary Rodham Clinton"; "Human Rights" for "the Human Rights Council"
    ACRONYM = 5  # "IMF"


@lru_cache(maxsize=512)
def normalise_name(name: str, *, is_person: bool = True) -> str:
    """A name normalised for comparison.

    Lower case, without accents, possessive, punctuation and leading article; if it may be a person's, also without
    honorifics and titles.
    """
    name = re.sub(r"[’']s\b", "", without_accents(name.lower()))
    name = " ".join(re.sub(r"[^\w\s-]", " ", name).split())
    leading = _HONORIFIC if is_person else _ARTICLE
    while match := leading.match(name):
        name = name[match.end() :]
    return name


def without_accents(text: str) -> str:
    """A text with accents removed and special letters replaced by plain ones: "Odegard" for "Ødegård"."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text.translate(_PLAIN_LETTERS))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def name_tokens(name: str, *, is_person: bool = True) -> tuple[str, ...]:
    """The words of the normalised name, without "Jr." and the like and without the article of "al-Assad".

    Letters with periods ("U.N.") become one word, as if written without periods.

    >>> name_tokens("Sen. James P. Kennedy Jr.’s"), name_tokens("the U.N. Council")
    (('james', 'p', 'kennedy'), ('un', 'council'))
    >>> name_tokens("the Justice Department", is_person=False)
    ('justice', 'department')
    """
    whole = _WITH_PERIODS.sub(lambda match: match[0].replace(".", ""), name)
    tokens = tuple(_ARABIC_ARTICLE.sub("", normalise_name(whole, is_person=is_person)).split())
    while len(tokens) > 1 and tokens[-1] in GENERATIONS:
        tokens = tokens[:-1]
    return tokens


def match_names(short: tuple[str, ...], long: tuple[str, ...]) -> NameMatch:
    """How ``short`` can stand for ``long``, if at all; both are as `name_tokens` returns them.

    >>> match_names(("blinken",), ("antony", "blinken")).name
    'SURNAME'
    >>> match_names(("imf",), ("international", "monetary", "fund")).name
    'ACRONYM'
    """
    if not short or not long or len(short) > len(long) or (short, long) == _NO_MATCH:
        return NameMatch.NONE
    if short == long or (len(short) == len(long) and all(map(_is_spelling_of, short, long))):
        return NameMatch.SAME
    if len(short) < len(long):
        if short == long[-len(short) :]:
            return NameMatch.SURNAME
        if short == long[: len(short)]:
            return NameMatch.FORENAME
        if short[0] == long[0] and short[-1] == long[-1] and len(short) > 1:
            return NameMatch.INNER
        if any(short == long[i : i + len(short)] for i in range(1, len(long) - len(short))) and len(short) > 1:
            return NameMatch.INNER
    if len(short) == 1 and _is_acronym_of(short[0], long):
        return NameMatch.ACRONYM
    return NameMatch.NONE


def _is_spelling_of(one: str, other: str) -> bool:
    """Whether two words are equal, or long and one letter apart, as misspellings and variants are ("Zelenskyy")."""
    return one == other or (min(len(one), len(other)) >= 6 and Levenshtein.distance(one, other, score_cutoff=1) <= 1)


def initials_of(tokens: tuple[str, ...]) -> set[str]:
    """Abbreviations of a name of several words, with and without its small words; none for a single word."""
    if len(tokens) < 2:
        return set()
    return {"".join(word[0] for word in tokens), "".join(word[0] for word in tokens if word not in SMALL_WORDS)}


def _is_acronym_of(short: str, long: tuple[str, ...]) -> bool:
    return 2 <= len(short) <= 6 and short in initials_of(long)


def trim_title(words: Sequence[str], *, is_person: bool) -> int:
    """How many of a name's first words are not part of it: articles and, for a person, honorifics, titles and roles.

    >>> trim_title(["Mr", ".", "Trump"], is_person=True)
    2
    """
    n = 0
    while n < len(words) - 1 and is_title(words[n].lower(), is_person=is_person):
        n += 1
        if n < len(words) - 1 and words[n] == ".":
            n += 1
    return n


def is_title(word: str, *, is_person: bool) -> bool:
    """Whether a word in lower case is an article or, for a person, an honorific, title or role."""
    if is_person:
        return word in _ROLES or _HONORIFIC.match(word + " ") is not None
    return word in {"the", "a", "an"}
