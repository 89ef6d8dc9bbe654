from pathlib import Path

from inquit.inference.records import error_record
from inquit.inference.report import mark_text, render_report, write_report
from inquit.models.article import Span
from inquit.models.result import ArticleResult, Attribution, Claim, QuoteKind, Speaker, SpeakerKind

TEXT = "<script>alert(1)</script> “{{7*7}} שלום” said <b>Ann</b>."


def result(text: str = TEXT) -> ArticleResult:
    start, end = text.index("“"), text.index("”") + 1
    source = text.index("<b>")
    attribution = Attribution(
        id="t0",
        content=(Span(start, end),),
        cue=(Span(end + 1, end + 5),),
        source=(Span(source, source + 10),),
        kind=QuoteKind.DIRECT,
        confidence=0.9,
        speaker=Speaker("<img src=x>", SpeakerKind.PERSON),
        claim=Claim("event", {}, checkworthy=0.9),
    )
    return ArticleResult("<id>", text, (attribution,))


def test_the_page_escapes_everything_and_loads_nothing() -> None:
    page = render_report([result()])
    assert "<script>" not in page
    assert "<img src=x>" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{7*7}}" in page
    assert "default-src 'none'" in page
    assert "http" not in page.replace('http-equiv="Content-Security-Policy"', "")


def test_the_marked_text_is_the_text() -> None:
    runs = mark_text(result())
    assert "".join(run.text for run in runs) == TEXT
    assert [run.role for run in runs if run.role] == ["content", "cue", "source"]


def test_errors_and_empty_articles_are_shown(tmp_path: Path) -> None:
    write_report([error_record("bad", "E_JSON", "read", "line <2>"), ArticleResult("none", "")], tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "E_JSON" in page
    assert "line &lt;2&gt;" in page
    assert list(tmp_path.iterdir()) == [tmp_path / "r.html"]


def test_three_hundred_attributions_are_numbered() -> None:
    one = "“Yes,” said Ann. "
    attributions = tuple(
        Attribution(f"t{i}", (Span(i * len(one), i * len(one) + 6),), (), (), QuoteKind.DIRECT, 0.5) for i in range(300)
    )
    assert "<sup>300</sup>" in render_report([ArticleResult("many", one * 300, attributions)])
