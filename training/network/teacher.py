"""A teacher: a fitted network that answers for labelled articles and labels others, so that another one can learn."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from inquit.inference.writers import open_atomically, to_json_line
from inquit.models.article import Article, text_sha256
from inquit.models.folder import file_sha256
from inquit.models.result import ArticleResult
from inquit.models.segmentation import segment
from inquit.training.articles import find_file, read_silver_marks, texts_sha256, training_articles, unlabelled_articles
from inquit.training.build import pipeline, unfitted_arrays
from inquit.training.config import CorpusConfig, TrainingConfig
from inquit.training.network.examples import MARK_KINDS, LabelledDocument, SilverMarks, label_document
from inquit.training.network.export import head_arrays
from inquit.training.network.soft_labels import answered_question, question_sha256, teach, write_soft_labels
from inquit.training.network.warm_start import load_fitted, weights_sha256
from inquit.training.speakers.known_speakers import KnownSpeakers, known_speakers_of, with_speakers

logger = logging.getLogger(__name__)

_N_BETWEEN_REPORTS = 200


class Teacher:
    """A finished run or a model whose answers are stored on disk; it is not asked again for those already there.

    Attributes:
        answers: the folder of its answers, for `inquit.training.network.soft_labels.read_soft_labels`.
    """

    def __init__(self, fitted: str | Path, config: TrainingConfig, output: Path) -> None:
        """``config``: of the network to teach, whose windows the teacher uses too; ``output``: the run's folder."""
        self._network, self._tokenizer = load_fitted(fitted)
        self._window = config.window
        self._sha256 = weights_sha256(fitted)
        self._silver = output / "silver"
        self.answers = output / "soft-labels" / self._sha256[:12]
        heads = head_arrays(self._network) | unfitted_arrays()
        self._model = pipeline(self._network, self._tokenizer, config, heads)

    def answer(self, corpora: Iterable[CorpusConfig], config: TrainingConfig, data: Path) -> None:
        """Answer for every training article of labelled corpora."""
        n_asked = 0
        for corpus in corpora:
            marks = read_silver_marks(corpus, data)
            for gold in training_articles(corpus, data, config):
                document = label_document(gold, self._tokenizer, marks=marks.get(gold.id))
                if self._ask(document, None):
                    n_asked += 1
                    if n_asked % _N_BETWEEN_REPORTS == 0:
                        logger.info("the teacher has answered for %d articles", n_asked)

    def label(self, corpus: CorpusConfig, data: Path) -> CorpusConfig:
        """Turn an unlabelled corpus into a labelled one, and answer for it.

        Its labels are the attributions and mentions that the teacher finds, and the known speakers of their sources.
        It has no claim types, about which the teacher's answers say more than a label could.
        """
        articles = list(unlabelled_articles(corpus, data))
        labels = [find_file(name, data) for name in (corpus.labels, corpus.held_labels) if name]
        question = (
            f"{self._sha256} {self._window} {texts_sha256(articles)} {' '.join(map(file_sha256, labels))}".strip()
        )
        path = self._silver / f"{text_sha256(question)[:24]}.jsonl"
        marks_path, held_path = path.with_suffix(".mentions.jsonl"), path.with_suffix(".held.jsonl")
        if not path.exists():
            seen, held = known_speakers_of(corpus, data, articles)
            found, entities = [], []
            for n, article in enumerate(articles, start=1):
                of_article, marks = self._find(article, seen)
                found.append(of_article)
                entities.append({"id": article.id, "entities": marks.entities})
                if n % _N_BETWEEN_REPORTS == 0:
                    logger.info("the teacher has labelled %d articles", n)
            path.parent.mkdir(parents=True, exist_ok=True)
            with open_atomically(marks_path) as file:
                file.writelines(orjson.dumps(record) + b"\n" for record in entities)
            if held:
                with open_atomically(held_path) as file:
                    file.writelines(to_json_line(with_speakers(of, held[of.id])) for of in found if of.id in held)
            # The labels are written last, so if they exist, so does the rest.
            with open_atomically(path) as file:
                file.writelines(map(to_json_line, found))
        return replace(
            corpus,
            path=str(path.resolve()),
            labels="",
            held_labels=str(held_path.resolve()) if held_path.exists() else "",
            mentions=str(marks_path.resolve()),
            unlabelled=False,
        )

    def _find(self, article: Article, known: Mapping[str, KnownSpeakers]) -> tuple[ArticleResult, SilverMarks]:
        # A network learns from texts as they are; the turns of conversations are found without it.
        document, states = self._model.encoder.encode(replace(segment(article), turns=()))
        links = self._model.linker.link(document, self._model.tagger.tag(document, states), states)
        attributions = tuple(link.attribution(document, i) for i, link in enumerate(links))
        found = with_speakers(ArticleResult(article.id, article.text, attributions), known.get(article.id, {}))
        mentions = [
            (document.span_of_words(start, stop), kind)
            for start, stop, kind in self._model.resolver.mentions.find(document, states)
        ]
        marks = SilverMarks(tuple((span.start, span.end, MARK_KINDS[kind]) for span, kind in mentions))
        # Ask now, while the states of the article are at hand.
        self._ask(label_document(found, self._tokenizer, marks=marks), states)
        return found, marks

    def _ask(self, document: LabelledDocument, states: NDArray[np.float32] | None) -> bool:
        """Ask about a document; whether the question was new. ``states``: the network's, if already computed."""
        article = document.pieces.document.article
        question = question_sha256(self._sha256, document, self._window)
        if answered_question(self.answers, article) == question:
            return False
        if states is None:
            _, states = self._model.encoder.encode(replace(segment(article), turns=()))
        write_soft_labels(self.answers, article, teach(self._network, document, states), question)
        return True
