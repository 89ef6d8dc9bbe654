"""A linear correction of scores that are there already."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_softmax
from sklearn.base import BaseEstimator

Floats = NDArray[np.float64]
Link = Literal["softmax", "sigmoid"]


class ResidualClassifier(BaseEstimator):  # type: ignore[misc]
    """Logistic regression that starts from given scores and leaves them only as far as the examples ask for.

    Minimises the cross entropy between targets and ``link(offsets + X @ coef_.T + intercept_)``, summed over examples by
    their weights, plus ``|coef_|² / (2 * strength)`` and the like for the intercepts. A target may be a probability, such as another model's answer.

    Args:
        link: ``softmax`` where one of the columns is chosen, ``sigmoid`` where each stands for itself.
        strength: variance of the normal prior on the coefficients, one for all or one for each output; the smaller, the
            closer to the offsets.
        intercept_strength: the same for the intercepts.
    """

    def __init__(
        self,
        *,
        link: Link = "softmax",
        strength: float | Floats = 0.01,
        intercept_strength: float | Floats = 1.0,
        max_iter: int = 100,
    ) -> None:
        self.link = link
        self.strength = strength
        self.intercept_strength = intercept_strength
        self.max_iter = max_iter

    def fit(
        self, X: NDArray[np.floating], targets: NDArray[np.floating], *, offsets: Floats, weights: Floats
    ) -> ResidualClassifier:
        """Fit the correction.

        Args:
            X: shape (n, n_features).
            targets: shape (n, n_outputs), 0 to 1; with ``softmax`` each row sums to 1.
            offsets: shape (n, n_outputs), the scores to correct.
            weights: shape (n,).
        """
        # One column more for the intercept. Single precision is finer than 8-bit features are.
        design = np.column_stack([X, np.ones(len(X))]).astype(np.float32)
        weights, offsets, targets = (np.asarray(array, dtype=np.float64) for array in (weights, offsets, targets))
        shape = (targets.shape[1], design.shape[1])
        precision = np.ones(shape) / np.reshape(self.strength, (-1, 1))
        precision[:, -1] = 1 / np.asarray(self.intercept_strength)

        def loss(flat: Floats) -> tuple[float, Floats]:
            coef = flat.reshape(shape)
            scores = offsets + design @ coef.T.astype(np.float32)
            losses, errors = self._cross_entropy(scores, targets)
            penalty = precision * coef
            gradient = (weights[:, None] * errors).T.astype(np.float32) @ design + penalty
            return float(weights @ losses + (penalty * coef).sum() / 2), gradient.ravel()

        found = minimize(
            loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": self.max_iter}
        ).x.reshape(shape)
        self.coef_: Floats = found[:, :-1]
        self.intercept_: Floats = found[:, -1]
        return self

    def _cross_entropy(self, scores: Floats, targets: Floats) -> tuple[Floats, Floats]:
        """Of each example the loss, and its gradient by the scores."""
        if self.link == "softmax":
            log_probabilities = log_softmax(scores, axis=1)
            return -(targets * log_probabilities).sum(axis=1), np.exp(log_probabilities) - targets
        losses = (np.logaddexp(0, scores) - targets * scores).sum(axis=1)
        return losses, expit(scores) - targets

    def decision_function(self, X: NDArray[np.floating], *, offsets: Floats) -> Floats:
        """Corrected scores: shape (n, n_outputs)."""
        scores: Floats = offsets + X @ self.coef_.T + self.intercept_
        return scores
