import numpy as np
import pytest
from numpy.typing import NDArray

from inquit.training.claims.residual import Link, fit_correction

pytestmark = pytest.mark.usefixtures("one_thread")
RNG = np.random.default_rng(8)
N, N_FEATURES, N_CLASSES = 400, 4, 3
Floats = NDArray[np.float64]


def examples() -> tuple[Floats, Floats, Floats]:
    """Features, one-hot labels that are a linear function of them, and offsets of zero."""
    features = RNG.normal(size=(N, N_FEATURES))
    labels = (features @ RNG.normal(size=(N_FEATURES, N_CLASSES))).argmax(axis=1)
    return features, np.eye(N_CLASSES)[labels], np.zeros((N, N_CLASSES))


def fit(
    features: Floats, targets: Floats, offsets: Floats, *, strength: float, bias: float = 1.0, link: Link = "softmax"
) -> tuple[Floats, Floats]:
    """Fit a correction with example weights of one and the same strength for all outputs."""
    return fit_correction(
        features,
        targets,
        link=link,
        offsets=offsets,
        weights=np.ones(N),
        strength=np.full(targets.shape[1], strength),
        intercept_strength=np.full(targets.shape[1], bias),
    )


def test_what_the_offsets_miss_is_learnt() -> None:
    features, targets, offsets = examples()
    weight, bias = fit(features, targets, offsets, strength=10.0)
    answers = (offsets + features @ weight.T + bias).argmax(axis=1)
    assert (answers == targets.argmax(axis=1)).mean() > 0.95


def test_the_weaker_the_closer_to_the_offsets() -> None:
    features, targets, offsets = examples()
    offsets = offsets + RNG.normal(size=offsets.shape)
    distances = []
    for strength in (1e-6, 1e-3, 1.0):
        weight, bias = fit(features, targets, offsets, strength=strength, bias=strength)
        distances.append(float(np.abs(features @ weight.T + bias).mean()))
    assert distances == sorted(distances)
    assert distances[0] < 0.01


def test_answers_as_targets_change_nothing() -> None:
    features, _, _ = examples()
    offsets = RNG.normal(size=(N, N_CLASSES))
    targets = np.exp(offsets) / np.exp(offsets).sum(axis=1, keepdims=True)
    weight, _ = fit(features, targets, offsets, strength=1.0)
    assert np.abs(weight).max() < 1e-3


def test_sigmoid_columns_are_learnt_by_themselves() -> None:
    features, targets, offsets = examples()
    both, _ = fit(features, targets, offsets, strength=10.0, link="sigmoid")
    alone, _ = fit(features, targets[:, :1], offsets[:, :1], strength=10.0, link="sigmoid")
    np.testing.assert_allclose(both[:1], alone, atol=0.05)
