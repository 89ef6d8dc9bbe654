"""Whom a source stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inquit.models.labels import SPEAKER_KINDS
from inquit.models.linker import Link
from inquit.models.result import Entity, Speaker, SpeakerKind
from inquit.models.segmentation import Document

Floats = NDArray[np.float32]

SOURCE_MENTION = (24, 8)
"""How many named mentions before and after a source are candidates for it."""

_HONORIFIC = re.compile(
    r"^(?:the|a|an|mr|mrs|ms|miss|dr|sen|senator|rep|representative|gov|governor|gen|general|president|secretary|minister"
    r"|prime|prof|professor|sir|lord|lady|judge|justice|officer|sgt|lt|col|capt|chief)\s+"
)


def normalise_name(name: str) -> str:
    """A name for comparison: lower case, no possessive, punctuation, leading article, honorific or title."""
    name = re.sub(r"[’']s\b", "", name.lower())
    name = " ".join(re.sub(r"[^\w\s-]", " ", name).split())
    while match := _HONORIFIC.match(name):
        name = name[match.end() :]
    return name


@dataclass(frozen=True, slots=True, eq=False)
class SpeakerResolver:
    """First version: the source as written is the speaker's name."""

    kind_weight: Floats
    kind_bias: Floats

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats]) -> SpeakerResolver:
        return cls(arrays["speaker_kind.weight"], arrays["speaker_kind.bias"])

    def resolve(
        self, document: Document, states: Floats, links: Sequence[Link]
    ) -> tuple[list[Speaker | None], tuple[Entity, ...]]:
        """The speaker of each link, None where it has no source, and the article's entities."""
        return [self._speaker(document, states, link) for link in links], ()

    def _speaker(self, document: Document, states: Floats, link: Link) -> Speaker | None:
        if link.source is None:
            return None
        source_states = np.concatenate([states[link.source[0]], states[link.source[1] - 1]])
        kind = SPEAKER_KINDS[int((source_states @ self.kind_weight.T + self.kind_bias).argmax())]
        name = document.span_of_words(*link.source).of(document.text)
        return Speaker(name, SpeakerKind(kind))
