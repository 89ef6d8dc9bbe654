"""CoNLL: tag schemes, files without offsets or texts, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from inquit.models.result import ArticleResult
from inquit.training.labels import ExportFormat, load_labels, run_check, write_labels
from inquit.training.labels.check import read_annotations
from inquit.training.labels.conll import chunks_of

from .articles import doubled, hold, record, safe, write_jsonl

WORDS = ("Ann", "Lee", "said", "it", "rains", ".")
BIO = ("B-SOURCE", "I-SOURCE", "B-CUE", "B-CONTENT", "I-CONTENT", "O")
TEXT = "Ann Lee  said it rains."
SCORED = {"type": "evaluation", "probabilities": {"evaluation": 0.9, "event": 0.1}}


def lines(*columns: tuple[object, ...], separator: str = "\t", head: str = "") -> str:
    return head + "".join(separator.join(map(str, row)) + "\n" for row in zip(*columns, strict=True))


def write(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("tags", "chunks", "scheme"),
    [
        ("B-CUE I-CUE O", [("cue", 0, 2)], None),
        ("B-CUE B-CUE", [("cue", 0, 1), ("cue", 1, 2)], None),
        ("I-CUE I-CUE O I-CUE", [("cue", 0, 2), ("cue", 3, 4)], (0, "IOB1")),
        ("O I-CUE B-CUE", [("cue", 1, 2), ("cue", 2, 3)], (1, "IOB1")),
        ("B-CUE I-SOURCE", [("cue", 0, 1), ("source", 1, 2)], (1, "IOB1")),
        ("B-CUE E-CUE S-CUE", [("cue", 0, 2), ("cue", 2, 3)], (1, "IOBES")),
        ("B-CUE L-CUE U-CUE I-CUE", [("cue", 0, 2), ("cue", 2, 3), ("cue", 3, 4)], (1, "IOBES")),
        ("o b-cue i-Cue", [("cue", 1, 3)], None),
    ],
)
def test_tags_of_every_scheme_become_spans(
    tags: str, chunks: list[tuple[str, int, int]], scheme: tuple[int, str] | None
) -> None:
    assert chunks_of(tags.split()) == (chunks, scheme)


@pytest.mark.parametrize(
    ("content", "codes", "text"),
    [
        (lines(WORDS, BIO), {"text-rebuilt", "links-guessed"}, "Ann Lee said it rains ."),
        (lines(WORDS, BIO, separator=" "), {"text-rebuilt", "links-guessed"}, "Ann Lee said it rains ."),
        (lines(WORDS, ("NN",) * 6, BIO), {"text-rebuilt", "links-guessed"}, "Ann Lee said it rains ."),
        (lines(WORDS, BIO, head=f'# id = x\n# text = "{TEXT}"\n'), {"links-guessed"}, TEXT),
        (lines(WORDS, BIO, head="# newdoc id = x\n# text = one sentence\n"), {"text-rebuilt", "links-guessed"}, None),
        (
            lines(WORDS, (0, 4, 9, 14, 17, 22), (3, 7, 13, 16, 22, 23), BIO),
            {"text-rebuilt", "links-guessed"},
            "Ann Lee  said it rains.",
        ),
        (
            lines(WORDS, [tag.replace("B-", "I-") for tag in BIO]),
            {"text-rebuilt", "links-guessed", "tags-converted"},
            None,
        ),
    ],
)
def test_what_a_file_lacks_is_guessed_and_said(tmp_path: Path, content: str, codes: set[str], text: str | None) -> None:
    path = write(tmp_path / "a.conll", content)
    (result,) = read_annotations([path])
    (attribution,) = result.attributions
    assert result.text is not None
    assert result.text == (text or result.text)
    assert [s.of(result.text) for s in (*attribution.source, *attribution.cue, *attribution.content)] == [
        result.text[:7],
        "said",
        "it rains",
    ]
    assert {f.code for f in run_check([path]).findings if f.line} == codes


def test_each_tag_column_is_an_attribution(tmp_path: Path) -> None:
    second = ("O", "O", "O", "O", "B-CONTENT", "O")
    (result,) = read_annotations([write(tmp_path / "a.conll", lines(WORDS, BIO, second))])
    assert [len(a.content + a.cue + a.source) for a in result.attributions] == [3, 1]


def test_an_id_that_a_comment_cannot_hold_takes_no_others_name(tmp_path: Path) -> None:
    labels = ArticleResult.from_dict(record(safe(id="a b"), hold(id="t0"), doubled(id="c=d")))
    write_labels([labels], tmp_path / "labels.conll", ExportFormat.CONLL)
    (back,) = read_annotations([tmp_path / "labels.conll"])
    assert [a.id for a in back.attributions] == ["t1", "t0", "t2"]
    assert [(a.content, a.claim) for a in back.attributions] == [(a.content, a.claim) for a in labels.attributions]


def test_articles_are_parted_by_their_heads(tmp_path: Path) -> None:
    content = "-DOCSTART- O\n\n" + lines(WORDS, BIO) + "\n-DOCSTART- O\n\n" + lines(WORDS, BIO)
    assert [result.id for result in read_annotations([write(tmp_path / "a.conll", content)])] == ["a-1", "a-2"]


def test_the_text_may_be_in_another_file(tmp_path: Path) -> None:
    articles = write_jsonl(tmp_path / "articles.jsonl", {"id": "x", "text": TEXT})
    path = write(tmp_path / "a.conll", lines(WORDS, BIO, head="# id = x\n"))
    result = run_check([path], articles=[articles])
    assert [f.code for f in result.findings if f.line] == ["links-guessed"]
    assert result.kept[0]["text"] == TEXT


@pytest.mark.parametrize(
    ("results", "reviewed"),
    [
        (record(safe(reviewed_by="ann"), hold(), doubled(), model="en-1"), ["t0"]),
        (record(safe(claim=SCORED), hold(), model="en-1", reviewed_by="ann"), ["t0", "t1"]),
        (record(safe(claim=SCORED), hold(), model="en-1", metadata={"annotator": "ann"}), ["t0", "t1"]),
    ],
)
def test_answers_are_labels_where_a_person_reviewed_them(
    tmp_path: Path, results: dict[str, object], reviewed: list[str]
) -> None:
    path = tmp_path / "a.conll"
    write_labels([ArticleResult.from_dict(results)], path, ExportFormat.CONLL)
    (labels,) = load_labels([path])
    assert [attribution.id for attribution in labels.attributions] == reviewed


def test_comments_of_other_tools_are_passed_over(tmp_path: Path) -> None:
    head = "# id = x\n# model = bert-base\n# metadata = none\n# reviewed_by = [ann]\n"
    (result,) = read_annotations([write(tmp_path / "a.conll", lines(WORDS, BIO, head=head))])
    assert (result.model, result.reviewed_by, result.metadata) == (None, None, {})


@pytest.mark.parametrize(
    ("content", "code", "line", "message"),
    [
        (lines(WORDS, BIO, head='# id = x\n# text = "Ann Ode said."\n'), "text-differs", 4, "the word 'Lee'"),
        (
            lines(
                WORDS, (0, 4, 9, 14, 17, 22), (3, 7, 13, 16, 22, 23), BIO, head='# text = "Ann Ode  said it rains."\n'
            ),
            "words-differ",
            3,
            "the text has 'Ode' at 4 to 7, the line says 'Lee'",
        ),
        (lines(("Ann", "Lee"), (0, 2), (3, 5), ("O", "O")), "words-differ", 2, "begins before the previous word ends"),
        ("# id = x\n# attribution t0 = {claim\n", "shape", None, "line 2: wanted JSON after '='"),
    ],
)
def test_words_that_do_not_fit_their_text_are_refused(
    tmp_path: Path, content: str, code: str, line: int | None, message: str
) -> None:
    finding = run_check([write(tmp_path / "a.conll", content)]).findings[0]
    assert (finding.code, finding.line) == (code, line)
    assert message in finding.message
