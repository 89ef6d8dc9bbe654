"""What training gets: valid labels, or an error that says why not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from inquit.training.labels import LabelError, load_labels

from .articles import doubled, hold, other_record, record, safe, write_jsonl

SWAPPED = safe(content=[[9, 3]])
OUTSIDE = hold(content=[[9, 999]])


def load(tmp_path: Path, *records: Any, **options: Any) -> list[Any]:
    return load_labels([write_jsonl(tmp_path / "labels.jsonl", *records)], **options)


def test_sound_labels_are_loaded(tmp_path: Path) -> None:
    loaded = load(tmp_path, record(), other_record())
    assert [(article.id, len(article.attributions)) for article in loaded] == [("bridge", 3), ("snow", 1)]


def test_labels_with_errors_are_refused_and_all_are_named(tmp_path: Path) -> None:
    with pytest.raises(
        LabelError, match=r"(?s)2 errors.*--drop-bad.*line 1: error \[span-swapped\].*\[span-outside\]"
    ) as e:
        load(tmp_path, record(SWAPPED, OUTSIDE, doubled()))
    assert [finding.code for finding in e.value.findings] == ["span-swapped", "span-outside"]


def test_bad_labels_are_dropped_where_asked_and_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (article,) = load(tmp_path, record(SWAPPED, OUTSIDE, doubled()), drop_bad=True)
    assert [attribution.id for attribution in article.attributions] == ["t0", "t2"]
    assert "1 labels are left out" in caplog.text


@pytest.mark.parametrize(
    ("records", "code"),
    [([], "no-labels"), ([record(attributions=[])], "no-labels"), ([record(OUTSIDE)], "no-labels")],
)
def test_nothing_to_learn_from_is_refused_in_any_case(tmp_path: Path, records: list[Any], code: str) -> None:
    with pytest.raises(LabelError, match=code) as e:
        load(tmp_path, *records, drop_bad=True)
    assert "1 error in the labels; see `inquit labels check`:\n" in str(e.value)


def test_exact_duplicates_are_merged_without_a_refusal(tmp_path: Path) -> None:
    loaded = load(tmp_path, record(safe(), safe(id="t9"), hold()), record(safe(), hold()))
    assert [len(article.attributions) for article in loaded] == [2]


def test_of_two_annotators_the_first_is_taken_only_where_asked(tmp_path: Path) -> None:
    both = [record(safe(), hold(), annotator="ann"), record(hold(), doubled(), annotator="ben")]
    with pytest.raises(LabelError, match="double-annotation"):
        load(tmp_path, *both)
    assert [article.metadata for article in load(tmp_path, *both, drop_bad=True)] == [{"annotator": "ann"}]


def test_unreviewed_answers_of_a_model_are_ignored(tmp_path: Path) -> None:
    loaded = load(tmp_path, record(model="en-1"), other_record(), record(id="more", reviewed_by="ann", model="en-1"))
    assert [article.id for article in loaded] == ["snow", "more"]


def test_labels_need_no_heavy_library() -> None:
    code = (
        "import sys, inquit.training.labels, inquit.training.labels.queue, inquit.training.labels.agreement;"
        "print([m for m in sys.modules if m.split('.')[0] in {'torch', 'transformers', 'sklearn', 'onnxruntime'}])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
