"""Repair spans whose offsets are wrong but whose words are known, and misspelt labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from inquit.training.labels.offsets import OffsetIndex, OffsetUnit

_SURE, _PERHAPS = 0.8, 0.6
"""The similarity (difflib's ratio) from which a misspelt label is corrected, and from which one is only suggested."""


@dataclass(frozen=True, slots=True)
class Place:
    """The only place that fits, and how its offsets came to be wrong."""

    start: int
    end: int
    reason: str


def is_same_words(found: str, words: str) -> bool:
    """Whether two passages are the same except for white space: tools break lines, and strip the words they show."""
    return found == words or "".join(found.split()) == "".join(words.split())


def locate(words: str, text: str, pair: tuple[int, int] | None) -> Place | None:
    """The place of ``words``, if there is only one: in another unit of offsets, or else by searching for the words.

    >>> locate("yes", "🙂 yes, yes", (3, 6))
    Place(start=2, end=5, reason='the offsets count UTF-16 units')
    >>> locate("yes", "yes, yes", (9, 12)) is None
    True
    """
    if not words.strip():
        return None
    by_unit = {} if pair is None else _places_by_unit(words, text, pair)
    if len(by_unit) == 1:
        (start, end), unit = next(iter(by_unit.items()))
        return Place(start, end, f"the offsets count {unit}")
    found = occurrences(words, text)
    if len(found) != 1:
        return None
    start, end = found[0]
    return Place(start, end, "the words occur only there")


def _places_by_unit(words: str, text: str, pair: tuple[int, int]) -> dict[tuple[int, int], OffsetUnit]:
    places: dict[tuple[int, int], OffsetUnit] = {}
    for unit in OffsetUnit:
        span = _index(text, unit).to_span(*pair)
        if span is not None and is_same_words(text[span[0] : span[1]], words):
            places.setdefault(span, unit)
    return places


@lru_cache(maxsize=16)
def _index(text: str, unit: OffsetUnit) -> OffsetIndex:
    return OffsetIndex(text, unit)


def occurrences(words: str, text: str) -> list[tuple[int, int]]:
    """Up to two places of the words, whatever the white space between them."""
    pattern = r"\s+".join(map(re.escape, words.split()))
    if not pattern:
        return []
    found: list[tuple[int, int]] = []
    for match in re.finditer(pattern, text):
        found.append(match.span())
        if len(found) == 2:
            break
    return found


def nearest_label(value: object, allowed: Sequence[str]) -> tuple[str | None, bool]:
    """The allowed label that ``value`` is most similar to, and whether it can only be that one.

    >>> nearest_label("Direct ", ["direct", "indirect"])
    ('direct', True)
    >>> nearest_label("factual", ["event", "rule"])
    (None, False)
    """
    written = str(value).strip().casefold()
    if written in allowed:
        return written, True
    sure = get_close_matches(written, allowed, n=2, cutoff=_SURE)
    if len(sure) == 1:
        return sure[0], True
    close = get_close_matches(written, allowed, n=1, cutoff=_PERHAPS)
    return (close[0], False) if close else (None, False)
