"""How ready the model is to see an attribution, and how sure it may be of it: fitted on articles that trained nothing.

F1 is best where attributions are kept that are right with at least half the probability of F1 itself (Lipton, Elkan and
Naryanaswamy 2014), so the tagger is made readier to see cues, without which there is no attribution, and to end them, and what
is unlikely is then left out. What is left out by the whole attribution alone takes good contents, cues and sources with it:
the words of each count as much as it does.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from inquit.inference.attributor import Attributor
from inquit.models.article import Article
from inquit.models.calibration import LogisticCalibrator
from inquit.models.labels import ROLES, begin
from inquit.models.linker import LINK_FEATURES
from inquit.models.result import ArticleResult
from inquit.models.segmentation import Document, Ints, segment
from inquit.training.calibrate import constant_calibration, fit_logistic
from inquit.training.evaluation.spans import right_attributions

logger = logging.getLogger(__name__)

Floats = NDArray[np.float32]

CUE_BEGINS, CUE_GOES_ON = (0.0, 0.5, 1.0, 1.5), (0.0, -0.5, -1.0)
"""What may be added to the scores of a word's beginning a cue, and of its going on with one (natural log)."""

LEAST_GAIN = 0.005
"""What the sum of the F1 must win where the scores of cues are changed once more."""

THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(11))
"""Confidences below which attributions may be left out."""

NEGLIGIBLE = 0.015
"""Thresholds whose sum of the F1 is within this of the best count as good, and the middle one of them is taken: over some
dozens of articles sums differ as much by chance, and a threshold at the edge would hang on it."""


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """The fitted readiness to see cues, the confidence, and the least confidence that is kept.

    Attributes:
        readiness: what is added to the scores of a word's beginning a cue and of its going on with one.
        f1: of the full attribution, and by word of content, cue and source.
    """

    readiness: tuple[float, float]
    confidence: LogisticCalibrator
    least_confidence: float
    f1: tuple[float, ...]

    def apply(self, heads: dict[str, Floats]) -> dict[str, Floats]:
        """The heads' arrays with the detection in them."""
        least = np.array([self.least_confidence], dtype=np.float32)
        bias = ready_bias(heads["tags.bias"], self.readiness)
        return heads | {"tags.bias": bias, "confidence.least": least} | self.confidence.to_arrays("confidence")


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The attributions found under a readiness.

    Attributes:
        evidence: shape (n, len(LINK_FEATURES)).
        is_right: shape (n,), whether content and source are right.
        words: of each attribution the words of its content, cue and source, counted through all articles.
        is_gold: shape (3, n_words), whether each word is in a labelled content, cue or source.
        n_gold: labelled attributions.
    """

    evidence: Floats
    is_right: NDArray[np.bool_]
    words: list[tuple[Ints, Ints, Ints]]
    is_gold: NDArray[np.bool_]
    n_gold: int

    def f1(self, kept: NDArray[np.bool_]) -> tuple[float, ...]:
        """F1 of the full attribution, and by word of content, cue and source, where only ``kept`` attributions are told."""
        is_found = np.zeros_like(self.is_gold)
        for i in np.flatnonzero(kept).tolist():
            for of_role, words in zip(is_found, self.words[i], strict=True):
                of_role[words] = True
        of_attributions = 2 * int(self.is_right[kept].sum()) / max(1, int(kept.sum()) + self.n_gold)
        of_words = (
            2 * (is_found & self.is_gold).sum(axis=1) / np.maximum(1, (is_found.sum(axis=1) + self.is_gold.sum(axis=1)))
        )
        return of_attributions, *of_words.tolist()


def fit_detection(model: Attributor, articles: Iterable[ArticleResult]) -> Detection:
    """Choose the readiness and the threshold under which the sum of the F1 is best, or all but, and fit the confidence there.

    Where the model is always right, always wrong or finds nothing, the evidence tells nothing. If it is so under every
    readiness, each attribution gets the share that is right, smoothed (Laplace), and the log says so.
    """
    read = []
    for gold in articles:
        assert gold.text is not None
        read.append((gold, *model.encoder.encode(segment(Article(gold.id, gold.text)))))
    best: Detection | None = None
    best_sum = 0.0
    for readiness in product(CUE_BEGINS, CUE_GOES_ON):
        found = _find(model, read, readiness)
        if found.is_right.all() or not found.is_right.any():
            continue
        confidence = fit_logistic(found.evidence, found.is_right)
        probabilities = confidence.probabilities(found.evidence)
        f1_of = {threshold: found.f1(probabilities >= threshold) for threshold in THRESHOLDS}
        sums = {threshold: sum(f1) for threshold, f1 in f1_of.items()}
        if best is None or max(sums.values()) > best_sum + LEAST_GAIN:
            threshold = middle_of_best(sums)
            best, best_sum = Detection(readiness, confidence, threshold, f1_of[threshold]), max(sums.values())
    if best is None:
        found = _find(model, read, (0.0, 0.0))
        n_right, n = int(found.is_right.sum()), len(found.is_right)
        logger.warning("%d of %d attributions are right: confidence is a constant", n_right, n)
        confidence = constant_calibration((n_right + 1) / (n + 2), n_features=len(LINK_FEATURES))
        return Detection((0.0, 0.0), confidence, 0.0, (0.0,) * 4)
    logger.info(
        "detection: readiness %.1f and %.1f, least confidence %.2f, F1 %.3f, by word %.3f, %.3f, %.3f",
        *best.readiness,
        best.least_confidence,
        *best.f1,
    )
    return best


def middle_of_best(sums: Mapping[float, float]) -> float:
    """Of the thresholds that are as good as the best, the middle one, of two the lower; ``sums`` are in their order."""
    as_good = [threshold for threshold, of_f1 in sums.items() if of_f1 > max(sums.values()) - NEGLIGIBLE]
    return as_good[(len(as_good) - 1) // 2]


def _find(
    model: Attributor, read: Sequence[tuple[ArticleResult, Document, Floats]], readiness: tuple[float, float]
) -> Found:
    tagger = replace(model.tagger, bias=ready_bias(model.tagger.bias, readiness))
    evidence: list[Floats] = []
    is_right: list[bool] = []
    words: list[tuple[Ints, Ints, Ints]] = []
    gold_words: list[NDArray[np.bool_]] = []
    n_gold = n_words = 0
    for gold, document, states in read:
        links = model.linker.link(document, tagger.tag(document, states), states)
        evidence += [link.evidence for link in links]
        attributions = tuple(link.attribution(document, i) for i, link in enumerate(links))
        is_right += right_attributions(gold.to_dict(), replace(gold, attributions=attributions).to_dict())
        words += [
            (
                n_words + np.concatenate([np.arange(start, stop) for start, stop in link.contents.tolist()]),
                n_words + np.arange(*link.cue),
                n_words + np.arange(*(link.source or (0, 0))),
            )
            for link in links
        ]
        gold_words.append(labelled_words(gold, document))
        n_gold += len(gold.attributions)
        n_words += len(document.words)
    is_gold = np.concatenate([np.zeros((3, 0), dtype=bool), *gold_words], axis=1)
    return Found(np.array(evidence), np.array(is_right, dtype=bool), words, is_gold, n_gold)


def labelled_words(gold: ArticleResult, document: Document) -> NDArray[np.bool_]:
    """Whether each word is in a labelled content, cue or source: shape (3, n_words)."""
    is_labelled = np.zeros((3, len(document.words)), dtype=bool)
    for attribution in gold.attributions:
        for of_role, spans in zip(is_labelled, (attribution.content, attribution.cue, attribution.source), strict=True):
            for span in spans:
                start, stop = document.word_range(span)
                of_role[start:stop] = True
    return is_labelled


def ready_bias(bias: Floats, readiness: tuple[float, float]) -> Floats:
    """The bias of a tagger that is so much readier to see that a cue begins, and that it goes on."""
    ready = bias.copy()
    first = begin(ROLES.index("cue"))
    ready[first : first + 2] += np.array(readiness, dtype=np.float32)
    return ready
