"""Fit the claim heads of a finished encoder on labelled articles, and keep what they were fitted on."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from inquit.inference.attributor import Attributor
from inquit.models.result import ArticleResult
from inquit.training.claims.data import compress_claims, pool_claims
from inquit.training.claims.fit import fit_claims

logger = logging.getLogger(__name__)


def fit_claim_heads(
    model: Attributor, articles: Iterable[ArticleResult], held: Collection[str], path: Path
) -> dict[str, NDArray[np.float32]]:
    """Refit the claim heads on the states of the exported encoder.

    Args:
        model: a pipeline whose claim head is the one that was fitted with the encoder.
        articles: labelled articles; those without claims are skipped.
        held: ids of the articles that did not train the encoder.
        path: where to write the compact claims, for `inquit retrain`.

    Returns:
        the heads as arrays; the model's own if there are fewer than two labelled claims.
    """
    # One thread, because sums over several threads can come out differently on another machine.
    with threadpool_limits(1):
        pooled = pool_claims(model, articles, is_seen=lambda article: article.id not in held)
        if len(pooled) < 2:
            logger.warning("no labelled claims: the claim heads stay the network's own, and cannot be retrained")
            return model.claims.to_arrays()
        data = compress_claims(pooled, model.claims.attributed)
        data.save(path)
        return fit_claims(data).to_arrays()
