"""Scoring a Ray dataset. Needs pip install 'inquit[ray]' on every machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inquit.inference.arrow import ArrowScorer

if TYPE_CHECKING:
    from ray.data import Dataset


def score_dataset(
    articles: Dataset, scorer: ArrowScorer | None = None, *, batch_size: int = 64, **options: Any
) -> Dataset:
    """Who said what in every row of a dataset; lazy, like everything in Ray Data.

    Args:
        batch_size: number of rows that a task scores at a time.
        options: passed on to ``map_batches``, such as ``concurrency``.
    """
    scored: Dataset = articles.map_batches(
        scorer or ArrowScorer(), batch_format="pyarrow", batch_size=batch_size, zero_copy_batch=True, **options
    )
    return scored
