"""Scores the candidates for each source in two passes; the second knows the first one's answers for nearby sources.

"He" is usually whoever spoke in the sentence before. That source may be a "he" as well, so only its answer tells who.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inquit.models.calibration import softmax
from inquit.models.segmentation import Floats, Ints
from inquit.models.speakers.candidates import Candidate
from inquit.models.speakers.features import FEATURES
from inquit.models.speakers.names import normalise_name

Answer = tuple[int, ...] | str | None
"""What makes candidates the same answer: their entities, otherwise their name; None for the writer."""

NEIGHBOUR_FEATURES = (
    "log-odds of first pass",
    "answers source before",
    "answers second before",
    "answers source after",
    "answers in paragraph",
    "share of answers",
)
"""What the answers of the first pass say about a candidate."""

_NEAR = 5
_LEAST = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class CandidateScorer:
    """One hidden layer over a candidate's features; the probabilities of a source's candidates sum to 1.

    Attributes:
        hidden_weight: shape (n_hidden, n_features); hidden_bias: shape (n_hidden,).
        output_weight: shape (n_hidden,).
    """

    hidden_weight: Floats
    hidden_bias: Floats
    output_weight: Floats

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats], prefix: str, *, n_features: int) -> CandidateScorer:
        """Read a scorer; ValueError if it is missing or was fitted to other features than this version computes."""
        name = f"{prefix}.hidden_weight"
        if name not in arrays or arrays[name].shape[1] != n_features:
            found = arrays[name].shape if name in arrays else "none"
            raise ValueError(
                f"{name} must have shape (n_hidden, {n_features}), got {found}: "
                "the model was built by another version of inquit; build it again"
            )
        return cls(*(arrays[f"{prefix}.{part}"] for part in ("hidden_weight", "hidden_bias", "output_weight")))

    def to_arrays(self, prefix: str) -> dict[str, Floats]:
        return {f"{prefix}.{part}": getattr(self, part) for part in ("hidden_weight", "hidden_bias", "output_weight")}

    def scores(self, features: Floats) -> Floats:
        """Scores of shape (n_candidates,), natural log, from features of shape (n_candidates, n_features)."""
        hidden = features @ self.hidden_weight.T
        hidden += self.hidden_bias
        scores: Floats = np.maximum(hidden, 0, out=hidden) @ self.output_weight
        return scores

    def probabilities(self, features: Floats) -> Floats:
        """The probabilities of one source's candidates, from their features as in `scores`."""
        return softmax(self.scores(features))

    def probabilities_of(self, features: Sequence[Floats]) -> list[Floats]:
        """The probabilities of the candidates of several sources, from the features of each."""
        if not features:
            return []
        return [softmax(scores) for scores in _split(self.scores(np.concatenate(features)), features)]


@dataclass(frozen=True, slots=True, eq=False)
class SpeakerScorer:
    """Scores the candidates for all sources of an article, in both passes."""

    first: CandidateScorer
    second: CandidateScorer

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats]) -> SpeakerScorer:
        """Read both passes; ValueError if one is missing or was fitted to other features than this version computes."""
        n_first, n_second = len(FEATURES), len(FEATURES) + len(NEIGHBOUR_FEATURES)
        return cls(
            CandidateScorer.from_arrays(arrays, "speaker.first", n_features=n_first),
            CandidateScorer.from_arrays(arrays, "speaker.second", n_features=n_second),
        )

    def to_arrays(self) -> dict[str, Floats]:
        return self.first.to_arrays("speaker.first") | self.second.to_arrays("speaker.second")

    def probabilities(
        self, candidates: Sequence[Sequence[Candidate]], features: Sequence[Floats], paragraphs: Sequence[int]
    ) -> list[Floats]:
        """The probabilities of each source's candidates; the sources are all those of one article, in text order.

        Args:
            features: for each source, shape (n_candidates, len(FEATURES)).
            paragraphs: the paragraph that each source is in.
        """
        return self.second.probabilities_of(add_neighbours(self.first, candidates, features, paragraphs))


def add_neighbours(
    first: CandidateScorer,
    candidates: Sequence[Sequence[Candidate]],
    features: Sequence[Floats],
    paragraphs: Sequence[int],
) -> list[Floats]:
    """The features with `NEIGHBOUR_FEATURES` appended."""
    if not features:
        return []
    told = _Told(candidates, first.probabilities_of(features))
    paragraph = np.array(paragraphs)
    added = np.zeros((len(told.source), len(NEIGHBOUR_FEATURES)), dtype=np.float32)
    own = told.by(0)
    certain = np.clip(own, _LEAST, 1 - _LEAST)
    added[:, 0] = np.log(certain / (1 - certain)) / 4
    for column, shift in ((1, -1), (2, -2), (3, 1)):
        added[:, column] = told.by(shift)
    for shift in (*range(-_NEAR, 0), *range(1, _NEAR + 1)):
        neighbour = np.clip(told.source + shift, 0, len(paragraph) - 1)
        is_near = paragraph[neighbour] == paragraph[told.source]
        added[:, 4] = np.maximum(added[:, 4], told.by(shift) * is_near)
    added[:, 5] = (told.of_all() - own) / max(1, len(features) - 1)
    added[told.is_author, 1:] = 0
    return [np.concatenate(pair, axis=1) for pair in zip(features, _split(added, features), strict=True)]


def _split(rows: Floats, features: Sequence[Floats]) -> list[Floats]:
    """Split rows into one array per source, with as many rows as its features have."""
    return np.split(rows, np.cumsum([len(of_source) for of_source in features])[:-1])


class _Told:
    """The first pass's answers, looked up for every candidate; arrays have one entry per candidate of any source."""

    def __init__(self, candidates: Sequence[Sequence[Candidate]], probabilities: Sequence[Floats]) -> None:
        numbers: dict[Answer, int] = {}
        answers = [numbers.setdefault(_answer(c), len(numbers)) for of_source in candidates for c in of_source]
        self.source: Ints = np.repeat(np.arange(len(candidates)), [len(of_source) for of_source in candidates])
        self.is_author = np.array(answers) == numbers.get(None, -1)
        self._answer = np.array(answers)
        self._n_answers, self._n_sources = len(numbers), len(candidates)
        self._keys, place = np.unique(self.source * self._n_answers + self._answer, return_inverse=True)
        self._sums = np.bincount(place, weights=np.concatenate(probabilities))

    def by(self, shift: int) -> NDArray[np.float64]:
        """The probability that the source ``shift`` positions later has each candidate's answer; 0 if there is none."""
        source = self.source + shift
        keys = source * self._n_answers + self._answer
        place = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        is_told = (source >= 0) & (source < self._n_sources) & (self._keys[place] == keys)
        return np.where(is_told, self._sums[place], 0.0)

    def of_all(self) -> NDArray[np.float64]:
        """The probability of each candidate's answer, summed over all sources."""
        sums = np.zeros(self._n_answers)
        np.add.at(sums, self._keys % self._n_answers, self._sums)
        of_each: NDArray[np.float64] = sums[self._answer]
        return of_each


def _answer(candidate: Candidate) -> Answer:
    return tuple(sorted(candidate.entities)) or (candidate.name and normalise_name(candidate.name))
