from dataclasses import replace

import numpy as np
import pytest

from inquit.models.labels import ROLES, begin
from inquit.models.linker import LINK_FEATURES
from inquit.training import detection
from inquit.training.calibrate import constant_calibration
from inquit.training.detection import CUE_BEGINS, CUE_GOES_ON, Detection, Found, fit_detection, middle_of_best

NO_WORDS = np.arange(0)
FOUND = Found(
    evidence=np.zeros((3, len(LINK_FEATURES)), dtype=np.float32),
    is_right=np.array([True, True, False]),
    words=[
        (np.arange(0, 4), np.arange(4, 5), NO_WORDS),
        (np.arange(6, 8), np.arange(8, 9), np.arange(9, 11)),
        (np.arange(6, 10), np.arange(5, 6), np.arange(9, 11)),
    ],
    is_gold=np.array([np.isin(np.arange(12), words) for words in ([0, 1, 2, 3, 6, 7, 10, 11], [4, 8], [9, 10])]),
    n_gold=3,
)


@pytest.mark.parametrize(
    ("kept", "of_attributions", "by_word"),
    [
        ([True, True, True], 4 / 6, (2 * 6 / (8 + 8), 2 * 2 / (3 + 2), 1.0)),
        ([True, True, False], 4 / 5, (2 * 6 / (6 + 8), 1.0, 1.0)),
        ([True, False, False], 2 / 4, (2 * 4 / (4 + 8), 2 * 1 / (1 + 2), 0.0)),
        ([False, False, False], 0.0, (0.0, 0.0, 0.0)),
    ],
)
def test_words_that_two_attributions_share_count_once(
    kept: list[bool], of_attributions: float, by_word: tuple[float, ...]
) -> None:
    assert FOUND.f1(np.array(kept)) == pytest.approx((of_attributions, *by_word))


@pytest.mark.parametrize(
    ("sums", "least"),
    [
        pytest.param({0.0: 3.2, 0.1: 3.305, 0.2: 3.301, 0.3: 3.3, 0.4: 3.1}, 0.2, id="not the edge"),
        pytest.param({0.0: 3.2, 0.1: 3.301, 0.2: 3.3, 0.3: 3.1}, 0.1, id="of two the lower"),
        pytest.param({0.0: 3.31, 0.1: 3.2, 0.2: 3.3}, 0.0, id="also where others between are worse"),
    ],
)
def test_the_middle_of_what_is_as_good_is_taken(sums: dict[float, float], least: float) -> None:
    assert middle_of_best(sums) == least


def test_readiness_under_which_evidence_tells_nothing_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def find(model: object, read: object, readiness: tuple[float, float]) -> Found:
        tried.append(readiness)
        return replace(FOUND, is_right=np.ones(3, dtype=bool)) if readiness == (0.0, -0.5) else FOUND

    monkeypatch.setattr(detection, "_find", find)
    assert fit_detection(None, []).readiness == (0.0, 0.0)  # type: ignore[arg-type]
    assert len(tried) == len(CUE_BEGINS) * len(CUE_GOES_ON)


def test_readiness_moves_where_cues_begin_and_end_and_nothing_else() -> None:
    heads = {"tags.bias": np.zeros(7, dtype=np.float32), "other": np.ones(1, dtype=np.float32)}
    confidence = constant_calibration(n_features=len(LINK_FEATURES))
    applied = Detection((0.5, -1.0), confidence, 0.25, (0.7, 0.9, 0.7, 0.8)).apply(heads)
    first = begin(ROLES.index("cue"))
    assert applied["tags.bias"][first : first + 2].tolist() == [0.5, -1.0]
    assert np.count_nonzero(applied["tags.bias"]) == 2
    assert applied["confidence.least"][0] == pytest.approx(0.25)
    assert applied["other"] is heads["other"]
