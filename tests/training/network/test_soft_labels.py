"""Soft labels: a teacher answers the very questions that its pupil is asked."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs inquit[train]")

import torch
from numpy.typing import NDArray

from inquit.inference.writers import OutputError
from inquit.models.article import Article, Span
from inquit.models.labels import CLAIM_TYPES
from inquit.models.pieces import WindowConfig
from inquit.models.result import ArticleResult, Attribution, Claim, Speaker, SpeakerKind
from inquit.training.config import LossConfig
from inquit.training.network.attribution_network import AttributionNetwork
from inquit.training.network.batches import collate, cut_windows
from inquit.training.network.examples import LabelledDocument, SilverMarks, SoftLabels, label_document
from inquit.training.network.losses import batch_losses, link_scores, word_states
from inquit.training.network.run_folder import load_tokenizer
from inquit.training.network.soft_labels import (
    answered_question,
    mean_answers,
    question_sha256,
    read_soft_labels,
    teach,
    write_soft_labels,
)
from inquit.training.network.trainer import special_pieces

Floats = NDArray[np.float32]

TEXT = "Ana Ruiz met Paul Lee. She said the talks went well. Nothing was signed, Lee added."
ARTICLE = Article("a", TEXT)
SMALL = WindowConfig(core=16, left=8, right=4)


@contextmanager
def file_size_limit(n_bytes: int) -> Iterator[None]:
    """Limit the size of files, as if the disk were full."""
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


def test_answers_appear_whole_or_not_at_all(tmp_path: Path) -> None:
    """If new answers cannot be written completely, the old ones stay."""
    kept = SoftLabels(np.zeros((2, 3)), np.zeros((2, 3)), np.zeros((0, 4)), {})
    write_soft_labels(tmp_path, ARTICLE, kept, "first")
    (written,) = tmp_path.iterdir()
    size = written.stat().st_size
    with file_size_limit(size), pytest.raises(OutputError):
        write_soft_labels(tmp_path, ARTICLE, replace(kept, tags=np.zeros((200, 3))), "second")
    assert answered_question(tmp_path, ARTICLE) == "first"
    assert [path.name for path in tmp_path.iterdir()] == [written.name]


def place(words: str) -> Span:
    start = TEXT.index(words)
    return Span(start, start + len(words))


@pytest.fixture
def network(tiny_encoder: Path) -> AttributionNetwork:
    torch.manual_seed(1)
    return AttributionNetwork.from_pretrained(str(tiny_encoder), n_pair_dimensions=8, dropout=0.0).eval()


@pytest.fixture
def document(tiny_encoder: Path) -> LabelledDocument:
    gold = ArticleResult(
        "a",
        TEXT,
        (
            Attribution(
                "E1",
                (place("the talks went well"),),
                (place("said"),),
                (place("She"),),
                speaker=Speaker("Ana Ruiz", SpeakerKind.PERSON, named=True),
                claim=Claim(CLAIM_TYPES[0], checkworthy=True),
            ),
            Attribution("E2", (place("Nothing was signed"),), (place("added"),), (Span(73, 76),)),
        ),
    )
    marks = SilverMarks(((0, 8, "PERSON"), (13, 21, "PERSON")), (((0, 8), (23, 26)),))
    return label_document(gold, load_tokenizer(tiny_encoder), marks=marks)


def states_of(network: AttributionNetwork, document: LabelledDocument, special: tuple[int, int, int]) -> Floats:
    """The states of all words, computed in one window."""
    with torch.no_grad():
        states: Floats = word_states(network, collate(cut_windows([document], WindowConfig()), special)).numpy()
    return states


def test_the_answers_are_the_scores_of_what_a_batch_asks(
    network: AttributionNetwork, document: LabelledDocument, tiny_encoder: Path, tmp_path: Path
) -> None:
    special = special_pieces(load_tokenizer(tiny_encoder))
    write_soft_labels(tmp_path, ARTICLE, teach(network, document, states_of(network, document, special)), "question")
    answers = read_soft_labels(tmp_path, ARTICLE)
    batch = collate(cut_windows([replace(document, soft=answers)], WindowConfig()), special)
    with torch.no_grad():
        states = word_states(network, batch)
        assert np.allclose(batch.soft_tags, network.tags(states).numpy(), atol=0.02)
        for name, relation in batch.relations.items():
            assert len(relation.spans) > 0, name
            is_asked = ~np.isnan(relation.soft)
            assert is_asked[:, -1].all()
            scores = link_scores(network, name, states, relation).numpy()
            assert np.allclose(relation.soft[is_asked], scores[is_asked], atol=0.02), name


def test_links_are_asked_about_across_windows(
    network: AttributionNetwork, document: LabelledDocument, tiny_encoder: Path
) -> None:
    special = special_pieces(load_tokenizer(tiny_encoder))
    assert len(cut_windows([document], SMALL)) > 1
    answers = teach(network, document, states_of(network, document, special))
    assert answers.tags.shape[0] == len(document.pieces.document.words)
    assert all(not np.isnan(scores).any() for scores in answers.links.values())


def test_an_article_without_a_word_has_no_answers(network: AttributionNetwork, tiny_encoder: Path) -> None:
    empty = label_document(ArticleResult("a", " \n", ()), load_tokenizer(tiny_encoder))
    answers = teach(network, empty, np.zeros((0, 1), dtype=np.float32))
    assert answers.tags.shape[0] == answers.mentions.shape[0] == answers.claims.shape[0] == 0


def test_an_article_that_the_teacher_did_not_see_is_learnt_from_its_labels(
    network: AttributionNetwork, document: LabelledDocument, tiny_encoder: Path
) -> None:
    special = special_pieces(load_tokenizer(tiny_encoder))
    taught = replace(document, soft=teach(network, document, states_of(network, document, special)))
    relations = collate(cut_windows([taught, document], WindowConfig()), special).relations
    for name in ("source_mention", "coreference"):
        is_asked = ~np.isnan(relations[name].soft)
        assert 0 < is_asked.sum() < is_asked.size, name
    with torch.enable_grad():
        losses = batch_losses(
            network, collate(cut_windows([taught, document], WindowConfig()), special), LossConfig(soft=0.5)
        )
        torch.stack(list(losses.values())).sum().backward()
    assert all(bool(loss.isfinite()) for loss in losses.values())
    assert all(bool(p.grad.isfinite().all()) for p in network.parameters() if p.grad is not None)


def test_answers_are_kept_with_their_question(document: LabelledDocument, tmp_path: Path) -> None:
    asked = question_sha256("teacher", document, SMALL)
    others = (
        question_sha256("another", document, SMALL),
        question_sha256("teacher", document, WindowConfig()),
        question_sha256(
            "teacher",
            replace(document, relations={**document.relations, "coreference": document.relations["content_cue"]}),
            SMALL,
        ),
        question_sha256("teacher", replace(document, relations={}), SMALL),
        question_sha256("teacher", replace(document, claims=document.claims[:1]), SMALL),
    )
    assert len({asked, *others}) == 6
    assert answered_question(tmp_path, ARTICLE) is None
    nothing = np.zeros((1, 1), dtype=np.float32)
    links = {"content_cue": np.array([[1.5, np.nan]], dtype=np.float32)}
    write_soft_labels(tmp_path, ARTICLE, SoftLabels(nothing, nothing, nothing, links), asked)
    assert answered_question(tmp_path, ARTICLE) == asked
    assert answered_question(tmp_path, Article("a", "Another text of this id.")) is None
    assert np.array_equal(
        read_soft_labels(tmp_path, ARTICLE).links["content_cue"], links["content_cue"], equal_nan=True
    )


def test_teachers_are_heard_together() -> None:
    def of(tag: float, link: float) -> SoftLabels:
        scores = np.array([[tag, 0.0]], dtype=np.float32)
        return SoftLabels(scores, scores, scores, {"cue_source": np.array([[link, np.nan]], dtype=np.float32)})

    both = mean_answers([of(1.0, 4.0), of(3.0, -2.0)])
    assert both.tags.tolist() == both.mentions.tolist() == both.claims.tolist() == [[2.0, 0.0]]
    assert np.array_equal(both.links["cue_source"], np.array([[1.0, np.nan]]), equal_nan=True)


def test_a_network_that_agrees_with_its_teacher_has_nothing_to_learn_from_it(
    network: AttributionNetwork, document: LabelledDocument, tiny_encoder: Path
) -> None:
    special = special_pieces(load_tokenizer(tiny_encoder))
    answers = teach(network, document, states_of(network, document, special))
    batch = collate(cut_windows([replace(document, soft=answers)], WindowConfig()), special)
    with torch.no_grad():
        losses = batch_losses(network, batch, LossConfig(soft=1.0))
        assert abs(float(losses["source_mention"])) < 1e-3
        assert abs(float(losses["token"])) < 1e-3
        assert float(batch_losses(network, batch, LossConfig(soft=0.0))["source_mention"]) > 0.01
