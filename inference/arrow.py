"""Scoring as a pure function over Arrow tables: rows of articles in, rows of results out, in any engine with Arrow.

Needs pip install 'inquit[parquet]'; the extras for Spark, Ray and Hugging Face include it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import orjson
import pyarrow as pa

from inquit.inference.attributor import Attributor
from inquit.inference.batch.options import EncodingErrors, ReadOptions
from inquit.inference.batch.parquet_results import RESULT_SCHEMA, to_batch
from inquit.inference.batch.readers.parquet import read_row, wanted_columns
from inquit.inference.batch.record import Place
from inquit.inference.batch.scoring import ScoreOptions, answer_without_model, needs_model, score_record
from inquit.models.folder import CURRENT

__all__ = ["RESULT_SCHEMA", "ArrowScorer"]

Batch = TypeVar("Batch", pa.RecordBatch, pa.Table)

_PLACE = Place("table")
_NO_ID = "(no id)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrowScorer:
    """Scores tables that have a text column. It can be pickled; each process loads the model at its first call.

    Each row in gives one row out, in order, with the columns of `RESULT_SCHEMA`. A row that cannot be scored becomes an
    error row. A result depends only on its row, not on the batch it comes in, so an engine may split, repeat and
    reorder batches as it likes.

    Attributes:
        model: a shipped model's name, or a model folder that exists at this path on every machine.
        expect_sha256: refuse a model whose manifest has a different SHA-256, so that all machines use the same model.
        text_field, id_field: the text and id columns; None means ``text``, and ``id`` if there is one.
        encoding_errors: what to do with texts that are not UTF-8.
        with_text, min_confidence, max_chars: as in `inquit score`.
    """

    model: str = CURRENT
    expect_sha256: str | None = None
    text_field: str | None = None
    id_field: str | None = None
    encoding_errors: EncodingErrors = EncodingErrors.ERROR
    with_text: bool = True
    min_confidence: float | None = None
    max_chars: int = 5_000_000

    def __call__(self, batch: Batch) -> Batch:
        """The results of a record batch or a table.

        Raises:
            FieldError: it has no text column.
            ModelError: the model is missing, damaged, or not the expected one.
        """
        if isinstance(batch, pa.Table):
            return pa.Table.from_batches([self._score(part) for part in batch.to_batches()], schema=RESULT_SCHEMA)
        return self._score(batch)

    def columns(self, schema: pa.Schema) -> list[str]:
        """The columns of a table that are read; an engine need not ship the others.

        Raises:
            FieldError: there is no text column.
        """
        return wanted_columns(schema, str(_PLACE), self._read_options)

    @property
    def _read_options(self) -> ReadOptions:
        return ReadOptions(
            text_field=self.text_field,
            id_field=self.id_field,
            encoding_errors=self.encoding_errors,
            max_chars=self.max_chars,
        )

    def _score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        to_read = self._read_options
        to_score = ScoreOptions(with_text=self.with_text, min_confidence=self.min_confidence, max_chars=self.max_chars)
        rows = batch.select(self.columns(batch.schema))
        model = _load(self.model, self.expect_sha256, self.min_confidence)
        lines = []
        for i in range(rows.num_rows):
            record = read_row(rows, i, _PLACE, to_read, fallback_id=_NO_ID)
            is_text = needs_model(record)
            lines.append(score_record(record, model, to_score) if is_text else answer_without_model(record))
        return to_batch([orjson.loads(line) for line in lines])


@lru_cache(maxsize=2)
def _load(model: str, expect_sha256: str | None, min_confidence: float | None) -> Attributor:
    return Attributor.load(model, expect_sha256=expect_sha256, min_confidence=min_confidence)
