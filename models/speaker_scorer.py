"""Which candidate a source means: two passes, the second of which knows what the first answered for the sources around.

"He" is mostly who spoke in the sentence before, and that may have been a "he" as well: only its answer tells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inquit.models.calibration import softmax
from inquit.models.candidates import Candidate
from inquit.models.names import normalise_name
from inquit.models.speaker_features import FEATURES

Floats = NDArray[np.float32]
Answer = tuple[int, ...] | str | None
"""What candidates are the same by: the entities, else the name; None for the writer."""

NEIGHBOUR_FEATURES = (
    "log-odds of first pass",
    "answers source before",
    "answers second before",
    "answers source after",
    "answers in paragraph",
    "share of answers",
)
"""What the answers of the first pass say of a candidate."""

_NEAR = 5
_LEAST = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class CandidateScorer:
    """One hidden layer over the features of a candidate; the candidates of a source share one probability.

    Attributes:
        hidden_weight: shape (n_hidden, n_features); hidden_bias: shape (n_hidden,).
        output_weight: shape (n_hidden,).
    """

    hidden_weight: Floats
    hidden_bias: Floats
    output_weight: Floats

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats], prefix: str, *, n_features: int) -> CandidateScorer:
        """Raises ValueError where the arrays were fitted to other features than this version computes."""
        name = f"{prefix}.hidden_weight"
        if name not in arrays or arrays[name].shape[1] != n_features:
            found = arrays[name].shape if name in arrays else "none"
            raise ValueError(
                f"{name} must be of shape (n_hidden, {n_features}), got {found}: "
                "the model was built by another version of inquit; build it again"
            )
        return cls(*(arrays[f"{prefix}.{part}"] for part in ("hidden_weight", "hidden_bias", "output_weight")))

    def to_arrays(self, prefix: str) -> dict[str, Floats]:
        return {f"{prefix}.{part}": getattr(self, part) for part in ("hidden_weight", "hidden_bias", "output_weight")}

    def scores(self, features: Floats) -> Floats:
        """shape (n_candidates,), natural log, from features of shape (n_candidates, n_features)."""
        hidden = features @ self.hidden_weight.T
        hidden += self.hidden_bias
        scores: Floats = np.maximum(hidden, 0, out=hidden) @ self.output_weight
        return scores

    def probabilities(self, features: Floats) -> Floats:
        """The same as probabilities, of the candidates of one source."""
        return softmax(self.scores(features))

    def probabilities_of(self, features: Sequence[Floats]) -> list[Floats]:
        """The same for several sources."""
        if not features:
            return []
        stops = np.cumsum([len(rows) for rows in features])[:-1]
        return [softmax(scores) for scores in np.split(self.scores(np.concatenate(features)), stops)]


@dataclass(frozen=True, slots=True, eq=False)
class SpeakerScorer:
    """Both passes over the sources of an article."""

    first: CandidateScorer
    second: CandidateScorer

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats]) -> SpeakerScorer:
        """Raises ValueError where the arrays were fitted to other features than this version computes."""
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
        """The probabilities of the candidates of each source, all sources of one article in text order.

        Args:
            features: of each source, shape (n_candidates, len(FEATURES)).
            paragraphs: where each source stands.
        """
        return self.second.probabilities_of(add_neighbours(self.first, candidates, features, paragraphs))


def add_neighbours(
    first: CandidateScorer,
    candidates: Sequence[Sequence[Candidate]],
    features: Sequence[Floats],
    paragraphs: Sequence[int],
) -> list[Floats]:
    """The features with those of `NEIGHBOUR_FEATURES` beside them."""
    if not features:
        return []
    answers = [[_answer(candidate) for candidate in of_source] for of_source in candidates]
    told = [
        _sum_by_answer(of_source, probabilities)
        for of_source, probabilities in zip(answers, first.probabilities_of(features), strict=True)
    ]
    share: defaultdict[Answer, float] = defaultdict(float)
    for by_answer in told:
        for answer, probability in by_answer.items():
            share[answer] += probability
    of_paragraph = [
        [
            j
            for j in range(max(0, i - _NEAR), min(len(told), i + _NEAR + 1))
            if j != i and paragraphs[j] == paragraphs[i]
        ]
        for i in range(len(told))
    ]
    nobody: dict[Answer, float] = {}
    added = []
    for i, of_source in enumerate(answers):
        before, second_before = (told[i - back] if i >= back else nobody for back in (1, 2))
        after = told[i + 1] if i + 1 < len(told) else nobody
        rows = np.zeros((len(of_source), len(NEIGHBOUR_FEATURES)), dtype=np.float32)
        for row, answer in zip(rows, of_source, strict=True):
            own = min(max(told[i][answer], _LEAST), 1 - _LEAST)
            row[0] = np.log(own / (1 - own)) / 4
            if answer is not None:
                row[1:] = (
                    before.get(answer, 0.0),
                    second_before.get(answer, 0.0),
                    after.get(answer, 0.0),
                    max((told[j].get(answer, 0.0) for j in of_paragraph[i]), default=0.0),
                    (share[answer] - told[i][answer]) / max(1, len(told) - 1),
                )
        added.append(np.concatenate([features[i], rows], axis=1))
    return added


def _answer(candidate: Candidate) -> Answer:
    return tuple(sorted(candidate.entities)) or (candidate.name and normalise_name(candidate.name))


def _sum_by_answer(answers: Sequence[Answer], probabilities: Floats) -> dict[Answer, float]:
    summed: dict[Answer, float] = {}
    for answer, probability in zip(answers, probabilities.tolist(), strict=True):
        summed[answer] = summed.get(answer, 0.0) + probability
    return summed
