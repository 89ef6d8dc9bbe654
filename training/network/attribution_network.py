"""The network that is trained: one encoder, and a head for every task. The torch counterpart of `inquit.models`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PretrainedConfig

from inquit.models.claims import N_CLAIM_OUTPUTS
from inquit.models.labels import (
    MENTION_KINDS,
    ROLES,
    SPEAKER_KINDS,
    allowed_transitions,
    n_tags,
)
from inquit.models.pairs import N_PAIR_FEATURES
from inquit.models.segmentation import N_WORD_FEATURES
from inquit.training.network.attention_heads import shape_heads
from inquit.training.network.mpnet import use_fast_attention

FORBIDDEN = -1e4
RELATIONS = ("content_cue", "cue_source", "source_mention")


class PairScorer(nn.Module):
    """Scores pairs of spans; `inquit.models.pairs.PairScorer` does the same with arrays."""

    def __init__(self, n_hidden: int, n_dimensions: int, dropout: float) -> None:
        super().__init__()
        self.first = nn.Linear(2 * n_hidden, n_dimensions)
        self.second = nn.Linear(2 * n_hidden, n_dimensions)
        self.second_score = nn.Linear(2 * n_hidden, 1, bias=False)
        self.none = nn.Linear(2 * n_hidden, 1)
        self.table = nn.Embedding(N_PAIR_FEATURES, 1)
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.table.weight)
        nn.init.zeros_(self.none.weight)

    def forward(self, states: Tensor, spans: Tensor, others: Tensor, candidates: Tensor, features: Tensor) -> Tensor:
        """The scores: shape (n_spans, n_candidates + 1); the last column is "none of them"."""
        first_states = self._span_states(states, spans)
        second_states = self._span_states(states, others)
        first, second = self.first(first_states), self.second(second_states)
        scores = torch.einsum("nd,ncd->nc", first, second[candidates]) / first.shape[1] ** 0.5
        scores = scores + self.second_score(second_states)[candidates, 0] + self.table(features)[..., 0].sum(-1)
        scores = scores.masked_fill(candidates < 0, FORBIDDEN)
        return torch.cat([scores, self.none(first_states)], dim=1)

    def _span_states(self, states: Tensor, spans: Tensor) -> Tensor:
        dropped: Tensor = self.dropout(torch.cat([states[spans[:, 0]], states[spans[:, 1] - 1]], dim=1))
        return dropped


class Crf(nn.Module):
    """A linear-chain conditional random field over the tags of a paragraph."""

    allowed: Tensor

    def __init__(self, n_kinds: int) -> None:
        super().__init__()
        size = n_tags(n_kinds)
        self.transitions = nn.Parameter(torch.zeros(size, size))
        self.register_buffer("allowed", torch.from_numpy(allowed_transitions(n_kinds)), persistent=False)

    def negative_log_likelihood(self, emissions: Tensor, tags: Tensor, lengths: Tensor) -> Tensor:
        """The negative log likelihood of the tags, summed over sequences.

        Args:
            emissions: shape (n_sequences, n_words, n_tags).
            tags: shape (n_sequences, n_words); any tag beyond a sequence's length.
            lengths: shape (n_sequences,).
        """
        transitions = self.transitions.masked_fill(~self.allowed, FORBIDDEN)
        steps = torch.arange(emissions.shape[1])
        is_inside = steps[None, :] < lengths[:, None]
        gold = emissions.gather(2, tags[..., None])[..., 0]
        moves = transitions[tags[:, :-1], tags[:, 1:]]
        gold_score = (gold * is_inside).sum() + (moves * is_inside[:, 1:]).sum()
        alpha = emissions[:, 0]
        for step in range(1, emissions.shape[1]):
            following = torch.logsumexp(alpha[:, :, None] + transitions[None], dim=1) + emissions[:, step]
            alpha = torch.where(is_inside[:, step, None], following, alpha)
        return torch.logsumexp(alpha, dim=1).sum() - gold_score


class AttributionNetwork(nn.Module):
    """Encoder and heads. The heads' weights are random until they are fitted; `from_pretrained` loads the encoder's."""

    def __init__(self, encoder: nn.Module, *, n_pair_dimensions: int, dropout: float) -> None:
        super().__init__()
        self.encoder = encoder
        n_hidden = int(encoder.config.hidden_size)  # type: ignore[union-attr, arg-type]
        self.word_features = nn.Embedding(N_WORD_FEATURES, n_hidden)
        nn.init.normal_(self.word_features.weight, std=0.02)
        self.dropout = nn.Dropout(dropout)
        self.tags = nn.Linear(n_hidden, n_tags(len(ROLES)))
        self.crf = Crf(len(ROLES))
        self.mentions = nn.Linear(n_hidden, n_tags(len(MENTION_KINDS)))
        self.pairs = nn.ModuleDict({name: PairScorer(n_hidden, n_pair_dimensions, dropout) for name in RELATIONS})
        self.speaker_kind = nn.Linear(2 * n_hidden, len(SPEAKER_KINDS))
        self.claims = nn.Linear(3 * n_hidden, N_CLAIM_OUTPUTS)

    @classmethod
    def from_pretrained(cls, path: str, **options: Any) -> AttributionNetwork:
        """Start from a pretrained encoder."""
        config = AutoConfig.from_pretrained(path)
        config.attention_probs_dropout_prob = 0.0  # anything else halves the speed on a CPU
        encoder = AutoModel.from_pretrained(path, config=config, **without_pooler(config))
        use_fast_attention(encoder)
        return cls(encoder, **options)

    @classmethod
    def from_config(cls, architecture: PretrainedConfig, **options: Any) -> AttributionNetwork:
        """Start with random weights in the encoder too, before fitted ones are loaded."""
        encoder = AutoModel.from_config(architecture, **without_pooler(architecture))  # type: ignore[no-untyped-call]
        use_fast_attention(encoder)
        shape_heads(encoder)
        return cls(encoder, **options)

    def encode(self, ids: Tensor, features: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        """Piece states: shape (n_windows, n_pieces, n_hidden)."""
        embeddings = self.encoder.get_input_embeddings()(ids) + self.word_features(features)  # type: ignore[operator]
        output: Mapping[str, Tensor] = self.encoder(inputs_embeds=embeddings, attention_mask=attention_mask)
        return output["last_hidden_state"]


def without_pooler(config: Any) -> dict[str, bool]:
    """Arguments that leave out the pooler, which is never used; encoders without one do not accept the argument."""
    return {"add_pooling_layer": False} if config.model_type in {"bert", "roberta", "mpnet", "xlm-roberta"} else {}
