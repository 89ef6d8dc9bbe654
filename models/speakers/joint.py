"""Joint speakers: names that the text joins ("Cruz and Rubio"), to whom "they" or "both" may refer."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from inquit.models.segmentation import Document, Ints
from inquit.models.speakers.mentions import OTHER, PLACE, Mention
from inquit.models.speakers.phrases import Phrase, PhraseKind
from inquit.models.words import AND, word_text

_MAX_BACK = 20
_NUMBERS = frozenset({"two", "three", "four", "five", "six"})
_PAIRS = frozenset({"two", "three", "pair", "couple", "duo"})


@dataclass(frozen=True, slots=True)
class Coordination:
    """Names joined by "and" and commas: their word range, and the entities they name in text order."""

    start: int
    stop: int
    entities: tuple[int, ...]


def find_coordinations(document: Document, mentions: Sequence[Mention], entity_of: Ints) -> list[Coordination]:
    """The coordinations of people or organizations, in text order."""
    found: list[Coordination] = []
    run = [0] if mentions else []
    for i in range(1, len(mentions) + 1):
        joiner = _joiner(document, mentions[i - 1], mentions[i]) if i < len(mentions) else None
        if joiner == ",":
            run.append(i)
            continue
        if joiner is not None:
            run.append(i)
            entities = tuple(dict.fromkeys(int(entity_of[member]) for member in run))
            if len(entities) > 1:
                found.append(Coordination(mentions[run[0]].start, mentions[i].stop, entities))
        run = [i]
    return found


def _joiner(document: Document, one: Mention, other: Mention) -> str | None:
    """What joins two mentions of one kind: "and" or a comma ("and" for both together); None if nothing does."""
    if one.kind != other.kind or one.kind in (PLACE, OTHER):
        return None
    between = [word_text(document, word).lower() for word in range(one.stop, min(other.start, one.stop + 3))]
    if one.stop + len(between) != other.start:
        return None
    if between and between[0] == "," and len(between) > 1:
        between = between[1:]
    if len(between) == 2 and between[1] == "the":
        between = between[:1]
    if len(between) != 1:
        return None
    return between[0] if between[0] == "," or between[0] in AND else None


def may_be_joint(phrase: Phrase) -> bool:
    """Whether a source may refer to several named speakers."""
    if phrase.kind in (PhraseKind.THEY, PhraseKind.RELATIVE):
        return True
    return phrase.kind is PhraseKind.DEFINITE and (phrase.noun.endswith("s") or phrase.noun in _PAIRS)


def counts_several(document: Document, phrase: Phrase) -> bool:
    """Whether a source says that it is several speakers: "the two leaders", "both", not "the two-time champion"."""
    start, stop = phrase.core
    if stop - start == 1:
        return word_text(document, start).lower() == "both"
    is_counted = phrase.kind is PhraseKind.DEFINITE and word_text(document, start + 1).lower() in _NUMBERS
    return is_counted and phrase.noun.endswith("s") and not phrase.inner


def nearest_before(coordinations: Sequence[Coordination], word: int, *, n: int) -> list[Coordination]:
    """The last ``n`` coordinations before a word, nearest first; those of the same entities count as one."""
    position = bisect_left(coordinations, word, key=lambda coordination: coordination.start)
    found: dict[frozenset[int], Coordination] = {}
    for coordination in reversed(coordinations[max(0, position - _MAX_BACK) : position]):
        found.setdefault(frozenset(coordination.entities), coordination)
        if len(found) == n:
            break
    return list(found.values())
