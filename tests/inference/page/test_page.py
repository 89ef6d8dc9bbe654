"""The page as HTML: what it may load and run, and how data are embedded in it."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import orjson
import pytest

from inquit.inference.page import render_page
from inquit.inference.records import error_record
from inquit.inference.report import write_report
from inquit.inference.writers import OutputError, to_json_line
from inquit.models.result import ArticleResult

from .sample_results import EMOJI, HOSTILE, HOSTILE_TEXT, scored_examples


def embedded_data(page: str) -> dict[str, object]:
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert match is not None
    data = orjson.loads(match[1])
    assert isinstance(data, dict)
    return data


def policy_of(page: str) -> str:
    match = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert match is not None
    return match[1].replace("&#39;", "'")


def test_the_policy_allows_exactly_the_style_and_the_script_of_the_page() -> None:
    page = render_page([EMOJI], {}, title="t")
    policy = policy_of(page)
    for tag in ("style", "script"):
        (inline,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "connect-src" not in policy


def test_a_served_page_may_only_talk_to_its_server() -> None:
    server = {"reviewer": "ann", "versions": {}, "n_changes": 0}
    assert "connect-src 'self'" in policy_of(render_page([EMOJI], {}, title="t", server=server))


def test_articles_stand_in_the_page_as_data_and_never_as_markup() -> None:
    page = render_page([HOSTILE], {}, title="<b>title</b>")
    assert page.count("<script") == 2
    assert "<img" not in page
    assert "<b>" not in page
    assert "&lt;b&gt;title&lt;/b&gt;" in page
    assert "\u2028" not in page
    (article,) = embedded_data(page)["articles"]  # type: ignore[misc]
    assert article["text"] == HOSTILE_TEXT
    assert article["id"] == HOSTILE.id


def test_the_page_names_no_other_place() -> None:
    page = render_page([EMOJI], {}, title="t").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|\bsrc=|\burl\(|@import|<link|innerHTML|eval\(", page)


def test_errors_and_empty_articles_are_in_the_page(tmp_path: Path) -> None:
    write_report([error_record("bad", "E_JSON", "read", "line <2>"), ArticleResult("none", "")], tmp_path / "r.html")
    articles = embedded_data((tmp_path / "r.html").read_text(encoding="utf-8"))["articles"]
    assert [article["id"] for article in articles] == ["bad", "none"]  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == [tmp_path / "r.html"]


def test_corrections_replace_what_the_model_answered(tmp_path: Path) -> None:
    corrections = tmp_path / "c.jsonl"
    corrections.write_bytes(to_json_line(ArticleResult(EMOJI.id, EMOJI.text, (), reviewed_by="ann")))
    write_report([EMOJI], tmp_path / "r.html", corrections_path=corrections)
    (article,) = embedded_data((tmp_path / "r.html").read_text(encoding="utf-8"))["articles"]  # type: ignore[misc]
    assert article["correction"] == {"attributions": [], "reviewed_by": "ann", "reviewed_at": None}


def test_claim_types_of_a_retrained_model_are_offered() -> None:
    (attribution,) = EMOJI.to_dict()["attributions"]
    record = EMOJI.to_dict() | {"attributions": [attribution | {"claim": {"type": "threat"}}]}
    types = embedded_data(render_page([ArticleResult.from_dict(record)], {}, title="t"))["claim_types"]
    assert types[-1] == "threat"  # type: ignore[index]


def test_claim_types_that_a_person_added_are_offered() -> None:
    (attribution,) = EMOJI.to_dict()["attributions"]
    record = EMOJI.to_dict() | {"attributions": [attribution | {"claim": {"type": "threat"}}]}
    page = render_page([EMOJI], {EMOJI.id: ArticleResult.from_dict(record)}, title="t")
    assert embedded_data(page)["claim_types"][-1] == "threat"  # type: ignore[index]


def test_a_thousand_articles_stay_small() -> None:
    assert len(render_page(scored_examples(1000), {}, title="t")) < 12_000_000


def test_a_report_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no-such-folder"):
        write_report([EMOJI], tmp_path / "no-such-folder" / "r.html")
