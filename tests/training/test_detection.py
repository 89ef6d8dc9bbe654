import numpy as np
import pytest

from inquit.models.labels import OUTSIDE
from inquit.models.linker import LINK_FEATURES
from inquit.training.calibrate import constant_calibration
from inquit.training.detection import Detection, Found

FOUND = Found(
    evidence=np.zeros((3, len(LINK_FEATURES)), dtype=np.float32),
    is_right=np.array([True, True, False]),
    words=[np.arange(0, 4), np.arange(6, 8), np.arange(6, 10)],
    is_gold=np.isin(np.arange(12), [0, 1, 2, 3, 6, 7, 10, 11]),
    n_gold=3,
)


@pytest.mark.parametrize(
    ("kept", "of_attributions", "of_words"),
    [
        ([True, True, True], 4 / 6, 2 * 6 / (8 + 8)),
        ([True, True, False], 4 / 5, 2 * 6 / (6 + 8)),
        ([True, False, False], 2 / 4, 2 * 4 / (4 + 8)),
        ([False, False, False], 0.0, 0.0),
    ],
)
def test_words_that_two_attributions_share_count_once(
    kept: list[bool], of_attributions: float, of_words: float
) -> None:
    assert FOUND.f1(np.array(kept)) == pytest.approx((of_attributions, of_words))


def test_the_offset_moves_what_is_outside_and_nothing_else() -> None:
    heads = {"tags.bias": np.zeros(7, dtype=np.float32), "other": np.ones(1, dtype=np.float32)}
    applied = Detection(-0.4, constant_calibration(), 0.25, (0.7, 0.9)).apply(heads)
    assert applied["tags.bias"][OUTSIDE] == pytest.approx(-0.4)
    assert np.count_nonzero(applied["tags.bias"]) == 1
    assert applied["confidence.least"][0] == pytest.approx(0.25)
    assert applied["other"] is heads["other"]
