"""How ready the model is to see an attribution, and how sure it may be of it: fitted on articles that trained nothing.

F1 is best where attributions are kept that are right with at least half the probability of F1 itself (Lipton, Elkan and
Naryanaswamy 2014), so the tagger is made readier to see spans, and what is unlikely is then left out.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inquit.inference.attributor import Attributor
from inquit.models.article import Article
from inquit.models.calibration import LogisticCalibrator
from inquit.models.labels import OUTSIDE
from inquit.models.linker import Link, spans_of_words
from inquit.models.result import ArticleResult
from inquit.models.segmentation import Document, segment
from inquit.models.tagger import Tagger
from inquit.training.calibrate import constant_calibration, fit_logistic
from inquit.training.evaluation.spans import right_attributions

logger = logging.getLogger(__name__)

Floats = NDArray[np.float32]

OFFSETS = (0.0, -0.4, -0.8, -1.2)
"""What may be added to the score of a word's being outside of every span (natural log)."""

THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(11))
"""Confidences below which attributions may be left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """The fitted readiness: offset of the tagger's outside tag, confidence, and the least confidence that is kept."""

    offset: float
    confidence: LogisticCalibrator
    least_confidence: float
    f1: float

    def apply(self, heads: dict[str, Floats]) -> dict[str, Floats]:
        """The heads' arrays with the detection in them."""
        bias = heads["tags.bias"].copy()
        bias[OUTSIDE] += np.float32(self.offset)
        least = np.array([self.least_confidence], dtype=np.float32)
        return heads | {"tags.bias": bias, "confidence.least": least} | self.confidence.to_arrays("confidence")


def fit_detection(model: Attributor, articles: Iterable[ArticleResult]) -> Detection:
    """Choose the offset and the threshold under which ``d_full`` F1 is best, and fit the confidence there.

    Where the model is always right, always wrong or finds nothing, the evidence tells nothing: every attribution then
    gets the share that is right, smoothed (Laplace), and the log says so.
    """
    read = []
    n_gold = 0
    for gold in articles:
        assert gold.text is not None
        read.append((gold, *model.encoder.encode(segment(Article(gold.id, gold.text)))))
        n_gold += len(gold.attributions)
    best: Detection | None = None
    for offset in OFFSETS:
        evidence, is_right = _evidence(model, read, offset)
        if len(set(is_right.tolist())) < 2:
            logger.warning("%d of %d attributions are right: confidence is a constant", is_right.sum(), len(is_right))
            constant = constant_calibration((int(is_right.sum()) + 1) / (len(is_right) + 2))
            return best or Detection(0.0, constant, 0.0, 0.0)
        confidence = fit_logistic(evidence, is_right)
        probabilities = confidence.probabilities(evidence)
        for threshold in THRESHOLDS:
            kept = probabilities >= threshold
            f1 = 2 * int(is_right[kept].sum()) / max(1, int(kept.sum()) + n_gold)
            if best is None or f1 > best.f1:
                best = Detection(offset, confidence, threshold, f1)
    assert best is not None
    logger.info("detection: offset %.1f, least confidence %.2f, F1 %.3f", best.offset, best.least_confidence, best.f1)
    return best


def _evidence(
    model: Attributor, read: Sequence[tuple[ArticleResult, Document, Floats]], offset: float
) -> tuple[Floats, NDArray[np.bool_]]:
    """What speaks for each attribution that is found under an offset, and whether it is right."""
    tagger = with_offset(model.tagger, offset)
    evidence: list[Floats] = []
    is_right: list[bool] = []
    for gold, document, states in read:
        links = model.linker.link(document, tagger.tag(document, states), states)
        evidence += [link.evidence for link in links]
        is_right += right_attributions(gold.to_dict(), {"attributions": [_as_dict(document, link) for link in links]})
    return np.array(evidence), np.array(is_right, dtype=bool)


def with_offset(tagger: Tagger, offset: float) -> Tagger:
    bias = tagger.bias.copy()
    bias[OUTSIDE] += np.float32(offset)
    return replace(tagger, bias=bias)


def _as_dict(document: Document, link: Link) -> dict[str, list[list[int]]]:
    def places(ranges: Iterable[tuple[int, int]]) -> list[list[int]]:
        spans = spans_of_words(document, np.array(list(ranges), dtype=np.int64).reshape(-1, 2))
        return [[span.start, span.end] for span in spans]

    return {
        "content": places(map(tuple, link.contents.tolist())),
        "cue": places([link.cue]),
        "source": places([] if link.source is None else [link.source]),
    }
