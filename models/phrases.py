"""What a source says of its speaker: a pronoun, a name, a description, several of them."""

from __future__ import annotations

import calendar
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from inquit.models.mentions import PERSON, Mention, is_possessive, word_text, word_texts
from inquit.models.segmentation import Document

WordRange = tuple[int, int]


class PhraseKind(IntEnum):
    """How a source refers."""

    NAME = 0
    HE = 1
    SHE = 2
    THEY = 3
    IT = 4
    RELATIVE = 5  # who, which, that
    AUTHOR = 6  # I, we
    OTHER_PRONOUN = 7
    DEFINITE = 8  # the ministry, his lawyer
    INDEFINITE = 9  # a senior official
    BARE = 10  # officials


_PRONOUNS = {
    **dict.fromkeys(["he", "him", "his", "himself"], PhraseKind.HE),
    **dict.fromkeys(["she", "her", "hers", "herself"], PhraseKind.SHE),
    **dict.fromkeys(["they", "them", "their", "themselves", "both", "others", "some", "many"], PhraseKind.THEY),
    **dict.fromkeys(["it", "its", "this", "itself"], PhraseKind.IT),
    **dict.fromkeys(["who", "whom", "whose", "which", "that"], PhraseKind.RELATIVE),
    **dict.fromkeys(["i", "we", "me", "us", "my", "our"], PhraseKind.AUTHOR),
    **dict.fromkeys(["you", "your", "one", "there", "what"], PhraseKind.OTHER_PRONOUN),
}
_DEFINITE = frozenset({"the", "his", "her", "its", "their", "this", "that", "these", "those", "my", "our", "your"})
_INDEFINITE = frozenset({"a", "an", "another", "some", "one", "any"})
_PREPOSITIONS = frozenset(
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
_STARTS_CLAUSE = frozenset(
    {"who", "whom", "whose", "which", "that", "including", "where", "when", "while", "after", "as"}
)
_BREAKS = frozenset(',;:()[]–—-"“”')
_AND = frozenset({"and", "&"})
_ENDS_HEAD = (_PREPOSITIONS - {"of"}) | frozenset(
    {
        "released", "conducted", "published", "taken", "commissioned", "filed", "written", "issued", "obtained",
        "posted", "sent", "signed", "sponsored", "during", "before", "since", "last", "this", "alike", "itself",
        "himself", "herself", "themselves",
    }
)  # fmt: skip
"""What follows the head noun of a description: who made it known, when and where."""
_MONTHS = frozenset(month.lower() for month in calendar.month_name if month)
_WEEKDAYS = frozenset(day.lower() for day in calendar.day_name if day)
_PARTICLES = frozenset({"even", "only", "just", "also", "for", "from", "on", "in", "but", "while", "how", "with", "to"})
"""What may stand before a description in a source and is no part of it."""
_STARTS_CONJUNCT = _DEFINITE | frozenset({"other", "others", "several", "many", "some", "various", "a", "an"})
_NP_STARTS = (
    _DEFINITE | _INDEFINITE | frozenset({"many", "most", "several", "other", "all", "both", "no", "every", "each"})
)
_PARTIES = frozenset({"D", "R", "I"})
_MAX_ASIDE = 7
_MAX_REFERENCE = 5
_MAX_TITLE = 5
_MAX_ANTECEDENT = 9
_N_ANTECEDENTS = 4
_N_NEAREST = 6
_MAX_EXTENSION = 5
_FUNCTION_WORDS = _PREPOSITIONS | frozenset(
    {
        "and", "or", "but", "is", "are", "was", "were", "be", "been", "has", "have", "had", "that", "than", "as", "like",
        "not", "to", "among", "said", "says", "into", "over", "through", "including", "because", "when", "while", "if",
    }
)  # fmt: skip
"""Words that a short noun phrase begins after."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A source, or one of its parts where it joins several.

    Attributes:
        words: the word range.
        head: index of the mention that is its head, None for pronouns and descriptions.
        inner: indices of the other mentions in it.
        core: word range of the description without what hangs on to it; the name of a speaker that has no better one.
        noun: the head noun of the core, in lower case.
    """

    words: WordRange
    kind: PhraseKind
    head: int | None
    inner: tuple[int, ...]
    core: WordRange
    noun: str


def split_conjuncts(document: Document, words: WordRange, mentions: Sequence[Mention]) -> list[WordRange]:
    """The parts of a source that joins several speakers ("Iran, Russia and Syria"); the source itself where it is one."""
    inside = mentions_inside(words, mentions)
    if (reference := _split_from_reference(document, words)) is not None:
        return reference
    ends = {mentions[i].stop: mentions[i] for i in inside}
    parts: list[WordRange] = []
    start = words[0]
    for word in range(words[0] + 1, words[1] - 1):
        text = word_text(document, word).lower()
        if text not in _AND and text != ",":
            continue
        mention = ends.get(_before_aside(document, word)) or _apposed_person(document, word, start, inside, mentions)
        following = word + 1
        if mention is None or (
            _hangs_on(document, mention, start) and not _is_between_people(document, start, following, inside, mentions)
        ):
            continue
        if text == "," and not _is_list(word, words, inside, mentions, document):
            continue
        if text in _AND and not _begins_conjunct(document, following, inside, mentions):
            continue
        parts.append((start, mention.stop))
        start = following
    if not parts:
        return [words]
    return [*parts, (start, words[1])]


def _split_from_reference(document: Document, words: WordRange) -> list[WordRange] | None:
    """The parts of "he and his allies", "the candidate and her staff": a reference to somebody, and others."""
    texts = [word_text(document, word).lower() for word in range(*words)]
    if "and" not in texts[1:-1]:
        return None
    place = texts.index("and", 1)
    start = int(texts[0] in {"both", "neither", "either"})
    is_pronoun = place - start == 1 and texts[start] in {"he", "she", "they", "it"}
    is_definite = (
        texts[start] == "the" and place - start <= _MAX_REFERENCE and texts[place + 1] in {"his", "her", "its"}
    )
    if not is_pronoun and not (is_definite and not {",", "of"} & set(texts[:place])):
        return None
    return [(words[0] + start, words[0] + place), (words[0] + place + 1, words[1])]


def _apposed_person(
    document: Document, word: int, start: int, inside: Sequence[int], mentions: Sequence[Mention]
) -> Mention | None:
    """The person whose apposition ends with the comma before the "and" that is ``word``: "Ann Lee, a judge, and Bob Ray"."""
    if word_text(document, word).lower() not in _AND or word_text(document, word - 1) != ",":
        return None
    people = [mentions[i] for i in inside if mentions[i].kind == PERSON and start <= mentions[i].start < word]
    follows = any(mentions[i].kind == PERSON and 0 < mentions[i].start - word <= _MAX_TITLE for i in inside)
    if len(people) == 1 and follows and word_text(document, people[0].stop) == ",":
        return people[0]
    return None


def _before_aside(document: Document, word: int) -> int:
    """Where a name ends whose comma or "and" is ``word``: before a comma, a bracket, or a party and a place (", R-Tenn.,")."""
    if word_text(document, word - 1) == ",":
        word -= 1
    if word_text(document, word - 1) == ")":
        for opening in range(word - 2, max(-1, word - 2 - _MAX_ASIDE), -1):
            if word_text(document, opening) == "(":
                return opening
    for comma in range(word - 2, max(0, word - 2 - _MAX_ASIDE), -1):
        if word_text(document, comma) == "," and word_text(document, comma + 1) in _PARTIES:
            return comma
    return word


def _is_between_people(
    document: Document, start: int, following: int, inside: Sequence[int], mentions: Sequence[Mention]
) -> bool:
    """Whether people are named before and soon after: "Ann Lee of Iowa and Senator Bob Ray of Ohio"."""
    people = [mentions[i] for i in inside if mentions[i].kind == PERSON]
    return any(
        start <= person.start < following and not _hangs_on(document, person, start) for person in people
    ) and any(0 <= person.start - following <= _MAX_TITLE for person in people)


def _hangs_on(document: Document, mention: Mention, start: int) -> bool:
    """Whether a preposition leads to the mention: "the governor of Massachusetts"."""
    before = [word_text(document, word).lower() for word in range(max(start, mention.start - 2), mention.start)]
    leads = before[-1:] if before[-1:] and before[-1] not in _DEFINITE else before[:1]
    return bool(leads) and leads[0] in _PREPOSITIONS | {"like", "as"}


def _begins_conjunct(document: Document, word: int, inside: Sequence[int], mentions: Sequence[Mention]) -> bool:
    """Whether a name, with a title or role before it ("former Governor Mike Ray"), or another speaker begins at a word."""
    text = word_text(document, word)
    if text.lower() in _STARTS_CONJUNCT or text[:1].isupper():
        return True
    return any(
        mentions[i].start == word or (mentions[i].kind == PERSON and 0 < mentions[i].start - word <= _MAX_TITLE)
        for i in inside
    )


def _is_list(
    comma: int, words: WordRange, inside: Sequence[int], mentions: Sequence[Mention], document: Document
) -> bool:
    """Whether a name, and later an "and", follow the comma: "Iran, Russia and Syria", not "Iran, an ally and …"."""
    following = next((mentions[i] for i in inside if mentions[i].start == comma + 1), None)
    if following is None or following.stop >= words[1]:
        return False
    after = word_text(document, following.stop).lower()
    return after in _AND or (after == "," and following.stop + 1 < words[1])


def mentions_inside(words: WordRange, mentions: Sequence[Mention]) -> list[int]:
    """Indices of the mentions that lie in a word range; ``mentions`` are in text order."""
    first = bisect_left(mentions, words[0], key=lambda mention: mention.start)
    found = []
    while first < len(mentions) and mentions[first].start < words[1]:
        if mentions[first].stop <= words[1] + 2:
            found.append(first)
        first += 1
    return found


def analyse_phrase(document: Document, words: WordRange, mentions: Sequence[Mention]) -> Phrase:
    """How one source refers to its speaker."""
    core = _core(document, words)
    inside = mentions_inside(words, mentions)
    first = word_text(document, words[0]).lower()
    if core[1] - core[0] == 1 and first in _PRONOUNS and not inside:
        return Phrase(words, _PRONOUNS[first], None, (), core, first)
    head = _head_mention(document, words, core, inside, mentions)
    inner = tuple(i for i in inside if i != head)
    if head is not None:
        kind = PhraseKind.NAME
    elif first in _DEFINITE or _starts_with_possessive(document, core, inside, mentions):
        kind = PhraseKind.DEFINITE
    elif first in _INDEFINITE:
        kind = PhraseKind.INDEFINITE
    else:
        kind = PhraseKind.BARE
    return Phrase(words, kind, head, inner, core, word_text(document, _end_of_head(document, core) - 1).lower())


def _end_of_head(document: Document, core: WordRange) -> int:
    """Where the head noun of a description ends: "an official | in Yerevan"."""
    for word in range(core[0] + 1, core[1]):
        if word_text(document, word).lower() in _ENDS_HEAD:
            return word
    return core[1]


def trimmed_phrase(document: Document, core: WordRange) -> WordRange | None:
    """The name within a description, where the text adds to it: "the latest | CBS poll | released in May".

    It starts at the first capital, if only small words, months and days stand before it, and ends with the head noun.
    None where nothing is added.
    """
    stop = _end_of_head(document, core)
    start = core[0]
    while start < stop - 1 and word_text(document, start).lower() in _PARTICLES:
        start += 1
    first = word_text(document, start).lower()
    if first in _WEEKDAYS and stop - start > 3 and word_text(document, start + 2) == "s":
        start += 3
    elif not word_text(document, start)[0].isupper() or first in _NP_STARTS:
        for word in range(start + 1, stop):
            text = word_text(document, word)
            if text[0].isupper() and text.lower() not in _MONTHS:
                start = word
                break
    return None if (start, stop) == core else (start, stop)


def _core(document: Document, words: WordRange) -> WordRange:
    """The phrase up to the first comma, bracket or clause that hangs on to it, without a possessive at the end."""
    start, stop = words
    for word in range(start + 1, stop):
        text = word_text(document, word)
        if (text in _BREAKS and not _is_hyphen(document, word)) or text.lower() in _STARTS_CLAUSE:
            stop = word
            break
    while stop - start > 1 and not word_text(document, stop - 1)[-1].isalnum():
        stop -= 1
    if stop - start > 2 and word_text(document, stop - 1).lower() == "s" and word_text(document, stop - 2) in "'’":
        stop -= 2
    return start, stop


def _is_hyphen(document: Document, word: int) -> bool:
    """Whether a word is a hyphen within another word, and no dash between two."""
    return word_text(document, word) == "-" and bool(document.words[word - 1, 1] == document.words[word, 0])


def _head_mention(
    document: Document, words: WordRange, core: WordRange, inside: Sequence[int], mentions: Sequence[Mention]
) -> int | None:
    """The mention that the phrase is about: "Clinton's manager Robby Mook" is Mook, "Clinton's manager" nobody named."""
    free = [
        i
        for i in inside
        if mentions[i].start < core[1]
        and not (is_possessive(document, mentions[i].stop) and mentions[i].stop < core[1])
        and not _hangs_on(document, mentions[i], words[0])
    ]
    at_end = [i for i in free if mentions[i].stop >= core[1]]
    if at_end:
        return at_end[-1]
    if free and _followed_by_preposition(document, mentions[free[-1]].stop, core[1]):
        return free[-1]
    if not free:  # "the group's director, John Smith,"
        apposed = [i for i in inside if mentions[i].kind == PERSON and mentions[i].start == core[1] + 1]
        return apposed[0] if apposed else None
    return None


def _followed_by_preposition(document: Document, word: int, stop: int) -> bool:
    return word < stop and word_text(document, word).lower() in _PREPOSITIONS


def _starts_with_possessive(
    document: Document, core: WordRange, inside: Sequence[int], mentions: Sequence[Mention]
) -> bool:
    return any(mentions[i].start == core[0] and is_possessive(document, mentions[i].stop) for i in inside)


def antecedent_phrases(document: Document, word: int) -> list[WordRange]:
    """What may be the noun phrase that ends right before a relative pronoun, the likeliest first, without a parse.

    The phrase begins with an article or the like, with a capital, or after a word that no noun phrase holds.
    """
    stop = word
    while stop > 0 and word_text(document, stop - 1) in _BREAKS:
        stop -= 1
    sentence = document.sentence_of_word[word]
    starts: list[int] = []
    start = stop
    while start > 0 and stop - start < _MAX_ANTECEDENT and document.sentence_of_word[start - 1] == sentence:
        text = word_text(document, start - 1)
        if text in _BREAKS and not (start - 1 > 0 and _is_hyphen(document, start - 1)):
            break
        if text.lower() in _FUNCTION_WORDS and start < stop:
            starts.append(start)
        start -= 1
        if text.lower() in _NP_STARTS or text.isdigit():
            starts.append(start)
            break
    else:
        starts.append(start)
    capitals = stop
    while capitals > 0 and word_text(document, capitals - 1)[0].isupper():
        capitals -= 1
    starts += [capitals, start, stop - 1]
    return [(place, stop) for place in dict.fromkeys(starts) if 0 <= place < stop][:_N_ANTECEDENTS]


class NounIndex:
    """Where each noun that ends a description stands in the document, to find its fuller forms: built once an article."""

    def __init__(self, document: Document, nouns: set[str]) -> None:
        self._document = document
        self._places: dict[str, list[int]] = {noun: [] for noun in nouns}
        if nouns:
            for word, text in enumerate(word_texts(document)):
                places = self._places.get(text.lower())
                if places is not None and len(places) < 50:
                    places.append(word)

    def fullest(self, noun: str, *, n_least: int) -> WordRange | None:
        """The longest run of capitalised words before an occurrence of the noun, with it: "Hong Kong police".

        Args:
            n_least: it must have more words than this.
        """
        best: WordRange | None = None
        for place in self._places.get(noun, ()):
            start = self._start(place)
            length = place + 1 - start
            if length > n_least and (best is None or length > best[1] - best[0]):
                best = start, place + 1
        return best

    def nearest(self, noun: str, *, before: int) -> WordRange | None:
        """The last run of capitalised words with the noun before a place: "the Quinnipiac poll … The poll"."""
        places = self._places.get(noun, [])
        for place in reversed(places[: bisect_left(places, before)][-_N_NEAREST:]):
            start = self._start(place)
            if start < place:
                return start, place + 1
        return None

    def introduced(self, noun: str, *, before: int) -> WordRange | None:
        """How the text first speaks of it before a place, at most a few words after "a" or "an": "a new 30-second ad"."""
        for place in self._places.get(noun, ()):
            if place >= before:
                break
            for start in range(place - 1, max(-1, place - 1 - _MAX_EXTENSION), -1):
                text = word_text(self._document, start)
                if text.lower() in {"a", "an"}:
                    return start, place + 1
                if not text[0].isalnum() and text not in "-’'":
                    break
        return None

    def places(self, noun: str) -> list[int]:
        """The words that are the noun, in text order."""
        return self._places.get(noun, [])

    def _start(self, place: int) -> int:
        start = place
        while start > 0 and place - start < _MAX_EXTENSION:
            text = word_text(self._document, start - 1)
            joined = self._document.words[start - 1, 1] == self._document.words[start, 0]
            if (
                text[0].isupper()
                or text[0].isdigit()
                or ((text in "'’-&/" or text == "s") and joined and start < place)
            ):
                start -= 1
            elif text == "s" and start - 2 >= 0 and word_text(self._document, start - 2) in "'’":
                start -= 2
            else:
                break
        while start < place and (not (text := word_text(self._document, start))[0].isalnum() or text == "s"):
            start += 1
        return start
