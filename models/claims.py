"""What kind of claim a passage makes: type, secondary types, polarity, check-worthiness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inquit.models.article import Span
from inquit.models.calibration import sigmoid, softmax
from inquit.models.labels import CLAIM_TYPES, POLARITIES
from inquit.models.linker import Link
from inquit.models.result import Claim, Polarity
from inquit.models.segmentation import Document

Floats = NDArray[np.float32]

TYPE_OUTPUTS = slice(0, len(CLAIM_TYPES))
SECONDARY_OUTPUTS = slice(len(CLAIM_TYPES), 2 * len(CLAIM_TYPES))
POLARITY_OUTPUTS = slice(2 * len(CLAIM_TYPES), 2 * len(CLAIM_TYPES) + len(POLARITIES))
CHECKWORTHY_OUTPUT = 2 * len(CLAIM_TYPES) + len(POLARITIES)
N_CLAIM_OUTPUTS = CHECKWORTHY_OUTPUT + 1
"""What the columns of the claim head are; secondary types and check-worthiness are independent of the rest."""


@dataclass(frozen=True, slots=True, eq=False)
class ClaimTyper:
    """A linear layer on the mean states of content, cue and source.

    Attributes:
        weight: shape (n_outputs, 3 * n_hidden); outputs are types, secondary types, polarities, check-worthiness.
        bias: shape (n_outputs,).
    """

    weight: Floats
    bias: Floats

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats]) -> ClaimTyper:
        return cls(arrays["claims.weight"], arrays["claims.bias"])

    def label(self, document: Document, states: Floats, links: Sequence[Link]) -> list[Claim]:
        """The claims of attributions."""
        return self._claims(self.link_scores(states, links))

    def link_scores(self, states: Floats, links: Sequence[Link]) -> Floats:
        """Scores before they become probabilities: shape (n_links, n_outputs), natural log, not normalised."""
        return self._scores([pool_link(states, link) for link in links])

    def sentence_scores(self, document: Document, states: Floats, sentences: Sequence[Span]) -> Floats:
        """The same for sentences of the journalist's own."""
        return self._scores([pool_sentence(document, states, sentence) for sentence in sentences])

    def _scores(self, pooled: Sequence[Floats]) -> Floats:
        if not pooled:
            return np.zeros((0, len(self.bias)), dtype=np.float32)
        return np.stack(pooled) @ self.weight.T + self.bias

    def label_sentences(self, document: Document, states: Floats, sentences: Sequence[Span]) -> list[Claim]:
        """The claims of sentences that nobody else is said to have said."""
        return self._claims(self.sentence_scores(document, states, sentences))

    def _claims(self, scores: Floats) -> list[Claim]:
        types = softmax(scores[:, TYPE_OUTPUTS])
        secondary = sigmoid(scores[:, SECONDARY_OUTPUTS])
        polarities = softmax(scores[:, POLARITY_OUTPUTS])
        checkworthy = sigmoid(scores[:, CHECKWORTHY_OUTPUT])
        return [_claim(*row) for row in zip(types, secondary, polarities, checkworthy.tolist(), strict=True)]


def _claim(types: Floats, secondary: Floats, polarities: Floats, checkworthy: float) -> Claim:
    best = int(types.argmax())
    others = [i for i in np.argsort(-secondary)[:2].tolist() if secondary[i] > 0.5 and i != best]
    return Claim(
        type=CLAIM_TYPES[best],
        probabilities={name: round(float(p), 4) for name, p in zip(CLAIM_TYPES, types, strict=True)},
        secondary=tuple(CLAIM_TYPES[i] for i in others),
        polarity=Polarity(POLARITIES[int(polarities.argmax())]),
        checkworthy=round(checkworthy, 4),
    )


def pool_link(states: Floats, link: Link) -> Floats:
    """Mean states of content, cue and source side by side, zeros where there is none: shape (3 * n_hidden,)."""
    content = np.concatenate([states[start:stop] for start, stop in link.contents.tolist()]).mean(axis=0)
    source = np.zeros_like(content) if link.source is None else states[slice(*link.source)].mean(axis=0)
    return np.concatenate([content, states[slice(*link.cue)].mean(axis=0), source])


def pool_sentence(document: Document, states: Floats, sentence: Span) -> Floats:
    """The same for a sentence of the journalist's own, which has no cue and no source."""
    mean = states[slice(*document.word_range(sentence))].mean(axis=0)
    return np.concatenate([mean, np.zeros(2 * len(mean), dtype=np.float32)])
