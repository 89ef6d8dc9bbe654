"""Prodigy and doccano: spans and relations become attributions, rejected tasks are skipped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from inquit.training.labels import run_check

from .articles import TEXT, span, write_jsonl

CONTENT, CUE, SOURCE = span("the bridge is safe"), span("said"), span("Mayor Ada Lund")


def prodigy(**changes: Any) -> dict[str, Any]:
    spans = [
        {"start": start, "end": end, "label": label}
        for (start, end), label in ((CONTENT, "Content:evaluation"), (CUE, "CUE"), (SOURCE, "source"))
    ]
    relations = [{"head_span": spans[0], "child_span": spans[i], "label": "x"} for i in (1, 2)]
    return {
        "text": TEXT,
        "meta": {"id": 7},
        "spans": spans,
        "relations": relations,
        "answer": "accept",
        "_annotator_id": "ann",
    } | changes


def doccano(**changes: Any) -> dict[str, Any]:
    entities = [
        {"id": number, "start_offset": start, "end_offset": end, "label": label}
        for number, ((start, end), label) in enumerate(
            ((CONTENT, "Content:evaluation"), (CUE, "Cue"), (SOURCE, "Source"))
        )
    ]
    relations = [{"id": 0, "from_id": 0, "to_id": 1}, {"id": 1, "from_id": 2, "to_id": 1}]
    return {"id": 7, "text": TEXT, "entities": entities, "relations": relations} | changes


@pytest.mark.parametrize("task", [prodigy(), doccano()])
def test_spans_and_relations_become_an_attribution(tmp_path: Path, task: dict[str, Any]) -> None:
    result = run_check([write_jsonl(tmp_path / "labels.jsonl", task)])
    assert [f for f in result.findings if f.line] == []
    (record,) = result.kept
    (attribution,) = record["attributions"]
    assert record["id"] == "7"
    assert [attribution[role] for role in ("content", "cue", "source")] == [[CONTENT], [CUE], [SOURCE]]
    assert attribution["claim"]["type"] == "evaluation"


@pytest.mark.parametrize(
    ("task", "code", "message"),
    [
        (prodigy(answer="reject"), "rejected", "answer 'reject'"),
        (prodigy(answer="ignore"), "rejected", "answer 'ignore'"),
        (prodigy(relations=[]), "unlinked", "the cue"),
        (prodigy(relations=[{"head": 1, "child": 2}]), "relation-missing", "there is no nothing"),
        (prodigy(spans=[{"start": 0, "end": 5, "label": "Person"}]), "unknown-label", "got 'Person'"),
        (doccano(text=None), "text-missing", "no text"),
        (
            doccano(entities=[{"id": 0, "start_offset": 5, "end_offset": 999, "label": "Content"}]),
            "span-outside",
            "999",
        ),
        (doccano(relations=[{"from_id": 0, "to_id": 9}]), "relation-missing", "there is no 9"),
    ],
)
def test_a_fault_is_found_in_its_line(tmp_path: Path, task: dict[str, Any], code: str, message: str) -> None:
    findings = run_check(
        [write_jsonl(tmp_path / "labels.jsonl", prodigy(text=TEXT + "!", meta={"id": 8}), task)]
    ).findings
    assert [message in f.message for f in findings if (f.code, f.line) == (code, 2)][:1] == [True]
