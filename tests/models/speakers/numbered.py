"""The entity of each mention, without a model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inquit.models.segmentation import Ints
from inquit.models.speakers.entities import NamedEntity
from inquit.models.speakers.mentions import Mention


def entity_of(mentions: Sequence[Mention], entities: Sequence[NamedEntity]) -> Ints:
    """The index of each mention's entity."""
    numbers = np.zeros(len(mentions), dtype=np.int64)
    for number, entity in enumerate(entities):
        numbers[list(entity.mentions)] = number
    return numbers
