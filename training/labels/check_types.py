"""Check the labels of one record: claim types, polarity, kinds, speakers, check-worthiness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from inquit.models.claims import ClaimOutputs
from inquit.models.labels import CLAIM_TYPES, POLARITIES, SPEAKER_KINDS
from inquit.models.result import QuoteKind
from inquit.training.evaluation.labels import split_joint_name
from inquit.training.labels.draft import Draft, Part
from inquit.training.labels.record import LabelRecord
from inquit.training.labels.repair import nearest_label

_MIN_EXAMPLES, _LIKE = 5, 0.75
"""A type with fewer examples, or more similar to a known one (difflib's ratio), may be a slip."""

_QUOTE_KINDS = tuple(kind.value for kind in QuoteKind)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The claim types that are allowed.

    Attributes:
        new_types: allowed in addition to the ten of the codebook.
        renames: old name to new name, for types that were renamed or merged.
    """

    new_types: tuple[str, ...] = ()
    renames: Mapping[str, str] = field(default_factory=dict)

    @property
    def claim_types(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*CLAIM_TYPES, *self.new_types, *self.renames.values())))


def with_evident_types(vocabulary: Vocabulary, records: Iterable[LabelRecord]) -> Vocabulary:
    """The vocabulary with evidently new types added: not similar to any known type, and with several examples."""
    counts = Counter(_types(records))
    known = vocabulary.claim_types
    new = [
        name
        for name, n in sorted(counts.items())
        if n >= _MIN_EXAMPLES and name not in known and not get_close_matches(name.casefold(), known, 1, _LIKE)
    ]
    return replace(vocabulary, new_types=(*vocabulary.new_types, *new))


def _types(records: Iterable[LabelRecord]) -> Iterator[str]:
    for label_record in records:
        for field_name in ("attributions", "narration"):
            parts = (label_record.record or {}).get(field_name)
            for part in parts if isinstance(parts, list) else ():
                claim = part.get("claim") if isinstance(part, dict) else None
                if isinstance(claim, dict) and isinstance(claim.get("type"), str):
                    yield claim["type"]


def check_types(draft: Draft, vocabulary: Vocabulary) -> None:
    for part, attribution in draft.parts("attributions"):
        _check_label(draft, part, attribution, "kind", _QUOTE_KINDS)
        _check_speaker(draft, part, attribution)
    for part, holder in draft.parts():
        _check_claim(draft, part, holder, vocabulary)


def _check_label(
    draft: Draft,
    part: Part,
    holder: dict[str, Any],
    key: str,
    allowed: Sequence[str],
    *,
    item: str = "",
    code: str = "unknown-label",
) -> None:
    value = holder.get(key)
    if value is None or value in allowed:
        return
    nearest, is_sure = nearest_label(value, allowed)
    hint = f". Did you mean {nearest!r}?" if nearest else ""
    message = f"must be one of {list(allowed)}, got {value!r}{hint}"
    mended = repr(nearest) if is_sure else None
    draft.report(code, message, part=part, item=item or key, mended=mended)
    if is_sure:
        holder[key] = nearest


def _check_claim(draft: Draft, part: Part, holder: dict[str, Any], vocabulary: Vocabulary) -> None:
    claim = holder.get("claim")
    if claim is None:
        return
    if isinstance(claim, str):
        draft.report("shape", f"a claim must be an object, got {claim!r}", part=part, mended=f'{{"type": {claim!r}}}')
        claim = holder["claim"] = {"type": claim}
    if not isinstance(claim, dict) or not isinstance(claim.get("type"), str):
        draft.report("unknown-type", f'a claim must be an object with a "type", got {claim!r}', part=part)
        return
    claim["type"] = vocabulary.renames.get(claim["type"], claim["type"])
    _check_type(draft, part, claim, vocabulary, item="claim type")
    _check_label(draft, part, claim, "polarity", POLARITIES, item="polarity")
    _check_secondary(draft, part, claim, vocabulary)
    _check_worth(draft, part, claim)


def _check_type(draft: Draft, part: Part, holder: dict[str, Any], vocabulary: Vocabulary, *, item: str) -> None:
    _check_label(draft, part, holder, "type", vocabulary.claim_types, item=item, code="unknown-type")
    name = holder["type"]
    if name in vocabulary.claim_types and name not in CLAIM_TYPES:
        try:
            ClaimOutputs((*CLAIM_TYPES, name))
        except ValueError as error:
            draft.report("unknown-type", str(error), part=part, item=item, mend=f"rename it: --rename {name!r}=NAME")


def _check_secondary(draft: Draft, part: Part, claim: dict[str, Any], vocabulary: Vocabulary) -> None:
    secondary = claim.get("secondary") or []
    if not isinstance(secondary, list):
        draft.report("shape", f"secondary must be a list of types, got {secondary!r}", part=part)
        return
    slots = [{"type": vocabulary.renames.get(value, value) if isinstance(value, str) else value} for value in secondary]
    for slot in slots:
        _check_type(draft, part, slot, vocabulary, item="secondary type")
    claim["secondary"] = [slot["type"] for slot in slots]


def _check_worth(draft: Draft, part: Part, claim: dict[str, Any]) -> None:
    value = claim.get("checkworthy", False)
    if value is None:
        claim["checkworthy"] = False
        return
    if isinstance(value, int | float) and 0 <= value <= 1:
        return
    written = str(value).strip().casefold()
    if written in ("true", "false", "yes", "no"):
        claim["checkworthy"] = written in ("true", "yes")
        mended = str(claim["checkworthy"]).lower()
        draft.report("checkworthy-malformed", f"got {value!r}", part=part, item="checkworthy", mended=mended)
    else:
        message = f"must be true, false, or from 0 to 1, got {value!r}"
        draft.report("checkworthy-malformed", message, part=part, item="checkworthy")


def _check_speaker(draft: Draft, part: Part, attribution: dict[str, Any]) -> None:
    speaker = attribution.get("speaker")
    if speaker is None:
        return
    if not isinstance(speaker, dict) or speaker.get("kind") is None:
        message = f'a speaker must be null or an object with a "kind", got {speaker!r}'
        draft.report("speaker-malformed", message, part=part, item="speaker")
        return
    _check_label(draft, part, speaker, "kind", SPEAKER_KINDS, item="speaker kind")
    _check_named(draft, part, speaker)
    name = speaker.get("name")
    if speaker["kind"] == "author":
        return
    if not isinstance(name, str) or not name.strip():
        message = f"a {speaker['kind']} must have a name, got {name!r}; if there is no speaker, use null"
        draft.report("speaker-malformed", message, part=part, item="speaker")
        return
    for missing in _names_not_in(name, draft.text):
        message = f"{missing!r} does not occur in the article"
        draft.report("speaker-not-in-text", message, part=part, item="speaker")


def _check_named(draft: Draft, part: Part, speaker: dict[str, Any]) -> None:
    """Check ``named``: a table turns true and false into text, and any text would count as true."""
    value = speaker.get("named")
    if value is None or isinstance(value, bool):
        return
    written = str(value).strip().casefold()
    mended = {"true": True, "yes": True, "false": False, "no": False}.get(written)
    message = f"named must be true or false, got {value!r}"
    if mended is not None:
        speaker["named"] = mended
    draft.report(
        "speaker-malformed", message, part=part, item="speaker", mended=None if mended is None else str(mended).lower()
    )


def _names_not_in(name: str, text: str) -> Iterator[str]:
    """The names of a speaker (several if joined by an ampersand) that are not in the text, white space aside."""
    squeezed = " ".join(text.split())
    if " ".join(name.split()) in squeezed:
        return
    for one in split_joint_name(name):
        if " ".join(one.split()) not in squeezed:
            yield one
