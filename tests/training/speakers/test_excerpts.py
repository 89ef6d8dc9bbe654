"""Excerpts of labelled articles: a few paragraphs, with the sources that they contain."""

from __future__ import annotations

from inquit.models.article import Span
from inquit.models.result import ArticleResult, Attribution, Speaker, SpeakerKind
from inquit.training.speakers.excerpts import excerpts

TEXT = "Ana Ruiz said no.\n\nShe said it twice.\n\nPaul Lee left.\n\nHe said so.\n\nNobody else spoke."
RUIZ = Speaker("Ana Ruiz", SpeakerKind.PERSON, named=True)
LEE = Speaker("Paul Lee", SpeakerKind.PERSON, named=True)


def source(name: str, speaker: Speaker | None) -> Attribution:
    start = TEXT.index(name)
    return Attribution(name, content=(Span(0, 3),), source=(Span(start, start + len(name)),), speaker=speaker)


ARTICLE = ArticleResult("a", TEXT, (source("Ana Ruiz", RUIZ), source("She", RUIZ), source("He", LEE)))


def test_an_excerpt_holds_whole_paragraphs_and_the_names_of_its_speakers() -> None:
    found = [excerpt for seed in range(60) for excerpt in excerpts([ARTICLE], seed=seed)]
    assert {excerpt.text for excerpt in found} == {
        "Ana Ruiz said no.",
        "Ana Ruiz said no.\n\nShe said it twice.",
        "Ana Ruiz said no.\n\nShe said it twice.\n\nPaul Lee left.",
        "Paul Lee left.\n\nHe said so.",
        "She said it twice.\n\nPaul Lee left.\n\nHe said so.",
        "Paul Lee left.\n\nHe said so.\n\nNobody else spoke.",
    }
    for excerpt in found:
        assert excerpt.text is not None
        for label in excerpt.attributions:
            (span,) = label.source
            assert excerpt.text[span.start : span.end] == label.id
            assert label.speaker is not None
            assert str(label.speaker.name) in excerpt.text


def test_the_same_seed_gives_the_same_excerpts() -> None:
    articles = [ARTICLE] * 5
    assert list(excerpts(articles, seed=3)) == list(excerpts(articles, seed=3))
    assert list(excerpts(articles, seed=3)) != list(excerpts(articles, seed=4))


def test_the_writer_has_no_name_and_who_is_not_labelled_is_left_out() -> None:
    author = ArticleResult(
        "a",
        "I said no.",
        (Attribution("t0", (), source=(Span(0, 1),), speaker=Speaker(None, SpeakerKind.AUTHOR, named=False)),),
    )
    assert [excerpt.attributions for excerpt in excerpts([author], seed=1)] == [author.attributions]
    unlabelled = ArticleResult("a", "He said no.", (Attribution("t0", (), source=(Span(0, 2),)),))
    assert list(excerpts([unlabelled, ArticleResult("b", "", ()), ArticleResult("c", " \n ", ())], seed=1)) == []
