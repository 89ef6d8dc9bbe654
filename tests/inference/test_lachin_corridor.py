"""The article that the project was asked to handle, exactly as scraped."""

from __future__ import annotations

import re

import pytest

import inquit
from inquit.models.result import ArticleResult
from tests.conftest import SHARED

PATH = SHARED / "data" / "articles" / "lachin_corridor.txt"
pytestmark = pytest.mark.skipif(
    not PATH.exists(), reason=f"needs {PATH}, beside the checkout of developers and CI only"
)


@pytest.fixture(scope="module")
def result() -> ArticleResult:
    return inquit.load()(PATH.read_bytes().decode("utf-8"))


@pytest.mark.parametrize(
    ("source", "cue", "content"),
    [
        ("State Department", "said", "asked Azerbaijan President Ilham Aliyev to redouble efforts"),
        ("State Department", "said", "He (Blinken) underscored that the risk of a humanitarian crisis"),
        ("State Department", "added", "Blinken also raised human rights concerns"),
        ("Russia", "told", "the key road leading into the disputed region of Nagorno-Karabakh must be quickly cleared"),
        ("Yerevan", "says", "they are government-backed agitators"),
        ("Sergei Lavrov", "said", "Russia was ready to deploy troops"),
    ],
)
def test_every_statement_is_found_with_its_source(result: ArticleResult, source: str, cue: str, content: str) -> None:
    assert result.text is not None
    found = [
        tuple(" ".join(" ".join(s.of(result.text) for s in spans).split()) for spans in (a.source, a.cue, a.content))
        for a in result.attributions
    ]
    assert any(source in s and cue in q and re.search(re.escape(content), c) for s, q, c in found), found
