"""The journalist's own sentences: those that attributions do not cover."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from inquit.models.article import Span
from inquit.models.linker import Link
from inquit.models.segmentation import Document

LIKELY = 0.5
"""Attributions that are less likely than this cover nothing: they are as well not there."""

COVERED = 0.5
"""Share of the words of a sentence from which on attributions cover it."""


def own_sentences(document: Document, links: Iterable[Link], confidences: Iterable[float]) -> list[Span]:
    """The sentences that hold words, but none of any content, or fewer than half of them in likely attributions.

    Content, cue and source count as attributed. What is left of "Ann Lee, who calls the plan 'absurd', left for Rome on Monday" is the journalist's own claim.
    """
    is_content = np.zeros(len(document.words), dtype=bool)
    is_attributed = np.zeros(len(document.words), dtype=bool)
    for link, confidence in zip(links, confidences, strict=True):
        for start, stop in link.contents.tolist():
            is_content[start:stop] = True
        if confidence >= LIKELY:
            for start, stop in (*link.contents.tolist(), link.cue, link.source or (0, 0)):
                is_attributed[start:stop] = True
    n_sentences = len(document.sentences)
    n_words = np.bincount(document.sentence_of_word, minlength=n_sentences)
    n_content, n_attributed = (
        np.bincount(document.sentence_of_word[is_inside], minlength=n_sentences)
        for is_inside in (is_content, is_attributed)
    )
    is_own = (n_words > 0) & ((n_content == 0) | (n_attributed < COVERED * n_words))
    return [document.sentences[i] for i in np.flatnonzero(is_own).tolist()]
