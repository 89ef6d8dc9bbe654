from __future__ import annotations

import numpy as np
import pytest

from inquit.models.candidates import Candidate
from inquit.models.result import Speaker, SpeakerKind
from inquit.models.speaker_features import FEATURES
from inquit.training.speakers import (
    SpeakerExample,
    accuracy,
    calibrate_scorer,
    fit_scorer,
    right_candidates,
    untrained_scorer,
)

pytest.importorskip("torch", reason="training needs inquit[train]")

RNG = np.random.default_rng(3)


def make_examples(n: int, noise: float) -> list[SpeakerExample]:
    """The right candidate is the one with the highest first feature, but for noise."""
    examples = []
    for _ in range(n):
        features = RNG.normal(size=(5, len(FEATURES))).astype(np.float32)
        is_right = np.zeros(5, dtype=bool)
        is_right[(features[:, 0] + RNG.normal(size=5) * noise).argmax()] = True
        examples.append(SpeakerExample(features, is_right))
    return examples


def test_what_tells_candidates_apart_is_learnt() -> None:
    examples = make_examples(600, noise=0.1)
    assert accuracy(untrained_scorer(), examples) < 0.4
    scorer = fit_scorer(examples[:400], n_hidden=16, n_epochs=80)
    assert accuracy(scorer, examples[400:]) > 0.7


def test_the_same_seed_gives_the_same_scorer() -> None:
    examples = make_examples(100, noise=0.1)
    one, other = (fit_scorer(examples, n_hidden=4, n_epochs=2, seed=5) for _ in range(2))
    assert all((one.to_arrays()[name] == array).all() for name, array in other.to_arrays().items())


def test_calibrated_probabilities_mean_what_they_say() -> None:
    examples = make_examples(900, noise=1.0)
    scorer = fit_scorer(examples[:300], n_hidden=32, n_epochs=60)
    calibrated = calibrate_scorer(scorer, examples[300:600])
    sure = [float(calibrated.probabilities(e.features).max()) for e in examples[600:]]
    assert np.mean(sure) == pytest.approx(accuracy(calibrated, examples[600:]), abs=0.08)


@pytest.mark.parametrize(
    ("speaker", "right"),
    [
        (Speaker("Ann Lee", SpeakerKind.PERSON, named=True), [True, False, False]),
        (Speaker("Mrs. Ann Lee’s", SpeakerKind.PERSON, named=True), [True, False, False]),
        (Speaker("Ann Lee & the police", SpeakerKind.GROUP), [False, False, False]),
        (Speaker(None, SpeakerKind.AUTHOR), [False, False, True]),
        (Speaker("Bob", SpeakerKind.PERSON), [False, False, False]),
        (None, [False, False, False]),
    ],
)
def test_labels_are_found_among_the_candidates(speaker: Speaker | None, right: list[bool]) -> None:
    candidates = [Candidate("Ann Lee", (0,)), Candidate("police"), Candidate(None, is_author=True)]
    assert right_candidates(candidates, speaker).tolist() == right


def test_a_part_of_a_joint_source_is_one_of_the_speakers_the_whole_is_all() -> None:
    candidates = [Candidate("Ann Lee", (0,)), Candidate("Bob"), Candidate("the police & Ann Lee"), Candidate(None)]
    speaker = Speaker("Ann Lee & the police", SpeakerKind.GROUP)
    assert right_candidates(candidates, speaker).tolist() == [False, False, True, False]
    assert right_candidates(candidates, speaker, is_part=True).tolist() == [True, False, True, False]
