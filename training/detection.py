"""Fit how ready the model is to see an attribution, and how confident it is of each, on calibration articles.

F1 is best when every attribution is kept whose probability of being right is at least half of F1 itself (Lipton, Elkan
and Naryanaswamy 2014). So the tagger is made readier to see cues, without which there is no attribution, and to end
them; afterwards unlikely attributions are dropped by a threshold on their confidence. If the threshold were chosen by
full attributions alone, too many good contents, cues and sources would be dropped with them; so the F1 of the words in
each of these roles counts as much as the F1 of full attributions.
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
"""Candidates for what is added to the scores of a word's beginning a cue, and of its continuing one (natural log)."""

LEAST_GAIN = 0.005
"""How much the sum of the F1 scores must gain before another readiness is preferred."""

THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(11))
"""Candidates for the threshold below which attributions are dropped."""

NEGLIGIBLE = 0.015
"""Thresholds whose sum of F1 scores is within this of the best count as equally good, and the middle one is chosen:
over a few dozen articles, sums differ this much by chance, and a threshold at the edge would depend on that chance."""


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """The fitted readiness to see cues, the confidence, and the threshold on it.

    Attributes:
        readiness: what is added to the scores of a word's beginning a cue and of its continuing one.
        least_confidence: the threshold; attributions below it are dropped.
        f1: of full attributions, and by word of contents, cues and sources.
    """

    readiness: tuple[float, float]
    confidence: LogisticCalibrator
    least_confidence: float
    f1: tuple[float, ...]

    def apply(self, heads: dict[str, Floats]) -> dict[str, Floats]:
        """The arrays of the heads, updated with this detection."""
        least = np.array([self.least_confidence], dtype=np.float32)
        bias = ready_bias(heads["tags.bias"], self.readiness)
        return heads | {"tags.bias": bias, "confidence.least": least} | self.confidence.to_arrays("confidence")


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The attributions found with a certain readiness.

    Attributes:
        evidence: shape (n, len(LINK_FEATURES)).
        is_right: shape (n,), whether content and source are right.
        words: for each attribution, the words of its content, cue and source, numbered across all articles.
        is_gold: shape (3, n_words), whether each word is in a labelled content, cue or source.
        n_gold: number of labelled attributions.
    """

    evidence: Floats
    is_right: NDArray[np.bool_]
    words: list[tuple[Ints, Ints, Ints]]
    is_gold: NDArray[np.bool_]
    n_gold: int

    def f1(self, kept: NDArray[np.bool_]) -> tuple[float, ...]:
        """F1 of full attributions, and by word of contents, cues and sources, if only ``kept`` ones are reported."""
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
    """Choose the readiness and threshold with the best sum of F1 scores, or nearly, and fit the confidence for them.

    A readiness with which the model is always right, always wrong or finds nothing gives the confidence nothing to fit.
    If that is so for every readiness, each attribution gets the share that is right, smoothed (Laplace), as its
    confidence, with a warning in the log.
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
        logger.warning("%d of %d attributions are right: the confidence is a constant", n_right, n)
        confidence = constant_calibration((n_right + 1) / (n + 2), n_features=len(LINK_FEATURES))
        return Detection((0.0, 0.0), confidence, 0.0, (0.0,) * 4)
    logger.info(
        "detection: readiness %.1f and %.1f, threshold %.2f, F1 %.3f, by word %.3f, %.3f, %.3f",
        *best.readiness,
        best.least_confidence,
        *best.f1,
    )
    return best


def middle_of_best(sums: Mapping[float, float]) -> float:
    """The middle one (of two, the lower) of the thresholds that are as good as the best; ``sums`` must be in order."""
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
                n_words + np.arange(*(link.cue or (0, 0))),
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
    """The bias of a tagger with the readiness added to the scores of a cue's beginning and of its continuing."""
    ready = bias.copy()
    first = begin(ROLES.index("cue"))
    ready[first : first + 2] += np.array(readiness, dtype=np.float32)
    return ready
