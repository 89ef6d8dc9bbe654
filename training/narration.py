"""Fit how likely a sentence is the journalist's own, on calibration articles."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from inquit.inference.attributor import Attributor
from inquit.models.article import Article
from inquit.models.narration import (
    COVERED,
    EVIDENCE,
    NarrationFinder,
    sentence_evidence,
    share_said,
)
from inquit.models.result import ArticleResult
from inquit.models.segmentation import segment
from inquit.training.calibrate import constant_calibration, fit_logistic
from inquit.training.detection import labelled_words

logger = logging.getLogger(__name__)

Floats = NDArray[np.float32]

MAY_BE_LOST = 0.005
"""Share of the journalist's own sentences that may be dropped because they are mistaken for a source's statement."""


def unfitted_narration() -> NarrationFinder:
    """A placeholder that gives every sentence a probability of .5 of being the journalist's own."""
    return NarrationFinder(constant_calibration(n_features=len(EVIDENCE)), 1.0)


def fit_narration(model: Attributor, articles: Iterable[ArticleResult]) -> NarrationFinder:
    """Learn when a sentence is the journalist's own, which means that less than half of it is labelled content."""
    evidence, is_own = [np.zeros((0, len(EVIDENCE)), dtype=np.float32)], [np.zeros(0, dtype=bool)]
    for gold in articles:
        assert gold.text is not None
        document, states = model.encoder.encode(segment(Article(gold.id, gold.text)))
        tags = model.tagger.tag(document, states)
        links = model.linker.link(document, tags, states)
        evidence.append(sentence_evidence(document, tags, links, model.confidences(links)))
        in_content, in_cue, in_source = labelled_words(gold, document).astype(float)
        is_own.append(share_said(document, in_content, np.maximum(in_cue, in_source)) < COVERED)
    return _fit(np.concatenate(evidence), np.concatenate(is_own))


def _fit(evidence: Floats, is_own: NDArray[np.bool_]) -> NarrationFinder:
    if len(np.unique(is_own)) < 2:
        logger.warning("narration: all %d sentences have the same label: the confidence is a constant", len(is_own))
        share = (int(is_own.sum()) + 1) / (len(is_own) + 2)
        return NarrationFinder(constant_calibration(share, n_features=len(EVIDENCE)), COVERED)
    said = evidence[:, EVIDENCE.index("said")]
    most_said = float(np.quantile(said[is_own], 1 - MAY_BE_LOST, method="higher"))  # so that no more are dropped
    logger.info(
        "narration: kept if at most %.3f is said; %.3f of those are own", most_said, is_own[said <= most_said].mean()
    )
    return NarrationFinder(fit_logistic(evidence, is_own), most_said)
