"""brat: events, relations, attributes and notes; PolNeAR's layout; findings in odd files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from inquit.models.article import Span
from inquit.models.result import ArticleResult
from inquit.training.corpora import read_corpus
from inquit.training.labels import ExportFormat, load_labels, run_check, write_labels
from inquit.training.labels.brat_writer import file_name, to_standoff
from inquit.training.labels.check import read_annotations

from .articles import article, record, safe

TEXT = "Mayor Ada Lund said the bridge is safe.\nA rival disagreed."
MARKS = "T1\tSource 0 14\tMayor Ada Lund\nT2\tCue 15 19\tsaid\nT3\tContent 20 30;34 38\tthe bridge safe\n"
EVENT = "T4\tAttribution 15 19\tsaid\nE1\tAttribution:T4 Content:T3 Cue:T2 Source:T1\n"
RELATIONS = "R1\tCue Arg1:T3 Arg2:T2\nR2\tSource Arg1:T2 Arg2:T1\n"
LABELS = "A1\tClaimType {0} evaluation\nA2\tPolarity {0} denied\nA3\tCheckWorthy {0}\nA4\tSpeakerKind {0} person\n"


def write(folder: Path, annotations: str, text: str = TEXT, name: str = "bridge") -> Path:
    (folder / f"{name}.txt").write_bytes(text.encode())
    (folder / f"{name}.ann").write_bytes(annotations.encode())
    return folder


@pytest.mark.parametrize(
    ("annotations", "target"), [(MARKS + EVENT, "E1"), (MARKS + RELATIONS, "T3"), (MARKS + EVENT, "T3")]
)
def test_events_or_relations_become_attributions(tmp_path: Path, annotations: str, target: str) -> None:
    note = f"#1\tAnnotatorNotes {target}\tAda Lund\n"
    (result,) = read_annotations([write(tmp_path, annotations + LABELS.format(target) + note)])
    (attribution,) = result.attributions
    assert result.id == "bridge"
    assert attribution.content == (Span(20, 30), Span(34, 38))
    assert (attribution.cue, attribution.source) == ((Span(15, 19),), (Span(0, 14),))
    assert attribution.claim is not None
    assert attribution.speaker is not None
    assert (attribution.claim.type, attribution.claim.polarity, attribution.claim.checkworthy) == (
        "evaluation",
        "denied",
        True,
    )
    assert (attribution.speaker.name, attribution.speaker.kind) == ("Ada Lund", "person")


@pytest.mark.parametrize(
    ("annotations", "code", "line"),
    [
        (MARKS + EVENT.replace("Source:T1", "Source:T9"), "relation-missing", 5),
        (MARKS + RELATIONS.replace("Arg2:T1", "Arg2:T9"), "relation-missing", 2),
        (MARKS + RELATIONS + "R3\tCue Arg1:T2 Arg2:T3\n", "relation-cycle", 2),
        (MARKS + RELATIONS + "T5\tSource 40 47\tA rival\nR3\tx Arg1:T5 Arg2:T1\n", "relation-roles", 6),
        (MARKS + "R1\tCue Arg1:T3 Arg2:T2\n", "unlinked", 1),
        (MARKS + "R1\tCue T3\n", "shape", 4),
        (MARKS + EVENT.replace(" Content:T3", ""), "unlinked", 5),
        (MARKS.replace("20 30;34 38", "20 30;34 99") + EVENT, "span-outside", 3),
        (MARKS.replace("20 30;34 38", "20 30;38 34") + EVENT, "span-swapped", 3),
        (MARKS.replace("20 30;34 38", "20 3x;34 38") + EVENT, "span-malformed", 3),
        (MARKS.replace("0 14\t", "1 14\t") + EVENT, "words-differ", 3),
        (MARKS + EVENT + "A1\tClaimType E1 evalution\n", "unknown-type", 3),
        ("what is this\n" + MARKS + EVENT, "shape", None),
    ],
)
def test_a_fault_is_found_in_its_line(tmp_path: Path, annotations: str, code: str, line: int | None) -> None:
    findings = run_check([write(tmp_path, annotations)]).findings
    assert (code, line) in {(f.code, f.line) for f in findings}


def test_an_annotation_without_its_text_is_found(tmp_path: Path) -> None:
    (write(tmp_path, MARKS + EVENT) / "bridge.txt").unlink()
    assert [f.code for f in run_check([tmp_path]).findings] == ["text-missing", "no-labels"]


def test_words_that_were_moved_are_found_again(tmp_path: Path) -> None:
    path = write(tmp_path, MARKS + EVENT, text=f"By our staff.\r\n\r\n{TEXT}")
    result = run_check([path])
    moved = [f for f in result.findings if f.mended]
    assert [(f.code, f.message) for f in moved] == [("offset-unit", "all offsets are 17 too low")]
    attribution = result.kept[0]["attributions"][0]
    assert [attribution[role] for role in ("content", "cue", "source")] == [
        [[37, 47], [51, 55]],
        [[32, 36]],
        [[17, 31]],
    ]


def test_polnear_reads_the_same_as_by_the_corpus_reader(tmp_path: Path) -> None:
    for name in ("attributions", "text"):
        (tmp_path / "train" / name).mkdir(parents=True)
    (tmp_path / "train" / "text" / "bridge.txt").write_text(TEXT)
    (tmp_path / "train" / "attributions" / "bridge_4b22.ann").write_text(MARKS + EVENT + "T9\tDiscuss 0 5\tMayor\n")
    theirs = [replace(a, metadata={}) for a in read_corpus(tmp_path / "train")]
    assert [replace(a, metadata={}) for a in read_annotations([tmp_path / "train"])] == theirs


@pytest.mark.parametrize(
    ("article_id", "name"),
    [
        ("border-talks", "border-talks"),
        ("../../etc/x", "%2E%2E%2F%2E%2E%2Fetc%2Fx"),
        ("C:\\x", "C%3A%5Cx"),
        ("a\0b", "a%00b"),
        ("é 1", "%C3%A9 1"),
    ],
)
def test_an_id_is_never_a_path(tmp_path: Path, article_id: str, name: str) -> None:
    assert file_name(article_id) == name
    write_labels([replace(article(), id=article_id)], tmp_path / "out", ExportFormat.BRAT)
    assert {path.name for path in tmp_path.rglob("*.*")} == {"annotation.conf", f"{name}.ann", f"{name}.txt"}
    assert [result.id for result in load_labels([tmp_path / "out"])] == [article_id]


def test_the_configuration_offers_claim_types_that_were_added(tmp_path: Path) -> None:
    threat = ArticleResult.from_dict(record(safe(claim={"type": "threat"})))
    write_labels([article(), threat], tmp_path, ExportFormat.BRAT)
    assert "|event|threat\n" in (tmp_path / "annotation.conf").read_text(encoding="utf-8")


def test_a_long_id_is_hashed() -> None:
    assert len(file_name("x" * 300)) == 16


def test_a_line_break_in_a_span_does_not_break_the_file() -> None:
    broken = ArticleResult.from_dict(
        {"id": "a", "text": "so\nit is", "attributions": [{"id": "t0", "content": [[0, 5]]}]}
    )
    assert to_standoff(broken).splitlines()[0] == "T1\tContent 0 5\tso it"
