"""Soft labels: a teacher's answers for whole corpora, stored on disk for a smaller network to learn from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import load_file, save
from torch import Tensor

from inquit.inference.writers import open_atomically
from inquit.models.article import Article, text_sha256
from inquit.models.claims import N_CLAIM_OUTPUTS
from inquit.models.labels import MENTION_KINDS, ROLES, n_tags
from inquit.models.pieces import Window, WindowConfig
from inquit.training.network.attribution_network import AttributionNetwork
from inquit.training.network.batches import Batch, collate
from inquit.training.network.examples import LabelledDocument, SoftLabels
from inquit.training.network.losses import link_scores, pooled_claims

_LINKS, _QUESTION = "links.", "question"


def teach(network: AttributionNetwork, document: LabelledDocument, states: NDArray[np.float32]) -> SoftLabels:
    """The scores of a fitted network for one article: tags and mentions by word, claims by attribution, links by pair.

    Args:
        states: the network's states of the article's words, shape (n_words, n_hidden).
    """
    answers = _no_answers(document)
    if not len(states):
        return answers
    of_words = torch.from_numpy(states)
    n_pieces = len(document.pieces.ids)
    everything = Window(0, 0, n_pieces, n_pieces)
    # Every claim is asked about, labelled or not. The special pieces do not matter, as the states are already computed.
    claims = tuple(replace(claim, soft=answer) for claim, answer in zip(document.claims, answers.claims, strict=True))
    batch = collate([(replace(document, claims=claims), everything)], (0, 0, 0))
    with torch.no_grad():
        if batch.claims:
            answers.claims[:] = network.claims(pooled_claims(of_words, batch)).numpy()
        _answer_links(network, of_words, batch, answers)
        return replace(answers, tags=network.tags(of_words).numpy(), mentions=network.mentions(of_words).numpy())


def question_sha256(teacher: str, document: LabelledDocument, config: WindowConfig) -> str:
    """A digest of everything that a teacher's answers depend on.

    With another teacher, other windows or other labels, the same places in the arrays would mean something else.

    Args:
        teacher: a digest of its weights.
    """
    digest = hashlib.sha256(f"{teacher} {config} {document.pieces.document.text}".encode())
    for name, labels in document.relations.items():
        digest.update(f"{name} {labels.reach} {labels.spans.tolist()} {labels.others.tolist()}".encode())
    digest.update(str([(claim.parts, claim.cue, claim.source) for claim in document.claims]).encode())
    return digest.hexdigest()


def _no_answers(document: LabelledDocument) -> SoftLabels:
    n_words = len(document.pieces.document.words)
    return SoftLabels(
        np.zeros((n_words, n_tags(len(ROLES))), dtype=np.float32),
        np.zeros((n_words, n_tags(len(MENTION_KINDS))), dtype=np.float32),
        np.zeros((len(document.claims), N_CLAIM_OUTPUTS), dtype=np.float32),
        {
            name: np.full((len(labels.spans), len(labels.others) + 1), np.nan, dtype=np.float32)
            for name, labels in document.relations.items()
        },
    )


def _answer_links(network: AttributionNetwork, states: Tensor, batch: Batch, answers: SoftLabels) -> None:
    """Fill in the scores of the candidate pairs. The batch is the whole document, so candidates index its own spans."""
    for name, relation in batch.relations.items():
        if relation.has_pairs:
            scores = link_scores(network, name, states, relation).numpy()
            rows, columns = np.nonzero(relation.candidates >= 0)
            answers.links[name][rows, relation.candidates[rows, columns]] = scores[rows, columns]
            answers.links[name][:, -1] = scores[:, -1]


def write_soft_labels(folder: Path, article: Article, labels: SoftLabels, question: str) -> None:
    """Store the answers to a question (`question_sha256`)."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {"tags": labels.tags, "mentions": labels.mentions, "claims": labels.claims}
    arrays |= {_LINKS + name: scores for name, scores in labels.links.items()}
    # Half precision is finer than a teacher's scores are reliable.
    arrays = {name: array.astype(np.float16) for name, array in arrays.items()}
    with open_atomically(_path(folder, article)) as file:
        file.write(save(arrays, metadata={_QUESTION: question}))


def answered_question(folder: Path, article: Article) -> str | None:
    """The question whose answers are stored for an article; None if there are none."""
    path = _path(folder, article)
    if not path.exists():
        return None
    with safe_open(path, "numpy") as file:
        return (file.metadata() or {}).get(_QUESTION)


def read_soft_labels(folder: Path, article: Article) -> SoftLabels:
    """Read the teacher's answers for an article that it was asked about."""
    arrays = {name: array.astype(np.float32) for name, array in load_file(_path(folder, article)).items()}
    return SoftLabels(
        arrays["tags"],
        arrays["mentions"],
        arrays["claims"],
        {name.removeprefix(_LINKS): scores for name, scores in arrays.items() if name.startswith(_LINKS)},
    )


def mean_answers(answers: Sequence[SoftLabels]) -> SoftLabels:
    """The combined answer of several teachers for one article: the mean of their scores.

    For probabilities, this is the geometric mean (Hinton, Vinyals and Dean 2015). A pair that one of the teachers was
    not asked about is left out.
    """

    def mean(arrays: Iterable[NDArray[np.float32]]) -> NDArray[np.float32]:
        total: NDArray[np.float32] = np.mean(list(arrays), axis=0, dtype=np.float32)
        return total

    return SoftLabels(
        mean(of.tags for of in answers),
        mean(of.mentions for of in answers),
        mean(of.claims for of in answers),
        {name: mean(of.links[name] for of in answers) for name in answers[0].links},
    )


def _path(folder: Path, article: Article) -> Path:
    # An id is data, never a file name, and articles of different corpora may share one.
    digest = text_sha256(f"{article.id}\0{article.text}")
    return folder / f"{digest[:24]}.safetensors"
