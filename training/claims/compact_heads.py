"""Claim heads on compact claims: the scores of the network's own head plus linear corrections, folded into one head."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from inquit.models.claims import NETWORK_OUTPUTS, ClaimHead, ClaimOutputs
from inquit.models.labels import POLARITIES
from inquit.training.claims.data import ClaimData

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Affine = tuple[Floats, Floats]

_NEVER = -1e4  # score of an impossible type


@dataclass(frozen=True, slots=True, eq=False)
class CompactHead:
    """A claim head on compact claims: ``scales * network scores + features @ weight.T + bias``.

    Attributes:
        scales, bias: shape (n_outputs,); the scale is 0 for outputs of types that the network does not know.
        weight: shape (n_outputs, n_components).
    """

    scales: Floats
    weight: Floats
    bias: Floats

    def scores(self, data: ClaimData) -> Floats:
        """The scores of claims: shape (n, n_outputs)."""
        scores: Floats = network_scores(data) * self.scales + data.features @ self.weight.T + self.bias
        return scores

    def stretched(self, slopes: Floats, shifts: Floats) -> CompactHead:
        """The head whose scores are ``slopes * scores + shifts``."""
        return CompactHead(self.scales * slopes, self.weight * slopes[:, None], self.bias * slopes + shifts)

    def added(self, weight: Floats, bias: Floats) -> CompactHead:
        """The head whose scores are ``scores + features @ weight.T + bias``."""
        return CompactHead(self.scales, self.weight + weight, self.bias + bias)

    def fold(self, data: ClaimData) -> ClaimHead:
        """The same head as one linear map of pooled states."""
        folded = data.fold(self.weight, self.bias)
        rows = network_rows(data.outputs)
        weight, bias = folded.weight.copy(), folded.bias.copy()
        weight[rows] += (self.scales[rows, None] * data.network.weight).astype(np.float32)
        bias[rows] += (self.scales[rows] * data.network.bias).astype(np.float32)
        return ClaimHead(weight, bias)


@dataclass(frozen=True, slots=True, eq=False)
class CompactHeads:
    """One head for attributions, one for narration."""

    attributed: CompactHead
    narrated: CompactHead

    def both(self) -> tuple[CompactHead, CompactHead]:
        return self.attributed, self.narrated

    def scores(self, data: ClaimData) -> Floats:
        is_narration = data.is_narration[:, None]
        return np.where(is_narration, self.narrated.scores(data), self.attributed.scores(data))

    def stretched(self, attributed: Affine, narrated: Affine) -> CompactHeads:
        """Stretch each head with slopes and shifts of its own; see `CompactHead.stretched`."""
        return CompactHeads(self.attributed.stretched(*attributed), self.narrated.stretched(*narrated))


def network_rows(outputs: ClaimOutputs) -> NDArray[np.int64]:
    """The row of each output of the network in a head that may have more claim types."""
    n_known = len(NETWORK_OUTPUTS.claim_types)
    starts = ((outputs.types.start, n_known), (outputs.secondary.start, n_known))
    rows = [np.arange(start, start + n) for start, n in (*starts, (outputs.polarities.start, len(POLARITIES)))]
    return np.concatenate([*rows, [outputs.checkworthy]])


def network_scores(data: ClaimData) -> Floats:
    """The network's scores in the columns of the data's claim types; 0 for types that it does not know."""
    scores = np.zeros((len(data), len(data.outputs)))
    scores[:, network_rows(data.outputs)] = data.scores
    return scores


def network_heads(data: ClaimData) -> CompactHeads:
    """The network's own head for attributions and narration; it never predicts a type that it does not know."""
    n_outputs, n_components = len(data.outputs), data.quantised.shape[1]
    is_known = is_known_output(data)
    head = CompactHead(
        is_known.astype(np.float64), np.zeros((n_outputs, n_components)), np.where(is_known, 0.0, _NEVER)
    )
    return CompactHeads(head, head)


def is_known_output(data: ClaimData) -> Flags:
    """Whether the network has each output: shape (n_outputs,)."""
    is_known = np.zeros(len(data.outputs), dtype=bool)
    is_known[network_rows(data.outputs)] = True
    return is_known


def with_new_types(heads: CompactHeads, data: ClaimData) -> CompactHeads:
    """The same heads, with each type that the network does not know starting at its share of the claims."""
    new_rows = [i for i in range(len(data.claim_types)) if heads.attributed.scales[i] == 0]
    if not new_rows:
        return heads
    usual = float(logsumexp(heads.attributed.scores(data)[:, data.outputs.types], axis=1).mean())
    bias = heads.attributed.bias.copy()
    for i in new_rows:
        log_share = float(np.log((data.types == i).mean()))
        bias[i], bias[data.outputs.secondary.start + i] = usual + log_share, log_share
    return CompactHeads(*(replace(head, bias=np.where(head.scales > 0, head.bias, bias)) for head in heads.both()))
