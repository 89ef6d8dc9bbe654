"""Known speakers of sources in texts whose attributions nobody labelled."""

from __future__ import annotations

from pathlib import Path

import pytest

from inquit.models.article import Article, Span
from inquit.models.result import ArticleResult, Attribution, Speaker, SpeakerKind
from inquit.training.corpora import CorpusError
from inquit.training.speakers.known_speakers import articles_with_speakers, read_known_speakers, with_speakers
from tests.training.labelled import write_labels

RUIZ = Speaker("Ana Ruiz", SpeakerKind.PERSON, named=True)
LEE = Speaker("Paul Lee", SpeakerKind.PERSON, named=True)


def attribution(source: tuple[Span, ...], speaker: Speaker | None = None) -> Attribution:
    return Attribution("t0", content=(Span(50, 60),), source=source, speaker=speaker)


@pytest.mark.parametrize(
    ("source", "speaker"),
    [
        ((Span(0, 3),), RUIZ),
        ((Span(2, 9),), RUIZ),
        ((Span(3, 10),), None),
        ((), None),
        ((Span(0, 14),), None),
        ((Span(10, 12), Span(20, 22)), LEE),
    ],
    ids=["the same", "a part", "touching is not meeting", "none", "two speakers", "one speaker twice"],
)
def test_a_source_has_the_speaker_of_the_one_it_meets(source: tuple[Span, ...], speaker: Speaker | None) -> None:
    known = {Span(0, 3): RUIZ, Span(10, 13): LEE, Span(20, 23): LEE}
    article = with_speakers(ArticleResult("a", "x" * 60, (attribution(source),)), known)
    assert article.attributions == (attribution(source, speaker),)


def test_known_speakers_are_read_by_article_and_place(tmp_path: Path) -> None:
    labels = [
        Attribution("s0", content=(), source=(Span(0, 3),), speaker=RUIZ),
        Attribution("s1", content=(), source=(Span(10, 13),), speaker=LEE),
    ]
    path = write_labels(tmp_path / "speakers.jsonl", [ArticleResult("a", None, tuple(labels))])
    known = read_known_speakers(path, [Article("a", "x" * 13), Article("b", "x")])
    assert known == {"a": {Span(0, 3): RUIZ, Span(10, 13): LEE}}


def test_articles_get_the_sources_that_are_known() -> None:
    articles = [Article("a", "x" * 13), Article("b", "y")]
    (found,) = articles_with_speakers(articles, {"a": {Span(0, 3): RUIZ}})
    assert found == ArticleResult("a", "x" * 13, (Attribution("s0", content=(), source=(Span(0, 3),), speaker=RUIZ),))


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (
            '{"id": "a", "attributions": [{"id": "s0", "content": [], "source": [[3, 0]]}]}',
            r"line 1: .*0 <= start < end",
        ),
        ('{"id": "b", "attributions": []}', "has labels for article 'b', which is not among the texts"),
        (
            '{"id": "a", "attributions": [{"id": "s0", "content": [], "source": [[4, 9]], "speaker": {"name": "B", "kind": "group"}}]}',
            "article 'a' has a source that ends at 9, but its text has 5 characters: the labels are for another",
        ),
    ],
)
def test_labels_of_other_texts_are_refused(tmp_path: Path, record: str, message: str) -> None:
    (tmp_path / "bad.jsonl").write_text(record)
    with pytest.raises(CorpusError, match=message):
        read_known_speakers(tmp_path / "bad.jsonl", [Article("a", "Hello")])
