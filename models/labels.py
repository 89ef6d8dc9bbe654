"""The closed sets of labels that the heads predict, in the order of their output columns."""

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
    """Column of the tag that begins a span of the ``kind``-th kind.

    The next column is the tag that continues the span; column 0 is the tag outside all spans.
    """
    return 1 + 2 * kind


def n_tags(n_kinds: int) -> int:
    return 1 + 2 * n_kinds


def allowed_transitions(n_kinds: int) -> NDArray[np.bool_]:
    """Whether a tag (row) may be followed by another (column); shape (n_tags, n_tags).

    The inside tag of a kind may follow only that kind's begin or inside tag.
    """
    allowed = np.ones((n_tags(n_kinds), n_tags(n_kinds)), dtype=bool)
    for kind in range(n_kinds):
        inside = begin(kind) + 1
        allowed[:, inside] = False
        allowed[[begin(kind), inside], inside] = True
    return allowed
