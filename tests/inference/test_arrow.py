"""Scoring in other engines: Arrow, Spark, Ray Data and Hugging Face datasets, each actually run on this machine."""

from __future__ import annotations

import json
import pickle
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import inquit
from inquit.inference.arrow import RESULT_SCHEMA, ArrowScorer
from inquit.inference.batch.errors import FieldError
from inquit.inference.batch.parquet_results import from_row
from inquit.models.article import Article
from inquit.models.folder import ModelError, verify

SAID = "“We will build bridge {i},” Mayor Ann Lee said on Monday. She denied that the town was broke."
N_ROWS = 12

# These libraries emit warnings about their own code, which we cannot fix.
pytestmark = [pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def articles() -> pa.Table:
    """Good rows, a null and an empty text; and a column that is not needed."""
    texts = [SAID.format(i=i) for i in range(N_ROWS - 2)] + [None, ""]
    return pa.table(
        {"id": [f"a{i}" for i in range(N_ROWS)], "text": texts, "title": ["T"] * N_ROWS, "n": range(N_ROWS)}
    )


@pytest.fixture(scope="module")
def scored(articles: pa.Table) -> dict[str, dict[str, Any]]:
    """What scoring in this process gives, by id."""
    return by_id(ArrowScorer()(articles).to_pylist())


def by_id(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found = {row["id"]: from_row(row) for row in rows}
    assert len(found) == len(rows)
    return found


def test_one_row_in_is_one_row_out_in_order(articles: pa.Table) -> None:
    result = ArrowScorer()(articles)
    assert result.schema == RESULT_SCHEMA
    assert result["id"].to_pylist() == articles["id"].to_pylist()
    assert result["status"].to_pylist() == ["ok"] * 10 + ["error", "ok"]
    assert result["error"][10].as_py()["code"] == "E_TEXT_MISSING"


def test_a_row_holds_what_the_python_interface_gives(scored: dict[str, dict[str, Any]]) -> None:
    row = dict(scored["a3"])
    del row["input"]
    expected = inquit.load()(Article("a3", SAID.format(i=3), {"title": "T"})).to_dict()
    assert row == json.loads(json.dumps(expected))


@pytest.mark.parametrize("n_rows", [1, 5, 100])
def test_the_answer_does_not_depend_on_the_batch(
    articles: pa.Table, scored: dict[str, dict[str, Any]], n_rows: int
) -> None:
    """D13, D20: a task that is repeated, or split differently, gives the same rows."""
    scorer = pickle.loads(pickle.dumps(ArrowScorer()))
    batches = [scorer(batch) for batch in articles.to_batches(max_chunksize=n_rows)]
    assert by_id(pa.Table.from_batches(batches).to_pylist()) == scored


def test_no_rows_are_no_rows(articles: pa.Table) -> None:
    assert ArrowScorer()(articles.slice(0, 0)).num_rows == 0


def test_a_wrong_table_or_model_ends_the_job_with_a_sentence(articles: pa.Table) -> None:
    with pytest.raises(FieldError, match="has no 'body', it has 'id', 'text'"):
        ArrowScorer(text_field="body")(articles)
    with pytest.raises(ModelError, match="expected"):
        ArrowScorer(expect_sha256="0" * 64)(articles)
    ArrowScorer(expect_sha256=verify("en").fingerprint)(articles.slice(0, 1))


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    # The workers must use the tests' own Python. Spark takes it from the environment, whatever its configuration says.
    patch = pytest.MonkeyPatch()
    patch.setenv("PYSPARK_PYTHON", sys.executable)
    sql = pytest.importorskip("pyspark.sql", reason="needs the extra inquit[spark]")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17 or later")
    builder = sql.SparkSession.builder.master("local[2]").appName("inquit")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()
    patch.undo()


def test_spark_scores_a_data_frame(spark: Any, articles: pa.Table, scored: dict[str, dict[str, Any]]) -> None:
    from inquit.inference.spark import score_dataframe

    frame = spark.createDataFrame(articles.to_pylist()).repartition(3)
    result = score_dataframe(frame)
    assert by_id([row.asDict(recursive=True) for row in result.collect()]) == scored
    assert result.filter("status = 'ok'").selectExpr("explode(attributions) AS a").count() >= 10


def test_spark_refuses_a_table_without_texts_before_it_begins(spark: Any) -> None:
    from inquit.inference.spark import score_dataframe

    with pytest.raises(FieldError, match="has no 'text', it has 'body'"):
        score_dataframe(spark.createDataFrame([{"body": "x"}]))


def test_a_worker_with_another_version_is_refused() -> None:
    """D19"""
    from inquit.inference.spark import check_version

    check_version(inquit.__version__)
    with pytest.raises(RuntimeError, match=r"the driver has inquit 9\.9, this worker has .*: install the same"):
        check_version("9.9")


def test_ray_scores_a_dataset(articles: pa.Table, scored: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    ray = pytest.importorskip("ray", reason="needs the extra inquit[ray]")
    data = pytest.importorskip("ray.data")
    from inquit.inference.ray_data import score_dataset

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
    try:
        data.DataContext.get_current().enable_progress_bars = False
        result = score_dataset(data.from_arrow(articles).repartition(3), batch_size=4)
        result.write_parquet(str(tmp_path))
    finally:
        ray.shutdown()
    rows = pa.concat_tables([pa.parquet.read_table(path) for path in tmp_path.glob("*.parquet")]).to_pylist()
    assert by_id(rows) == scored


def test_hugging_face_datasets_map_the_same_function(
    articles: pa.Table, scored: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    datasets = pytest.importorskip("datasets", reason="needs the extra inquit[huggingface]")
    articles_dataset = datasets.Dataset(articles).with_format("arrow")
    result = articles_dataset.map(
        ArrowScorer(),
        batched=True,
        batch_size=5,
        remove_columns=articles_dataset.column_names,
        cache_file_name=str(tmp_path / "cache.arrow"),
    )
    assert by_id(result.with_format(None).to_list()) == scored
