"""The losses of the network: how far its answers are from the labels and from a teacher's answers, head by head."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from inquit.models.claims import CHECKWORTHY_OUTPUT, POLARITY_OUTPUTS, SECONDARY_OUTPUTS, TYPE_OUTPUTS
from inquit.models.labels import POLARITIES
from inquit.training.config import LossConfig
from inquit.training.network.attribution_network import FORBIDDEN, AttributionNetwork, PairScorer
from inquit.training.network.batches import Batch, Relation
from inquit.training.network.examples import IGNORED
from inquit.training.network.precision import encoder_precision

SCORER_OF_RELATION = {"coreference": "source_mention"}
"""Relations that share another relation's scorer: both ask who is meant."""


def batch_losses(network: AttributionNetwork, batch: Batch, config: LossConfig) -> dict[str, Tensor]:
    """The parts of the loss by name, unweighted; each is a mean over its items (words, spans or claims)."""
    states = word_states(network, batch)
    core = torch.from_numpy(batch.is_core)
    dropped = network.dropout(states)
    tags = network.tags(dropped)
    losses = {
        "token": _mixed(
            tags[core],
            torch.from_numpy(batch.tags)[core],
            torch.from_numpy(batch.soft_tags)[core],
            torch.from_numpy(batch.has_soft)[core],
            config,
        ),
        "crf": _crf_loss(network, tags, batch),
        "mention": _mixed(
            network.mentions(dropped)[core],
            torch.from_numpy(batch.mention_tags)[core],
            torch.from_numpy(batch.soft_mentions)[core],
            torch.from_numpy(batch.has_soft)[core],
            config,
        ),
        "speaker_kind": _speaker_kind_loss(network, dropped, batch),
        "claim": _claim_loss(network, dropped, batch, config),
    }
    for name, relation in batch.relations.items():
        if relation.has_pairs:
            losses[name] = _link_loss(link_scores(network, name, states, relation), relation, config)
        else:
            losses[name] = states.sum() * 0.0
    return losses


def link_scores(network: AttributionNetwork, name: str, states: Tensor, relation: Relation) -> Tensor:
    """Scores of a relation's pairs, of which there must be at least one: shape (n_spans, n_candidates + 1)."""
    scorer = network.pairs[SCORER_OF_RELATION.get(name, name)]
    assert isinstance(scorer, PairScorer)
    return cast(
        Tensor,
        scorer(
            states,
            torch.from_numpy(relation.spans),
            torch.from_numpy(relation.others),
            torch.from_numpy(relation.candidates),
            torch.from_numpy(relation.features),
        ),
    )


def word_states(network: AttributionNetwork, batch: Batch) -> Tensor:
    """The states of words: shape (n_words, n_hidden), float32, in whatever precision the encoder itself runs."""
    with encoder_precision():
        states = network.encode(
            torch.from_numpy(batch.ids), torch.from_numpy(batch.features), torch.from_numpy(batch.mask)
        )
    return states.float().flatten(0, 1)[torch.from_numpy(batch.word_rows)]


def _mixed(scores: Tensor, targets: Tensor, soft: Tensor, has_soft: Tensor, config: LossConfig) -> Tensor:
    """Cross entropy with the labels, mixed with the divergence from the teacher's probabilities where it gave any."""
    hard = _mean(functional.cross_entropy, scores, targets)
    if not has_soft.any():
        return hard
    teacher = torch.log_softmax(soft[has_soft] / config.temperature, dim=-1)
    student = torch.log_softmax(scores[has_soft] / config.temperature, dim=-1)
    divergence = functional.kl_div(student, teacher, log_target=True, reduction="batchmean") * config.temperature**2
    return (1 - config.soft) * hard + config.soft * divergence


def _mean(loss: Callable[..., Tensor], scores: Tensor, targets: Tensor) -> Tensor:
    if not (targets != IGNORED).any():
        return scores.sum() * 0.0
    return loss(scores, targets, ignore_index=IGNORED)


def _crf_loss(network: AttributionNetwork, tags: Tensor, batch: Batch) -> Tensor:
    sequences = sorted(batch.sequences, key=lambda sequence: sequence[0] - sequence[1])
    if not sequences:
        return tags.sum() * 0.0
    lengths = np.array([stop - start for start, stop in sequences])
    rows = np.array([start for start, _ in sequences])[:, None] + np.arange(lengths.max())
    index = torch.from_numpy(np.minimum(rows, np.array([stop - 1 for _, stop in sequences])[:, None]))
    gold = torch.from_numpy(batch.tags)[index]
    total = network.crf.negative_log_likelihood(tags[index], gold, torch.from_numpy(lengths))
    return total / int(lengths.sum())


def _link_loss(scores: Tensor, relation: Relation, config: LossConfig) -> Tensor:
    """Minus the log of the total probability of the right candidates, mixed with the divergence from the teacher's
    probabilities where it was asked.
    """
    hard = scores.sum() * 0.0
    is_right = torch.from_numpy(relation.is_right)
    if (labelled := is_right.any(dim=1)).any():
        right = torch.logsumexp(scores.masked_fill(~is_right, -1e9), dim=1)
        hard = hard + (torch.logsumexp(scores, dim=1) - right)[labelled].mean()
    soft = torch.from_numpy(relation.soft)
    is_asked = ~soft.isnan()
    if not (asked := is_asked.any(dim=1)).any():
        return hard
    teacher, student = (
        torch.log_softmax(of.masked_fill(~is_asked, FORBIDDEN)[asked] / config.temperature, dim=1)
        for of in (soft, scores)
    )
    divergence = functional.kl_div(student, teacher, log_target=True, reduction="batchmean") * config.temperature**2
    return (1 - config.soft) * hard + config.soft * divergence


def _speaker_kind_loss(network: AttributionNetwork, states: Tensor, batch: Batch) -> Tensor:
    spans = torch.from_numpy(batch.speaker_spans)
    sources = torch.cat([states[spans[:, 0]], states[spans[:, 1] - 1]], dim=1)
    return _mean(functional.cross_entropy, network.speaker_kind(sources), torch.from_numpy(batch.speaker_kind))


def _claim_loss(network: AttributionNetwork, states: Tensor, batch: Batch, config: LossConfig) -> Tensor:
    if not batch.claims:
        return states.sum() * 0.0
    scores = network.claims(pooled_claims(states, batch))
    total = states.sum() * 0.0
    hard = [(i, claim.targets) for i, claim in enumerate(batch.claims) if claim.targets is not None]
    if hard:
        targets = torch.from_numpy(np.stack([target for _, target in hard]))
        total = total + _claim_cross_entropy(scores[[i for i, _ in hard]], targets, config)
    soft = [(i, claim.soft) for i, claim in enumerate(batch.claims) if claim.soft is not None]
    if not soft:
        return total
    teacher = torch.from_numpy(np.stack([answer for _, answer in soft]))
    probabilities = torch.cat(
        [
            torch.softmax(teacher[:, TYPE_OUTPUTS], 1),
            torch.sigmoid(teacher[:, SECONDARY_OUTPUTS]),
            torch.softmax(teacher[:, POLARITY_OUTPUTS], 1),
            torch.sigmoid(teacher[:, [CHECKWORTHY_OUTPUT]]),
        ],
        dim=1,
    )
    return (1 - config.soft) * total + config.soft * _claim_cross_entropy(
        scores[[i for i, _ in soft]], probabilities, config
    )


def _claim_cross_entropy(scores: Tensor, targets: Tensor, config: LossConfig) -> Tensor:
    weights = torch.tensor([1.0 if name == "asserted" else config.rare_polarity for name in POLARITIES])
    return (
        functional.cross_entropy(scores[:, TYPE_OUTPUTS], targets[:, TYPE_OUTPUTS])
        + functional.cross_entropy(scores[:, POLARITY_OUTPUTS], targets[:, POLARITY_OUTPUTS], weight=weights) / 2
        + functional.binary_cross_entropy_with_logits(scores[:, SECONDARY_OUTPUTS], targets[:, SECONDARY_OUTPUTS]) / 2
        + functional.binary_cross_entropy_with_logits(scores[:, CHECKWORTHY_OUTPUT], targets[:, CHECKWORTHY_OUTPUT]) / 2
    )


def pooled_claims(states: Tensor, batch: Batch) -> Tensor:
    """Mean states of content, cue and source side by side, zeros if one is missing: shape (n_claims, 3 * n_hidden)."""
    nothing = torch.zeros(states.shape[1])
    rows = []
    for claim in batch.claims:
        content = torch.cat([states[start:stop] for start, stop in claim.parts]).mean(0)
        around = [nothing if span is None else states[span[0] : span[1]].mean(0) for span in (claim.cue, claim.source)]
        rows.append(torch.cat([content, *around]))
    return torch.stack(rows)
