"""Named mentions of people, organizations and places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from inquit.models.dates import WEEKDAYS
from inquit.models.labels import MENTION_KINDS, allowed_transitions
from inquit.models.segmentation import Document, Floats
from inquit.models.speakers.forenames import Gender, gender_of_forename
from inquit.models.speakers.names import (
    AFTER_NAMES,
    FEMALE_TITLES,
    GENERATIONS,
    MALE_TITLES,
    SMALL_WORDS,
    is_title,
    name_tokens,
    trim_title,
)
from inquit.models.tagger import best_tags, cut_sequences, spans_of
from inquit.models.words import APOSTROPHES, is_hyphenated, is_joined, is_possessive, is_ticker, text_of, word_text

PERSON, ORGANIZATION, PLACE, OTHER = range(len(MENTION_KINDS))

_NOT_FIRST = SMALL_WORDS | {"city", "conservative", "county", "federal", "liberal", "nationalist", "state"}
"""Words that do not begin an organization's name if a capitalised word follows; but see `PARTICLES`."""
_GENERA = (("newspaper",), ("magazine",), ("news", "agency"))
_OPENING_MARKS, _CLOSING_MARKS = frozenset("\"“'‘"), frozenset("\"”'’")
_MARKS = _OPENING_MARKS | _CLOSING_MARKS
_MAX_NAME = 8
_DASHES = frozenset("-–—")
_CONTRACTED = frozenset({"d", "ll", "m", "re", "s", "t", "ve"})
_VERBS = frozenset({"said", "says", "told", "wrote", "added"})
_NEVER_OWNED = _VERBS | {
    "argued", "argues", "believes", "declined", "declines", "denied", "denies", "expects", "insisted", "insists",
    "predicts", "tells", "urges", "warned", "warns", "writes",
}  # fmt: skip
"""Verbs that are hardly the beginning of what somebody owns, unlike "reports" and "announced"."""
PARTICLES = frozenset(
    {"al", "ben", "bin", "d", "da", "de", "del", "della", "di", "du", "el", "la", "le", "o", "st", "van", "von"}
)
"""Words that begin surnames of several words."""
SENTENCE_STARTS = frozenset(day.lower() for day in WEEKDAYS) | frozenset(
    {
        "a", "according", "after", "all", "also", "although", "an", "and", "another", "as", "at", "because",
        "before", "beyond", "both", "but", "by", "despite", "during", "even", "every", "first", "for", "from", "he",
        "her", "here", "his", "how", "however", "i", "if", "in", "it", "its", "last", "like", "many", "meanwhile",
        "more", "most", "my", "new", "next", "no", "not", "now", "of", "on", "once", "one", "only", "or", "other",
        "our", "over", "she", "since", "so", "some", "still", "such", "than", "that", "the", "their", "then",
        "there", "these", "they", "this", "those", "though", "to", "two", "under", "unlike", "until", "we", "what",
        "when", "where", "whether", "which", "while", "who", "why", "with", "yet", "you", "your", "asked", "later",
    }
)  # fmt: skip
"""Words whose capital means nothing: they begin sentences, or titles of articles."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name as it occurs: words ``start`` up to, but not including, ``stop``, without title and possessive."""

    start: int
    stop: int
    kind: int
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MentionTagger:
    """Finds mentions: a linear layer over begin/inside tags of the mention kinds."""

    weight: Floats
    bias: Floats
    transitions: Floats

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats]) -> MentionTagger:
        transitions = np.where(allowed_transitions(len(MENTION_KINDS)), 0.0, -np.inf).astype(np.float32)
        return cls(arrays["mentions.weight"], arrays["mentions.bias"], transitions)

    def find(self, document: Document, states: Floats) -> list[tuple[int, int, int]]:
        """Word ranges and kinds of the mentions, from a document's word states of shape (n_words, n_hidden)."""
        tags = best_tags(states @ self.weight.T + self.bias, self.transitions, cut_sequences(document))
        return [
            (start, stop, kind) for kind in range(len(MENTION_KINDS)) for start, stop in spans_of(tags, kind).tolist()
        ]


def make_mentions(document: Document, ranges: Sequence[tuple[int, int, int]]) -> list[Mention]:
    """Mentions from word ranges with their kinds.

    Titles and possessives are removed, initials before and "Jr." after a person's name are added, and ranges without a
    letter are dropped.
    """
    mentions = []
    end = 0
    for start, stop, kind in _join_cut(document, sorted(ranges)):
        stop = next((word for word in range(start, stop) if is_ticker(document, word)), stop)
        if start < end or start == stop or is_ticker(document, start - 2):  # belongs to the name before
            continue
        words = [word_text(document, i) for i in range(start, stop)]
        start += trim_title(words, is_person=kind == PERSON)
        if kind == PERSON:
            stop = _with_apostrophe(document, _end_of_person(document, start, stop))
            start = _with_forename(document, _with_hyphen(document, start, stop, end), end)
            start = _with_initial(document, start, end)
        stop = _end_of_name(document, start, stop)
        if kind == PERSON:
            stop = _with_generation(document, stop)
        else:
            start, stop = _without_description(document, start, _with_rest(document, start, stop), kind)
        name = text_of(document, start, stop) if start < stop else ""
        tokens = name_tokens(name, is_person=kind in (PERSON, OTHER))  # "President Putin", taken for OTHER
        is_addition = kind == PERSON and (name in AFTER_NAMES or {*tokens} <= GENERATIONS)
        if tokens and not is_addition:
            mentions.append(Mention(start, stop, kind, tokens))
            end = stop
    surnames = {mention.tokens[-1] for mention in mentions if len(mention.tokens) > 1}
    named = [
        mention for mention in mentions if mention.tokens[-1] in surnames or not _is_title_alone(document, mention)
    ]
    return _with_own_possessive(document, named)


def _is_title_alone(document: Document, mention: Mention) -> bool:
    """Whether a mention is a title that stands for its bearer: "the King", "the Mayor"."""
    start, stop = mention.start, mention.stop
    if mention.kind not in (PERSON, OTHER) or stop - start != 1:
        return False
    title = word_text(document, start).lower()
    is_known = title in MALE_TITLES | FEMALE_TITLES or is_title(title, is_person=True)
    return is_known and start > 0 and word_text(document, start - 1).lower() == "the"


def _with_own_possessive(document: Document, mentions: list[Mention]) -> list[Mention]:
    """The mentions, with "'s" added if it is part of the name, which is an organization's then: "Moody's warned".

    It is if whoever has the name speaks with it and is never named without it.
    """

    def is_followed(mention: Mention) -> bool:
        s = mention.stop + 1
        return is_possessive(document, mention.stop) and s < len(document.words) and word_text(document, s) == "s"

    speaking = {
        mention.tokens
        for mention in mentions
        if is_followed(mention)
        and mention.stop + 2 < len(document.words)
        and word_text(document, mention.stop + 2) in _NEVER_OWNED
    }
    speaking -= {mention.tokens for mention in mentions if not is_followed(mention)}
    return [
        replace(mention, stop=mention.stop + 2, kind=ORGANIZATION) if mention.tokens in speaking else mention
        for mention in mentions
    ]


def _join_cut(document: Document, ranges: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Ranges in text order, with the pieces of names that were cut joined.

    Examples: "Viktor F." and "Yanukovych", "Marie-" and "Claire Dubois", "Robert" and "Scott" with a nickname between.
    """
    joined: list[tuple[int, int, int]] = []
    ends = {start: stop for start, stop, _ in ranges}
    for start, stop, kind in ranges:
        if joined and stop <= joined[-1][1]:  # included already: a nickname, or the surname after it
            continue
        if joined and _is_cut(document, joined[-1], (start, stop, kind)):
            joined[-1] = (joined[-1][0], stop, PERSON)
            continue
        if kind == PERSON and (opening := _opening_mark(document, start, stop)) is not None:
            stop = opening
        if kind == PERSON and (surname := _after_nickname(document, stop)) is not None:
            end = _end_of_surname(document, surname)
            stop = end if ends.get(surname, end) <= end else stop  # a longer name is someone else's full name
        joined.append((start, stop, kind))
    return joined


def _opening_mark(document: Document, start: int, stop: int) -> int | None:
    """Where a quotation mark opens in a name and closes after it, as around a nickname: "Marcia “Cia | ” Price"."""
    marks = [
        word
        for word in range(start + 1, stop)
        if word_text(document, word) in _MARKS and not _is_apostrophe(document, word)
    ]
    return marks[0] if len(marks) == 1 else None


def _is_apostrophe(document: Document, word: int) -> bool:
    """Whether a mark is an apostrophe inside a word: "O’Malley"."""
    return is_joined(document, word) and word_text(document, word) in APOSTROPHES


def _after_nickname(document: Document, stop: int) -> int | None:
    """The capitalised word after a quoted nickname of one or two words that begins at ``stop``, or None."""
    n_words = len(document.words)
    if stop >= n_words or word_text(document, stop) not in _OPENING_MARKS:
        return None
    for closing in (stop + 2, stop + 3):
        if closing + 1 >= n_words or not word_text(document, closing - 1)[0].isupper():
            return None
        if word_text(document, closing) in _CLOSING_MARKS:
            return closing + 1 if word_text(document, closing + 1)[0].isupper() else None
    return None


def _end_of_surname(document: Document, word: int) -> int:
    """Where the surname that begins at a word ends: "Smith-Jones", "Van Dyke"."""
    n_words = len(document.words)
    while (
        word + 1 < n_words
        and word_text(document, word).lower() in PARTICLES
        and word_text(document, word + 1)[0].isupper()
    ):
        word += 1
    while is_hyphenated(document, word):
        word += 2
    return word + 1


def _is_cut(document: Document, person: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    """Whether a person's mention continues in the one right after it.

    It does after an initial, a hyphen or a particle ("Bram van der" and "Meer"), if one of two adjacent people has a
    single word ("Ban" and "Ki-moon"), and before "Jr.", whatever kind the name was given ("RFK").
    """
    start, stop, kind = person
    following = other[0]
    if stop == following and other[2] == PERSON and word_text(document, following).lower() in GENERATIONS:
        return True
    if kind != PERSON or not stop <= following <= stop + 1:
        return False
    if other[2] == PERSON and stop == following and _is_one_name(document, person, other):
        return True
    last = following - 1 if word_text(document, following - 1) != "." else following - 2
    text = word_text(document, last)
    if last == stop:  # "Marie | - | Claire Dubois", "Bram van | der | Meer"
        if text == "-":
            return start_of_forename(document, following) < following and _are_forenames(document, stop - 1, following)
        return text.isalpha() and text.islower() and word_text(document, stop - 1) in PARTICLES
    if start <= last < stop and len(text) == 1 and text.isupper():
        return True
    if not start < last < stop:
        return False
    if text == "-":
        return is_joined(document, following)
    return text.islower() and text not in {"s", "and", "or"}


def _are_forenames(document: Document, first: int, second: int) -> bool:
    """Whether two words are forenames of one gender, as far as known: "Marie-Claire", not "the Lee-Ann Ray ticket"."""
    one, other = (gender_of_forename(word_text(document, word)) for word in (first, second))
    return one is not Gender.UNKNOWN and other in (one, Gender.UNKNOWN)


def _is_one_name(document: Document, person: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    """Whether two adjacent mentions of people are one name.

    They are if the second is a single word, possibly hyphenated, or the first is a forename (not "Alderman William
    Burns").
    """
    sentence = document.sentence_of_word
    if sentence[person[0]] != sentence[other[0]] or other[1] - person[0] > _MAX_NAME:
        return False
    first, second = (text_of(document, start, stop) for start, stop, _ in (person, other))
    if not (first[0].isupper() and second[0].isupper()) or is_title(first.lower(), is_person=True) or second in first:
        return False
    return len(second.split()) == 1 or gender_of_forename(first) is not Gender.UNKNOWN


def start_of_forename(document: Document, word: int) -> int:
    """The first word of the hyphenated forename whose last word is ``word``."""
    while word >= 2 and word_text(document, word - 1) == "-" and word_text(document, word - 2)[0].isupper():
        if not (is_joined(document, word - 1) and is_joined(document, word)):
            break
        word -= 2
    return word


def _end_of_person(document: Document, start: int, stop: int) -> int:
    """Where a person's name really ends.

    That is before a dash, a verb or an honour ("Park Geun-hye | said Kim", "Ann Lee | - Bob's wife", "Ann Lee | OBE"),
    or after what a hyphen at its end joins to it ("Lee Jae- | myung"); otherwise ``stop``.
    """
    for word in range(start + 1, stop):
        text = word_text(document, word)
        is_end = text in _DASHES or text in _VERBS or (text in AFTER_NAMES and word > start + 1)
        if is_end and not is_joined(document, word):
            return word
    is_cut = stop - start > 2 and word_text(document, stop - 1) == "-" and is_joined(document, stop)
    return stop + is_cut


def _with_apostrophe(document: Document, stop: int) -> int:
    """``stop``, or the end of a name that continues after an apostrophe: "Njuguna Ndung | 'u", not "Ann Lee | 'd"."""
    while stop + 1 < len(document.words) and _is_apostrophe(document, stop) and is_joined(document, stop + 1):
        letters = word_text(document, stop + 1)
        if not letters.isalpha() or letters.lower() in _CONTRACTED:
            break
        stop += 2
    return stop


def _with_hyphen(document: Document, start: int, stop: int, end: int) -> int:
    """``start``, or the start of the hyphenated forename of a name of several words: "Jean- | Marc Ayrault".

    Args:
        end: where the previous mention ends.
    """
    first = start_of_forename(document, start)
    return first if stop - start > 1 and first >= end else start


def _with_forename(document: Document, start: int, end: int) -> int:
    """``start``, or the start of the forename before a particle: "Marine | Le Pen".

    Args:
        end: where the previous mention ends.
    """
    particle = word_text(document, start)
    if particle.lower() not in PARTICLES or _is_forename(particle) or start <= end:
        return start
    is_within = document.sentence_of_word[start - 1] == document.sentence_of_word[start]
    return start - 1 if is_within and _is_forename(word_text(document, start - 1)) else start


def _is_forename(text: str) -> bool:
    """Whether a capitalised word is a known forename and not also a month or verb."""
    is_known = text[0].isupper() and gender_of_forename(text) is not Gender.UNKNOWN
    return is_known and text not in {"April", "June", "Will"}


def _end_of_name(document: Document, start: int, stop: int) -> int:
    """``stop`` without a possessive and final punctuation, except the period of "Jr."."""
    while start < stop:
        last = word_text(document, stop - 1)
        before = word_text(document, stop - 2) if stop - 2 >= start else ""
        if last.lower() == "s" and before in APOSTROPHES:
            stop -= 2
        elif not last[0].isalnum() and not (last == "." and len(before) <= 2) and last != ")":
            stop -= 1
        else:
            break
    return stop


def _with_rest(document: Document, start: int, stop: int) -> int:
    """``stop``, or the end of a name that was cut after a small word: "Court of Appeals for | the Sixth Circuit"."""
    if stop - start < 2 or word_text(document, stop - 1) not in SMALL_WORDS:
        return stop
    first = stop - 1 if word_text(document, stop - 1) == "the" else stop
    if word_text(document, first - 1) in {"of", "for"}:
        rest = first
        limit = min(first + _MAX_NAME, len(document.words))
        while rest < limit and document.sentence_of_word[rest] == document.sentence_of_word[start]:
            text = word_text(document, rest)
            if not (text[0].isupper() or text[0].isdigit() or (rest == first and text == "the")):
                break
            rest += 1
        if rest > first and word_text(document, rest - 1) != "the":
            return rest
    while stop > start and word_text(document, stop - 1) in SMALL_WORDS:
        stop -= 1
    return stop


def _without_description(document: Document, start: int, stop: int, kind: int) -> tuple[int, int]:
    """A non-person name without words that only describe it: "state | Board of Health", "the | Times | newspaper"."""
    texts = tuple(word_text(document, word) for word in range(start, stop))
    follows_the = start > 0 and word_text(document, start - 1).lower() == "the"
    is_described = follows_the and kind == ORGANIZATION
    while len(texts) > 1 and texts[1][0].isupper() and _is_attribute(texts[0], is_described=is_described):
        start, texts = start + 1, texts[1:]
    for genus in _GENERA:
        if texts[-len(genus) :] == genus and len(texts) > len(genus) and (follows_the or genus == ("magazine",)):
            return start, stop - len(genus)
    return start, stop


def _is_attribute(text: str, *, is_described: bool) -> bool:
    """Whether a word before a capitalised one is not part of the name.

    It is not in "the nonpartisan | Congressional Budget Office", but it is in "adidas America".
    """
    if text in PARTICLES:
        return False
    return text in _NOT_FIRST or (is_described and text.isalpha() and text.islower())


def _with_initial(document: Document, start: int, end: int) -> int:
    """``start``, or the start of the initials before it: "A. R. | Rahman", not "U.S. | Gil Kerr".

    Args:
        end: where the previous mention ends.
    """
    while start - 2 >= end and word_text(document, start - 1) == ".":
        initial = word_text(document, start - 2)
        is_initial = len(initial) == 1 and initial.isupper() and is_joined(document, start - 1)
        follows_period = start > 2 and word_text(document, start - 3) == "." and is_joined(document, start - 2)
        is_within = document.sentence_of_word[start - 2] == document.sentence_of_word[start]
        if not (is_initial and is_within) or follows_period:
            break
        start -= 2
    return start


def _with_generation(document: Document, stop: int) -> int:
    """``stop``, or the end of a "Jr." or the like that follows, possibly after a comma."""
    n_words = len(document.words)
    word = stop + 1 if stop < n_words and word_text(document, stop) == "," else stop
    generation = word_text(document, word).lower() if word < n_words else ""
    if generation not in GENERATIONS:
        return stop
    has_period = generation in {"jr", "sr"} and word + 1 < n_words and word_text(document, word + 1) == "."
    return word + 1 + has_period
