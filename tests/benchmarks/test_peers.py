"""The comparison with other tools: their spans in our format, runs that fail, the page. None of the tools is needed."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from peers import rounds
from peers.comparison import Comparison, Figures, measure_system
from peers.page import write_page
from peers.picture import draw
from peers.rounds import Run, SystemFailed, find_python, run_once, run_rounds
from peers.spans import extract_by_paragraph
from peers.systems import ABSENT, SYSTEMS, Absence, System

OURS, THEIRS, _ = SYSTEMS
TEXT = "“We agreed,” said Ann Lee.\n\nShe did not say “when.\n\nIt “may take a year,” Bo Dahl has warned."


@dataclass(frozen=True)
class Token:
    """Stands in for spaCy's token."""

    i: int
    idx: int
    text: str


@dataclass(frozen=True)
class Content:
    start_char: int
    end_char: int


@dataclass(frozen=True)
class Quotation:
    speaker: list[Token]
    cue: list[Token]
    content: Content


class Parser:
    """Stands in for a spaCy pipeline: tokens are separated by blanks."""

    def pipe(self, paragraphs: Iterable[tuple[str, Any]], *, as_tuples: bool) -> Iterator[tuple[list[Token], Any]]:
        assert as_tuples
        for text, place in paragraphs:
            yield [Token(i, m.start(), m[0].strip("“”,.")) for i, m in enumerate(re.finditer(r"\S+", text))], place


def find_quotations(document: list[Token]) -> Iterator[Quotation]:
    """Like textacy: token lists are unordered, and a paragraph with an unclosed quotation is refused."""
    words = [token.text for token in document]
    if "when" in words:
        raise ValueError("1 quotation marks found, indicating an unclosed quotation")
    if "agreed" in words:
        yield Quotation([document[4], document[3]], [document[2]], Content(0, 12))
    if "year" in words:
        yield Quotation([document[5], document[6]], [document[7], document[8]], Content(3, 21))


def test_spans_are_those_of_the_whole_text() -> None:
    nothing, answers = extract_by_paragraph(Parser(), find_quotations, ["", TEXT], gives_up=ValueError)
    assert nothing == []
    words = [{role: [TEXT[a:b] for a, b in spans] for role, spans in answer.items()} for answer in answers]
    assert words == [
        {"content": ["“We agreed,”"], "cue": ["said"], "source": ["Ann Lee"]},
        {"content": ["“may take a year,”"], "cue": ["has warned"], "source": ["Bo Dahl"]},
    ]


def test_tokens_apart_are_spans_apart() -> None:
    def find(document: list[Token]) -> Iterator[Quotation]:
        yield Quotation([document[0]], [document[1], document[3]], Content(14, 22))

    ((answer,),) = extract_by_paragraph(Parser(), find, ["She did not say “when.”"], gives_up=ValueError)
    assert answer["cue"] == [[4, 7], [12, 15]]


FAKE_PEER = """
from peers.worker import run

def load():
    return lambda texts: [[{"content": [[0, 12]], "cue": [[13, 17]], "source": [[18, 25]]}] for _ in texts]

if __name__ == "__main__":
    run(load, packages=("pytest",))
"""


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    """A system that runs in this Python and gives the same answer for every text."""
    (tmp_path / "fake_peer.py").write_text(FAKE_PEER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return replace(OURS, name="fake", module="fake_peer")


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    path = tmp_path / "articles.jsonl"
    path.write_text('{"id": "a", "text": "“We agreed,” said Ann Lee."}\n{"id": "b", "text": "He left.\\u2028"}\n')
    return path


def test_a_run_gives_results_and_costs(fake: System, articles: Path, tmp_path: Path) -> None:
    run = run_once(fake, Path(sys.executable), articles, model="en", folder=tmp_path)
    assert [run.results[id_]["attributions"][0]["source"] for id_ in ("a", "b")] == [[[18, 25]], [[18, 25]]]
    assert 0 <= run.scoring < run.start_up
    assert 1 < run.peak_megabytes < 100
    assert run.versions == {"pytest": pytest.__version__}


def test_what_cannot_be_run_says_why_and_the_others_go_on(fake: System, articles: Path, tmp_path: Path) -> None:
    (tmp_path / "failing_peer.py").write_text("import no_such_module")
    uninstalled = tmp_path / "refused"
    uninstalled.mkdir()
    (uninstalled / "pip.log").write_text("ERROR: nothing at https://index.example/refused/\nWARNING: old pip\n")
    systems = [
        replace(fake, name="failing", module="failing_peer"),
        replace(fake, name="refused", environment="refused"),
        replace(fake, name="unmade", environment="unmade"),
        fake,
    ]
    runs, absent = run_rounds(systems, articles, environments=tmp_path, n_rounds=2, model="en", folder=tmp_path)
    assert {name: len(of_system) for name, of_system in runs.items()} == {"fake": 2}
    assert {absence.name: absence.reason for absence in absent} == {
        "failing": "failed: ModuleNotFoundError: No module named 'no_such_module'",
        "refused": "not installed: nothing at …",
        "unmade": "not installed: run make benchmark-peers",
    }


def test_an_endless_run_is_ended(fake: System, articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fake_peer.py").write_text("import time; time.sleep(60)")
    monkeypatch.setattr(rounds, "TIMEOUT", 0.5)
    with pytest.raises(SystemFailed, match="not done after"):
        run_once(fake, Path(sys.executable), articles, model="en", folder=tmp_path)


def test_a_peer_runs_in_its_own_environment_and_sees_nothing_of_ours(tmp_path: Path) -> None:
    (tmp_path / "textacy").mkdir()
    (tmp_path / "textacy" / ".installed").touch()
    assert find_python(THEIRS, tmp_path) == tmp_path / "textacy" / "bin" / "python"
    assert find_python(OURS, tmp_path) == Path(sys.executable)


SPANS = {"content": [[0, 12]], "cue": [[13, 17]], "source": [[18, 25]]}
GOLD = {
    "a": {"id": "a", "text": "“We agreed,” said Ann Lee.", "attributions": [{"id": "t0", **SPANS}]},
    "b": {"id": "b", "text": "He said it was done.", "attributions": [{"id": "t0", **SPANS, "source": [[0, 2]]}]},
}


def run_of(scoring: float, **results: list[dict[str, Any]]) -> Run:
    records = {id_: {"id": id_, "attributions": attributions} for id_, attributions in results.items()}
    return Run(records, start_up=1.0, scoring=scoring, peak_megabytes=100.0, versions={"textacy": "0.13.0"})


@pytest.fixture
def figures() -> Figures:
    """textacy's figures over three rounds, with one of the two articles right."""
    runs = [run_of(seconds, a=[SPANS], b=[]) for seconds in (0.5, 0.25, 1.0)]
    first = [run_of(seconds, a=[SPANS], b=[]) for seconds in (1.0, 1.0, 1.0)]
    return measure_system(THEIRS, runs, GOLD, first=first, n_bootstrap=20)


def test_a_peer_is_measured_on_what_it_looks_for(figures: Figures) -> None:
    assert figures.scores["d_full|quoted"] == 1.0
    assert figures.scores["d_full"] == pytest.approx(2 / 3)
    assert figures.scores["d_full|indirect"] is None


def test_speed_is_the_median_of_the_rounds_and_beside_ours_in_the_same_round(figures: Figures) -> None:
    assert (figures.slowest, figures.speed, figures.fastest) == (2.0, 4.0, 8.0)
    assert figures.long_speed == pytest.approx(4.0 * 5 / 750)
    assert figures.beside_first == 2.0


def comparison_of(*systems: Figures, absent: tuple[Absence, ...]) -> Comparison:
    return Comparison(
        date="2026-01-01",
        machine="2 × processor",
        python="3.11",
        model="en-1.0.0",
        gold="gold.jsonl",
        gold_sha256="0" * 64,
        n_articles=2,
        n_words=10,
        n_attributions=2,
        n_rounds=3,
        load_before=0.0,
        systems=systems,
        absent=absent,
    )


def test_the_page_has_a_row_for_each_system_and_why_one_is_missing(figures: Figures) -> None:
    refused = Absence(name="refused", reason="not installed: a|b")
    page = write_page(comparison_of(replace(figures, name="ours"), figures, absent=(refused, *ABSENT)))
    assert re.search(r"^\| textacy \| \.667 \(.* \| 1\.000 \| – \|", page, re.MULTILINE)
    assert "| textacy | 4.0 (2.0 to 8.0) |" in page
    assert "| refused | not measured: not installed: a\\|b |" in page
    assert all(f"| {absence.name} | not measured: {absence.reason} |" in page for absence in ABSENT)
    assert "**textacy** (textacy 0.13.0)" in page


def test_the_same_figures_make_the_same_picture(figures: Figures, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="pictures need inquit[retrain]")
    paths = [tmp_path / "1.svg", tmp_path / "2.svg"]
    for path in paths:
        draw([replace(figures, name="ours"), figures], path)
    first, second = (path.read_bytes() for path in paths)
    assert first == second
    assert b"<svg" in first
