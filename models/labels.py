"""The closed sets of labels that heads predict, in the order of their output columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inquit.models.result import ClaimType, Polarity, SpeakerKind

ROLES = ("content", "cue", "source")
MENTION_KINDS = ("person", "organization", "place", "other")
CLAIM_TYPES = tuple(claim_type.value for claim_type in ClaimType)
POLARITIES = tuple(polarity.value for polarity in Polarity)
SPEAKER_KINDS = tuple(kind.value for kind in SpeakerKind)


def begin(kind: int) -> int:
    """Column of the tag that begins a span of the ``kind``-th kind; the column after it continues the span. Column 0 is of no
    span.
    """
    return 1 + 2 * kind


def n_tags(n_kinds: int) -> int:
    return 1 + 2 * n_kinds


def allowed_transitions(n_kinds: int) -> NDArray[np.bool_]:
    """shape (n_tags, n_tags): whether a tag may follow another. A span's inside follows its own begin or inside only."""
    allowed = np.ones((n_tags(n_kinds), n_tags(n_kinds)), dtype=bool)
    for kind in range(n_kinds):
        inside = begin(kind) + 1
        allowed[:, inside] = False
        allowed[[begin(kind), inside], inside] = True
    return allowed
