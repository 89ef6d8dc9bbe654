from itertools import pairwise, product

import numpy as np
import pytest

from inquit.models.labels import allowed_transitions
from inquit.models.tagger import best_tags, spans_of

N_TAGS = 7


def transitions(rng: np.random.Generator) -> np.ndarray:
    return np.where(allowed_transitions(3), rng.normal(size=(N_TAGS, N_TAGS)), -np.inf).astype(np.float32)


def best_by_trying_all(emissions: np.ndarray, moves: np.ndarray) -> float:
    """The score of the best allowed sequence, found by trying every sequence."""
    best = -np.inf
    for tags in product(range(N_TAGS), repeat=len(emissions)):
        if tags[0] in (2, 4, 6):
            continue
        score = sum(emissions[i, tag] for i, tag in enumerate(tags))
        score += sum(moves[a, b] for a, b in pairwise(tags))
        best = max(best, score)
    return float(best)


@pytest.mark.parametrize("seed", range(8))
def test_best_tags_are_the_best_of_all_sequences(seed: int) -> None:
    rng = np.random.default_rng(seed)
    moves = transitions(rng)
    lengths = [4, 1, 3]
    emissions = rng.normal(size=(sum(lengths), N_TAGS)).astype(np.float32)
    stops = np.cumsum(lengths)
    sequences = np.stack([stops - lengths, stops], axis=1)
    tags = best_tags(emissions, moves, sequences)
    for start, stop in sequences.tolist():
        chosen = tags[start:stop]
        score = emissions[np.arange(start, stop), chosen].sum() + moves[chosen[:-1], chosen[1:]].sum()
        assert chosen[0] not in (2, 4, 6)
        assert score == pytest.approx(best_by_trying_all(emissions[start:stop], moves), abs=1e-4)


def test_sequences_side_by_side_give_the_same_as_one_by_one() -> None:
    rng = np.random.default_rng(1)
    moves = transitions(rng)
    emissions = rng.normal(size=(50, N_TAGS)).astype(np.float32)
    sequences = np.array([[0, 20], [20, 21], [21, 50]])
    together = best_tags(emissions, moves, sequences)
    apart = np.concatenate([best_tags(emissions[a:b], moves, np.array([[0, b - a]])) for a, b in sequences])
    assert together.tolist() == apart.tolist()


@pytest.mark.parametrize(
    ("tags", "contents"),
    [
        ([0, 1, 2, 2, 0], [[1, 4]]),
        ([1, 1, 2], [[0, 1], [1, 3]]),
        ([3, 4, 1], [[2, 3]]),
        ([0, 0], []),
        ([], []),
    ],
)
def test_spans_follow_tags(tags: list[int], contents: list[list[int]]) -> None:
    assert spans_of(np.array(tags, dtype=np.int64), 0).tolist() == contents
