"""The way from a training file to a fitted network: corpora, documents, network, fit."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

from inquit.models.result import ArticleResult
from inquit.training.config import CorpusConfig, TrainingConfig
from inquit.training.corpora import join_labels, read_corpus
from inquit.training.examples import (
    LabelledDocument,
    entities_by_article,
    is_held_for_calibration,
    label_document,
)
from inquit.training.network import AttributionNetwork
from inquit.training.pretrained import find_encoder
from inquit.training.soft_labels import read_soft_labels
from inquit.training.trainer import fit, load_network, load_tokenizer, save_network_frame

logger = logging.getLogger(__name__)


def train_network(
    config: TrainingConfig,
    data: Path,
    output: Path,
    *,
    encoder: str | None = None,
    teacher_labels: Path | None = None,
    warm_start: Path | None = None,
    resume: bool = False,
) -> Path:
    """Fit a network as ``config`` says and write it to ``output``.

    Args:
        data: the folder that the configuration's corpus paths start from.
        encoder: a folder to read the pretrained encoder from, in place of the configured name.
        teacher_labels: a folder that `write_soft_labels` wrote.
        warm_start: a fitted network to go on from.
        resume: go on after the last finished epoch in ``output``.
    """
    if warm_start is not None:
        network, tokenizer = load_network(warm_start)
        network.train()
    else:
        path = encoder or find_encoder(config.encoder)
        network = AttributionNetwork.from_pretrained(
            path, n_pair_dimensions=config.n_pair_dimensions, dropout=config.optimizer.dropout
        )
        tokenizer = load_tokenizer(Path(path))
    documents: list[LabelledDocument] = []
    for corpus in config.corpus:
        entities = read_entities(corpus, data)
        for gold in training_articles(corpus, data, config):
            soft = None if teacher_labels is None else read_soft_labels(teacher_labels, gold.id)
            document = label_document(gold, tokenizer, entities=entities.get(gold.id), soft=soft)
            documents += [document] * corpus.repeat
    logger.info("%d documents an epoch", len(documents))
    save_network_frame(network, tokenizer, config, output)
    fit(network, documents, tokenizer, config, output, resume=resume)
    return output


def training_articles(corpus: CorpusConfig, data: Path, config: TrainingConfig) -> Iterator[ArticleResult]:
    """The articles of a corpus that train the network: all but those held for calibration."""
    for gold in corpus_articles(corpus, data):
        if not is_held_for_calibration(gold.id, config.calibration_share):
            yield gold


def calibration_articles(config: TrainingConfig, data: Path) -> Iterator[ArticleResult]:
    """The articles that no training has seen, of all corpora."""
    for corpus in config.corpus:
        for gold in corpus_articles(corpus, data):
            if is_held_for_calibration(gold.id, config.calibration_share):
                yield gold


def corpus_articles(corpus: CorpusConfig, data: Path) -> Iterator[ArticleResult]:
    articles = read_corpus(data / corpus.path)
    return iter(join_labels(articles, read_corpus(data / corpus.labels)) if corpus.labels else articles)


def read_entities(corpus: CorpusConfig, data: Path) -> dict[str, list[tuple[int, int, str]]]:
    if not corpus.mentions:
        return {}
    with open(data / corpus.mentions, encoding="utf-8") as file:
        return entities_by_article(json.loads(line) for line in file if line.strip())
