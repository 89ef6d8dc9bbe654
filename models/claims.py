"""What kind of claim a passage makes: type, secondary types, polarity, check-worthiness."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from inquit.models.article import Span
from inquit.models.calibration import sigmoid, softmax
from inquit.models.labels import CLAIM_TYPES, POLARITIES
from inquit.models.linker import Link
from inquit.models.passage import Passage
from inquit.models.result import Claim, Polarity
from inquit.models.segmentation import Document, Floats

CHECKWORTHY = "checkworthy"
_TYPE_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class ClaimOutputs:
    """What the rows of a claim head predict: claim type, secondary types, polarity, check-worthiness.

    One type and one polarity are chosen; each secondary type, and check-worthiness, is a yes/no decision of its own.
    """

    claim_types: tuple[str, ...]

    def __post_init__(self) -> None:
        reserved = {*POLARITIES, CHECKWORTHY}
        for name in self.claim_types:
            if not isinstance(name, str) or not _TYPE_NAME.fullmatch(name) or name in reserved:
                raise ValueError(
                    f"a claim type must consist of lower-case letters, digits, - and _, begin with a letter, have "
                    f"at most 40 characters and not be one of {sorted(reserved)}, got {name!r}"
                )
        if len(self.claim_types) < 2 or len(set(self.claim_types)) < len(self.claim_types):
            raise ValueError(f"there must be two or more different claim types, got {list(self.claim_types)}")

    @property
    def types(self) -> slice:
        return slice(0, len(self.claim_types))

    @property
    def secondary(self) -> slice:
        return slice(len(self.claim_types), 2 * len(self.claim_types))

    @property
    def polarities(self) -> slice:
        return slice(2 * len(self.claim_types), 2 * len(self.claim_types) + len(POLARITIES))

    @property
    def checkworthy(self) -> int:
        return 2 * len(self.claim_types) + len(POLARITIES)

    def __len__(self) -> int:
        return self.checkworthy + 1


NETWORK_OUTPUTS = ClaimOutputs(CLAIM_TYPES)
"""The rows of the head that is trained together with the encoder; a head refitted later may have more types."""

TYPE_OUTPUTS, SECONDARY_OUTPUTS, POLARITY_OUTPUTS = (
    NETWORK_OUTPUTS.types,
    NETWORK_OUTPUTS.secondary,
    NETWORK_OUTPUTS.polarities,
)
CHECKWORTHY_OUTPUT = NETWORK_OUTPUTS.checkworthy
N_CLAIM_OUTPUTS = len(NETWORK_OUTPUTS)


@dataclass(frozen=True, slots=True, eq=False)
class ClaimHead:
    """A linear layer on pooled states.

    Attributes:
        weight: shape (n_outputs, 3 * n_hidden).
        bias: shape (n_outputs,).
    """

    weight: Floats
    bias: Floats

    def scores(self, pooled: Floats) -> Floats:
        """Scores of shape (n, n_outputs), natural log, unnormalised, from pooled states of shape (n, 3 * n_hidden)."""
        scores: Floats = pooled @ self.weight.T + self.bias
        return scores


@dataclass(frozen=True, slots=True, eq=False)
class ClaimTyper:
    """Labels claims with a linear layer on the mean states of content, cue and source.

    The journalist's own sentences have neither cue nor source and make different claims from the people quoted, so
    narration has its own head and probabilities. Until the two are fitted, both are the head trained with the encoder.
    """

    outputs: ClaimOutputs
    attributed: ClaimHead
    narrated: ClaimHead

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats], claim_types: Sequence[str] = CLAIM_TYPES) -> ClaimTyper:
        """Read both heads; ValueError if the arrays do not fit these claim types."""
        outputs = ClaimOutputs(tuple(claim_types))
        attributed = ClaimHead(arrays["claims.weight"], arrays["claims.bias"])
        narrated = attributed
        if "narration.weight" in arrays:
            narrated = ClaimHead(arrays["narration.weight"], arrays["narration.bias"])
        n_inputs = 3 * arrays["tags.weight"].shape[1] if "tags.weight" in arrays else attributed.weight.shape[1]
        for name, head in (("claims", attributed), ("narration", narrated)):
            if head.weight.shape != (len(outputs), n_inputs) or head.bias.shape != (len(outputs),):
                raise ValueError(
                    f"{name}: the {len(claim_types)} claim types {list(claim_types)} need a weight of shape "
                    f"{(len(outputs), n_inputs)}, got one of {head.weight.shape}, with a bias of {head.bias.shape}"
                )
        return cls(outputs, attributed, narrated)

    def to_arrays(self) -> dict[str, Floats]:
        return {
            "claims.weight": self.attributed.weight,
            "claims.bias": self.attributed.bias,
            "narration.weight": self.narrated.weight,
            "narration.bias": self.narrated.bias,
        }

    def label(self, document: Document, states: Floats, links: Sequence[Link]) -> list[Claim]:
        """The claim of each attribution.

        A turn of a conversation makes many claims: it is as check-worthy as the most check-worthy of its sentences.
        """
        passages = [Passage.of_link(link) for link in links]
        claims = self._claims(self.attributed, states, passages)
        starts = {document.word_range(turn.parts[0])[0] for turn in document.turns}
        for i, passage in enumerate(passages):
            if passage.parts[0][0] in starts and len(sentences := passage.by_sentence(document)) > 1:
                most = max(claim.checkworthy for claim in self._claims(self.attributed, states, sentences))
                claims[i] = replace(claims[i], checkworthy=most)
        return claims

    def label_sentences(self, document: Document, states: Floats, sentences: Sequence[Span]) -> list[Claim]:
        """The claim of each of the journalist's own sentences."""
        return self._claims(self.narrated, states, [Passage.of_sentence(document, span) for span in sentences])

    def _claims(self, head: ClaimHead, states: Floats, passages: Sequence[Passage]) -> list[Claim]:
        if not passages:
            return []
        return self.claims(head.scores(np.stack([passage.pool(states) for passage in passages])))

    def claims(self, scores: Floats) -> list[Claim]:
        """One claim per row of scores; shape (n, n_outputs)."""
        types = softmax(scores[:, self.outputs.types])
        secondary = sigmoid(scores[:, self.outputs.secondary])
        polarities = softmax(scores[:, self.outputs.polarities])
        checkworthy = sigmoid(scores[:, self.outputs.checkworthy])
        return [self._claim(*row) for row in zip(types, secondary, polarities, checkworthy.tolist(), strict=True)]

    def _claim(self, types: Floats, secondary: Floats, polarities: Floats, checkworthy: float) -> Claim:
        names = self.outputs.claim_types
        best = int(types.argmax())
        others = [i for i in np.argsort(-secondary)[:2].tolist() if secondary[i] > 0.5 and i != best]
        return Claim(
            type=names[best],
            probabilities={name: round(float(p), 4) for name, p in zip(names, types, strict=True)},
            secondary=tuple(names[i] for i in others),
            polarity=Polarity(POLARITIES[int(polarities.argmax())]),
            checkworthy=round(checkworthy, 4),
        )
