"""Sources that join several speakers, taken apart: "Iran, Russia and Syria", "he and his allies"."""

from __future__ import annotations

from collections.abc import Sequence

from inquit.models.mentions import PERSON, Mention
from inquit.models.phrases import DEFINITE_STARTS, WordRange, hangs_on, mentions_inside
from inquit.models.segmentation import Document
from inquit.models.words import AND, word_text

_STARTS_CONJUNCT = DEFINITE_STARTS | frozenset({"other", "others", "several", "many", "some", "various", "a", "an"})
_PARTIES = frozenset({"D", "R", "I"})
_MAX_ASIDE = 7
_MAX_REFERENCE = 5
_MAX_TITLE = 5
"""The most words from an "and" to the person it leads to: "and former Ohio governor Mike Ray"."""


def split_conjuncts(document: Document, words: WordRange, mentions: Sequence[Mention]) -> list[WordRange]:
    """The parts of a source that joins several speakers ("Iran, Russia and Syria"); the source itself where it is one."""
    if (reference := _split_from_reference(document, words)) is not None:
        return reference
    inside = mentions_inside(words, mentions)
    ends = {mentions[i].stop: mentions[i] for i in inside}
    parts: list[WordRange] = []
    start = words[0]
    for word in range(words[0] + 1, words[1] - 1):
        text = word_text(document, word).lower()
        if text not in AND and text != ",":
            continue
        before = _before_comma(document, word)
        mention = (
            ends.get(before)
            or ends.get(_before_aside(document, before, start))
            or _apposed_person(document, word, start, inside, mentions)
        )
        following = word + 1
        if mention is None or (
            hangs_on(document, mention, start) and not _is_between_people(document, start, following, inside, mentions)
        ):
            continue
        if text == "," and not _is_list(word, words, inside, mentions, document):
            continue
        if text in AND and not _begins_conjunct(document, following, inside, mentions):
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
    is_plain = texts[start] == "the" and place - start <= _MAX_REFERENCE and not {",", "of"} & set(texts[:place])
    if is_pronoun or (is_plain and texts[place + 1] in {"his", "her", "its"}):
        return [(words[0] + start, words[0] + place), (words[0] + place + 1, words[1])]
    return None


def _apposed_person(
    document: Document, word: int, start: int, inside: Sequence[int], mentions: Sequence[Mention]
) -> Mention | None:
    """The person whose apposition ends with the comma before the "and" that is ``word``: "Ann Lee, a judge, and Bob Ray"."""
    if word_text(document, word).lower() not in AND or word_text(document, word - 1) != ",":
        return None
    people = [mentions[i] for i in inside if mentions[i].kind == PERSON and start <= mentions[i].start < word]
    follows = any(mentions[i].kind == PERSON and 0 < mentions[i].start - word <= _MAX_TITLE for i in inside)
    if len(people) == 1 and follows and people[0].stop < word and word_text(document, people[0].stop) == ",":
        return people[0]
    return None


def _before_comma(document: Document, word: int) -> int:
    """Where what stands before an "and" ends, the comma before it aside."""
    return word - 1 if word_text(document, word - 1) == "," else word


def _before_aside(document: Document, word: int, start: int) -> int:
    """Where a name ends after which a bracket or a party and a place (", R-Tenn.") stand before ``word``."""
    is_bracket = word_text(document, word - 1) == ")"
    for place in range(word - 2, max(start, word - 2 - _MAX_ASIDE), -1):
        text = word_text(document, place)
        if is_bracket and text == "(":
            return place
        if not is_bracket and text == "," and word_text(document, place + 1) in _PARTIES:
            return place
    return word


def _is_between_people(
    document: Document, start: int, following: int, inside: Sequence[int], mentions: Sequence[Mention]
) -> bool:
    """Whether people are named before and soon after: "Ann Lee of Iowa and Senator Bob Ray of Ohio"."""
    people = [mentions[i] for i in inside if mentions[i].kind == PERSON]
    return any(
        start <= person.start < following and not hangs_on(document, person, start) for person in people
    ) and any(0 <= person.start - following <= _MAX_TITLE for person in people)


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
    return after in AND or (after == "," and following.stop + 1 < words[1])
