"""Scoring a Spark data frame. Needs the extra: pip install 'inquit[spark]' on the driver, 'inquit[parquet]' on every worker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from inquit import __version__
from inquit.inference.arrow import RESULT_SCHEMA, ArrowScorer

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_BATCH_ROWS = 64


def score_dataframe(articles: DataFrame, scorer: ArrowScorer | None = None) -> DataFrame:
    """Who said what in every row of a data frame; lazy, as everything in Spark.

    Raises:
        FieldError: there is no column of texts.
    """
    # Imported here: the rest of inquit does without Spark.
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

    scorer = scorer or ArrowScorer()
    columns = scorer.columns(to_arrow_schema(articles.schema))
    return articles.select(*columns).mapInArrow(_BatchMap(scorer), from_arrow_schema(RESULT_SCHEMA))


class _BatchMap:
    """What Spark sends to its workers; tells when they have another version."""

    def __init__(self, scorer: ArrowScorer) -> None:
        self._scorer = scorer
        self._version = __version__

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        check_version(self._version)
        for batch in batches:  # Spark makes them of 10,000 rows, much more than is good to hold with its results
            for start in range(0, batch.num_rows, _BATCH_ROWS):
                yield self._scorer(batch.slice(start, _BATCH_ROWS))


def check_version(driver_version: str) -> None:
    """Refuse to score with another version of inquit than the driver has: results would differ from machine to machine.

    Raises:
        RuntimeError: says which versions.
    """
    if driver_version != __version__:
        raise RuntimeError(
            f"the driver has inquit {driver_version}, this worker has {__version__}: install the same on all machines"
        )
