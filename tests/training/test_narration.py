from pathlib import Path

import numpy as np

from inquit.inference.attributor import Attributor
from inquit.models.article import Article
from inquit.models.narration import COVERED, share_said
from inquit.models.segmentation import segment
from inquit.training.corpora import read_jsonl
from inquit.training.detection import labelled_words
from inquit.training.narration import MAY_BE_LOST, fit_narration


def test_the_shipped_model_learns_whose_a_sentence_is(tiny_data: Path) -> None:
    gold = list(read_jsonl(tiny_data / "examples.jsonl"))
    model = Attributor.load("en")
    model.narration = fit_narration(model, gold)
    own, others = [], []
    for article in gold:
        document = segment(Article(article.id, article.text))
        in_content, in_cue, in_source = labelled_words(article, document).astype(float)
        said = share_said(document, in_content, np.maximum(in_cue, in_source))
        told = {n.span: n.confidence for n in model(Article(article.id, article.text)).narration}
        for sentence, share in zip(document.sentences, said, strict=True):
            (own if share < COVERED else others).append(told.get(sentence))
    assert sum(c is None for c in own) <= MAY_BE_LOST * len(own) + 1
    assert np.mean([c or 0 for c in own]) > 0.6
    assert np.mean([c or 0 for c in others]) < 0.2
