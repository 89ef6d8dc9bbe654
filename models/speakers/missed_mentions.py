"""Names that the tagger missed or found only in part: those that parentheses abbreviate, and those in sources."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inquit.models.dates import MONTHS
from inquit.models.segmentation import Document
from inquit.models.speakers.mentions import ORGANIZATION, OTHER, PERSON, SENTENCE_STARTS, Mention, make_mentions
from inquit.models.speakers.names import FEMALE_TITLES, MALE_TITLES, SMALL_WORDS, is_title, trim_title
from inquit.models.words import starts_sentence, word_text, word_texts

_ENDS_NAME = frozenset('.()"“”;:')
_MAX_RUN = 12
_NOT_NEXT = SENTENCE_STARTS | {month.lower() for month in MONTHS}
"""Capitalised words that do not continue a name: "the FBI on | Monday"."""


def with_defined_names(document: Document, ranges: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The ranges, plus those of names that parentheses abbreviate: "Alliance to Reclaim Our Schools (AROS)".

    Name and abbreviation replace ranges that they overlap. The letters must be the initials of the words before the
    parentheses, with or without small words (Schwartz and Hearst 2003 allow more forms).
    """
    texts = word_texts(document)
    known = set(ranges)
    found: list[tuple[int, int, int]] = []
    for word in range(2, len(texts) - 1):
        if texts[word - 1] == "(" and texts[word + 1] == ")" and texts[word].isupper() and 2 <= len(texts[word]) <= 8:
            start = _start_of_initials(document, word - 1, texts[word].lower())
            if start is not None and (start, word - 1, PERSON) not in known:
                found += [(start, word - 1, ORGANIZATION), (word, word + 1, ORGANIZATION)]
    is_taken = np.zeros(len(texts) + 1, dtype=bool)
    for start, stop, _ in found:
        is_taken[start:stop] = True
    return sorted([*(other for other in ranges if not is_taken[other[0] : other[1]].any()), *found])


def _start_of_initials(document: Document, stop: int, letters: str) -> int | None:
    """Start of the name that ends at ``stop`` and has these initials, with or without small words; None if none has."""
    every = capital = ""
    for word in range(stop - 1, max(-1, stop - 1 - 2 * len(letters)), -1):
        text = word_text(document, word)
        if text in _ENDS_NAME or document.sentence_of_word[word] != document.sentence_of_word[stop]:
            return None
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


def add_missed_mentions(
    document: Document, mentions: Sequence[Mention], sources: Sequence[tuple[int, int]]
) -> list[Mention]:
    """The mentions, plus those of names that occur in sources but were not found, wherever these are in the document.

    A source that consists of capitalised words ("Mr. Clarke", "RT") is a name, unless it is a single word that is
    capitalised only at the start of sentences. A mention is the whole run of capitalised words that ends in the name.
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
    end = 0
    for word, kind in places:
        if n_inside[word_text(document, word)]:
            start = word
            least = max(end, word - _MAX_RUN)
            while start > least and _is_name_word(document, start - 1) and not is_taken[start - 1]:
                start -= 1
            ranges.append((start, end := word + 1, kind))
    return sorted([*mentions, *make_mentions(document, ranges)], key=lambda mention: mention.start)


def _extend_in_sources(
    document: Document, mentions: Sequence[Mention], sources: Sequence[tuple[int, int]]
) -> list[Mention]:
    """The mentions, with organizations in sources extended over all their capitalised words.

    Example: "the Commission on Presidential | Debates". Capitalised words may be joined by "of", "on" and "for", and by
    "and" between a single word and several. A year may come first.
    """
    found: dict[int, tuple[int, int]] = {}
    for start, stop in sources:
        run: list[int] = []
        for word in range(start, stop + 1):
            if word < stop and _goes_on(document, word, run, stop):
                run.append(word)
                continue
            while len(run) > 1 and is_title(word_text(document, run[-1]).lower(), is_person=True):
                run.pop()  # a person's title: "St. Louis Police | Lt. Ann Lee"
            if len(run) > 1:
                name = run[0], run[-1] + 1
                # A person's name may overlap the end of the run: "FBI Director James B | . Comey".
                met = _overlapping(name, mentions)
                first = mentions[met[0]].start if met else name[0]
                if first < name[0] or starts_sentence(document, name[0]):  # "Carmaker | Volkswagen AG"
                    name = first, name[1]
                if _are_one_organization(document, name, [mentions[i] for i in met]):
                    found |= dict.fromkeys((i for i in met if mentions[i].stop <= name[1]), name)
            run = []
    if not found:
        return list(mentions)
    kept = [mention for i, mention in enumerate(mentions) if i not in found]
    longer = make_mentions(document, [(start, stop, ORGANIZATION) for start, stop in set(found.values())])
    return sorted([*kept, *longer], key=lambda mention: mention.start)


def _overlapping(words: tuple[int, int], mentions: Sequence[Mention]) -> list[int]:
    """Indices of the mentions that overlap a word range; ``mentions`` are disjoint and in text order."""
    stop = first = bisect_left(mentions, words[1], key=lambda mention: mention.start)
    while first > 0 and mentions[first - 1].stop > words[0]:
        first -= 1
    return list(range(first, stop))


def _are_one_organization(document: Document, name: tuple[int, int], inside: Sequence[Mention]) -> bool:
    """Whether a run of capitalised words is one organization's name.

    It must contain an organization, but no person, no title before "of" ("the CEO of Goldman Sachs") and no
    organization that ends before an "and".
    """
    kinds = {mention.kind for mention in inside}
    if ORGANIZATION not in kinds or PERSON in kinds:
        return False
    if any(m.kind == ORGANIZATION and m.stop < name[1] and word_text(document, m.stop) == "and" for m in inside):
        return False
    is_led = any(m.start > name[0] and word_text(document, m.start - 1) in {"of", "for"} for m in inside)
    return not (is_led and is_title(word_text(document, name[0]).lower(), is_person=True))


def _goes_on(document: Document, word: int, run: Sequence[int], stop: int) -> bool:
    text = word_text(document, word)
    following = word_text(document, word + 1) if word + 1 < stop else ""
    is_followed = following[:1].isupper() and following.lower() not in _NOT_NEXT
    if text[0].isupper():
        return bool(run) or text.lower() not in SENTENCE_STARTS
    if not run:
        return is_followed and len(text) == 4 and text.isdigit()
    if text == "and":
        return is_followed and len(run) == 1 and word + 2 < stop and word_text(document, word + 2)[0].isupper()
    return is_followed and text in {"of", "on", "for"}


def _missed_name(document: Document, start: int, stop: int, is_taken: NDArray[np.bool_]) -> tuple[int, int] | None:
    """The name that a source consists of; None if it is not a name, or a mention covers part of it."""
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
