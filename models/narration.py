"""The journalist's own sentences: those that no content covers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from inquit.models.article import Span
from inquit.models.linker import Link
from inquit.models.segmentation import Document
from inquit.models.words import begin_with_letter

COVERED = 0.5
"""Share of what a sentence says from which on contents cover it."""


def own_sentences(document: Document, links: Iterable[Link], confidences: Iterable[float]) -> list[Span]:
    """The sentences that hold words, and of which contents are expected to cover less than half, cues and sources aside.

    A word counts as much as the likeliest attribution that it stands in, a punctuation mark nothing. What is left of "Ann
    Lee, who calls the plan 'absurd', left for Rome on Monday" is the journalist's own claim.
    """
    in_content, brings_in = np.zeros(len(document.words)), np.zeros(len(document.words))
    for link, confidence in zip(links, confidences, strict=True):
        for start, stop in link.contents.tolist():
            in_content[start:stop] = np.maximum(in_content[start:stop], confidence)
        for start, stop in (link.cue, link.source or (0, 0)):
            brings_in[start:stop] = np.maximum(brings_in[start:stop], confidence)
    brings_in = np.maximum(brings_in - in_content, 0)  # words of a statement within a statement are said as well
    is_word = begin_with_letter(document).astype(float)
    n_words, n_content, n_around = (
        np.bincount(document.sentence_of_word, weights=is_word * share, minlength=len(document.sentences))
        for share in (1.0, in_content, brings_in)
    )
    is_own = (n_words > 0) & ((n_content == 0) | (n_content < COVERED * (n_words - n_around)))
    return [document.sentences[i] for i in np.flatnonzero(is_own).tolist()]
