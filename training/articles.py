"""The articles that a configuration names: which ones train, which ones calibrate, and their hashes."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from inquit.inference.batch.errors import BatchError
from inquit.inference.batch.options import DuplicateIds, ReadOptions
from inquit.inference.batch.pages import with_article
from inquit.inference.batch.readers import Inputs
from inquit.inference.batch.record import Page
from inquit.models.article import Article, text_sha256
from inquit.models.folder import file_sha256
from inquit.models.result import ArticleResult, ErrorInfo
from inquit.training.config import CorpusConfig, TrainingConfig
from inquit.training.corpora import CorpusError, files_of, join_labels, read_corpus
from inquit.training.network.examples import SilverMarks

logger = logging.getLogger(__name__)

_BROUGHT = Path(__file__).parent
"""Where the labels and articles that ship with inquit are."""


def training_articles(
    corpus: CorpusConfig, data: Path, config: TrainingConfig, *, with_held: bool = False
) -> Iterator[ArticleResult]:
    """The articles of a corpus that train the network: all except the calibration articles."""
    for gold in corpus_articles(corpus, data, with_held=with_held):
        if not is_held_for_calibration(gold.id, config.calibration_share):
            yield gold


def calibration_articles(config: TrainingConfig, data: Path) -> Iterator[ArticleResult]:
    """The articles of all labelled corpora that are kept out of training."""
    for corpus in config.labelled:
        for gold in corpus_articles(corpus, data, with_held=True):
            if is_held_for_calibration(gold.id, config.calibration_share):
                yield gold


def corpus_articles(corpus: CorpusConfig, data: Path, *, with_held: bool = False) -> Iterator[ArticleResult]:
    """The articles with their labels; ``with_held``: including the labels that the network must not see."""
    articles = read_corpus(find_file(corpus.path, data))
    for name in (corpus.labels, corpus.held_labels if with_held else ""):
        if name:
            articles = join_labels(articles, read_corpus(find_file(name, data)))
    return iter(articles)


def fresh_articles(config: TrainingConfig, data: Path) -> set[str]:
    """Ids of the articles whose labels the network must not see."""
    held: set[str] = set()
    for corpus in config.corpus:
        seen, own = (
            {labels.id for labels in read_corpus(find_file(name, data))} if name else set()
            for name in (corpus.labels, corpus.held_labels)
        )
        if both := sorted(seen & own):
            raise ValueError(f"labels and held_labels of {corpus.path} both name {both[0]}: the network would see it")
        held |= own
    return held


def find_file(name: str, data: Path) -> Path:
    """A file in the data folder or, if it is not there, one that ships with inquit."""
    own = _BROUGHT / name
    return own if own.exists() and not (data / name).exists() else data / name


def read_silver_marks(corpus: CorpusConfig, data: Path) -> dict[str, SilverMarks]:
    if not corpus.mentions:
        return {}
    with open(find_file(corpus.mentions, data), encoding="utf-8") as file:
        return read_marks(json.loads(line) for line in file if line.strip())


def unlabelled_articles(corpus: CorpusConfig, data: Path) -> Iterator[Article]:
    """The texts of an unlabelled corpus, each once; whatever cannot be read is skipped.

    Raises:
        CorpusError: there is nothing at its path, or no text in it.
    """
    seen: set[str] = set()
    try:
        for record in Inputs([str(find_file(corpus.path, data))], ReadOptions(duplicate_ids=DuplicateIds.SUFFIX)):
            if isinstance(record.content, Page):
                record = with_article(record, record.content)
            match record.content:
                case str(text):
                    if text.strip() and (digest := text_sha256(text)) not in seen:
                        seen.add(digest)
                        yield Article(record.id, text)
                case ErrorInfo(message=message):
                    logger.warning("skipped: %s", message)
    except BatchError as error:
        raise CorpusError(str(error)) from error
    if not seen:
        raise CorpusError(f"{find_file(corpus.path, data)}: holds no text to learn from; see docs/training.md")


def training_texts(config: TrainingConfig, data: Path) -> Iterator[str]:
    """Every text that a model learns from or is calibrated on."""
    for corpus in config.labelled:
        for gold in corpus_articles(corpus, data, with_held=True):
            assert gold.text is not None
            yield gold.text
    for corpus in config.corpus:
        if corpus.unlabelled:
            for article in unlabelled_articles(corpus, data):
                if not is_held_for_calibration(article.id, config.calibration_share):
                    yield article.text


def texts_sha256(articles: Iterable[Article]) -> str:
    """SHA-256, in hex, of all texts together; their order and ids make no difference."""
    return hashlib.sha256("".join(sorted(text_sha256(article.text) for article in articles)).encode()).hexdigest()


def data_hashes(config: TrainingConfig, data: Path) -> dict[str, str]:
    """SHA-256 of every file that a model is made from, by its path in the data folder or among inquit's own files.

    An unlabelled corpus has one hash for all of its texts.
    """
    names = [name for corpus in config.labelled for name in (corpus.path, corpus.mentions)]
    labels = [name for corpus in config.corpus for name in (corpus.labels, corpus.held_labels)]
    files = {find_file(name, data) for name in [*names, *labels, config.dev] if name}
    hashes = {}
    for path in sorted(files):
        for file in files_of(path):
            roots = (root for root in (data, _BROUGHT) if file.is_relative_to(root))
            name = next((file.relative_to(root).as_posix() for root in roots), file.name)
            hashes[name] = file_sha256(file)
    return hashes | {
        corpus.path: texts_sha256(unlabelled_articles(corpus, data)) for corpus in config.corpus if corpus.unlabelled
    }


def is_held_for_calibration(article_id: str, share: float) -> bool:
    """Whether an article is kept out of training; a hash of its id decides, so run and corpus order do not matter."""
    return int(hashlib.sha256(article_id.encode()).hexdigest()[:8], 16) < share * 2**32


def read_marks(records: Iterable[Mapping[str, Any]]) -> dict[str, SilverMarks]:
    """Silver marks by article id.

    Args:
        records: each with ``id``, ``entities``: [[start, end, kind]], and optionally ``coref``: for each entity a list
            of its mentions, [[start, end, whether it represents the others]].
    """
    return {
        str(record["id"]): SilverMarks(
            tuple((start, end, kind) for start, end, kind in record["entities"]),
            tuple(tuple((start, end) for start, end, *_ in chain) for chain in record.get("coref", ())),
        )
        for record in records
    }
