"""Finds content, cue and source spans: the best sequence of tags for every paragraph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from inquit.models.labels import ROLES, allowed_transitions, begin
from inquit.models.segmentation import Document, Floats, Ints, paragraph_breaks

MAX_SEQUENCE = 1000
"""Paragraphs with more words are decoded in pieces, so that one endless line costs no more than many short ones."""


@dataclass(frozen=True, slots=True, eq=False)
class Tags:
    """Spans as word ranges of shape (n, 2) in text order, with the probabilities of the tags.

    Attributes:
        log_probabilities: shape (n_words,), natural log of the probability of the tag chosen for each word.
        roles: shape (n_words, n_roles), the probability that each word is in a content, a cue, a source, regardless of
            the tag chosen.
    """

    contents: Ints
    cues: Ints
    sources: Ints
    log_probabilities: Floats
    roles: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Tagger:
    """A linear layer and a conditional random field over begin/inside tags of the three roles."""

    weight: Floats
    bias: Floats
    transitions: Floats

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats]) -> Tagger:
        transitions = np.where(allowed_transitions(len(ROLES)), arrays["crf.transitions"], -np.inf)
        return cls(arrays["tags.weight"], arrays["tags.bias"], transitions.astype(np.float32))

    def tag(self, document: Document, states: Floats) -> Tags:
        """Find the spans of a document from its word states, shape (n_words, n_hidden)."""
        emissions = states @ self.weight.T + self.bias
        tags = best_tags(emissions, self.transitions, cut_sequences(document))
        chosen = np.take_along_axis(emissions, tags[:, None], axis=1)[:, 0]
        contents, cues, sources = (spans_of(tags, kind) for kind in range(len(ROLES)))
        totals = log_sum_exp(emissions)
        in_role = np.exp(emissions[:, begin(0) :] - totals[:, None]).reshape(len(emissions), len(ROLES), 2)
        return Tags(contents, cues, sources, chosen - totals, in_role.sum(axis=2))


def cut_sequences(document: Document) -> Ints:
    """Word ranges to decode separately, in general the paragraphs: shape (n_sequences, 2)."""
    breaks = paragraph_breaks(document)
    if len(breaks) < 2:
        return np.zeros((0, 2), dtype=np.int64)
    ranges = [
        (start, min(start + MAX_SEQUENCE, stop))
        for first, stop in zip(breaks[:-1].tolist(), breaks[1:].tolist(), strict=True)
        for start in range(first, stop, MAX_SEQUENCE)
    ]
    return np.array(ranges, dtype=np.int64)


def best_tags(emissions: Floats, transitions: Floats, sequences: Ints) -> Ints:
    """The highest-scoring allowed tags of every sequence (Viterbi 1967), computed for all sequences in parallel.

    Args:
        emissions: shape (n_words, n_tags).
        transitions: shape (n_tags, n_tags), from row to column, -inf where that is not allowed.
        sequences: word ranges of shape (n_sequences, 2).

    Returns:
        shape (n_words,).
    """
    tags = np.zeros(len(emissions), dtype=np.int64)
    if len(sequences) == 0:
        return tags
    order = np.argsort(sequences[:, 0] - sequences[:, 1], kind="stable")
    starts, lengths = sequences[order, 0], (sequences[:, 1] - sequences[:, 0])[order]
    # The longest sequences come first, so that those still running are always the first ones.
    n_running = np.searchsorted(-lengths, -np.arange(lengths[0]), side="left")
    is_inside = np.isneginf(transitions[0])
    best = emissions[starts] + np.where(is_inside, -np.inf, 0).astype(np.float32)
    pointers = []
    for step in range(1, int(lengths[0])):
        n = n_running[step]
        scores = best[:n, :, None] + transitions
        pointer = scores.argmax(axis=1)
        best[:n] = scores.max(axis=1) + emissions[starts[:n] + step]
        pointers.append(pointer)
    current, rows = best.argmax(axis=1), np.arange(len(starts))
    for step in range(int(lengths[0]) - 1, 0, -1):
        n = n_running[step]
        tags[starts[:n] + step] = current[:n]
        current[:n] = pointers[step - 1][rows[:n], current[:n]]
    tags[starts] = current
    return tags


def spans_of(tags: Ints, kind: int) -> Ints:
    """Word ranges of the spans of one kind: shape (n_spans, 2)."""
    starts = np.flatnonzero(tags == begin(kind))
    continues = np.append(tags == begin(kind) + 1, False)
    stops_anywhere = np.flatnonzero(~continues)
    stops = stops_anywhere[np.searchsorted(stops_anywhere, starts + 1)]
    return np.stack([starts, stops], axis=1)


def log_sum_exp(scores: Floats) -> Floats:
    """log(sum(exp(scores))) over the last axis, without overflow."""
    highest = scores.max(axis=-1, keepdims=True)
    total: Floats = np.log(np.exp(scores - highest).sum(axis=-1)) + highest[..., 0]
    return total
