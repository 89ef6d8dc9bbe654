"""Batches of windows from labelled documents, with the targets of each head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from inquit.models.labels import MENTION_KINDS, ROLES, n_tags
from inquit.models.pairs import nearest_candidates, pair_features
from inquit.models.pieces import Window, WindowConfig, plan_windows
from inquit.models.segmentation import Ints
from inquit.training.network.examples import IGNORED, ClaimExample, LabelledDocument, RelationLabels

Floats = NDArray[np.float32]

_MAX_SEQUENCE = 256
"""The greatest number of words in one sequence for the CRF."""


@dataclass(slots=True, kw_only=True)
class Batch:
    """A batch of windows. The words of all windows are stacked; spans and candidates index into the stack.

    Attributes:
        ids, features, mask: shape (n_windows, n_pieces).
        word_rows: shape (n_words,), the rows of the flattened piece states that represent words.
        is_core: shape (n_words,), whether the word is in the core of its window, which answers for it.
        sequences: word ranges of the cores, split at paragraphs, for the CRF.
        soft_tags, soft_mentions: a teacher's scores, shape (n_words, n_tags); meaningless where ``has_soft`` is false.
    """

    ids: Ints
    features: Ints
    mask: Ints
    word_rows: Ints
    tags: Ints
    is_core: NDArray[np.bool_]
    mention_tags: Ints
    sequences: list[tuple[int, int]]
    relations: dict[str, Relation]
    speaker_spans: Ints
    speaker_kind: Ints
    claims: list[ClaimExample]
    soft_tags: Floats
    soft_mentions: Floats
    has_soft: NDArray[np.bool_]


@dataclass(slots=True)
class Relation:
    """The candidate pairs of one relation, and which of them are right.

    Attributes:
        is_right: shape (n_spans, n_candidates + 1); all false in a row whose answer is unlabelled or not a candidate.
        soft: a teacher's scores, of the same shape; nan where there are none.
    """

    spans: Ints
    others: Ints
    candidates: Ints
    features: Ints
    is_right: NDArray[np.bool_]
    soft: Floats

    @property
    def has_pairs(self) -> bool:
        return len(self.spans) > 0 and len(self.others) > 0


def cut_windows(documents: Sequence[LabelledDocument], config: WindowConfig) -> list[tuple[LabelledDocument, Window]]:
    return [(document, window) for document in documents for window in plan_windows(document.pieces, config)]


def collate(windows: Sequence[tuple[LabelledDocument, Window]], special: tuple[int, int, int]) -> Batch:
    """Collate windows into one batch.

    Args:
        special: ids of the pieces that start, end and pad a window.
    """
    first_id, last_id, pad_id = special
    length = max(window.stop - window.start for _, window in windows) + 2
    length += -length % 16
    shape = (len(windows), length)
    ids = np.full(shape, pad_id, dtype=np.int64)
    features, mask = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    parts: list[_WindowPart] = []
    n_words = 0
    for row, (document, window) in enumerate(windows):
        pieces = document.pieces
        stop = window.stop - window.start + 2
        ids[row, :stop] = [first_id, *pieces.ids[window.start : window.stop], last_id]
        features[row, 1 : stop - 1] = pieces.document.features[pieces.word_of_piece[window.start : window.stop]]
        mask[row, :stop] = 1
        part = _WindowPart(document, window, n_words, row * length)
        parts.append(part)
        n_words += part.stop - part.start
    soft = [part.soft_labels() for part in parts]
    return Batch(
        ids=ids,
        features=features,
        mask=mask,
        word_rows=np.concatenate([part.word_rows() for part in parts]),
        tags=np.concatenate([part.document.tags[part.start : part.stop] for part in parts]),
        is_core=np.concatenate([part.is_core() for part in parts]),
        mention_tags=np.concatenate([part.mention_tags() for part in parts]),
        sequences=[sequence for part in parts for sequence in part.sequences()],
        relations=_stack_relations([part.relations() for part in parts]),
        speaker_spans=np.concatenate([part.inside(part.document.sources)[1] for part in parts]),
        speaker_kind=np.concatenate([part.speaker_kind() for part in parts]),
        claims=[claim for part in parts for claim in part.claims()],
        soft_tags=np.concatenate([tags for tags, _, _ in soft]),
        soft_mentions=np.concatenate([mentions for _, mentions, _ in soft]),
        has_soft=np.concatenate([has_soft for _, _, has_soft in soft]),
    )


class _WindowPart:
    """One window of a batch: maps word indices of the document to rows of the batch's stack of words."""

    def __init__(self, document: LabelledDocument, window: Window, offset: int, row_offset: int) -> None:
        first_piece = document.pieces.first_piece
        self.document, self.window = document, window
        self.start, self.stop = np.searchsorted(first_piece, [window.start, window.stop]).tolist()
        self.core = np.searchsorted(first_piece, [window.core_start, window.core_stop]).tolist()
        self.offset = offset - self.start
        self.row_offset = row_offset + 1 - window.start

    def word_rows(self) -> Ints:
        return self.document.pieces.first_piece[self.start : self.stop] + self.row_offset

    def is_core(self) -> NDArray[np.bool_]:
        words = np.arange(self.start, self.stop)
        is_core: NDArray[np.bool_] = (words >= self.core[0]) & (words < self.core[1])
        return is_core

    def mention_tags(self) -> Ints:
        if self.document.mention_tags is None:
            return np.full(self.stop - self.start, IGNORED, dtype=np.int64)
        return self.document.mention_tags[self.start : self.stop]

    def sequences(self) -> list[tuple[int, int]]:
        start, stop = self.core
        paragraphs = self.document.pieces.document.paragraph_of_word[start:stop]
        breaks = [0, *(np.flatnonzero(np.diff(paragraphs)) + 1).tolist(), len(paragraphs)]
        return [
            (first + start + self.offset, min(first + _MAX_SEQUENCE, last) + start + self.offset)
            for a, last in pairwise(breaks)
            for first in range(a, last, _MAX_SEQUENCE)
        ]

    def inside(self, spans: Ints) -> tuple[Ints, Ints]:
        """The indices of the document's spans that lie completely in the window, and their place in the stack."""
        index = np.flatnonzero((spans[:, 0] >= self.start) & (spans[:, 1] <= self.stop))
        return index, spans[index] + self.offset

    def relations(self) -> dict[str, Relation]:
        soft = self.document.soft
        return {
            name: self._relation(labels, None if soft is None else soft.links[name])
            for name, labels in self.document.relations.items()
        }

    def _relation(self, labels: RelationLabels, soft_links: Floats | None) -> Relation:
        (rows, spans), (names, others) = self.inside(labels.spans), self.inside(labels.others)
        n_before, n_after = labels.reach
        candidates = nearest_candidates(spans, others, n_before=n_before, n_after=n_after)
        is_right = np.zeros((len(rows), candidates.shape[1] + 1), dtype=bool)
        for right, of_row, row in zip(is_right, candidates, rows, strict=True):
            answer = labels.answers[row]
            if answer:
                right[:-1] = [c >= 0 and int(names[c]) in answer for c in of_row]
            elif answer is not None:
                right[-1] = True
        soft = np.full(is_right.shape, np.nan, dtype=np.float32)
        if soft_links is not None and len(names):
            soft[:, :-1] = np.where(candidates >= 0, soft_links[rows[:, None], names[candidates]], np.nan)
            soft[:, -1] = soft_links[rows, -1]
        features = pair_features(self.document.pieces.document, labels.spans[rows], labels.others[names], candidates)
        return Relation(spans, others, candidates, features, is_right, soft)

    def speaker_kind(self) -> Ints:
        return self.document.speaker_kind[self.inside(self.document.sources)[0]]

    def claims(self) -> list[ClaimExample]:
        """The claims that lie completely in the window and begin in its core; other windows leave them to this one."""
        return [
            replace(
                claim,
                parts=tuple((start + self.offset, stop + self.offset) for start, stop in claim.parts),
                cue=self._moved(claim.cue),
                source=self._moved(claim.source),
            )
            for claim in self.document.claims
            if (claim.targets is not None or claim.soft is not None)
            and all(start >= self.start and stop <= self.stop for start, stop in claim.parts)
            and self.core[0] <= claim.parts[0][0] < self.core[1]
        ]

    def _moved(self, words: tuple[int, int] | None) -> tuple[int, int] | None:
        if words is None or words[0] < self.start or words[1] > self.stop:
            return None
        return words[0] + self.offset, words[1] + self.offset

    def soft_labels(self) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """The teacher's scores for tags and mentions, by word, and whether there are any."""
        n_words, soft = self.stop - self.start, self.document.soft
        if soft is None:
            tags = np.zeros((n_words, n_tags(len(ROLES))), dtype=np.float32)
            return (
                tags,
                np.zeros((n_words, n_tags(len(MENTION_KINDS))), dtype=np.float32),
                np.zeros(n_words, dtype=bool),
            )
        part = slice(self.start, self.stop)
        return soft.tags[part], soft.mentions[part], np.ones(n_words, dtype=bool)


def _stack_relations(windows: Sequence[Mapping[str, Relation]]) -> dict[str, Relation]:
    """Join the relations of several windows, by name."""
    return {name: _stack([relations[name] for relations in windows]) for name in windows[0]}


def _stack(relations: Sequence[Relation]) -> Relation:
    """Join one relation of several windows; its candidates then index into the joined ``others``."""
    n_others = np.cumsum([0, *(len(relation.others) for relation in relations)])
    candidates = [
        np.where(relation.candidates >= 0, relation.candidates + shift, -1)
        for relation, shift in zip(relations, n_others, strict=False)
    ]
    return Relation(
        np.concatenate([relation.spans for relation in relations]),
        np.concatenate([relation.others for relation in relations]),
        np.concatenate(candidates),
        np.concatenate([relation.features for relation in relations]),
        np.concatenate([relation.is_right for relation in relations]),
        np.concatenate([relation.soft for relation in relations]),
    )
