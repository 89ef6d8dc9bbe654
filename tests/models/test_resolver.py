import numpy as np
import pytest

from inquit.models.resolver import CandidateScorer
from inquit.models.speaker_features import FEATURES


def make_scorer(n_features: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    return {
        "speaker.hidden_weight": rng.normal(size=(3, n_features)).astype(np.float32),
        "speaker.hidden_bias": np.zeros(3, dtype=np.float32),
        "speaker.output_weight": np.ones(3, dtype=np.float32),
    }


def test_a_scorer_of_other_features_is_refused() -> None:
    with pytest.raises(ValueError, match=rf"\(n_hidden, {len(FEATURES)}\), got \(3, 7\).*build it again"):
        CandidateScorer.from_arrays(make_scorer(7))


def test_a_scorer_survives_its_arrays() -> None:
    arrays = make_scorer(len(FEATURES))
    features = np.random.default_rng(6).normal(size=(4, len(FEATURES))).astype(np.float32)
    scorer = CandidateScorer.from_arrays(arrays)
    assert scorer.to_arrays().keys() == arrays.keys()
    probabilities = CandidateScorer.from_arrays(scorer.to_arrays()).probabilities(features)
    assert probabilities.tolist() == scorer.probabilities(features).tolist()
    assert probabilities.sum() == pytest.approx(1)
