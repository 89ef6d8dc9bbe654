from __future__ import annotations

import sys

import pytest

from inquit.models.article import Span
from inquit.models.result import ArticleResult, Attribution, Claim, ErrorInfo, Speaker, SpeakerKind, Status

TEXT = "👩‍👧 “<b>Yes</b>,” said Ann Lee."
CONTENT, CUE, SOURCE = (
    Span(TEXT.index(part), TEXT.index(part) + len(part)) for part in ("“<b>Yes</b>,”", "said", "Ann")
)
RESULT = ArticleResult(
    "<id>",
    TEXT,
    (
        Attribution(
            "t0", (CONTENT,), (CUE,), (SOURCE,), None, 0.9, Speaker("Ann & Co", SpeakerKind.PERSON), Claim("event")
        ),
        Attribution("t1", (SOURCE,)),
    ),
)


def test_a_notebook_shows_the_marked_text_escaped() -> None:
    html = RESULT._repr_html_()
    assert "“&lt;b&gt;Yes&lt;/b&gt;,”</mark>" in html
    assert ">said</mark>" in html
    assert "Ann &amp; Co" in html
    assert "&lt;id&gt;" in html
    assert "<b>Yes" not in html
    assert "http" not in html


def test_long_words_break_and_each_paragraph_has_its_own_direction() -> None:
    html = RESULT._repr_html_()
    text, table = html.split("<table>")
    assert "unicode-bidi:plaintext" in text
    assert "overflow-wrap:anywhere" in text
    assert table.count("overflow-wrap:anywhere") == 2 * len(RESULT.attributions)


def test_an_error_shows_its_code() -> None:
    result = ArticleResult("a", None, status=Status.ERROR, error=ErrorInfo("E_JSON", "read", "line <2>"))
    assert "E_JSON: line &lt;2&gt;" in result._repr_html_()


def test_a_long_result_says_how_much_it_leaves_out() -> None:
    html = ArticleResult("a", "x" * 60, tuple(Attribution(f"t{i}", (Span(i, i + 1),)) for i in range(60)))._repr_html_()
    assert "and 10 more" in html


def test_a_frame_has_one_row_an_attribution() -> None:
    pytest.importorskip("pandas")
    frame = RESULT.to_frame()
    assert frame["content"].tolist() == ["“<b>Yes</b>,”", "Ann"]
    assert frame["speaker"][0] == "Ann & Co"
    assert frame["start"].tolist() == [CONTENT.start, SOURCE.start]
    assert frame[["speaker", "claim", "checkworthy", "confidence"]].isna().iloc[1].all()


def test_an_empty_result_keeps_the_columns() -> None:
    pytest.importorskip("pandas")
    frame = ArticleResult("none", "").to_frame()
    assert len(frame) == 0
    assert list(frame.columns) == list(RESULT.to_frame().columns)


def test_a_frame_without_pandas_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        RESULT.to_frame()
