"""The journalist's own sentences: those that no content covers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from inquit.models.article import Span
from inquit.models.linker import Link
from inquit.models.segmentation import Document

COVERED = 0.5
"""Share of the words of a sentence from which on contents cover it."""


def own_sentences(document: Document, links: Iterable[Link], confidences: Iterable[float]) -> list[Span]:
    """The sentences that hold words, fewer than half of which are expected to be of any content.

    A word counts as much as the likeliest attribution whose content it stands in. What is left of "Ann Lee, who calls the
    plan 'absurd', left for Rome on Monday" is the journalist's own claim.
    """
    in_content = np.zeros(len(document.words))
    for link, confidence in zip(links, confidences, strict=True):
        for start, stop in link.contents.tolist():
            in_content[start:stop] = np.maximum(in_content[start:stop], confidence)
    n_sentences = len(document.sentences)
    n_words = np.bincount(document.sentence_of_word, minlength=n_sentences)
    n_expected = np.bincount(document.sentence_of_word, weights=in_content, minlength=n_sentences)
    is_own = n_expected < COVERED * n_words
    return [document.sentences[i] for i in np.flatnonzero(is_own).tolist()]
