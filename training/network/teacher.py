"""A fitted network that a smaller one learns from: it is asked about articles, and finds attributions in unlabelled ones."""

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
    """A finished run or a model whose answers are kept on disk; what is there already is not asked again.

    Attributes:
        answers: the folder of its answers, for `inquit.training.network.soft_labels.read_soft_labels`.
    """

    def __init__(self, fitted: str | Path, config: TrainingConfig, output: Path) -> None:
        """``config``: of the network that is taught, whose windows the teacher reads; ``output``: of its run."""
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
        """Make a labelled corpus of an unlabelled one, and answer for it: it then has the attributions and mentions that the
        teacher finds, and the speakers that are known of their sources, but no claim types, of which the answers tell more.
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
            # The labels appear last: where they are, the rest is.
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
        document, states = self._model.encoder.encode(segment(article))
        links = self._model.linker.link(document, self._model.tagger.tag(document, states), states)
        attributions = tuple(link.attribution(document, i) for i, link in enumerate(links))
        found = with_speakers(ArticleResult(article.id, article.text, attributions), known.get(article.id, {}))
        mentions = [
            (document.span_of_words(start, stop), kind)
            for start, stop, kind in self._model.resolver.mentions.find(document, states)
        ]
        marks = SilverMarks(tuple((span.start, span.end, MARK_KINDS[kind]) for span, kind in mentions))
        # Asked now, it need not read the article again.
        self._ask(label_document(found, self._tokenizer, marks=marks), states)
        return found, marks

    def _ask(self, document: LabelledDocument, states: NDArray[np.float32] | None) -> bool:
        """Whether the question was new; ``states``: the network's for the document, where they are known."""
        article = document.pieces.document.article
        question = question_sha256(self._sha256, document, self._window)
        if answered_question(self.answers, article) == question:
            return False
        if states is None:
            _, states = self._model.encoder.encode(segment(article))
        write_soft_labels(self.answers, article, teach(self._network, document, states), question)
        return True
