"""How much each word contributes to a claim's label. Exact, because claim heads are linear in means of word states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inquit.models.article import Span
from inquit.models.claims import CHECKWORTHY, ClaimHead, ClaimOutputs
from inquit.models.labels import POLARITIES
from inquit.models.passage import CLAIM_ROLES, Passage
from inquit.models.segmentation import Document, Floats

SECONDARY_PREFIX = "secondary:"


@dataclass(frozen=True, slots=True)
class WordEvidence:
    """One word, its role (content, cue or source), and what it adds to the score (natural log)."""

    span: Span
    role: str
    weight: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a label has its score: ``bias`` and the weights of the words sum to ``score``.

    Attributes:
        label: a claim type, a polarity, ``checkworthy`` or ``secondary:TYPE``.
        against: the label it is compared with; None for the average of all labels of its kind, or for "no".
        score: log-odds of ``label`` over ``against``; above 0 favours ``label``.
        words: in text order.
    """

    label: str
    against: str | None
    score: float
    bias: float
    words: tuple[WordEvidence, ...]

    def strongest(self, n: int = 5) -> tuple[WordEvidence, ...]:
        """The ``n`` words that move the score most, up or down."""
        return tuple(sorted(self.words, key=lambda word: -abs(word.weight))[:n])

    def by_role(self) -> dict[str, float]:
        """What content, cue and source each add in total."""
        return {role: sum(word.weight for word in self.words if word.role == role) for role in CLAIM_ROLES}

    def to_dict(self) -> dict[str, Any]:
        """A dictionary that JSON can hold."""
        words = [[word.span.start, word.span.end, word.role, round(word.weight, 4)] for word in self.words]
        facts = {"label": self.label, "against": self.against}
        return facts | {"score": round(self.score, 4), "bias": round(self.bias, 4), "words": words}


def explain_passage(
    document: Document,
    states: Floats,
    passage: Passage,
    head: ClaimHead,
    outputs: ClaimOutputs,
    *,
    label: str | None = None,
    against: str | None = None,
) -> Explanation:
    """Split a label's score into the contributions of the passage's words.

    Probabilities of types (and of polarities) depend only on differences between scores, so a type is explained
    against another one, or against the average of all.

    Args:
        label: the label to explain; None for the type that the head predicts.
        against: a label of the same kind.

    Raises:
        ValueError: the model has no such label, or the two labels are of different kinds.
    """
    if label is None:
        scores = head.scores(passage.pool(states)[None])[0]
        label = outputs.claim_types[int(scores[outputs.types].argmax())]
    weight, bias = _direction(head, outputs, label, against)
    words = []
    for role, role_weight, ranges in zip(CLAIM_ROLES, np.split(weight, 3), passage.ranges(), strict=True):
        n_words = sum(stop - start for start, stop in ranges)
        for start, stop in ranges:
            weights = (states[start:stop].astype(np.float64) @ role_weight / n_words).tolist()
            words += [
                WordEvidence(document.span_of_words(start + i, start + i + 1), role, value)
                for i, value in enumerate(weights)
            ]
    score = bias + sum(word.weight for word in words)
    return Explanation(label, against, score, bias, tuple(sorted(words, key=lambda word: word.span)))


def _direction(
    head: ClaimHead, outputs: ClaimOutputs, label: str, against: str | None
) -> tuple[NDArray[np.float64], float]:
    """Weights and bias that turn a pooled state into the log-odds of ``label`` over ``against``."""
    rows = _rows_by_label(outputs)
    for name in (label, against):
        if name is not None and name not in rows:
            raise ValueError(f"the model has no label {name!r}; its labels are {list(rows)}")
    row, group = rows[label]
    if against is not None and (group is None or rows[against][1] != group):
        raise ValueError(f"{label!r} cannot be compared with {against!r}: they are not alternatives")
    weight, bias = head.weight.astype(np.float64), head.bias.astype(np.float64)
    if group is None:
        return weight[row], float(bias[row])
    if against is not None:
        other = rows[against][0]
        return weight[row] - weight[other], float(bias[row] - bias[other])
    return weight[row] - weight[group].mean(axis=0), float(bias[row] - bias[group].mean())


def _rows_by_label(outputs: ClaimOutputs) -> dict[str, tuple[int, slice | None]]:
    """The row of each label, and the rows of its alternatives (None for a yes/no label)."""
    types = {name: (i, outputs.types) for i, name in enumerate(outputs.claim_types)}
    polarities = {name: (outputs.polarities.start + i, outputs.polarities) for i, name in enumerate(POLARITIES)}
    secondary = {
        SECONDARY_PREFIX + name: (outputs.secondary.start + i, None) for i, name in enumerate(outputs.claim_types)
    }
    return types | polarities | {CHECKWORTHY: (outputs.checkworthy, None)} | secondary
