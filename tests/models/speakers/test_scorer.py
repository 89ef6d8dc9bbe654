import numpy as np
import pytest

from inquit.models.segmentation import Floats
from inquit.models.speakers.candidates import Candidate
from inquit.models.speakers.features import FEATURES
from inquit.models.speakers.scorer import NEIGHBOUR_FEATURES, CandidateScorer, SpeakerScorer, add_neighbours

ANN, BOB, WRITER = Candidate("Ann Lee", (0,)), Candidate("Bob Ray", (1,)), Candidate(None)
OFFICIAL, THE_OFFICIAL = Candidate("an official"), Candidate("the official")


def make_scorer(n_features: int) -> CandidateScorer:
    """A scorer whose score is a candidate's first feature."""
    weight = np.zeros((1, n_features), dtype=np.float32)
    weight[0, 0] = 1
    return CandidateScorer(weight, np.zeros(1, dtype=np.float32), np.ones(1, dtype=np.float32))


def features_of(*scores: float) -> Floats:
    rows = np.zeros((len(scores), len(FEATURES)), dtype=np.float32)
    rows[:, 0] = scores
    return rows


def neighbours(*sources: tuple[list[Candidate], Floats], paragraphs: list[int]) -> list[dict[str, list[float]]]:
    candidates, features = zip(*sources, strict=True)
    added = add_neighbours(make_scorer(len(FEATURES)), candidates, features, paragraphs)
    return [{name: rows[:, len(FEATURES) + i].tolist() for i, name in enumerate(NEIGHBOUR_FEATURES)} for rows in added]


def test_the_answers_around_are_told() -> None:
    sure, open_ = features_of(20, 0), features_of(0, 0)
    first, second, third = neighbours(([ANN, BOB], sure), ([ANN, BOB], open_), ([BOB, ANN], sure), paragraphs=[0, 0, 1])
    assert second["answers source before"] == pytest.approx([1, 0], abs=1e-6)
    assert second["answers source after"] == pytest.approx([0, 1], abs=1e-6)
    assert third["answers second before"] == pytest.approx([0, 1], abs=1e-6)
    assert second["answers in paragraph"] == pytest.approx([1, 0], abs=1e-6)
    assert third["answers in paragraph"] == [0, 0]
    assert second["share of answers"] == pytest.approx([0.5, 0.5], abs=1e-6)
    assert first["answers source before"] == [0, 0]
    assert first["log-odds of first pass"][0] > 0 > first["log-odds of first pass"][1]


def test_one_name_is_one_answer_and_the_writer_is_nobodys_neighbour() -> None:
    _, second = neighbours(
        ([OFFICIAL, WRITER], features_of(20, 0)), ([THE_OFFICIAL, WRITER], features_of(0, 0)), paragraphs=[0, 0]
    )
    assert second["answers source before"] == pytest.approx([1, 0], abs=1e-6)


def test_a_single_source_has_no_neighbours() -> None:
    (only,) = neighbours(([ANN, BOB], features_of(0, 0)), paragraphs=[0])
    assert all(only[name] == [0, 0] for name in NEIGHBOUR_FEATURES)
    assert add_neighbours(make_scorer(len(FEATURES)), [], [], []) == []


def test_a_scorer_survives_its_arrays() -> None:
    scorer = SpeakerScorer(make_scorer(len(FEATURES)), make_scorer(len(FEATURES) + len(NEIGHBOUR_FEATURES)))
    again = SpeakerScorer.from_arrays(scorer.to_arrays())
    given = [[ANN, BOB], [BOB, ANN]], [features_of(1, 2), features_of(3, 1)], [0, 0]
    for one, other in zip(scorer.probabilities(*given), again.probabilities(*given), strict=True):
        assert one.tolist() == other.tolist()
        assert one.sum() == pytest.approx(1)


def test_a_scorer_of_other_features_is_refused() -> None:
    arrays = make_scorer(7).to_arrays("speaker.first")
    with pytest.raises(ValueError, match=rf"\(n_hidden, {len(FEATURES)}\), got \(1, 7\).*build it again"):
        SpeakerScorer.from_arrays(arrays)
    with pytest.raises(ValueError, match="got none: the model was built by another version"):
        SpeakerScorer.from_arrays({})
