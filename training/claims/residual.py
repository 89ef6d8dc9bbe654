"""A linear correction of existing scores."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_softmax

Floats = NDArray[np.float64]
Link = Literal["softmax", "sigmoid"]


def fit_correction(
    features: NDArray[np.floating],
    targets: NDArray[np.floating],
    *,
    link: Link,
    offsets: Floats,
    weights: Floats,
    strength: Floats,
    intercept_strength: Floats,
) -> tuple[Floats, Floats]:
    """Fit a logistic regression that starts from given scores and departs from them only as far as the examples demand.

    Minimises the cross entropy between targets and ``link(offsets + features @ weight.T + bias)``, summed over examples
    by their weights, plus ``|weight|² / (2 * strength)`` and the same for the biases. A target may be a probability,
    such as another model's answer.

    Args:
        features: shape (n, n_features).
        targets: shape (n, n_outputs), 0 to 1; with ``softmax`` each row sums to 1.
        link: ``softmax`` if exactly one of the columns is right, ``sigmoid`` if each is independent.
        offsets: shape (n, n_outputs), the scores to correct.
        weights: shape (n,).
        strength: shape (n_outputs,), variance of the normal prior on an output's weights; the smaller, the closer the
            result stays to the offsets.
        intercept_strength: the same for the biases.

    Returns:
        weight, shape (n_outputs, n_features), and bias, shape (n_outputs,).
    """
    # The last column is for the intercept. Single precision is finer than the 8-bit features.
    design = np.column_stack([features, np.ones(len(features))]).astype(np.float32)
    weights, offsets, targets = (np.asarray(array, dtype=np.float64) for array in (weights, offsets, targets))
    shape = (targets.shape[1], design.shape[1])
    precision = np.ones(shape) / np.reshape(strength, (-1, 1))
    precision[:, -1] = 1 / intercept_strength

    def loss(flat: Floats) -> tuple[float, Floats]:
        coef = flat.reshape(shape)
        scores = offsets + design @ coef.T.astype(np.float32)
        losses, errors = _cross_entropy(scores, targets, link)
        penalty = precision * coef
        gradient = (weights[:, None] * errors).T.astype(np.float32) @ design + penalty
        return float(weights @ losses + (penalty * coef).sum() / 2), gradient.ravel()

    found = minimize(loss, np.zeros(precision.size), jac=True, method="L-BFGS-B", options={"maxiter": 100})
    coef = found.x.reshape(shape)
    return coef[:, :-1], coef[:, -1]


def _cross_entropy(scores: Floats, targets: Floats, link: Link) -> tuple[Floats, Floats]:
    """The loss of each example, and its gradient with respect to the scores."""
    if link == "softmax":
        log_probabilities = log_softmax(scores, axis=1)
        return -(targets * log_probabilities).sum(axis=1), np.exp(log_probabilities) - targets
    losses = (np.logaddexp(0, scores) - targets * scores).sum(axis=1)
    return losses, expit(scores) - targets
