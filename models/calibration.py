"""From scores to calibrated probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inquit.models.segmentation import Floats


@dataclass(frozen=True, slots=True, eq=False)
class LogisticCalibrator:
    """A logistic regression over standardised evidence, computed from arrays; fitted in `inquit.training.calibrate`.

    Attributes:
        mean, scale, weight: shape (n_features,).
        bias: shape (1,).
    """

    mean: Floats
    scale: Floats
    weight: Floats
    bias: Floats

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats], prefix: str, *, n_features: int) -> LogisticCalibrator:
        """Read a calibrator; ValueError if it is missing or was fitted to other evidence than this version computes."""
        weight = arrays.get(f"{prefix}.weight")
        if weight is None or weight.shape != (n_features,):
            raise ValueError(
                f"{prefix}.weight must have shape ({n_features},), got {'none' if weight is None else weight.shape}: "
                "the model was built by another version of inquit; build it again"
            )
        return cls(*(arrays[f"{prefix}.{name}"] for name in ("mean", "scale", "weight", "bias")))

    def to_arrays(self, prefix: str) -> dict[str, Floats]:
        return {f"{prefix}.{name}": getattr(self, name) for name in ("mean", "scale", "weight", "bias")}

    def probabilities(self, evidence: Floats) -> Floats:
        """Probabilities of shape (n,) from evidence of shape (n, n_features)."""
        scores = ((evidence - self.mean) / self.scale) @ self.weight + self.bias
        return sigmoid(scores)


def sigmoid(scores: NDArray[np.floating]) -> Floats:
    """The logistic function 1 / (1 + exp(-x)), without overflow."""
    probabilities: Floats = np.exp(-np.logaddexp(0, -scores)).astype(np.float32)
    return probabilities


def softmax(scores: Floats) -> Floats:
    """Scores (natural log) to probabilities that sum to 1 over the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    probabilities: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return probabilities
