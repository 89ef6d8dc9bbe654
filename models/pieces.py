"""Word pieces of a document, and the windows in which the encoder reads them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from inquit.models.segmentation import Document, Ints, paragraph_breaks


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """A document as the encoder sees it: split into word pieces.

    Attributes:
        document: the document without words that the tokenizer drops (control characters and the like).
        ids: shape (n_pieces,), ids in the tokenizer's vocabulary, without special pieces.
        word_of_piece: shape (n_pieces,), the word that each piece belongs to.
        first_piece: shape (n_words,), the first piece of each word, whose state represents it.
    """

    document: Document
    ids: Ints
    word_of_piece: Ints
    first_piece: Ints


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces ``start`` to ``stop`` are read; states are kept only for ``core_start`` to ``core_stop``."""

    start: int
    core_start: int
    core_stop: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowConfig:
    """Sizes of the windows, in pieces. ``core + left + right`` plus two special pieces must fit the encoder.

    At the start and end of an article there is no context to read, so the core is extended into its place.
    """

    core: int = 438
    left: int = 48
    right: int = 24


def split_into_pieces(document: Document, tokenizer: Tokenizer) -> Pieces:
    """Split a document into word pieces, each assigned to a word; time is linear in the length of the text."""
    encoding = tokenizer.encode(document.text, add_special_tokens=False)
    offsets = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)
    ids = np.array(encoding.ids, dtype=np.int64)
    words = document.words
    if len(words) == 0 or len(ids) == 0:
        empty = np.zeros(0, dtype=np.int64)
        return Pieces(keep_words(document, empty), empty, empty, empty)
    word_of_piece = np.searchsorted(words[:, 0], offsets[:, 0], side="right") - 1
    inside = (word_of_piece >= 0) & (offsets[:, 0] < words[word_of_piece, 1]) & (offsets[:, 1] > offsets[:, 0])
    ids, word_of_piece = ids[inside], word_of_piece[inside]
    kept, first_piece, word_of_piece = np.unique(word_of_piece, return_index=True, return_inverse=True)
    return Pieces(keep_words(document, kept), ids, word_of_piece, first_piece)


def keep_words(document: Document, kept: Ints | NDArray[np.bool_]) -> Document:
    """The document with some of its words: indices in text order, or whether each is kept."""
    if len(kept) == len(document.words) and (kept.dtype != bool or kept.all()):
        return document
    return replace(
        document,
        words=document.words[kept],
        paragraph_of_word=document.paragraph_of_word[kept],
        sentence_of_word=document.sentence_of_word[kept],
        features=document.features[kept],
    )


def plan_windows(pieces: Pieces, config: WindowConfig) -> list[Window]:
    """Cover all pieces with cores that end at a paragraph if possible, else at a sentence, else at a word."""
    n_pieces = len(pieces.ids)
    document = pieces.document
    paragraphs = pieces.first_piece[paragraph_breaks(document)[:-1]].tolist() if n_pieces else []
    sentence_starts = np.flatnonzero(np.diff(document.sentence_of_word, prepend=-1))
    sentences = pieces.first_piece[sentence_starts].tolist()
    words = pieces.first_piece.tolist()
    windows = []
    core_start = 0
    while core_start < n_pieces:
        start = max(0, core_start - config.left)
        limit = start + config.left + config.core
        is_last = limit + config.right >= n_pieces
        core_stop = n_pieces if is_last else _last_break(core_start, limit, paragraphs, sentences, words)
        windows.append(Window(start, core_start, core_stop, min(n_pieces, core_stop + config.right)))
        core_start = core_stop
    return windows


def _last_break(start: int, limit: int, paragraphs: list[int], sentences: list[int], words: list[int]) -> int:
    """The best place to end a core that starts at ``start``: at most ``limit``, and past the middle if possible."""
    middle = (start + limit) // 2
    for breaks, earliest in ((paragraphs, middle), (sentences, middle), (words, start)):
        position = breaks[bisect_right(breaks, limit) - 1]
        if position > earliest:
            return position
    return limit
