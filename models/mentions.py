"""Named mentions of people, organizations and places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from inquit.models.forenames import Gender, gender_of_name
from inquit.models.labels import MENTION_KINDS, allowed_transitions
from inquit.models.names import (
    FEMALE_TITLES,
    GENERATIONS,
    MALE_TITLES,
    SMALL_WORDS,
    name_tokens,
    trim_title,
)
from inquit.models.segmentation import Document
from inquit.models.tagger import best_tags, cut_sequences, spans_of

Floats = NDArray[np.float32]

PERSON, ORGANIZATION, PLACE, OTHER = range(len(MENTION_KINDS))

_APOSTROPHES = frozenset("'’")
_OPENING_MARKS, _CLOSING_MARKS = frozenset("\"“'‘"), frozenset("\"”'’")
PARTICLES = frozenset(
    {"al", "ben", "bin", "d", "da", "de", "del", "della", "di", "du", "el", "la", "le", "o", "st", "van", "von"}
)
"""What surnames of several words begin with."""
_HEADLINE_SHARE = 0.7
SENTENCE_STARTS = frozenset(
    {
        "a", "according", "after", "all", "also", "although", "an", "and", "another", "as", "at", "because",
        "before", "beyond", "both", "but", "by", "despite", "during", "even", "every", "first", "for", "from", "he",
        "her", "here", "his", "how", "however", "i", "if", "in", "it", "its", "last", "like", "many", "meanwhile",
        "more", "most", "my", "new", "next", "no", "not", "now", "of", "on", "once", "one", "only", "or", "other",
        "our", "over", "she", "since", "so", "some", "still", "such", "than", "that", "the", "their", "then",
        "there", "these", "they", "this", "those", "though", "to", "two", "under", "unlike", "until", "we", "what",
        "when", "where", "whether", "which", "while", "who", "why", "with", "yet", "you", "your", "asked", "later",
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
    }
)  # fmt: skip
"""Words whose capital says nothing: they start sentences, or titles of articles."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name as it stands: words ``start`` up to, not including, ``stop``, without title and possessive."""

    start: int
    stop: int
    kind: int
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MentionTagger:
    """A linear layer over begin/inside tags of the kinds of mention."""

    weight: Floats
    bias: Floats
    transitions: Floats

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats]) -> MentionTagger:
        transitions = np.where(allowed_transitions(len(MENTION_KINDS)), 0.0, -np.inf).astype(np.float32)
        return cls(arrays["mentions.weight"], arrays["mentions.bias"], transitions)

    def find(self, document: Document, states: Floats) -> list[Mention]:
        """The mentions of a document in text order, from its word states of shape (n_words, n_hidden)."""
        if len(document.words) == 0:
            return []
        tags = best_tags(states @ self.weight.T + self.bias, self.transitions, cut_sequences(document))
        ranges = [
            (start, stop, kind) for kind in range(len(MENTION_KINDS)) for start, stop in spans_of(tags, kind).tolist()
        ]
        return make_mentions(document, with_defined_names(document, ranges))


def with_defined_names(document: Document, ranges: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The ranges, and those of names that a bracket abbreviates, each in place of what overlaps it: "Alliance to Reclaim
    Our Schools (AROS)". The letters must be the initials of the words before the bracket, small words aside (Schwartz and
    Hearst 2003 have more forms).
    """
    texts = word_texts(document)
    found: list[tuple[int, int, int]] = []
    for word in range(2, len(texts) - 1):
        if texts[word - 1] == "(" and texts[word + 1] == ")" and texts[word].isupper() and 2 <= len(texts[word]) <= 8:
            start = _start_of_initials(texts, word - 1, texts[word].lower())
            if start is not None:
                found += [(start, word - 1, ORGANIZATION), (word, word + 1, ORGANIZATION)]
    kept = [known for known in ranges if not any(known[0] < stop and start < known[1] for start, stop, _ in found)]
    return sorted([*kept, *found])


def _start_of_initials(texts: Sequence[str], stop: int, letters: str) -> int | None:
    """Where the name begins that ends at ``stop`` and has these initials, counting small words or not."""
    every = capital = ""
    for word in range(stop - 1, max(-1, stop - 1 - 2 * len(letters)), -1):
        text = texts[word]
        if not text[0].isalnum():
            continue
        if not (text[0].isupper() or text in SMALL_WORDS):
            return None
        every = text[0].lower() + every
        if text[0].isupper():
            capital = text[0].lower() + capital
            if letters in (every, capital):
                return word
    return None


def make_mentions(document: Document, ranges: Sequence[tuple[int, int, int]]) -> list[Mention]:
    """Mentions from word ranges with their kinds: titles and possessives go, what holds no letter is left out."""
    mentions = []
    end = 0
    for start, stop, kind in _join_cut(document, sorted(ranges)):
        words = [word_text(document, i) for i in range(start, stop)]
        start += trim_title(words, is_person=kind == PERSON)
        if kind == PERSON:
            start = max(_with_initial(document, start), min(start, end))
        stop = _end_of_name(document, start, stop)
        if kind == PERSON:
            stop = _with_generation(document, stop)
        tokens = name_tokens(text_of(document, start, stop)) if start < stop else ()
        if tokens:
            mentions.append(Mention(start, stop, kind, tokens))
            end = stop
    return mentions


def _join_cut(document: Document, ranges: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Ranges in text order, one where a name was cut: "Viktor F." and "Yanukovych", "Marie-" and "Claire Dubois",
    "Robert" and "Scott" with a nickname between them.
    """
    joined: list[tuple[int, int, int]] = []
    ends = {start: stop for start, stop, _ in ranges}
    for start, stop, kind in ranges:
        if joined and stop <= joined[-1][1]:  # a nickname, or the surname after it
            continue
        if joined and _is_cut(document, joined[-1], (start, stop, kind)):
            joined[-1] = (joined[-1][0], stop, PERSON)
            continue
        if kind == PERSON and (surname := _after_nickname(document, stop)) is not None:
            # Two words or more are another's full name.
            stop = surname + 1 if ends.get(surname, surname + 1) == surname + 1 else stop
        joined.append((start, stop, kind))
    return joined


def _after_nickname(document: Document, stop: int) -> int | None:
    """The capitalised word after a name of one or two words in quotation marks that begins at ``stop``, if there are both."""
    n_words = len(document.words)
    if stop >= n_words or word_text(document, stop) not in _OPENING_MARKS:
        return None
    for closing in (stop + 2, stop + 3):
        if closing + 1 >= n_words or not word_text(document, closing - 1)[0].isupper():
            return None
        if word_text(document, closing) in _CLOSING_MARKS:
            return closing + 1 if word_text(document, closing + 1)[0].isupper() else None
    return None


def _is_cut(document: Document, person: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    """Whether a person's mention goes on with another one right after it.

    It does after an initial, a hyphen or a particle ("Bram van der" and "Meer"), and where one of two people side by side
    has a single word ("Ban" and "Ki-moon").
    """
    start, stop, kind = person
    following = other[0]
    if kind != PERSON or not stop <= following <= stop + 1:
        return False
    if other[2] == PERSON and stop == following and _is_one_name(document, person, other):
        return True
    last = following - 1 if word_text(document, following - 1) != "." else following - 2
    if not start < last < stop:
        return False
    text = word_text(document, last)
    if len(text) == 1 and text.isupper():
        return True
    if text == "-":
        return bool(document.words[last, 1] == document.words[following, 0])
    return text.islower() and text not in {"s", "and", "or"}


def _is_one_name(document: Document, person: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    """Whether two mentions of people side by side are one name: the second has one word, with hyphens at most, or the first
    is a forename ("Alderman William Burns" is none).
    """
    first, second = (text_of(document, start, stop) for start, stop, _ in (person, other))
    if not (first[0].isupper() and second[0].isupper()) or trim_title([first, ""], is_person=True) or second in first:
        return False
    return " " not in second or gender_of_name((first.lower(), "")) is not Gender.UNKNOWN


def start_of_forename(document: Document, word: int) -> int:
    """The first word of a forename with hyphens, of which ``word`` is the last."""
    while word >= 2 and word_text(document, word - 1) == "-" and word_text(document, word - 2)[0].isupper():
        is_joined = document.words[word - 2, 1] == document.words[word - 1, 0] and (
            document.words[word - 1, 1] == document.words[word, 0]
        )
        if not is_joined:
            break
        word -= 2
    return word


def _end_of_name(document: Document, start: int, stop: int) -> int:
    """``stop`` without a possessive and without marks at the end, but for the period of "Jr."."""
    while start < stop:
        last = word_text(document, stop - 1)
        before = word_text(document, stop - 2) if stop - 2 >= start else ""
        if last.lower() == "s" and before in _APOSTROPHES:
            stop -= 2
        elif not last[0].isalnum() and not (last == "." and len(before) <= 2) and last != ")":
            stop -= 1
        else:
            break
    return stop


def _with_initial(document: Document, start: int) -> int:
    """``start``, or that of an initial before it: "R. | Gil Kerr"."""
    if (
        start < 2
        or word_text(document, start - 1) != "."
        or document.words[start - 2, 1] != document.words[start - 1, 0]
    ):
        return start
    initial = word_text(document, start - 2)
    return start - 2 if len(initial) == 1 and initial.isupper() else start


def _with_generation(document: Document, stop: int) -> int:
    """``stop`` past "Jr." and the like, also after a comma."""
    for n_between in (0, 1):
        word = stop + n_between
        if word < len(document.words) and word_text(document, word).lower() in GENERATIONS:
            if n_between and word_text(document, stop) != ",":
                continue
            ends_with_period = (
                word + 1 < len(document.words)
                and word_text(document, word + 1) == "."
                and word_text(document, word).lower() in {"jr", "sr"}
            )
            return word + 1 + ends_with_period
    return stop


@lru_cache(maxsize=2)
def word_texts(document: Document) -> tuple[str, ...]:
    """The words of a document as they stand in the text; kept while one article is asked about word by word."""
    text = document.text
    return tuple([text[start:end] for start, end in document.words.tolist()])


def word_text(document: Document, word: int) -> str:
    return word_texts(document)[word]


def text_of(document: Document, start: int, stop: int) -> str:
    """The words ``start`` up to ``stop`` as they stand in the text."""
    return document.text[document.words[start, 0] : document.words[stop - 1, 1]]


def is_possessive(document: Document, stop: int) -> bool:
    """Whether "’s", or a bare apostrophe after an s, follows the word before ``stop``."""
    if stop >= len(document.words) or word_text(document, stop) not in _APOSTROPHES:
        return False
    if document.words[stop, 0] != document.words[stop - 1, 1]:
        return False
    if word_text(document, stop - 1)[-1:].lower() == "s":
        return True
    return stop + 1 < len(document.words) and word_text(document, stop + 1).lower() == "s"


def add_missed_mentions(
    document: Document, mentions: Sequence[Mention], sources: Sequence[tuple[int, int]]
) -> list[Mention]:
    """The mentions, and those of names that stand in sources but were not found: all runs of capitals that hold them.

    A source of capitalised words only ("Mr. Clarke", "RT") is a name, unless it is one word that starts a sentence and
    stands nowhere else with a capital.
    """
    mentions = _extend_in_sources(document, mentions, sources)
    is_taken = np.zeros(len(document.words) + 1, dtype=bool)
    for mention in mentions:
        is_taken[mention.start : mention.stop] = True
    missed: dict[str, int] = {}
    for start, stop in sources:
        name = _missed_name(document, start, stop, is_taken)
        if name is not None:
            missed[word_text(document, name[1] - 1)] = PERSON if _follows_title(document, name[0]) else OTHER
    if not missed:
        return list(mentions)
    places = [
        (word, missed[text]) for word, text in enumerate(word_texts(document)) if text in missed and not is_taken[word]
    ]
    n_inside = Counter(word_text(document, word) for word, _ in places if not starts_sentence(document, word))
    ranges = []
    for word, kind in places:
        if n_inside[word_text(document, word)]:
            start = word
            while start > 0 and _is_name_word(document, start - 1) and not is_taken[start - 1]:
                start -= 1
            ranges.append((start, word + 1, kind))
    return sorted([*mentions, *make_mentions(document, ranges)], key=lambda mention: mention.start)


def _extend_in_sources(
    document: Document, mentions: Sequence[Mention], sources: Sequence[tuple[int, int]]
) -> list[Mention]:
    """The mentions, those of organizations in sources as far as their capitals go: "the Commission on Presidential | Debates".

    Capitals may be joined by "of", "on" and "for"; by "and" between a single word and several. A year may lead.
    """
    found: dict[int, tuple[int, int]] = {}
    for start, stop in sources:
        run: list[int] = []
        for word in range(start, stop + 1):
            if word < stop and _goes_on(document, word, run, stop):
                run.append(word)
                continue
            if len(run) > 1:
                inside = [i for i, m in enumerate(mentions) if m.start >= run[0] and m.stop <= run[-1] + 1]
                kinds = {mentions[i].kind for i in inside}
                if inside and ORGANIZATION in kinds and PERSON not in kinds:
                    found |= dict.fromkeys(inside, (run[0], run[-1] + 1))
            run = []
    if not found:
        return list(mentions)
    kept = [mention for i, mention in enumerate(mentions) if i not in found]
    longer = make_mentions(document, [(start, stop, ORGANIZATION) for start, stop in set(found.values())])
    return sorted([*kept, *longer], key=lambda mention: mention.start)


def _goes_on(document: Document, word: int, run: Sequence[int], stop: int) -> bool:
    text = word_text(document, word)
    is_followed = word + 1 < stop and word_text(document, word + 1)[0].isupper()
    if text[0].isupper():
        return bool(run) or text.lower() not in SENTENCE_STARTS
    if not run:
        return is_followed and len(text) == 4 and text.isdigit()
    if text == "and":
        return is_followed and len(run) == 1 and word + 2 < stop and word_text(document, word + 2)[0].isupper()
    return is_followed and text in {"of", "on", "for"}


def _missed_name(document: Document, start: int, stop: int, is_taken: NDArray[np.bool_]) -> tuple[int, int] | None:
    """The name that a source consists of, where it is one that no mention covers."""
    while stop > start and not word_text(document, stop - 1)[0].isalnum():
        stop -= 1
    if not 0 < stop - start <= 6 or is_taken[start:stop].any():
        return None
    start += trim_title([word_text(document, word) for word in range(start, stop)], is_person=True)
    if all(_is_name_word(document, word) for word in range(start, stop)):
        return start, stop
    return None


def _is_name_word(document: Document, word: int) -> bool:
    text = word_text(document, word)
    if text == "." and word > 0:
        return len(word_text(document, word - 1)) == 1
    return text[0].isupper() and text.lower() not in SENTENCE_STARTS


def _follows_title(document: Document, word: int) -> bool:
    before = [word_text(document, i).lower() for i in range(max(0, word - 2), word)]
    return any(title in MALE_TITLES | FEMALE_TITLES | {"dr"} for title in before)


def is_headline(document: Document, word: int) -> bool:
    """Whether a word stands in a sentence whose words mostly begin with a capital."""
    sentence = document.sentence_of_word
    start, stop = np.searchsorted(sentence, [sentence[word], sentence[word] + 1])
    words = [text for text in word_texts(document)[start:stop] if len(text) > 3 and text.isalpha()]
    return len(words) >= 4 and sum(text[0].isupper() for text in words) >= _HEADLINE_SHARE * len(words)


def starts_sentence(document: Document, word: int) -> bool:
    """Whether a word is the first of its sentence, quotation marks aside."""
    before = word - 1
    while (
        before >= 0
        and not word_text(document, before)[0].isalnum()
        and document.words[before, 1] == document.words[before + 1, 0]
    ):
        before -= 1
    return before < 0 or bool(document.sentence_of_word[before] != document.sentence_of_word[word])
