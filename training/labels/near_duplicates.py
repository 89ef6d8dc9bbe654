"""Find articles that are nearly the same: agency copy in two papers, updates of a story, a text and its excerpt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product

_WORD = re.compile(r"\w+")
_SHINGLE = 5
"""Words in a shingle: five in a row are rarely the same by chance (Broder 1997 uses up to ten)."""

_MIN_SHARED = 0.5
"""Two articles that share at least this much of the shorter one's shingles are near-duplicates."""

_MAX_ARTICLES = 50
"""A shingle in more articles than this, copies counted once, is boilerplate ("Sign up for our newsletter …")."""


@dataclass(frozen=True, slots=True, order=True)
class NearDuplicate:
    """Two texts by index, and the share of the shorter one that occurs in the other, from 0 to 1."""

    first: int
    second: int
    shared: float


def near_duplicates(texts: Sequence[str]) -> list[NearDuplicate]:
    """All pairs of near-duplicates, by shingles of five words; time is linear in the text except for shared passages.

    >>> near_duplicates(["The bridge is safe, the mayor said.", "“The bridge is safe,” the mayor said."])
    [NearDuplicate(first=0, second=1, shared=1.0)]
    """
    copies: dict[frozenset[int], list[int]] = {}
    for index, text in enumerate(texts):
        if own := _shingles(text):
            copies.setdefault(own, []).append(index)
    shingles, same = list(copies), list(copies.values())
    holders: dict[int, list[int]] = {}
    for index, own in enumerate(shingles):
        for shingle in own:
            holders.setdefault(shingle, []).append(index)
    n_shared: Counter[tuple[int, int]] = Counter()
    for found in holders.values():
        if 1 < len(found) <= _MAX_ARTICLES:
            n_shared.update((a, b) for i, a in enumerate(found) for b in found[i + 1 :])
    pairs = [NearDuplicate(first, second, 1.0) for indices in same for first, second in combinations(indices, 2)]
    for (a, b), n in n_shared.items():
        share = n / min(len(shingles[a]), len(shingles[b]))
        if share >= _MIN_SHARED:
            pairs += (NearDuplicate(min(pair), max(pair), share) for pair in product(same[a], same[b]))
    return sorted(pairs)


def _shingles(text: str) -> frozenset[int]:
    words = _WORD.findall(text.casefold())
    n_shingles = max(1, len(words) - _SHINGLE + 1) if words else 0
    return frozenset(hash(" ".join(words[i : i + _SHINGLE])) for i in range(n_shingles))
