"""Known speakers: the speakers that sources stand for in texts whose attributions nobody labelled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from inquit.models.article import Article, Span
from inquit.models.result import ArticleResult, Attribution, Speaker
from inquit.training.articles import find_file
from inquit.training.config import CorpusConfig
from inquit.training.corpora import CorpusError, read_corpus

KnownSpeakers = Mapping[Span, Speaker]
"""The speakers of one text, by the spans of their sources."""


def known_speakers_of(
    corpus: CorpusConfig, data: Path, articles: Sequence[Article]
) -> tuple[dict[str, KnownSpeakers], dict[str, KnownSpeakers]]:
    """The known speakers of an unlabelled corpus that the network sees, and those that it does not, by article id.

    Args:
        articles: the texts of the corpus.

    Raises:
        CorpusError: see `read_known_speakers`.
    """
    seen, held = (
        read_known_speakers(find_file(name, data), articles) if name else {}
        for name in (corpus.labels, corpus.held_labels)
    )
    return seen, held


def read_known_speakers(path: Path, articles: Iterable[Article]) -> dict[str, KnownSpeakers]:
    """Read known speakers, by article id, from labels whose attributions have a source and a speaker but no content.

    Args:
        articles: the texts that the labels are for.

    Raises:
        CorpusError: a line is malformed, or the labels are for other texts.
    """
    lengths = {article.id: len(article.text) for article in articles}
    known: dict[str, KnownSpeakers] = {}
    for record in read_corpus(path):
        speakers = {
            span: label.speaker for label in record.attributions if label.speaker is not None for span in label.source
        }
        if record.id not in lengths:
            raise CorpusError(f"{path}: has labels for article {record.id!r}, which is not among the texts")
        if (end := max((span.end for span in speakers), default=0)) > lengths[record.id]:
            raise CorpusError(
                f"{path}: article {record.id!r} has a source that ends at {end}, but its text has {lengths[record.id]} "
                "characters: the labels are for another version"
            )
        known[record.id] = speakers
    return known


def articles_with_speakers(articles: Iterable[Article], known: Mapping[str, KnownSpeakers]) -> Iterator[ArticleResult]:
    """The articles whose speakers are known, with each source as an attribution without content."""
    for article in articles:
        if article.id in known:
            speakers = known[article.id].items()
            attributions = (
                Attribution(f"s{i}", content=(), source=(span,), speaker=speaker)
                for i, (span, speaker) in enumerate(speakers)
            )
            yield ArticleResult(article.id, article.text, tuple(attributions))


def with_speakers(article: ArticleResult, known: KnownSpeakers) -> ArticleResult:
    """The article with a speaker for each attribution whose source overlaps a known one.

    An attribution whose source overlaps those of different speakers gets none.
    """
    return replace(article, attributions=tuple(_with_speaker(own, known) for own in article.attributions))


def _with_speaker(attribution: Attribution, known: KnownSpeakers) -> Attribution:
    found = {speaker for span, speaker in known.items() for source in attribution.source if span.overlaps(source)}
    return replace(attribution, speaker=found.pop()) if len(found) == 1 else attribution
