"""The result for one article; gold labels have the same shape.

The dictionary form (`ArticleResult.to_dict`) is the contract with users: fields may be added, but never renamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import UnionType
from typing import TYPE_CHECKING, Any

from inquit.models.article import Span, Spans, text_sha256

if TYPE_CHECKING:
    import pandas


class QuoteKind(StrEnum):
    """Direct: all words of the content are in quotation marks, or it is a turn of a printed conversation.

    Mixed: some words are in quotation marks; indirect: none are.
    """

    DIRECT = "direct"
    INDIRECT = "indirect"
    MIXED = "mixed"


class SpeakerKind(StrEnum):
    PERSON = "person"
    ORGANIZATION = "organization"
    GROUP = "group"
    DOCUMENT = "document"
    AUTHOR = "author"


class ClaimType(StrEnum):
    """The ten claim types, in the order of the codebook's ladder."""

    OTHER = "other"
    PROPOSAL = "proposal"
    COMMITMENT = "commitment"
    PREDICTION = "prediction"
    EXPERIENCE = "experience"
    EVALUATION = "evaluation"
    RULE = "rule"
    CAUSATION = "causation"
    QUANTITY = "quantity"
    EVENT = "event"


class Polarity(StrEnum):
    ASSERTED = "asserted"
    DENIED = "denied"
    UNSURE = "unsure"


class Status(StrEnum):
    OK = "ok"
    PARTIAL = "partial"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Speaker:
    """The speaker of an attribution. ``name`` is None for the writer; ``candidates`` are other names it may have."""

    name: str | None
    kind: SpeakerKind
    entity: str | None = None
    named: bool = False
    confidence: float | None = None
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """What kind of claim a passage makes. ``type`` is a ClaimType value, or a type that a retrained model added."""

    type: str
    probabilities: Mapping[str, float] = field(default_factory=dict)
    secondary: tuple[str, ...] = ()
    polarity: Polarity = Polarity.ASSERTED
    checkworthy: float | bool = False


@dataclass(frozen=True, slots=True)
class Attribution:
    """One passage that the article attributes to someone. ``reviewed_by`` names the person who set or confirmed it."""

    id: str
    content: Spans
    cue: Spans = ()
    source: Spans = ()
    kind: QuoteKind | None = None
    confidence: float | None = None
    speaker: Speaker | None = None
    claim: Claim | None = None
    reviewed_by: str | None = None


LIKELY = 0.5
"""Probability from which an answer counts as true: that a sentence is the journalist's own, or a claim worth a check."""


@dataclass(frozen=True, slots=True)
class Narration:
    """One of the journalist's own sentences, with the claim that it makes.

    Attributes:
        confidence: calibrated probability that contents cover less than half of it; None in labels.
    """

    span: Span
    claim: Claim | None = None
    confidence: float | None = None

    @property
    def is_likely(self) -> bool:
        """Whether it is more likely the journalist's own than someone's statement."""
        return self.confidence is None or self.confidence >= LIKELY


@dataclass(frozen=True, slots=True)
class Entity:
    """A speaker in the article, with all its mentions."""

    id: str
    name: str
    kind: SpeakerKind
    mentions: Spans = ()
    n_attributions: int = 0


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """Why an article has no result: a stable code, the stage that failed, and a message for people."""

    code: str
    stage: str
    message: str


@dataclass(frozen=True, slots=True)
class ArticleResult:
    """Everything inquit found in one article. ``text`` is None if only its hash was kept.

    ``reviewed_by`` names the person who has gone through the whole article, so that nothing is missing or wrong.
    ``reviewed_at`` is the time of the last change by a person, ISO 8601 in UTC.
    """

    id: str
    text: str | None
    attributions: tuple[Attribution, ...] = ()
    narration: tuple[Narration, ...] = ()
    entities: tuple[Entity, ...] = ()
    status: Status = Status.OK
    warnings: tuple[str, ...] = ()
    model: str | None = None
    text_hash: str | None = None
    error: ErrorInfo | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    reviewed_by: str | None = None
    reviewed_at: str | None = None

    def with_likely_narration(self) -> ArticleResult:
        """The result without narration that is more likely someone's statement, as shown to people."""
        return replace(self, narration=tuple(sentence for sentence in self.narration if sentence.is_likely))

    def to_dict(self, *, with_text: bool = True) -> dict[str, Any]:
        """The result as the JSON object that docs/result-format.md describes."""
        record: dict[str, Any] = {"id": self.id, "status": self.status.value}
        if self.text is not None and with_text:
            record["text"] = self.text
        text_hash = self.text_hash if self.text is None else text_sha256(self.text)
        if text_hash is not None:
            record["text_sha256"] = text_hash
        if self.model is not None:
            record["model"] = self.model
        if self.metadata:
            record["metadata"] = dict(self.metadata)
        record["attributions"] = [_attribution_to_dict(a, self.text) for a in self.attributions]
        record["narration"] = [_narration_to_dict(n) for n in self.narration]
        record["entities"] = [_entity_to_dict(e) for e in self.entities]
        record["warnings"] = list(self.warnings)
        if self.error is not None:
            record["error"] = {"code": self.error.code, "stage": self.error.stage, "message": self.error.message}
        for name in ("reviewed_by", "reviewed_at"):
            if getattr(self, name) is not None:
                record[name] = getattr(self, name)
        return record

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> ArticleResult:
        """Read a result or a gold label record; missing fields stay empty.

        Raises:
            KeyError, TypeError, ValueError: the record does not have the documented shape.
        """
        error = record.get("error")
        return cls(
            id=record["id"],
            text=_checked(record.get("text"), str | None, "text"),
            attributions=tuple(_attribution_from_dict(a) for a in record.get("attributions") or ()),
            narration=tuple(
                Narration(_spans([n["span"]])[0], _claim_from_dict(n.get("claim")), _confidence(n))
                for n in record.get("narration") or ()
            ),
            entities=tuple(
                Entity(e["id"], e["name"], SpeakerKind(e["kind"]), _spans(e["mentions"]), e.get("n_attributions", 0))
                for e in record.get("entities") or ()
            ),
            status=Status(record.get("status", "ok")),
            warnings=tuple(record.get("warnings") or ()),
            model=record.get("model"),
            text_hash=record.get("text_sha256"),
            error=None if error is None else ErrorInfo(error["code"], error["stage"], error["message"]),
            metadata=_checked(record.get("metadata") or {}, Mapping, "metadata"),
            reviewed_by=record.get("reviewed_by"),
            reviewed_at=record.get("reviewed_at"),
        )

    def to_frame(self) -> pandas.DataFrame:
        """A tidy table, one row per attribution (see `inquit.models.notebook.to_frame`); needs pandas."""
        from inquit.models.notebook import to_frame

        return to_frame(self)

    def _repr_html_(self) -> str:
        """How Jupyter shows the result."""
        from inquit.models.notebook import to_html

        return to_html(self)


def _checked(value: Any, wanted: type | UnionType, name: str) -> Any:
    """The value; JSON promises no types, and a wrong one would fail later, where nothing tells which record it is of."""
    if not isinstance(value, wanted):
        raise TypeError(f"{name} must be {getattr(wanted, '__name__', wanted)}, got {value!r}")
    return value


def _confidence(record: Mapping[str, Any]) -> float | None:
    confidence: float | None = _checked(record.get("confidence"), int | float | None, "confidence")
    return confidence


def _names(values: Any, name: str) -> tuple[str, ...]:
    return tuple(_checked(value, str, f"each of {name}") for value in _checked(values or (), list | tuple, name))


def _spans(pairs: list[list[int]] | None) -> Spans:
    return tuple(Span(_checked(start, int, "start"), _checked(end, int, "end")) for start, end in pairs or ())


def _pairs(spans: Spans) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]


def _attribution_to_dict(attribution: Attribution, text: str | None) -> dict[str, Any]:
    record: dict[str, Any] = {"id": attribution.id}
    if attribution.kind is not None:
        record["kind"] = attribution.kind.value
    if attribution.confidence is not None:
        record["confidence"] = attribution.confidence
    record["content"] = _pairs(attribution.content)
    record["cue"] = _pairs(attribution.cue)
    record["source"] = _pairs(attribution.source)
    if text is not None:
        record["text"] = " … ".join(span.of(text) for span in attribution.content)
    record["speaker"] = None if attribution.speaker is None else _speaker_to_dict(attribution.speaker)
    if attribution.claim is not None:
        record["claim"] = claim_to_dict(attribution.claim)
    if attribution.reviewed_by is not None:
        record["reviewed_by"] = attribution.reviewed_by
    return record


def _attribution_from_dict(record: Mapping[str, Any]) -> Attribution:
    speaker, kind = record.get("speaker"), record.get("kind")
    return Attribution(
        id=_checked(record["id"], str, "id of an attribution"),
        content=_spans(record["content"]),
        cue=_spans(record.get("cue")),
        source=_spans(record.get("source")),
        kind=None if kind is None else QuoteKind(kind),
        confidence=_confidence(record),
        speaker=None
        if speaker is None
        else Speaker(
            _checked(speaker.get("name"), str | None, "name of a speaker"),
            SpeakerKind(speaker["kind"]),
            speaker.get("entity"),
            bool(speaker.get("named")),
            _confidence(speaker),
            _names(speaker.get("candidates"), "candidates"),
        ),
        claim=_claim_from_dict(record.get("claim")),
        reviewed_by=record.get("reviewed_by"),
    )


def _speaker_to_dict(speaker: Speaker) -> dict[str, Any]:
    record: dict[str, Any] = {"name": speaker.name, "kind": speaker.kind.value, "named": speaker.named}
    if speaker.entity is not None:
        record["entity"] = speaker.entity
    if speaker.confidence is not None:
        record["confidence"] = speaker.confidence
    if speaker.candidates:
        record["candidates"] = list(speaker.candidates)
    return record


def claim_to_dict(claim: Claim) -> dict[str, Any]:
    """The ``claim`` object of the result format."""
    record: dict[str, Any] = {"type": claim.type}
    if claim.probabilities:
        record["probabilities"] = dict(claim.probabilities)
    record["secondary"] = list(claim.secondary)
    record["polarity"] = claim.polarity.value
    record["checkworthy"] = claim.checkworthy
    return record


def _claim_from_dict(record: Mapping[str, Any] | None) -> Claim | None:
    if record is None:
        return None
    return Claim(
        _checked(record["type"], str, "type of a claim"),
        {
            name: _checked(value, int | float, f"probability of {name!r}")
            for name, value in _checked(record.get("probabilities") or {}, Mapping, "probabilities").items()
        },
        _names(record.get("secondary"), "secondary"),
        Polarity(record.get("polarity") or "asserted"),  # null means absent, as tables write it
        _checked(record.get("checkworthy", False), int | float, "checkworthy"),
    )


def _narration_to_dict(narration: Narration) -> dict[str, Any]:
    record: dict[str, Any] = {"span": [narration.span.start, narration.span.end]}
    if narration.confidence is not None:
        record["confidence"] = narration.confidence
    if narration.claim is not None:
        record["claim"] = claim_to_dict(narration.claim)
    return record


def _entity_to_dict(entity: Entity) -> dict[str, Any]:
    return {
        "id": entity.id,
        "name": entity.name,
        "kind": entity.kind.value,
        "mentions": _pairs(entity.mentions),
        "n_attributions": entity.n_attributions,
    }
