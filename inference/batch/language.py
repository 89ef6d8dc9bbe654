"""Whether a text is in English at all: the shipped model has learnt nothing else."""

from __future__ import annotations

import re

_COMMON_WORDS = frozenset(
    re.split(
        " ",
        "the of and to a in that is was for it with as his on be at by he had not are but from or have an they which "
        "you were her she their we been has will would said who more this its after about when than there out up into",
    )
)
"""The most frequent words of English; about two in five words of a news article are among them."""

_WORD = re.compile(r"[^\W\d_]+")
_MIN_WORDS, _MAX_WORDS, _MIN_SHARE = 40, 2_000, 0.15


def looks_foreign(text: str) -> bool:
    """Whether hardly any word of the text's beginning is a common English one. Short texts are never called foreign.

    >>> looks_foreign("Der Minister sagte, die Brücke werde im Herbst fertig. " * 10)
    True
    >>> looks_foreign("The minister said that the bridge will be ready in autumn. " * 10)
    False
    """
    words = [match.group().lower() for match, _ in zip(_WORD.finditer(text), range(_MAX_WORDS), strict=False)]
    if len(words) < _MIN_WORDS:
        return False
    return sum(word in _COMMON_WORDS for word in words) < _MIN_SHARE * len(words)
