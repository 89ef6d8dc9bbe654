"""Fit the claim heads and their probabilities on claims in compact form: in seconds, without torch.

The network's own head has seen most articles, which makes its scores on them too sure. So

1. its scores are calibrated on claims of articles that it has not seen: the reference;
2. corrections of the reference are learnt from those claims and new ones, pulled towards zero; on the claims of seen
   articles the corrected head must answer as the reference does (rehearsal; Li and Hoiem 2016), so that what is learnt
   from few new articles costs the old domain little;
3. what comes out is calibrated on answers for articles left out in cross-validation.

All of it is linear, so the result is one matrix for attributions and one for narration.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from inquit.models.calibration import softmax
from inquit.models.claims import NETWORK_OUTPUTS, ClaimHead, ClaimOutputs
from inquit.models.labels import POLARITIES
from inquit.training.calibrate import fit_temperature, match_frequencies
from inquit.training.claim_data import ClaimData, Origin
from inquit.training.evaluation.labels import expected_calibration_error, macro_f1
from inquit.training.residual import ResidualClassifier

logger = logging.getLogger(__name__)

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class ClaimFitConfig:
    """How claim heads are fitted.

    Attributes:
        strengths: variances of the prior on corrections, of which cross-validation chooses.
        rehearsal: weight of a claim from a seen article; unseen and new ones weigh 1.
        n_folds: articles are dealt into this many folds.
    """

    strengths: tuple[float, ...] = (0.001, 0.003, 0.01, 0.03)
    rehearsal: float = 0.2
    n_folds: int = 5
    seed: int = 13


@dataclass(frozen=True, slots=True, eq=False)
class CompactHead:
    """A claim head on compact claims: ``scales * network scores + weight @ features + bias``, linear like the head itself.

    Attributes:
        scales: shape (n_outputs,); 0 for types that the network does not know.
        weight: shape (n_outputs, n_components).
        bias: shape (2, n_outputs), of attributions and of narration.
    """

    scales: Floats
    weight: Floats
    bias: Floats

    def scores(self, data: ClaimData) -> Floats:
        """shape (n, n_outputs)."""
        known = network_scores(data)
        scores: Floats = known * self.scales + data.features @ self.weight.T + self.bias[data.is_narration.astype(int)]
        return scores

    def stretched(self, slopes: Floats, shifts: Floats) -> CompactHead:
        """The head whose scores are ``slopes * scores + shifts``."""
        return CompactHead(self.scales * slopes, self.weight * slopes[:, None], self.bias * slopes + shifts)


@dataclass(frozen=True, slots=True, eq=False)
class FittedClaims:
    """Fitted heads, and how well claims of articles that took no part were answered.

    Attributes:
        measures: by domain (``old``, ``new``) and name; ``before`` is the reference, ``after`` the fitted head.
    """

    claim_types: tuple[str, ...]
    attributed: ClaimHead
    narrated: ClaimHead
    strength: float
    measures: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
