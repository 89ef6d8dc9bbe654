"""Which lines above an article are its byline or date, and what becomes of them."""

from __future__ import annotations

import time

import pytest

import inquit
from inquit.models.article import Article
from inquit.models.bylines import find_bylines
from inquit.models.segmentation import segment, split_paragraphs

HEADLINE = "City council to cut bus routes, mayor says"
BODY = "The decision was announced on Monday after months of debate. Joe Dunn, a driver, said he was disappointed."


def bylines(text: str) -> list[str]:
    paragraphs = split_paragraphs(text)
    return [text[paragraphs[i].start : paragraphs[i].end] for i in sorted(find_bylines(text, paragraphs))]


@pytest.mark.parametrize(
    "line",
    [
        "By Ann Lee",
        "By: Ann Lee",
        "BY JO VAN DER BERG AND BOB RAY",
        "By ANN LEE, Associated Press",
        "By Ann Lee, Health Correspondent",
        "By Ann Lee | Staff writer",
        "By Ann Lee in Athens and É. Zola",
        "Ann Lee",
        "Mary-Jane O’Neil in New York",
        "May 3, 2024 | 5 min read",
        "Published 3 May 2024",
        "Updated: Monday, 3 May 2024 at 10:45 a.m. EDT",
        "2024-05-03",
        "Tues 4 Sept, 10:45am",
        "Thurs. 3rd Mar | 2 mins read",
    ],
)
def test_a_byline_or_date_is_found(line: str) -> None:
    assert bylines(f"{HEADLINE}\n\n{line}\n\n{BODY}") == [line]
    assert bylines(f"{HEADLINE}\n{line}\n{BODY}") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "By Monday the council had decided",
        "By law, the council must vote.",
        "By Ann Lee, who lives nearby",
        "The mayor said",
        "ANN LEE",
        "Ann Lee said no",
        "May said no",
        "In 2024",
    ],
)
def test_other_lines_are_no_bylines(line: str) -> None:
    assert bylines(f"{HEADLINE}\n\n{line}\n\n{BODY}") == []


@pytest.mark.parametrize("text", ["", "By Ann Lee", "By Ann Lee\n\n3 May 2024", f"{BODY}\n\nAnn Lee\n\n{BODY}"])
def test_no_byline_is_found_where_nothing_else_is_or_no_headline(text: str) -> None:
    assert bylines(text) == []


def test_a_byline_has_no_words() -> None:
    document = segment(Article("a", f"{HEADLINE}\n\nBy Ann Lee\n\n{BODY}"))
    assert len(document.paragraphs) == 3
    assert set(document.paragraph_of_word.tolist()) == {0, 2}


@pytest.mark.parametrize("line", ["By Ann Lee", "Jane Porter in Athens", "May 3, 2024 | 5 min read"])
def test_a_headline_is_attributed_as_if_there_were_no_byline(line: str) -> None:
    text = f"{HEADLINE}\n\n{line}\n\n{BODY}"
    attribution = inquit.load("en")(text).attributions[0]
    assert [span.of(text) for span in attribution.content] == ["City council to cut bus routes"]
    assert [span.of(text) for span in attribution.source] == ["mayor"]


@pytest.mark.parametrize(
    "line",
    ["1" * 150, "By " + "The " * 30, "Ab" * 80, "By " + "A. " * 60, "By " + "A and, " * 40, "may1" * 60, "1.,:" * 60],
)
def test_no_line_takes_long(line: str) -> None:
    start = time.process_time()
    bylines(f"{HEADLINE}\n\n{line}!\n\n{BODY}")
    assert time.process_time() - start < 0.5
