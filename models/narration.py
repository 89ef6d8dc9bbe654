"""Narration, the journalist's own sentences: those of which contents cover less than half."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inquit.models.article import Span
from inquit.models.calibration import LogisticCalibrator
from inquit.models.linker import Link
from inquit.models.segmentation import Document, Floats
from inquit.models.tagger import Tags
from inquit.models.words import begin_with_letter

COVERED = 0.5
"""Contents cover a sentence if they make up at least this share of it, cues and sources aside."""

EVIDENCE = ("said", "content", "cue", "source")
"""The evidence for who says a sentence, in order: the share of it that attributions cover, and the share of its words
that the tagger gives to each role."""

CALIBRATION, MOST_SAID = "narration.calibration", "narration.most_said"
"""Names of arrays: the calibration's prefix, and the bound `NarrationFinder.most_said`."""


@dataclass(frozen=True, slots=True)
class OwnSentence:
    """A sentence, and the probability that it is the journalist's own."""

    span: Span
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class NarrationFinder:
    """Tells the journalist's own sentences from those that contents cover; fitted in `inquit.training.narration`.

    Attributes:
        most_said: sentences of which attributions cover a larger share are left out, because somebody almost certainly
            said them. A bound on the confidence would lose more of the journalist's own sentences at the same price.
    """

    calibration: LogisticCalibrator
    most_said: float

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats]) -> NarrationFinder:
        calibration = LogisticCalibrator.from_arrays(arrays, CALIBRATION, n_features=len(EVIDENCE))
        return cls(calibration, float(arrays[MOST_SAID][0]))

    def to_arrays(self) -> dict[str, Floats]:
        return {MOST_SAID: np.array([self.most_said], dtype=np.float32), **self.calibration.to_arrays(CALIBRATION)}

    def find(
        self, document: Document, tags: Tags, links: Sequence[Link], confidences: Sequence[float]
    ) -> list[OwnSentence]:
        """The sentences that may be the journalist's own, in text order.

        Args:
            links, confidences: all attributions found, whether or not they are in the result.
        """
        sums = _SentenceSums(document)
        evidence = _evidence(sums, tags, links, confidences)
        may_be = (evidence[:, EVIDENCE.index("said")] <= self.most_said) & ~_are_in_turns(sums)
        probabilities = self.calibration.probabilities(evidence).tolist()
        return [
            OwnSentence(sentence, probability)
            for sentence, probability, is_told in zip(sums.sentences_with_words(), probabilities, may_be, strict=True)
            if is_told
        ]


def sentence_evidence(document: Document, tags: Tags, links: Sequence[Link], confidences: Sequence[float]) -> Floats:
    """The evidence for who says each sentence with words: shape (n_sentences_with_words, len(EVIDENCE)).

    A word counts as said with the confidence of the surest attribution whose content holds it.
    """
    return _evidence(_SentenceSums(document), tags, links, confidences)


def _evidence(sums: _SentenceSums, tags: Tags, links: Sequence[Link], confidences: Sequence[float]) -> Floats:
    in_content, brings_in = np.zeros(len(tags.roles)), np.zeros(len(tags.roles))
    for link, confidence in zip(links, confidences, strict=True):
        for start, stop in link.contents.tolist():
            in_content[start:stop] = np.maximum(in_content[start:stop], confidence)
        for start, stop in filter(None, (link.cue, link.source)):
            brings_in[start:stop] = np.maximum(brings_in[start:stop], confidence)
    said = sums.share_said(in_content, brings_in)
    evidence = np.stack([said, *(sums.of(share) / np.maximum(sums.n_words, 1) for share in tags.roles.T)], axis=1)
    return evidence[sums.n_words > 0].astype(np.float32)


def _are_in_turns(sums: _SentenceSums) -> NDArray[np.bool_]:
    """Whether each sentence with words is said in a turn of a conversation, or is a label."""
    document = sums.document
    in_content, is_label = np.zeros(len(document.words)), document.is_label.astype(np.float64)
    for turn in document.turns:
        for part in turn.parts:
            in_content[slice(*document.word_range(part))] = 1
    in_turns: NDArray[np.bool_] = (sums.share_said(in_content, is_label) >= COVERED) | (
        sums.of(is_label) == sums.n_words
    )
    return in_turns[sums.n_words > 0]


def share_said(document: Document, in_content: NDArray[np.floating], brings_in: NDArray[np.floating]) -> Floats:
    """The share of each sentence with words that is content, cues and sources aside; punctuation does not count.

    The rest of "Ann Lee, who calls the plan 'absurd', left for Rome on Monday" is the journalist's own claim.

    Args:
        in_content, brings_in: shape (n_words,), to what degree each word is content, and is cue or source.

    Returns:
        shape (n_sentences_with_words,).
    """
    sums = _SentenceSums(document)
    return sums.share_said(in_content, brings_in)[sums.n_words > 0].astype(np.float32)


class _SentenceSums:
    """Sums over the words of each sentence, punctuation aside: arrays of shape (n_sentences,)."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._is_word = begin_with_letter(document)
        self.n_words = self.of(np.ones(len(document.words)))

    def sentences_with_words(self) -> list[Span]:
        """The sentences that hold more than punctuation."""
        return [self.document.sentences[i] for i in np.flatnonzero(self.n_words).tolist()]

    def of(self, words: NDArray[np.floating]) -> NDArray[np.float64]:
        document = self.document
        return np.bincount(document.sentence_of_word, self._is_word * words, len(document.sentences)).astype(np.float64)

    def share_said(self, in_content: NDArray[np.floating], brings_in: NDArray[np.floating]) -> NDArray[np.float64]:
        # The cue and source of a statement within a statement are part of what is said.
        n_content, n_around = self.of(in_content), self.of(np.maximum(brings_in - in_content, 0))
        n_left = np.maximum(self.n_words - n_around, n_content)
        return np.divide(n_content, n_left, out=np.zeros_like(n_content), where=n_content > 0)
