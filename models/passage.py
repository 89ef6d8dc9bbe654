"""Where a claim is in an article, and which of the encoder's states a claim head reads for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inquit.models.article import Span
from inquit.models.linker import Link
from inquit.models.result import Attribution
from inquit.models.segmentation import Document, Floats, WordRange

CLAIM_ROLES = ("content", "cue", "source")
"""The roles whose mean states make up a pooled state, in order."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Word ranges of a claim's content, cue and source; one of the journalist's own sentences has only a content."""

    parts: tuple[WordRange, ...]
    cue: WordRange | None = None
    source: WordRange | None = None

    @classmethod
    def of_link(cls, link: Link) -> Passage:
        """The passage of a link. The label of a turn is its cue as well if no mark follows it, as in "CAPT  Yes."."""
        parts = tuple((start, stop) for start, stop in link.contents.tolist())
        return cls(parts, link.cue or link.source, link.source)

    @classmethod
    def of_sentence(cls, document: Document, sentence: Span) -> Passage:
        return cls((document.word_range(sentence),))

    @classmethod
    def of_attribution(cls, document: Document, attribution: Attribution) -> Passage | None:
        """The passage of an attribution with spans of the text, such as a gold label; None if the content has no words.

        Only the first part of a cue or source is used, as in training.
        """
        parts = tuple(filter(_holds_words, map(document.word_range, attribution.content)))
        cue, source = (
            next(filter(_holds_words, map(document.word_range, spans[:1])), None)
            for spans in (attribution.cue, attribution.source)
        )
        return cls(parts, cue or source, source) if parts else None

    def by_sentence(self, document: Document) -> list[Passage]:
        """The passage's sentences, each with its cue and source."""
        words = np.concatenate([np.arange(start, stop) for start, stop in self.parts])
        ends = np.flatnonzero(np.diff(document.sentence_of_word[words])) + 1
        return [
            Passage(((int(sentence[0]), int(sentence[-1]) + 1),), self.cue, self.source)
            for sentence in np.split(words, ends)
        ]

    def ranges(self) -> tuple[tuple[WordRange, ...], ...]:
        """The word ranges of each role, in the order of `CLAIM_ROLES`."""
        return self.parts, *(() if part is None else (part,) for part in (self.cue, self.source))

    def pool(self, states: Floats) -> Floats:
        """The mean states of content, cue and source side by side, zeros for a missing one: shape (3 * n_hidden,)."""
        nothing = np.zeros(states.shape[1], dtype=np.float32)
        means = [
            np.concatenate([states[start:stop] for start, stop in ranges]).mean(axis=0) if ranges else nothing
            for ranges in self.ranges()
        ]
        return np.concatenate(means)


def _holds_words(words: WordRange) -> bool:
    return words[1] > words[0]
