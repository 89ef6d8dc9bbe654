"""The units of measurement: word tokens, so that punctuation, quotation marks and white space make no difference."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

_TOKEN = re.compile(r"\w+(?:[.'’\-]\w+)*")
_DOUBLE_MARKS = frozenset('"“”„«»〝〞')

TokenSet = frozenset[int]
Pairs = Sequence[Sequence[int]]


class TokenIndex:
    """The positions of the word tokens of a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        matches = list(_TOKEN.finditer(text))
        self._starts = [match.start() for match in matches]
        self._ends = [match.end() for match in matches]

    def covered(self, spans: Pairs) -> TokenSet:
        """The tokens that the spans touch; if they touch none, their characters as negative numbers."""
        found: set[int] = set()
        for start, end in spans:
            first = bisect_left(self._starts, start)
            if first and self._ends[first - 1] > start:
                first -= 1
            found.update(range(first, max(first, bisect_left(self._starts, end))))
        if not found:
            found = {-(position + 1) for start, end in spans for position in range(start, end)}
        return frozenset(found)


def fragments(spans: Pairs, text: str) -> tuple[tuple[int, int], ...]:
    """Spans without punctuation and white space at their ends; spans with nothing else between them are joined."""
    found: list[tuple[int, int]] = []
    for start, end in sorted((start, end) for start, end in spans if end > start):
        while start < end and not text[start].isalnum():
            start += 1
        while end > start and not text[end - 1].isalnum():
            end -= 1
        if end <= start:
            continue
        if found and (start <= found[-1][1] or not any(map(str.isalnum, text[found[-1][1] : start]))):
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def is_quoted(spans: Pairs, text: str) -> bool:
    """Whether there is a double quotation mark inside a span or next to it."""
    for start, end in spans:
        if not _DOUBLE_MARKS.isdisjoint(text[max(0, start - 1) : end + 1]):
            return True
        around = text[max(0, start - 2) : end + 2]
        if "''" in around or "``" in around:
            return True
    return False


def jaccard(first: TokenSet, second: TokenSet) -> float:
    """The number of shared tokens divided by the number of all tokens; 1 for two empty sets."""
    if not first and not second:
        return 1.0
    n_shared = len(first & second)
    return n_shared / (len(first) + len(second) - n_shared) if n_shared else 0.0


def overlapping(predicted: Sequence[TokenSet], gold: Sequence[TokenSet]) -> list[tuple[int, int]]:
    """Index pairs (predicted, gold) that share a token. Time is linear in the overlaps."""
    items_of_token: dict[int, list[int]] = {}
    for j, tokens in enumerate(gold):
        for token in tokens:
            items_of_token.setdefault(token, []).append(j)
    return [
        (i, j)
        for i, tokens in enumerate(predicted)
        for j in sorted({j for token in tokens for j in items_of_token.get(token, ())})
    ]


def assign(candidates: list[tuple[float, float, int, int]]) -> list[tuple[float, float, int, int]]:
    """One-to-one pairs from (score, second score, i, j), best first; ties go to the earlier items."""
    used_i: set[int] = set()
    used_j: set[int] = set()
    chosen = []
    for candidate in sorted(candidates, key=lambda c: (-c[0], -c[1], c[2], c[3])):
        _, _, i, j = candidate
        if i not in used_i and j not in used_j:
            used_i.add(i)
            used_j.add(j)
            chosen.append(candidate)
    return chosen


def with_content(record: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The attributions of a record that have a content."""
    return [a for a in (record or {}).get("attributions") or () if a.get("content")]
