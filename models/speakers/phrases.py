"""How a source refers to its speaker: by a pronoun, a name or a description."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from inquit.models.dates import MONTHS, WEEKDAYS
from inquit.models.segmentation import Document, WordRange
from inquit.models.speakers.mentions import PERSON, Mention
from inquit.models.speakers.names import is_title
from inquit.models.words import AND, is_joined, is_possessive, is_ticker, word_text


class PhraseKind(IntEnum):
    """How a source refers to its speaker."""

    NAME = 0
    HE = 1
    SHE = 2
    THEY = 3
    IT = 4
    RELATIVE = 5  # who, which, that
    AUTHOR = 6  # I, we, Q (of an interview)
    OTHER_PRONOUN = 7
    DEFINITE = 8  # the ministry, his lawyer
    INDEFINITE = 9  # a senior official
    BARE = 10  # officials


DESCRIPTIONS = (PhraseKind.DEFINITE, PhraseKind.INDEFINITE, PhraseKind.BARE)
"""The kinds of sources that are neither names nor pronouns."""

_PRONOUNS = {
    **dict.fromkeys(["he", "him", "his", "himself"], PhraseKind.HE),
    **dict.fromkeys(["she", "her", "hers", "herself"], PhraseKind.SHE),
    **dict.fromkeys(
        ["they", "them", "their", "themselves", "both", "neither", "none", "each", "those", "others", "some", "many"],
        PhraseKind.THEY,
    ),
    **dict.fromkeys(["it", "its", "this", "itself"], PhraseKind.IT),
    **dict.fromkeys(["who", "whom", "whose", "which", "that"], PhraseKind.RELATIVE),
    **dict.fromkeys(["i", "we", "me", "us", "my", "our", "q"], PhraseKind.AUTHOR),
    **dict.fromkeys(["you", "your", "one", "there", "what", "a"], PhraseKind.OTHER_PRONOUN),
}
DEFINITE_STARTS = frozenset(
    {"the", "his", "her", "its", "their", "this", "that", "these", "those", "my", "our", "your"}
)
_INDEFINITE = frozenset({"a", "an", "another", "some", "one", "any"})
PREPOSITIONS = frozenset(
    {
        "of",
        "at",
        "for",
        "from",
        "in",
        "with",
        "by",
        "to",
        "on",
        "near",
        "behind",
        "against",
        "between",
        "under",
        "about",
    }
)
_LEADS = PREPOSITIONS | {"like", "as"}
_STARTS_CLAUSE = frozenset(
    {"who", "whom", "whose", "which", "that", "including", "where", "when", "while", "after", "as"}
)
BREAKS = frozenset(',;:()[]–—-"“”')
_DIVIDES = frozenset(",–—-")
"""Marks that separate a relative clause from what it describes."""
_ENDS_HEAD = (PREPOSITIONS - {"of"}) | frozenset(
    {
        "released", "conducted", "published", "taken", "commissioned", "filed", "written", "issued", "obtained",
        "posted", "sent", "signed", "sponsored", "during", "before", "since", "last", "this", "alike", "itself",
        "himself", "herself", "themselves",
    }
)  # fmt: skip
"""Words that follow the head noun of a description and say who published it, when and where."""
_MONTHS = frozenset(month.lower() for month in MONTHS)
_WEEKDAYS = frozenset(day.lower() for day in WEEKDAYS)
_LEADS_TO_SOURCE = frozenset({"among", "even", "but", "by", "from", "while", "within"})
_AFTER_SOURCE = frozenset(
    {"himself", "herself", "itself", "themselves", "alike", "respectively", "all", "both", "together", "also", "too"}
)
_BEFORE_DESCRIPTION = frozenset(
    {"even", "only", "just", "also", "for", "from", "on", "in", "but", "while", "how", "with", "to"}
)
"""Words that may precede a description in a source without being part of it."""
STARTS_OF_NOUN_PHRASES = (
    DEFINITE_STARTS
    | _INDEFINITE
    | frozenset({"many", "most", "several", "other", "all", "both", "no", "every", "each"})
)


_MAX_TITLE = 6
"""Maximum number of words from a preposition to a person's name, role and adjectives included."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A source, or one part of a source that joins several speakers.

    Attributes:
        words: the word range.
        head: index of the mention that names the speaker, None for pronouns and descriptions.
        inner: indices of the other mentions in it.
        core: word range of the description without clauses and additions; the speaker's name if there is no better one.
        noun: the head noun of the core, in lower case.
    """

    words: WordRange
    kind: PhraseKind
    head: int | None
    inner: tuple[int, ...]
    core: WordRange
    noun: str


def hangs_on(document: Document, mention: Mention, start: int) -> bool:
    """Whether a preposition leads to the mention, titles and roles in between aside.

    One does in "the governor of Massachusetts" and "a spokesman for presidential candidate Ann Lee".
    """
    before = [
        word_text(document, word).lower() for word in range(max(start, mention.start - _MAX_TITLE), mention.start)
    ]
    if not before:
        return False
    second = before[-2] if len(before) > 1 else ""
    if before[-1] in _LEADS or (before[-1] in DEFINITE_STARTS and second in _LEADS):
        return True
    title = second if before[-1] == "." else before[-1]
    if mention.kind != PERSON or not is_title(title, is_person=True):
        return False
    lead = next((i for i in range(len(before) - 2, -1, -1) if before[i] in _LEADS), None)
    return lead is not None and all(word.isalpha() or word in ".-" for word in before[lead:])


def mentions_inside(words: WordRange, mentions: Sequence[Mention]) -> list[int]:
    """Indices of the mentions in a word range; ``mentions`` are in text order."""
    first = bisect_left(mentions, words[0], key=lambda mention: mention.start)
    found = []
    while first < len(mentions) and mentions[first].start < words[1]:
        if mentions[first].stop <= words[1] + 2:
            found.append(first)
        first += 1
    return found


def analyse_phrase(document: Document, words: WordRange, mentions: Sequence[Mention]) -> Phrase:
    """Find out how one source refers to its speaker."""
    words = _without_frame(document, words)
    core = _core(document, words)
    inside = mentions_inside(words, mentions)
    first = word_text(document, words[0]).lower()
    if core[1] - core[0] == 1 and first in _PRONOUNS and not inside:
        return Phrase(words, _PRONOUNS[first], None, (), core, first)
    if _is_share_of_relative(document, words):
        return Phrase(words, PhraseKind.RELATIVE, None, (), core, word_text(document, words[1] - 1).lower())
    head = _head_mention(document, words, core, inside, mentions)
    inner = tuple(i for i in inside if i != head)
    if head is not None:
        kind = PhraseKind.NAME
    elif first in DEFINITE_STARTS or _starts_with_possessive(document, core, inside, mentions):
        kind = PhraseKind.DEFINITE
    elif first in _INDEFINITE:
        kind = PhraseKind.INDEFINITE
    else:
        kind = PhraseKind.BARE
    return Phrase(words, kind, head, inner, core, word_text(document, _end_of_head(document, core) - 1).lower())


def _without_frame(document: Document, words: WordRange) -> WordRange:
    """The words without what leads to the source or only stresses it, and without a stock ticker.

    Examples: "among | likely voters", "the governor | himself", "Tesla | TSLA.O".
    """
    start, stop = words
    while stop - start > 1 and word_text(document, start).lower() in _LEADS_TO_SOURCE:
        start += 1
    while stop - start > 1 and word_text(document, stop - 1).lower() in _AFTER_SOURCE:
        stop -= 1
    if stop - start > 3 and is_ticker(document, stop - 3):
        stop -= 3
    return start, stop


def _is_share_of_relative(document: Document, words: WordRange) -> bool:
    """Whether a source is a share of what a relative pronoun refers to: "most of whom", "two of which"."""
    if not 3 <= words[1] - words[0] <= 4:
        return False
    of, relative = (word_text(document, word).lower() for word in range(words[1] - 2, words[1]))
    return of == "of" and relative in {"whom", "which"}


def _end_of_head(document: Document, core: WordRange) -> int:
    """Where the head noun of a description ends: "an official | in Yerevan"."""
    for word in range(_start_of_description(document, core) + 1, core[1]):
        if word_text(document, word).lower() in _ENDS_HEAD:
            return word
    return core[1]


def _start_of_description(document: Document, core: WordRange) -> int:
    """Where a description begins: "even | officials in Yerevan"."""
    start = core[0]
    while start < core[1] - 1 and word_text(document, start).lower() in _BEFORE_DESCRIPTION:
        start += 1
    return start


def trimmed_phrase(document: Document, core: WordRange) -> WordRange | None:
    """The name inside a description that adds more to it: "the latest | CBS poll | released in May".

    It begins at the first capitalised word, months and a leading "Monday's" aside, and ends with the head noun. None if
    the description has nothing more.
    """
    stop = _end_of_head(document, core)
    start = _start_of_description(document, core)
    first = word_text(document, start).lower()
    if first in _WEEKDAYS and stop - start > 3 and word_text(document, start + 2) == "s":
        start += 3
    elif not word_text(document, start)[0].isupper() or first in STARTS_OF_NOUN_PHRASES:
        for word in range(start + 1, stop):
            text = word_text(document, word)
            if text[0].isupper() and text.lower() not in _MONTHS:
                start = word
                break
    return None if (start, stop) == core else (start, stop)


def without_relative(document: Document, words: WordRange) -> WordRange:
    """The words without a final relative pronoun, or without a relative clause after a comma or dash.

    Examples: "some voters | who", "my mother | , who cleaned offices".
    """
    start, stop = words
    for word in range(start + 1, stop):
        if _PRONOUNS.get(word_text(document, word).lower()) is not PhraseKind.RELATIVE:
            continue
        if word == stop - 1:
            return start, word
        if word - 1 > start and word_text(document, word - 1) in _DIVIDES and not is_inner_mark(document, word - 1):
            return start, word - 1
    return start, stop


def _core(document: Document, words: WordRange) -> WordRange:
    """The phrase up to the first comma, bracket or subordinate clause, without a possessive at the end."""
    start, stop = words
    for word in range(start + 1, stop):
        text = word_text(document, word)
        if (text in BREAKS and not is_inner_mark(document, word)) or text.lower() in _STARTS_CLAUSE:
            stop = word
            break
    while stop - start > 1 and not word_text(document, stop - 1)[-1].isalnum():
        stop -= 1
    if stop - start > 2 and word_text(document, stop - 1).lower() == "s" and word_text(document, stop - 2) in "'’":
        stop -= 2
    return start, stop


def is_inner_mark(document: Document, word: int) -> bool:
    """Whether a mark is inside a word or number: a hyphen (not a dash between words), or the comma of "1,020"."""
    if not is_joined(document, word):
        return False
    if word_text(document, word) != ",":
        return word_text(document, word) == "-"
    is_between = word + 1 < len(document.words) and is_joined(document, word + 1)
    return is_between and word_text(document, word - 1).isdigit() and word_text(document, word + 1).isdigit()


def _head_mention(
    document: Document, words: WordRange, core: WordRange, inside: Sequence[int], mentions: Sequence[Mention]
) -> int | None:
    """The mention that names the speaker: Mook in "Clinton's manager Robby Mook", none in "Clinton's manager"."""
    hanging = _hanging(document, words[0], [mentions[i] for i in inside])
    free = [
        i
        for i, hangs in zip(inside, hanging, strict=True)
        if mentions[i].start < core[1]
        and not (is_possessive(document, mentions[i].stop) and mentions[i].stop < core[1])
        and not hangs
    ]
    at_end = [i for i in free if mentions[i].stop >= core[1]]
    if at_end:
        return at_end[-1]
    if free and _followed_by_preposition(document, mentions[free[-1]].stop, core[1]):
        return free[-1]
    if not free:  # "the group's director, John Smith,"
        apposed = [i for i in inside if mentions[i].kind == PERSON and mentions[i].start == core[1] + 1]
        starts = [mentions[i].start for i, hangs in zip(inside, hanging, strict=True) if hangs]
        before = {word_text(document, start - n).lower() for start in starts if start > core[1] + 1 for n in (1, 2)}
        return apposed[0] if apposed and AND.isdisjoint(before) else None
    return None


def _hanging(document: Document, start: int, inside: Sequence[Mention]) -> list[bool]:
    """Whether a preposition leads to each mention or one it is joined to: "politicians like Ann Lee and Bob Ray"."""
    hanging: list[bool] = []
    for mention, before in zip(inside, [None, *inside], strict=False):
        between = {word_text(document, word).lower() for word in range(before.stop, mention.start)} if before else set()
        is_joined = bool(between - {"the"}) and between <= AND | {",", "or", "the"}
        hanging.append(hangs_on(document, mention, start) or (is_joined and hanging[-1]))
    return hanging


def _followed_by_preposition(document: Document, word: int, stop: int) -> bool:
    return word < stop and word_text(document, word).lower() in PREPOSITIONS


def _starts_with_possessive(
    document: Document, core: WordRange, inside: Sequence[int], mentions: Sequence[Mention]
) -> bool:
    return any(mentions[i].start == core[0] and is_possessive(document, mentions[i].stop) for i in inside)
