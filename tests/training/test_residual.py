import numpy as np
import pytest
from sklearn.base import clone

from inquit.training.residual import ResidualClassifier

pytestmark = pytest.mark.usefixtures("one_thread")
RNG = np.random.default_rng(8)
N, N_FEATURES, N_CLASSES = 400, 4, 3


def examples() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Features, one-hot labels that a linear map of them explains, offsets of zero, weights of one."""
    features = RNG.normal(size=(N, N_FEATURES))
    labels = (features @ RNG.normal(size=(N_FEATURES, N_CLASSES))).argmax(axis=1)
    return features, np.eye(N_CLASSES)[labels], np.zeros((N, N_CLASSES)), np.ones(N)


def test_what_the_offsets_miss_is_learnt() -> None:
    features, targets, offsets, weights = examples()
    model = ResidualClassifier(strength=10.0).fit(features, targets, offsets=offsets, weights=weights)
    answers = model.decision_function(features, offsets=offsets).argmax(axis=1)
    assert (answers == targets.argmax(axis=1)).mean() > 0.95


def test_the_weaker_the_closer_to_the_offsets() -> None:
    features, targets, offsets, weights = examples()
    offsets = offsets + RNG.normal(size=offsets.shape)
    distances = []
    for strength in (1e-6, 1e-3, 1.0):
        model = ResidualClassifier(strength=strength, intercept_strength=strength)
        scores = model.fit(features, targets, offsets=offsets, weights=weights).decision_function(
            features, offsets=offsets
        )
        distances.append(float(np.abs(scores - offsets).mean()))
    assert distances == sorted(distances)
    assert distances[0] < 0.01


def test_answers_as_targets_change_nothing() -> None:
    features, _, _, weights = examples()
    offsets = RNG.normal(size=(N, N_CLASSES))
    targets = np.exp(offsets) / np.exp(offsets).sum(axis=1, keepdims=True)
    model = ResidualClassifier(strength=1.0).fit(features, targets, offsets=offsets, weights=weights)
    assert np.abs(model.coef_).max() < 1e-3


def test_sigmoid_columns_are_learnt_by_themselves() -> None:
    features, targets, offsets, weights = examples()
    model = ResidualClassifier(link="sigmoid", strength=10.0)
    both = model.fit(features, targets, offsets=offsets, weights=weights).coef_
    alone = model.fit(features, targets[:, :1], offsets=offsets[:, :1], weights=weights).coef_
    np.testing.assert_allclose(both[:1], alone, atol=0.05)


def test_it_is_an_estimator_of_scikit_learn() -> None:
    model = ResidualClassifier(strength=0.5)
    assert clone(model).get_params() == model.get_params()
    assert model.set_params(strength=2.0).strength == pytest.approx(2.0)
