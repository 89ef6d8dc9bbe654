"""Excerpts of labelled articles, a few paragraphs each, to learn about short texts as well as whole articles."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

import numpy as np

from inquit.models.article import Article, Span
from inquit.models.result import ArticleResult, Attribution
from inquit.models.segmentation import segment
from inquit.training.evaluation.labels import split_joint_name

MAX_PARAGRAPHS = 3


def excerpts(articles: Iterable[ArticleResult], *, seed: int) -> Iterator[ArticleResult]:
    """One to `MAX_PARAGRAPHS` paragraphs of each article, with the sources whose speaker's name they contain.

    Args:
        articles: with texts. Of their labels, only sources and speakers are kept; an excerpt without any is left out.
    """
    rng = random.Random(seed)
    for article in articles:
        assert article.text is not None
        start, end = _paragraphs(article.text, rng)
        text = article.text[start:end]
        kept = tuple(
            Attribution(label.id, content=(), source=_moved(label.source, -start), speaker=label.speaker)
            for label in article.attributions
            if label.source
            and label.source[0].start >= start
            and label.source[-1].end <= end
            and _is_named(label, text)
        )
        if kept:
            yield ArticleResult(article.id, text, kept)


def _paragraphs(text: str, rng: random.Random) -> tuple[int, int]:
    """Start and end of some consecutive paragraphs, chosen at random."""
    document = segment(Article("", text))
    if len(document.words) == 0:
        return 0, 0
    first_words = np.flatnonzero(np.diff(document.paragraph_of_word, prepend=-1))
    n_paragraphs = rng.randint(1, MAX_PARAGRAPHS)
    first = rng.randrange(max(1, len(first_words) - n_paragraphs + 1))
    stop = [*first_words[1:].tolist(), len(document.words)][min(first + n_paragraphs, len(first_words)) - 1]
    return int(document.words[first_words[first], 0]), int(document.words[stop - 1, 1])


def _moved(spans: Iterable[Span], by: int) -> tuple[Span, ...]:
    return tuple(Span(span.start + by, span.end + by) for span in spans)


def _is_named(label: Attribution, text: str) -> bool:
    """Whether the text contains the speaker's whole name, all of them if joint; the article's author needs none."""
    if label.speaker is None:
        return False
    return label.speaker.name is None or all(name in text for name in split_joint_name(label.speaker.name))
