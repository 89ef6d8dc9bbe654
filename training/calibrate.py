"""Fit the maps from scores to probabilities, on articles that no training has seen."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from inquit.inference.attributor import Attributor
from inquit.models.article import Article
from inquit.models.calibration import LogisticCalibrator
from inquit.models.linker import LINK_FEATURES
from inquit.models.result import ArticleResult
from inquit.models.segmentation import segment
from inquit.training.evaluation.spans import right_attributions

Floats = NDArray[np.float32]


def no_calibration() -> LogisticCalibrator:
    """The calibrator of a model that has none yet: one half for everything."""
    n = len(LINK_FEATURES)
    zeros = np.zeros(n, dtype=np.float32)
    return LogisticCalibrator(zeros, np.ones(n, dtype=np.float32), zeros, np.zeros(1, dtype=np.float32))


def calibrate_confidence(model: Attributor, articles: Iterable[ArticleResult]) -> LogisticCalibrator:
    """Fit the probability that an attribution is right: content and source as `evaluation.spans` counts ``d_full``.

    Raises:
        ValueError: the model finds no right, or no wrong, attribution in the articles.
    """
    evidence: list[Floats] = []
    is_right: list[bool] = []
    for gold in articles:
        assert gold.text is not None
        document, states = model.encoder.encode(segment(Article(gold.id, gold.text)))
        links = model.linker.link(document, model.tagger.tag(document, states), states)
        predicted = model(Article(gold.id, gold.text)).to_dict()
        evidence += [link.evidence for link in links]
        is_right += right_attributions(gold.to_dict(), predicted)
    if len(set(is_right)) < 2:
        raise ValueError(
            f"cannot calibrate: of {len(is_right)} attributions in the calibration articles, {sum(is_right)} are right"
        )
    return fit_logistic(np.stack(evidence), np.array(is_right))


def fit_logistic(evidence: Floats, is_right: NDArray[np.bool_], *, strength: float = 1.0) -> LogisticCalibrator:
    """A logistic regression over standardised evidence of shape (n, n_features)."""
    scaler = StandardScaler().fit(evidence)
    regression = LogisticRegression(C=strength, max_iter=1000).fit(scaler.transform(evidence), is_right)
    parts = (scaler.mean_, scaler.scale_, regression.coef_[0], regression.intercept_)
    return LogisticCalibrator(*(np.asarray(part, dtype=np.float32) for part in parts))
