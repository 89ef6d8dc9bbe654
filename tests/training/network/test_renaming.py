import itertools
import random
from pathlib import Path

import numpy as np
import pytest

from inquit.models.result import ArticleResult
from inquit.models.words import word_texts
from inquit.training.network.examples import LabelledDocument, SilverMarks, label_document
from inquit.training.network.renaming import rename, surname_pool
from inquit.training.network.run_folder import load_tokenizer

TEXT = "Ann Lee met Bob Ray. Lee said Ray's brother, Lee Poe, was late. “Ann is right,” Mr. Ray said."


@pytest.fixture
def document(tiny_encoder: Path) -> LabelledDocument:
    people = ("Ann Lee", "Bob Ray", "Lee Poe")
    marks = SilverMarks(tuple((TEXT.index(p), TEXT.index(p) + len(p), "PERSON") for p in people))
    return label_document(ArticleResult("a", TEXT), load_tokenizer(tiny_encoder), marks=marks)


def pieces_of(document: LabelledDocument) -> list[tuple[int, ...]]:
    first = [*document.pieces.first_piece.tolist(), len(document.pieces.ids)]
    return [tuple(document.pieces.ids[a:b].tolist()) for a, b in itertools.pairwise(first)]


def test_a_surname_is_another_everywhere(document: LabelledDocument) -> None:
    texts = word_texts(document.pieces.document)
    before = pieces_of(document)
    pool = {n: [tuple(range(start, start + n)) for start in (300, 320)] for n in range(1, 9)}
    for seed in range(20):
        after = pieces_of(rename(document, pool, random.Random(seed)))
        names = {text: {after[word] for word, other in enumerate(texts) if other == text} for text in texts}
        assert "Ray" in {texts[word] for word in range(len(texts)) if before[word] != after[word]}
        assert len(names["Ray"]) == len(names["Poe"]) == 1
        assert names["Ray"] != names["Poe"]
        assert [len(pieces) for pieces in before] == [len(pieces) for pieces in after]


def test_forenames_stay_and_the_document_is_not_written_on(document: LabelledDocument) -> None:
    before = document.pieces.ids.copy()
    pool = surname_pool([document])
    renamed = rename(document, pool, random.Random(3))
    assert np.array_equal(document.pieces.ids, before)
    texts, after, old = word_texts(document.pieces.document), pieces_of(renamed), pieces_of(document)
    assert all(after[word] == old[word] for word, text in enumerate(texts) if text in {"Ann", "Bob", "Lee"})
    assert {name for names in pool.values() for name in names} <= set(old)


def test_without_marks_nobody_is_renamed(tiny_encoder: Path) -> None:
    bare = label_document(ArticleResult("a", TEXT), load_tokenizer(tiny_encoder))
    assert surname_pool([bare]) == {}
    assert np.array_equal(rename(bare, {}, random.Random(1)).pieces.ids, bare.pieces.ids)
