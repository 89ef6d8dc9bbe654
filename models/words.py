"""The words of a document as text, and properties that follow from their positions, neighbours and capitals."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from inquit.models.segmentation import Document

APOSTROPHES = frozenset("'’")
AND = frozenset({"and", "&"})
_TICKER = re.compile(r"[A-Z\d]{2,}\.[A-Z]{1,2}\b")
_NO_COMPANY = re.compile(r"The\Z|[^A-Z\d(]")
_HEADLINE_SHARE = 0.85
_IN_HEADLINES = frozenset(
    {"and", "are", "but", "for", "from", "into", "not", "over", "than", "that", "the", "via", "was", "with"}
)
"""Words of three or four letters that are in lower case even in headlines."""


@lru_cache(maxsize=2)
def word_texts(document: Document) -> tuple[str, ...]:
    """The words of a document as written; cached, because one article is asked about word by word."""
    text = document.text
    return tuple([text[start:end] for start, end in document.words.tolist()])


def word_text(document: Document, word: int) -> str:
    return word_texts(document)[word]


def text_of(document: Document, start: int, stop: int) -> str:
    """The text from word ``start`` up to, but not including, word ``stop``."""
    return document.text[document.words[start, 0] : document.words[stop - 1, 1]]


def begin_with_letter(document: Document, start: int = 0, stop: int | None = None) -> NDArray[np.bool_]:
    """Whether each of the words ``start`` up to ``stop`` begins with a letter or digit; if not, it is punctuation."""
    starts = document.words[start:stop, 0].tolist()
    return np.array([document.text[position].isalnum() for position in starts], dtype=bool)


def is_joined(document: Document, word: int) -> bool:
    """Whether there is no space between a word and the one before it."""
    return 0 < word < len(document.words) and bool(document.words[word - 1, 1] == document.words[word, 0])


def is_hyphenated(document: Document, word: int) -> bool:
    """Whether a hyphen joins a word to the next one: "Lockwood-Vane"."""
    if not (is_joined(document, word + 1) and is_joined(document, word + 2)):
        return False
    return word_text(document, word + 1) == "-"


def is_ticker(document: Document, word: int) -> bool:
    """Whether a stock ticker begins at a word, as news agencies put it after a company's name: "Tesla | TSLA.O"."""
    if word < 1 or _NO_COMPANY.match(word_text(document, word - 1)):
        return False
    return _TICKER.match(document.text, int(document.words[word, 0])) is not None


def is_possessive(document: Document, stop: int) -> bool:
    """Whether the word before ``stop`` is followed by "’s", or by a bare apostrophe after an s."""
    if stop >= len(document.words) or word_text(document, stop) not in APOSTROPHES:
        return False
    if not is_joined(document, stop):
        return False
    if word_text(document, stop - 1)[-1:].lower() == "s":
        return True
    return stop + 1 < len(document.words) and word_text(document, stop + 1).lower() == "s"


def is_headline(document: Document, word: int) -> bool:
    """Whether a word is in a headline: a sentence in which nearly all words begin with a capital."""
    return int(document.sentence_of_word[word]) in _headlines(document)


@lru_cache(maxsize=2)
def _headlines(document: Document) -> frozenset[int]:
    """Indices of sentences with at least four words, small ones aside, of which nearly all begin with a capital."""
    n_words: Counter[int] = Counter()
    n_capitals: Counter[int] = Counter()
    for text, sentence in zip(word_texts(document), document.sentence_of_word.tolist(), strict=True):
        if len(text) > 2 and text.isalpha() and text.lower() not in _IN_HEADLINES:
            n_words[sentence] += 1
            n_capitals[sentence] += text[0].isupper()
    return frozenset(s for s, n in n_words.items() if n >= 4 and n_capitals[s] >= _HEADLINE_SHARE * n)


def starts_sentence(document: Document, word: int) -> bool:
    """Whether a word is the first of its sentence, not counting opening marks."""
    before = word - 1
    while before >= 0 and not word_text(document, before)[0].isalnum() and is_joined(document, before + 1):
        before -= 1
    return before < 0 or bool(document.sentence_of_word[before] != document.sentence_of_word[word])
