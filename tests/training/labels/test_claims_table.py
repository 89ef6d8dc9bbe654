"""A table of claims: contents are found by their words; those not found, or found twice, are reported."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from inquit.training.labels import run_check
from inquit.training.labels.check import read_annotations

from .articles import TEXT, span, write_jsonl

ROW = {"article": TEXT, "content": "the bridge is safe", "speaker": "Ada Lund", "type": "evaluation"}


def write(path: Path, *rows: dict[str, Any], delimiter: str = ",") -> Path:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(k for row in rows for k in row)), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_rows_of_one_article_become_one_record(tmp_path: Path, delimiter: str) -> None:
    full = ROW | {"speaker_kind": "person", "source": "Mayor Ada Lund", "cue": "said", "secondary": "event; rule"}
    more = ROW | {"content": "costs  had doubled", "type": "quantity", "checkworthy": "yes", "polarity": "denied"}
    (result,) = read_annotations([write(tmp_path / "claims.csv", full, more, delimiter=delimiter)])
    first, second = result.to_dict()["attributions"]
    assert (first["content"], first["cue"], first["source"]) == (
        [span("the bridge is safe")],
        [span("said")],
        [span("Mayor Ada Lund")],
    )
    assert first["speaker"] == {"name": "Ada Lund", "kind": "person", "named": True}
    assert first["claim"]["secondary"] == ["event", "rule"]
    assert second["content"] == [span("costs had doubled")]
    assert second["claim"] == {"type": "quantity", "secondary": [], "polarity": "denied", "checkworthy": True}


def test_a_content_may_have_other_quotation_marks_than_the_article(tmp_path: Path) -> None:
    path = write(tmp_path / "claims.csv", ROW | {"content": '"It will hold,"', "type": "prediction"})
    assert read_annotations([path])[0].to_dict()["attributions"][0]["content"] == [span("“It will hold,”")]


def test_an_article_may_be_named_by_its_id(tmp_path: Path) -> None:
    articles = write_jsonl(tmp_path / "articles.jsonl", {"id": "bridge", "text": TEXT})
    row = ROW | {"article": "bridge", "id": "claim-1"}
    result = run_check([write(tmp_path / "claims.csv", row)], articles=[articles])
    assert [(record["id"], record["text"]) for record in result.kept] == [("bridge", TEXT)]


@pytest.mark.parametrize(
    ("row", "code", "message"),
    [
        (ROW | {"content": "the bridge is sound"}, "content-not-found", "occurs 0 times"),
        (ROW | {"content": "said"} | {"article": "She said he said."}, "content-ambiguous", "occurs 2 times"),
        (ROW | {"source": "Ida Lund"}, "content-not-found", "the source 'Ida Lund' does not occur"),
        (ROW | {"article": "bridge"}, "text-missing", "neither a text nor a known id: 'bridge'"),
        (ROW | {"type": "evalution"}, "unknown-type", "Did you mean 'evaluation'?"),
        (ROW, "kind-assumed", "'Ada Lund' was taken for a person"),
    ],
)
def test_a_fault_is_found_in_its_line(tmp_path: Path, row: dict[str, Any], code: str, message: str) -> None:
    first = {"article": "Snow\nfell, he said.", "content": "Snow fell", "speaker": "", "type": "event"}
    findings = run_check([write(tmp_path / "claims.csv", first, row)]).findings
    (finding,) = [f for f in findings if f.code == code]
    assert finding.line == 4  # the first row takes two lines
    assert message in finding.message


def test_start_says_which_of_several_places_is_meant(tmp_path: Path) -> None:
    row = ROW | {"article": "Up, he said. “Up,” she said.", "content": "Up", "start": 14, "speaker": "", "cue": "said"}
    (result,) = read_annotations([write(tmp_path / "claims.csv", row)])
    attribution = result.to_dict()["attributions"][0]
    assert (attribution["content"], attribution["cue"]) == ([[14, 16]], [[7, 11]])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("article,content\na,b\n", r"has no column ['speaker', 'type']; wanted"),
        ('article,content,speaker,type\n"a,b,c,d\n', "quote fields with quotation marks"),
        ("", "has no column"),
    ],
)
def test_a_table_of_another_shape_is_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "claims.csv").write_text(content)
    finding = run_check([tmp_path / "claims.csv"]).findings[0]
    assert finding.code == "shape"
    assert message in finding.message


def test_a_field_may_be_as_long_as_an_article(tmp_path: Path) -> None:
    row = ROW | {"article": TEXT + " More." * 40_000}
    assert len(read_annotations([write(tmp_path / "claims.csv", row)])[0].text or "") > 200_000
