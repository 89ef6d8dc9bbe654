"""Fit maps from scores to probabilities, on articles that were not used for training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from inquit.models.calibration import LogisticCalibrator
from inquit.models.tagger import log_sum_exp

Floats = NDArray[np.float32]


def constant_calibration(probability: float = 0.5, *, n_features: int) -> LogisticCalibrator:
    """A calibrator that gives everything the same probability, whatever its evidence."""
    zeros = np.zeros(n_features, dtype=np.float32)
    bias = np.array([np.log(probability / (1 - probability))], dtype=np.float32)
    return LogisticCalibrator(zeros, np.ones_like(zeros), zeros, bias)


def fit_temperature(scores: NDArray[np.floating], labels: NDArray[np.int64]) -> float:
    """The number to divide the scores by so that the labels become most likely.

    Args:
        scores: shape (n, n_classes), natural log, not normalised.
        labels: shape (n,), column indices into ``scores``.
    """

    def loss(log_temperature: float) -> float:
        scaled = scores / np.exp(log_temperature)
        return float((log_sum_exp(scaled) - scaled[np.arange(len(labels)), labels]).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))


def match_frequencies(scores: NDArray[np.floating], labels: NDArray[np.int64]) -> Floats:
    """One offset for each class that makes it the best answer as often as it is the label."""
    n_classes = scores.shape[1]
    wanted = (np.bincount(labels, minlength=n_classes) + 1) / (len(labels) + n_classes)
    offsets = np.zeros(n_classes, dtype=np.float32)
    for _ in range(200):
        found = (np.bincount((scores + offsets).argmax(axis=1), minlength=n_classes) + 1) / (len(labels) + n_classes)
        offsets += (0.1 * np.log(wanted / found)).astype(np.float32)
    return offsets


def fit_logistic(evidence: Floats, is_right: NDArray[np.bool_]) -> LogisticCalibrator:
    """Fit a logistic regression on standardised evidence of shape (n, n_features)."""
    scaler = StandardScaler().fit(evidence)
    # C is the inverse of the L2 penalty: for the speaker confidence, 0.1 and 1 are equally good over folds of articles.
    regression = LogisticRegression(C=1.0, max_iter=1000).fit(scaler.transform(evidence), is_right)
    parts = (scaler.mean_, scaler.scale_, regression.coef_[0], regression.intercept_)
    return LogisticCalibrator(*(np.asarray(part, dtype=np.float32) for part in parts))
