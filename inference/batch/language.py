"""Whether a text is in English, the only language that the shipped model has learnt."""

from __future__ import annotations

import re

_COMMON_WORDS = frozenset(
    str.split(
        "the of and to that for with his by not are but from have they which you were she their been has would said who "
        "this its after about when than there out into had it could over other some what them only new also these"
    )
)
"""Frequent English words that are not words of related languages ("in" and "is" are Dutch, "on" French, "was" German).

Three in ten words of a news article are among them; lists of results and prices have far fewer.
"""

_WORD = re.compile(r"[^\W\d_]+")
_MIN_WORDS, _MAX_WORDS, _MIN_SHARE = 40, 2_000, 0.05


def looks_foreign(text: str) -> bool:
    """Whether hardly any word at the start of the text is a common English one. Short texts are never called foreign.

    >>> looks_foreign("Der Minister sagte, die Brücke werde im Herbst fertig. " * 10)
    True
    >>> looks_foreign("The minister said that the bridge will be ready in autumn. " * 10)
    False
    """
    words = [match.group().lower() for match, _ in zip(_WORD.finditer(text), range(_MAX_WORDS), strict=False)]
    if len(words) < _MIN_WORDS:
        return False
    return sum(word in _COMMON_WORDS for word in words) < _MIN_SHARE * len(words)
