"""Readers of labelled corpora: what they return, and their messages for what they cannot read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inquit.models.article import Span
from inquit.models.result import ArticleResult, Attribution, Claim, Narration, Speaker, SpeakerKind
from inquit.training.corpora import (
    CorpusError,
    corpus_sha256,
    join_labels,
    read_brat,
    read_corpus,
    read_jsonl,
    read_polnear,
)

SHARED_DATA = Path(__file__).parents[3] / "shared" / "data"
needs_shared_data = pytest.mark.skipif(
    not SHARED_DATA.is_dir(), reason=f"needs the corpora in {SHARED_DATA}, which are not part of the project"
)

TEXT = "Mayor Ada Lund said the bridge is safe.\nA rival disagreed."
BRAT = (
    "T1\tSource 0 14\tMayor Ada Lund\n"
    "T2\tCue 15 19\tsaid\n"
    "T3\tContent 20 38\tthe bridge is safe\n"
    "T4\tAttribution 15 19\tsaid\n"
    "E1\tAttribution:T4 Content:T3 Cue:T2 Source:T1\n"
)
LUND = Attribution("E1", (Span(20, 38),), (Span(15, 19),), (Span(0, 14),))
METADATA = "filename\tpublisher\tpublication_date\ttitle\nbridge\tlocal\t2024-05-02\tBridge “safe”\n"


def record(**changes: Any) -> dict[str, Any]:
    attribution = {"id": "E1", "content": [[20, 38]], "cue": [[15, 19]], "source": [[0, 14]]}
    return {"id": "bridge", "text": TEXT, "attributions": [attribution]} | changes


def attributed(**changes: Any) -> dict[str, Any]:
    whole = record()
    return whole | {"attributions": [whole["attributions"][0] | changes]}


def write_jsonl(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
    return path


def write_polnear(
    folder: Path, *, part: str = "train", brat: str = BRAT, text: str | None = TEXT, annotator: str = "4b22"
) -> Path:
    for name in ("attributions", "text"):
        (folder / part / name).mkdir(parents=True, exist_ok=True)
    (folder / "metadata.tsv").write_bytes(METADATA.encode())
    (folder / part / "attributions" / f"bridge_{annotator}.ann").write_bytes(brat.encode())
    if text is not None:
        (folder / part / "text" / "bridge.txt").write_bytes(text.encode())
    return folder


def test_jsonl_gives_attributions_labels_and_metadata(tmp_path: Path) -> None:
    labels = {
        "speaker": {"name": "Ada Lund", "kind": "person", "named": True},
        "claim": {"type": "event", "secondary": [], "polarity": "asserted", "checkworthy": True},
    }
    narration = [{"span": [40, 58], "claim": {"type": "event", "checkworthy": False}}]
    gold = attributed(**labels) | {"title": "Safe", "date": "2024-05-02", "narration": narration}
    (article,) = read_jsonl(write_jsonl(tmp_path / "gold.jsonl", gold))
    speaker, claim = Speaker("Ada Lund", SpeakerKind.PERSON, named=True), Claim("event", checkworthy=True)
    assert article.attributions == (replace(LUND, speaker=speaker, claim=claim),)
    assert article.narration == (Narration(Span(40, 58), Claim("event")),)
    assert article.metadata == {"title": "Safe", "date": "2024-05-02"}


def test_jsonl_may_have_a_byte_order_mark_blank_lines_and_no_speaker(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(attributed(speaker=None)).encode() + b"\r\n\n")
    assert [article.attributions for article in read_jsonl(path)] == [(LUND,)]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (["bridge"], r"wanted a JSON object"),
        (record(id=7), r"wanted a JSON object with \"id\""),
        ({"id": "a", "text": TEXT}, r"\"attributions\" must be a list, \[\] for an article without any"),
        (record(text=7), r"\"text\" must be text, got int"),
        (record(status="done"), r"\"status\" must be one of"),
        (record(attributions=[7]), r"attributions\[0\] must be an object, got 7"),
        (attributed(speaker="Ada Lund"), r"attributions\[0\] speaker must be an object, got 'Ada Lund'"),
        (attributed(speaker={"name": 7, "kind": "person"}), r"name of a speaker must be str \| None, got 7"),
        (attributed(claim=["event"]), r"attributions\[0\] claim must be an object, got \['event'\]"),
        (attributed(claim={"type": ["event"]}), r"type of a claim must be str, got \['event'\]"),
        (record(attributions=[{"id": "E1"}]), r"'content' is missing"),
        (record(attributions=[{"content": [[0, 5]]}]), r"'id' is missing"),
        (record(attributions=record()["attributions"] * 2), r"attributions\[1\] has the id 'E1' of an earlier one"),
        (record(narration=[{"span": [40, 99]}]), r"narration\[0\]: \[40, 99\] ends after the text, which has 58"),
        (attributed(content=[[20, 99]]), r"attributions\[0\] content: \[20, 99\] ends after the text, which has 58"),
        (attributed(source=[[14, 0]]), r"attributions\[0\] source: a span must have 0 <= start < end, got \[14, 0\]"),
        (attributed(cue=[[-1, 4]]), r"0 <= start < end, got \[-1, 4\]"),
        (attributed(cue=[15, 19]), r"attributions\[0\] cue: a span must be \[start, end\] in characters, got 15"),
        (attributed(cue=[[15.0, 19]]), r"a span must be \[start, end\]"),
        (
            attributed(kind="Direct "),
            r"attributions\[0\] kind must be one of .* got 'Direct '. Did you mean 'direct'\?",
        ),
        (attributed(speaker={"name": "Ada Lund"}), r"'kind' is missing"),
        (attributed(speaker={"name": "A", "kind": "persn"}), r"got 'persn'. Did you mean 'person'\?"),
        (attributed(claim={"type": "event", "polarity": "maybe"}), r"\['asserted', 'denied', 'unsure'\], got 'maybe'"),
    ],
)
def test_malformed_record_is_named_by_line(tmp_path: Path, bad: Any, message: str) -> None:
    path = write_jsonl(tmp_path / "gold.jsonl", record(id="fine"), bad)
    with pytest.raises(CorpusError, match=rf"gold\.jsonl line 2: .*{message}"):
        list(read_jsonl(path))


def test_broken_json_is_named_by_line(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text('\n{"id": "a", \n', encoding="utf-8")
    with pytest.raises(CorpusError, match="line 2: not one JSON object"):
        list(read_jsonl(path))


def test_article_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", record(id="other"), record())
    write_jsonl(tmp_path / "b.jsonl", record())
    with pytest.raises(CorpusError, match=r"b\.jsonl line 1: article 'bridge' was already in .*a\.jsonl line 2"):
        list(read_corpus(tmp_path))


def test_polnear_as_downloaded_is_the_same_as_jsonl(tmp_path: Path) -> None:
    jsonl = record(publisher="local", date="2024-05-02", title="Bridge “safe”", annotator="4b22")
    from_jsonl = list(read_jsonl(write_jsonl(tmp_path / "gold.jsonl", jsonl)))
    assert list(read_polnear(write_polnear(tmp_path / "data"))) == from_jsonl
    assert list(read_polnear(tmp_path / "data" / "train")) == from_jsonl


def test_an_outlet_beside_the_labels_is_kept(tmp_path: Path) -> None:
    (article,) = read_jsonl(write_jsonl(tmp_path / "gold.jsonl", record(outlet="The Gazette")))
    assert article.metadata == {"outlet": "The Gazette"}


def test_first_annotator_of_an_article_is_read(tmp_path: Path) -> None:
    write_polnear(tmp_path, annotator="ef2d", brat="")
    write_polnear(tmp_path, annotator="4b22")
    (article,) = read_polnear(tmp_path)
    assert (article.attributions, article.metadata["annotator"]) == ((LUND,), "4b22")


def test_parts_are_never_mixed(tmp_path: Path) -> None:
    write_polnear(tmp_path, part="test")
    write_polnear(tmp_path, part="train")
    with pytest.raises(CorpusError, match=r"holds several parts, \['test', 'train'\]; name one"):
        read_polnear(tmp_path)


@pytest.mark.parametrize(
    ("layout", "n_articles"),
    [
        (lambda folder: write_jsonl(folder / "gold.jsonl", record()), 1),
        (lambda folder: write_jsonl(folder / "b.jsonl", record(id="b")).parent, 1),
        (lambda folder: write_polnear(folder / "data"), 1),
        (lambda folder: write_polnear(folder / "data") / "train", 1),
    ],
)
def test_corpus_is_read_in_any_layout(tmp_path: Path, layout: Callable[[Path], Path], n_articles: int) -> None:
    assert len(list(read_corpus(layout(tmp_path)))) == n_articles


def test_path_without_a_corpus_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such corpus; wanted a JSONL file"):
        read_corpus(tmp_path / "nothing")
    with pytest.raises(CorpusError, match=r"wanted \*\.jsonl, or attributions"):
        read_corpus(tmp_path)


def test_annotation_without_its_article_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"bridge_4b22\.ann: its article .*bridge\.txt is missing"):
        list(read_polnear(write_polnear(tmp_path, text=None)))


def test_text_that_is_not_utf8_is_an_error(tmp_path: Path) -> None:
    write_polnear(tmp_path)
    (tmp_path / "train" / "text" / "bridge.txt").write_bytes(b"caf\xe9")
    with pytest.raises(CorpusError, match=r"bridge\.txt: not UTF-8 at byte 3"):
        list(read_polnear(tmp_path))


def test_metadata_needs_its_columns(tmp_path: Path) -> None:
    write_polnear(tmp_path)
    (tmp_path / "metadata.tsv").write_text("filename\tpublisher\nbridge\tlocal\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"metadata\.tsv line 1: has no column \['publication_date', 'title'\]"):
        list(read_polnear(tmp_path))


@pytest.mark.parametrize(
    "odd",
    [
        "#1\tAnnotatorNotes T3\tis this\nreally a content?\n",
        "T5\tDiscuss 40 58\tA rival disagreed.\n",
        "T5\tContent 34 47\tsafe.\nA rival\n",
        "T5\tContent 34 47\tsafe.\n",
        "T5\tContent 34 47\tsafe. A rival\n",
        "T5\tCue 48 57\tdisagreed\nE2\tAttribution:T5 Cue:T5\n",
        "R1\tSame Arg1:T1 Arg2:T2\nA1\tSure E1\nM1\tNegated E1\nN1\tReference T1 Wikidata:Q1\tAda\n*\tEquiv T1 T2\n",
        "\n\n",
    ],
    ids=["note", "span outside", "broken", "rest lost", "blank for break", "no content", "other brat records", "blank"],
)
def test_odd_lines_of_brat_are_passed_over(odd: str) -> None:
    assert read_brat(odd.lstrip("\n") + BRAT, TEXT, where="x.ann") == (LUND,)
    assert read_brat((BRAT + odd).replace("\n", "\r\n"), TEXT, where="x.ann") == (LUND,)


def test_discontinuous_spans_come_in_text_order() -> None:
    brat = BRAT.replace("20 38\tthe bridge is safe", "34 38;20 30\tsafe the bridge")
    (attribution,) = read_brat(brat, TEXT, where="x.ann")
    assert attribution.content == (Span(20, 30), Span(34, 38))


def test_attributions_come_in_the_order_of_their_contents() -> None:
    later = "T5\tContent 40 57\tA rival disagreed\nE0\tAttribution:T4 Content:T5\n"
    assert [a.id for a in read_brat(later + BRAT, TEXT, where="x.ann")] == ["E1", "E0"]


@pytest.mark.parametrize(
    ("brat", "message"),
    [
        ("Source 0 14 Mayor\n", r"x\.ann line 1: wanted 'T1<TAB>Source 0 6<TAB>words', got 'Source 0 14 Mayor'"),
        ("T1\tSource 0,14\tMayor\n", r"x\.ann line 1: T1 must be 'ROLE START END' .* got 'Source 0,14'"),
        ("\nT1\tSource 14 0\tMayor\n", r"x\.ann line 2: T1: Source: a span must have 0 <= start < end, got \[14, 0\]"),
        (
            "T1\tSource 0 99\tMayor\n",
            r"line 1: T1: Source: \[0, 99\] ends after .* is the text file the one that was ann",
        ),
        ("T1\tSource 0 5\tMajor\n", r"line 1: T1 marks 'Major', but the text has 'Mayor' at 0 5"),
        ("#1\tAnnotatorNotes T1\tone\u2028line\nE1\tAttribution:T4\n", r"x\.ann line 2: E1 names T4"),
        ("E1\tAttribution:T4\n", r"line 1: E1 names T4, which is not in the file; restore its line or remove E1"),
        ("E1\tAttribution T4\n", r"line 1: E1 must be 'ROLE:SPAN ROLE:SPAN …', got 'Attribution'"),
    ],
)
def test_malformed_brat_is_named_by_line(brat: str, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        read_brat(brat, TEXT, where="x.ann")


@given(data=st.data(), text=st.text(min_size=1, max_size=60).filter(lambda text: "\r" not in text))
def test_brat_gives_back_the_spans_that_were_written(data: st.DataObject, text: str) -> None:
    ends = st.lists(st.integers(0, len(text)), min_size=2, max_size=8, unique=True).map(sorted)
    borders = data.draw(ends)
    spans = tuple(Span(start, end) for start, end in zip(borders[::2], borders[1::2], strict=False))
    offsets = ";".join(f"{span.start} {span.end}" for span in reversed(spans))
    words = " ".join(span.of(text) for span in reversed(spans)).replace("\n", " ")
    (attribution,) = read_brat(f"T1\tContent {offsets}\t{words}\nE1\tContent:T1\n", text, where="x.ann")
    assert attribution.content == spans


def labelled(content: tuple[Span, ...] = LUND.content) -> ArticleResult:
    label = Attribution(
        "E1", content, speaker=Speaker("Ada Lund", SpeakerKind.PERSON, named=True), claim=Claim("event")
    )
    return ArticleResult("bridge", None, (label,), narration=(Narration(Span(40, 58), Claim("event")),))


def test_labels_are_joined_to_the_spans() -> None:
    rival = Attribution("E2", (Span(40, 57),))
    bridge, other = ArticleResult("bridge", TEXT, (LUND, rival)), ArticleResult("other", TEXT, (LUND,))
    first, second = join_labels([bridge, other], [labelled()])
    (label,) = labelled().attributions
    assert first.attributions == (replace(LUND, speaker=label.speaker, claim=label.claim), rival)
    assert first.narration == labelled().narration
    assert second is other


@pytest.mark.parametrize(
    ("attributions", "message"),
    [
        ((), r"E1 with content \[\(20, 38\)\], the article has none"),
        (
            (replace(LUND, content=(Span(20, 30),)),),
            r"the article has \[\(20, 30\)\]; they belong to different versions",
        ),
    ],
)
def test_labels_of_another_version_are_refused(attributions: tuple[Attribution, ...], message: str) -> None:
    with pytest.raises(CorpusError, match=rf"article bridge: .*{message}"):
        list(join_labels([ArticleResult("bridge", TEXT, attributions)], [labelled()]))


def test_hash_is_of_what_a_corpus_says_not_of_its_layout(tmp_path: Path) -> None:
    bridge, other = ArticleResult("bridge", TEXT, (LUND,)), ArticleResult("other", TEXT, (LUND,))
    assert corpus_sha256([bridge, other]) == corpus_sha256([other, bridge])
    assert corpus_sha256(write_polnear(tmp_path)) == corpus_sha256([bridge])
    changed = [replace(bridge, text=TEXT + " "), replace(bridge, id="b"), replace(bridge, attributions=())]
    assert len({corpus_sha256([article]) for article in [bridge, *changed]}) == 4


@needs_shared_data
def test_real_polnear_is_the_same_in_both_layouts() -> None:
    as_jsonl = {article.id: article for article in read_jsonl(SHARED_DATA / "polnear" / "train.jsonl")}
    as_downloaded = list(read_corpus(SHARED_DATA / "polnear_original" / "data"))
    assert len(as_downloaded) == 12
    assert as_downloaded == [without_labels(as_jsonl[article.id]) for article in as_downloaded]


@needs_shared_data
@pytest.mark.parametrize("name", ["polnear/dev", "otherdomain/dev", "otherdomain/train"])
def test_joined_labels_are_those_of_the_corpus(name: str) -> None:
    corpus = list(read_corpus(SHARED_DATA / f"{name}.jsonl"))
    labels = read_corpus(SHARED_DATA / "labels" / f"{name.replace('/', '.')}.jsonl")
    assert list(join_labels(map(without_labels, corpus), labels)) == corpus


def without_labels(article: ArticleResult) -> ArticleResult:
    attributions = tuple(replace(attribution, speaker=None, claim=None) for attribution in article.attributions)
    return replace(article, attributions=attributions, narration=())
