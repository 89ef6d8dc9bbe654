"""Scoring a Spark data frame. Needs 'inquit[spark]' on the driver and 'inquit[parquet]' on every worker."""

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
    """Who said what in every row of a data frame; lazy, like everything in Spark.

    Raises:
        FieldError: there is no text column.
    """
    # Imported here: the rest of inquit does not need Spark.
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

    scorer = scorer or ArrowScorer()
    columns = scorer.columns(to_arrow_schema(articles.schema))
    return articles.select(*columns).mapInArrow(_BatchMap(scorer), from_arrow_schema(RESULT_SCHEMA))


class _BatchMap:
    """What Spark sends to its workers; refuses a worker with another version of inquit."""

    def __init__(self, scorer: ArrowScorer) -> None:
        self._scorer = scorer
        self._version = __version__

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        check_version(self._version)
        for batch in batches:  # Spark's have 10,000 rows, too many to hold in memory with their results
            for start in range(0, batch.num_rows, _BATCH_ROWS):
                yield self._scorer(batch.slice(start, _BATCH_ROWS))


def check_version(driver_version: str) -> None:
    """Refuse a version of inquit other than the driver's: results would differ between machines.

    Raises:
        RuntimeError: the versions differ; the message names both.
    """
    if driver_version != __version__:
        raise RuntimeError(
            f"the driver has inquit {driver_version}, this worker has {__version__}: "
            "install the same version on all machines"
        )
