"""Labels are the same after export and import in every format that can be read, whatever characters are in the text."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inquit.models.article import Span, Spans
from inquit.models.result import ArticleResult, Attribution, Claim, Narration, Polarity, QuoteKind, Speaker, SpeakerKind
from inquit.training.labels import ExportFormat, LabelFormat, load_labels, write_labels
from inquit.training.labels.check import read_annotations
from tests.conftest import SHARED, needs_shared

from .articles import article, span, words_of

READABLE = {
    ExportFormat.JSONL: "labels.jsonl",
    ExportFormat.LABEL_STUDIO: "tasks.json",
    ExportFormat.BRAT: "brat",
    ExportFormat.CONLL: "labels.conll",
}


def there_and_back(result: ArticleResult, export_format: ExportFormat) -> ArticleResult:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / READABLE[export_format]
        write_labels([result], path, export_format)
        (back,) = read_annotations([path])
    return back


def without_ids(result: ArticleResult) -> ArticleResult:
    """The result without what formats name in their own way: ids and annotators."""
    attributions = sorted(result.attributions, key=lambda a: a.content)
    return replace(
        result,
        attributions=tuple(replace(a, id=f"t{i}") for i, a in enumerate(attributions)),
        metadata={},
        text_hash=None,
    )


def test_every_format_that_is_read_is_tested() -> None:
    assert {f.value for f in READABLE} == {f.value for f in LabelFormat} - {"csv"}


@pytest.mark.parametrize("export_format", READABLE)
def test_every_label_comes_back(export_format: ExportFormat) -> None:
    back = there_and_back(article(), export_format)
    assert without_ids(back) == without_ids(article())
    assert words_of(without_ids(back)) == words_of(without_ids(article()))


@pytest.mark.parametrize("export_format", READABLE)
def test_what_is_hardly_narration_is_no_label(export_format: ExportFormat) -> None:
    own, other = (Narration(Span(*span(words))) for words in ("Mayor Ada Lund", "Bo Ek"))
    found = (replace(own, confidence=0.9), replace(other, confidence=0.1))
    result = replace(article(), narration=found, reviewed_by="ann")
    assert there_and_back(result, export_format).narration == (own,)


WORD = st.text(
    st.one_of(
        st.sampled_from("🙂👩‍🚒🇫🇷é𝔸“”‘’\"'«»#;|=\u200b\u00ad"),
        st.characters(codec="utf-8", exclude_categories=["C", "Z"]),
    ),
    min_size=1,
    max_size=6,
)
BLANK = st.sampled_from([" ", "\n", "\n\n", "\r\n", "  ", "\u00a0", "\u2028", "\t"])


@st.composite
def labelled_articles(draw: st.DrawFn) -> ArticleResult:
    """A text of odd words and odd white space; attributions mark whole words, and the parts of one never touch."""
    words = draw(st.lists(WORD, min_size=6, max_size=14))
    text, spans = "", []
    for word in words:
        spans.append(Span(len(text), len(text) + len(word)))
        text += word + draw(BLANK)
    n_attributions = draw(st.integers(1, 3))
    contents = draw(
        st.lists(st.integers(0, len(words) - 1), min_size=n_attributions, max_size=n_attributions, unique=True)
    )
    others = [i for i in range(len(words)) if i not in contents]
    attributions = []
    for number, content in enumerate(contents):
        picked = draw(st.lists(st.sampled_from(others), max_size=3, unique=True))
        parts = tuple(spans[i] for i in picked)
        attributions.append(_attribution(draw, number, spans[content], parts))
    return ArticleResult("a/1", text, tuple(attributions))


def _attribution(draw: st.DrawFn, number: int, content: Span, parts: Spans) -> Attribution:
    claim = Claim("event", {}, (), draw(st.sampled_from(Polarity)), draw(st.booleans()))
    speaker = Speaker("x", SpeakerKind.GROUP, named=draw(st.booleans()))
    kind = draw(st.sampled_from([None, *QuoteKind]))
    cue, source = parts[:1], tuple(sorted(parts[1:]))
    return Attribution(f"t{number}", (content,), cue, source, kind, None, draw(st.none() | st.just(speaker)), claim)


@pytest.mark.parametrize("export_format", READABLE)
@given(labelled_articles())
@settings(max_examples=30, deadline=None)
def test_offsets_survive_any_text(export_format: ExportFormat, labelled: ArticleResult) -> None:
    back = there_and_back(labelled, export_format)
    assert without_ids(back) == without_ids(labelled)


@pytest.mark.parametrize("export_format", READABLE)
def test_the_examples_survive(export_format: ExportFormat, tmp_path: Path) -> None:
    examples = load_labels([Path(__file__).parents[3] / "examples" / "labels.jsonl"])
    write_labels(examples, tmp_path / READABLE[export_format], export_format)
    back = {result.id: without_ids(result) for result in load_labels([tmp_path / READABLE[export_format]])}
    assert back == {result.id: without_ids(result) for result in examples}


@needs_shared
@pytest.mark.parametrize("export_format", READABLE)
def test_real_articles_survive(export_format: ExportFormat, tmp_path: Path) -> None:
    articles = load_labels([SHARED / "data" / "otherdomain" / "dev.jsonl"], drop_bad=True)
    write_labels(articles, tmp_path / READABLE[export_format], export_format)
    back = {
        result.id: without_ids(result) for result in load_labels([tmp_path / READABLE[export_format]], drop_bad=True)
    }
    assert back == {result.id: without_ids(result) for result in articles}
