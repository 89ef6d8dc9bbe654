import numpy as np
import pytest

from inquit.models.calibration import softmax
from inquit.models.linker import LINK_FEATURES
from inquit.training.calibrate import constant_calibration, fit_logistic, fit_temperature, match_frequencies
from inquit.training.evaluation.labels import expected_calibration_error

RNG = np.random.default_rng(5)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_temperature_of_overconfident_scores_is_found(temperature: float) -> None:
    honest = RNG.normal(size=(4000, 5)) * 2
    labels = np.array([RNG.choice(5, p=row / row.sum()) for row in softmax(honest).astype(float)])
    assert fit_temperature(honest * temperature, labels) == pytest.approx(temperature, rel=0.12)


def test_a_fitted_confidence_means_what_it_says() -> None:
    evidence = RNG.normal(size=(4000, 3)).astype(np.float32)
    is_right = RNG.random(4000) < 1 / (1 + np.exp(-(2 * evidence[:, 0] - evidence[:, 1] + 0.5)))
    calibrator = fit_logistic(evidence[:2000], is_right[:2000])
    found = calibrator.probabilities(evidence[2000:])
    assert expected_calibration_error(found.tolist(), is_right[2000:].tolist()) < 0.04


def test_frequencies_of_answers_become_those_of_the_labels() -> None:
    scores = RNG.normal(size=(3000, 3)) + np.array([3.0, 0.0, 0.0])
    labels = RNG.choice(3, size=3000, p=[0.8, 0.15, 0.05])
    answers = (scores + match_frequencies(scores, labels)).argmax(axis=1)
    np.testing.assert_allclose(np.bincount(answers) / 3000, np.bincount(labels) / 3000, atol=0.02)


def test_a_constant_confidence_is_one() -> None:
    evidence = RNG.normal(size=(4, len(LINK_FEATURES))).astype(np.float32)
    np.testing.assert_allclose(
        constant_calibration(0.3, n_features=evidence.shape[1]).probabilities(evidence), 0.3, rtol=1e-5
    )
