"""Scores for pairs of spans: which cue belongs to a content, which source to a cue, which mention to a source.

All relations use the same kind of scorer: a bilinear form on the states of the spans' first and last words, plus a
table of distances. Candidates are the nearest spans on either side, so the cost is linear in the article's length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from inquit.models.segmentation import N_QUOTE_STATES, Document, Floats, Ints, quote_states

_DISTANCE_EDGES = np.array([1, 2, 3, 5, 9, 17, 33, 65])
_N_DISTANCES = 2 * (len(_DISTANCE_EDGES) + 1) + 1
_N_PARAGRAPHS = 8
_N_RANKS = 8
_N_QUOTES = 2 * N_QUOTE_STATES
N_PAIR_FEATURES = _N_DISTANCES + _N_PARAGRAPHS + _N_RANKS + _N_QUOTES
"""Rows of the table of distances; each pair has one feature from each of the four groups."""


def nearest_candidates(spans: Ints, others: Ints, *, n_before: int, n_after: int) -> Ints:
    """The spans of ``others`` nearest to each of ``spans``; both are sorted word ranges of shape (n, 2).

    Returns:
        shape (n_spans, n_before + n_after), indices into ``others`` in text order, -1 if there is none.
    """
    position = np.searchsorted(others[:, 0], spans[:, 0])
    index = position[:, None] + np.arange(-n_before, n_after)
    return np.where((index >= 0) & (index < len(others)), index, -1)


def pair_features(document: Document, spans: Ints, others: Ints, candidates: Ints) -> Ints:
    """The rows of the table of distances that apply to each candidate pair: shape (n_spans, n_candidates, 4)."""
    if len(others) == 0:
        return np.zeros((*candidates.shape, 4), dtype=np.int64)
    start, stop = spans[:, :1], spans[:, 1:]
    other_start, other_stop = others[candidates, 0], others[candidates, 1]
    is_after = other_start >= start
    gap = np.where(is_after, other_start - stop, start - other_stop)
    size = np.searchsorted(_DISTANCE_EDGES, gap, side="right")
    distance = np.where(gap < 0, 0, 1 + 2 * size + is_after)
    paragraph = document.paragraph_of_word
    apart = np.clip(paragraph[other_start] - paragraph[start], -3, 3) + 3
    same_sentence = document.sentence_of_word[other_start] == document.sentence_of_word[start]
    paragraphs = np.where(same_sentence, 7, apart)
    rank = candidates - np.searchsorted(others[:, 0], start[:, 0])[:, None]
    ranks = np.where(is_after, 4 + np.clip(rank, 0, 3), np.clip(-1 - rank, 0, 3))
    quotes = quote_states(document.features[start]) * 2 + is_after
    return np.stack(
        [
            distance,
            _N_DISTANCES + paragraphs,
            _N_DISTANCES + _N_PARAGRAPHS + ranks,
            _N_DISTANCES + _N_PARAGRAPHS + _N_RANKS + quotes,
        ],
        axis=-1,
    )


def span_states(states: Floats, spans: Ints) -> Floats:
    """The states of each span's first and last word side by side: shape (n_spans, 2 * n_hidden)."""
    return np.concatenate([states[spans[:, 0]], states[spans[:, 1] - 1]], axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class PairScorer:
    """The learnt scorer of one relation, computed from arrays.

    Names and shapes are those of `inquit.training.network.attribution_network`.
    """

    first_weight: Floats
    first_bias: Floats
    second_weight: Floats
    second_bias: Floats
    second_score_weight: Floats
    none_weight: Floats
    none_bias: Floats
    table: Floats

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats], prefix: str) -> PairScorer:
        names = {
            "first_weight": "first.weight",
            "first_bias": "first.bias",
            "second_weight": "second.weight",
            "second_bias": "second.bias",
            "second_score_weight": "second_score.weight",
            "none_weight": "none.weight",
            "none_bias": "none.bias",
            "table": "table.weight",
        }
        return cls(**{field: arrays[f"{prefix}.{name}"] for field, name in names.items()})

    def scores(self, states: Floats, spans: Ints, others: Ints, candidates: Ints, features: Ints) -> Floats:
        """Scores of all candidates, with "none of them" in the last column; -inf where there is no candidate.

        Returns:
            shape (n_spans, n_candidates + 1), natural log, unnormalised.
        """
        first_states = span_states(states, spans)
        none = first_states @ self.none_weight.T + self.none_bias
        if len(others) == 0:
            return np.concatenate([np.full(candidates.shape, -np.inf, dtype=np.float32), none], axis=1)
        first = first_states @ self.first_weight.T + self.first_bias
        second_states = span_states(states, others)
        second = second_states @ self.second_weight.T + self.second_bias
        second_score = (second_states @ self.second_score_weight.T)[:, 0]
        scores = np.einsum("nd,ncd->nc", first, second[candidates]) / np.sqrt(np.float32(first.shape[1]))
        scores = scores + second_score[candidates] + self.table[features, 0].sum(axis=-1)
        return np.concatenate([np.where(candidates >= 0, scores, -np.inf).astype(np.float32), none], axis=1)
