"""Check one record by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

from inquit.models.article import text_sha256
from inquit.training.labels.check_offsets import check_offsets
from inquit.training.labels.check_spans import check_spans
from inquit.training.labels.check_types import Vocabulary, check_types
from inquit.training.labels.draft import Draft, Part
from inquit.training.labels.record import LabelRecord

Texts = Mapping[str, str]

_REVIEWED = ("reviewed_by", "annotator")


def check_record(source: LabelRecord, vocabulary: Vocabulary, texts: Texts) -> Draft:
    """Check a record by itself.

    Args:
        texts: the articles by id, for labels that come without them; texts in the labels are compared with them.
    """
    draft = Draft(source)
    if source.record is None:
        return draft
    if source.record.get("status") in ("error", "skipped"):
        draft.report("not-scored", f"status {source.record['status']!r}")
        draft.drop(None)
        return draft
    _check_shape(draft)
    _check_text(draft, texts)
    if not draft.is_dropped:
        check_offsets(draft)
        check_spans(draft)
        check_types(draft, vocabulary)
        _check_within(draft)
        _check_reviewed(draft)
    return draft


def _check_shape(draft: Draft) -> None:
    record = draft.record
    if isinstance(record.get("id"), int) and not isinstance(record["id"], bool):
        record["id"] = str(record["id"])
    if not isinstance(record.get("id"), str) or not record["id"]:
        draft.report("id-missing", f'wanted "id": "…", got {record.get("id")!r}')
    for field in ("attributions", "narration"):
        if not isinstance(record.get(field, []), list) or (field == "attributions" and field not in record):
            draft.report("shape", f'"{field}" must be a list, [] for none, got {record.get(field)!r}')
            record[field] = []
    for field in ("attributions", "narration"):
        for index, holder in enumerate(record.get(field) or ()):
            if not isinstance(holder, dict):
                draft.report("shape", f"wanted an object, got {holder!r}", part=Part(field, index))
    _name_attributions(draft)
    _check_metadata(draft)


def _check_metadata(draft: Draft) -> None:
    metadata = draft.record.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        draft.report("shape", f'"metadata" must be an object, got {metadata!r}', mended="{}")
        draft.record["metadata"] = {}
    elif metadata:
        # Values that are not text, such as null for no author, would be refused later, and do not matter for labels.
        draft.record["metadata"] = {key: value for key, value in metadata.items() if isinstance(value, str)}


def _name_attributions(draft: Draft) -> None:
    """Give every attribution without an id, or with the id of another one, a new id."""
    taken = {a["id"] for _, a in draft.parts("attributions") if isinstance(a.get("id"), str)}
    seen: set[str] = set()
    for part, attribution in draft.parts("attributions"):
        name = attribution.get("id")
        if not isinstance(name, str) or not name or name in seen:
            new = next(new for number in count(part.index) if (new := f"t{number}") not in taken)
            if name is not None:
                message = f"an id must be text and unique in the article, got {name!r}"
                draft.report("shape", message, part=part, mended=repr(new))
            attribution["id"] = name = new
            taken.add(new)
        seen.add(name)


def _check_text(draft: Draft, texts: Texts) -> None:
    record, known = draft.record, texts.get(draft.article or "")
    text = record.get("text")
    if text is not None and not isinstance(text, str):
        draft.report("text-missing", f'"text" must be text, got {type(text).__name__}')
        return
    text = known if text is None else text
    if text is None:
        draft.report("text-missing", "there is no text for the offsets to refer to")
        return
    record["text"] = text
    if known is not None and text != known:
        draft.report("text-differs", f"the article {draft.article!r} in --articles has a different text")
    elif record.get("text_sha256") not in (None, text_sha256(text)):
        draft.report("text-differs", "text_sha256 is the hash of a different text")


def _check_within(draft: Draft) -> None:
    """Check attributions of one article against each other: duplicates, one content with two labels, crossing."""
    first: dict[Any, tuple[Part, dict[str, Any]]] = {}
    for part, attribution in draft.parts("attributions"):
        content = tuple(map(tuple, attribution["content"]))
        if content not in first:
            first[content] = (part, attribution)
            continue
        earlier, other = first[content]
        if label_key(attribution) == label_key(other):
            draft.report("duplicate-attribution", f"the same as {earlier}", part=part, mended="one")
            draft.merge(part)
        else:
            _report_twice(draft, part, attribution, earlier, other)
    _check_crossing(draft)


def _report_twice(
    draft: Draft, part: Part, attribution: Mapping[str, Any], earlier: Part, other: Mapping[str, Any]
) -> None:
    """Report one content labelled twice: two sources may say the same, but one source cannot mean two things."""
    differing = [name for name in _LABELS if _label(attribution, name) != _label(other, name)]
    message = f"the same content as {earlier}, with a different {', '.join(differing)}"
    if {"cue", "source"} & set(differing):
        draft.report("content-twice", message, part=part)
    else:
        draft.report("contradiction", message, part=part)
        draft.drop(earlier)


_LABELS = ("cue", "source", "speaker", "type", "secondary", "polarity", "checkworthy")


def _label(attribution: Mapping[str, Any], name: str) -> Any:
    claim, speaker = attribution.get("claim") or {}, attribution.get("speaker") or {}
    if name in ("cue", "source"):
        return tuple(map(tuple, attribution.get(name) or ()))
    if name == "speaker":
        return speaker.get("name"), speaker.get("kind")
    if name == "secondary":
        return frozenset(claim.get("secondary") or ())
    return claim.get(name, {"polarity": "asserted", "checkworthy": False}.get(name) if claim else None)


def label_key(attribution: Mapping[str, Any]) -> tuple[Any, ...]:
    """Everything that an annotator says about an attribution, for comparison."""
    return (tuple(map(tuple, attribution["content"])), *(_label(attribution, name) for name in _LABELS))


def _check_crossing(draft: Draft) -> None:
    """Find contents that overlap without one containing the other; nested quotations are fine."""
    spans = sorted(
        (min(s for s, _ in a["content"]), max(e for _, e in a["content"]), part)
        for part, a in draft.parts("attributions")
    )
    open_spans: list[tuple[int, int, Part]] = []
    for start, end, part in spans:
        open_spans = [span for span in open_spans if span[1] > start]
        for other_start, other_end, other in open_spans:
            if other_start < start < other_end < end and _share_characters(draft, part, other):
                draft.report("crossing", f"its content crosses that of {other}", part=part)
        open_spans.append((start, end, part))


def _share_characters(draft: Draft, part: Part, other: Part) -> bool:
    ours, theirs = (draft.record[p.field][p.index]["content"] for p in (part, other))
    return any(a[0] < b[1] and b[0] < a[1] for a in ours for b in theirs)


def _check_reviewed(draft: Draft) -> None:
    """Drop a model's answers that no person has reviewed, neither the record nor the attribution."""
    parts = list(draft.parts())
    if _is_by_person(draft.record, [holder for _, holder in parts]):
        return
    unreviewed = [part for part, holder in parts if not _is_reviewed(holder)]
    if unreviewed:
        n_attributions = sum(part.field == "attributions" for part in unreviewed)
        message = f"{n_attributions} attributions are a model's own answers; they are ignored"
        draft.report("unreviewed", message)
    for part in unreviewed:
        draft.drop(part)
    if len(unreviewed) == len(parts):
        draft.drop(None)


def is_gold(record: Mapping[str, Any]) -> bool:
    """Whether a valid record can be used to measure a model: it contains no model's answers that nobody reviewed."""
    parts = [*record["attributions"], *record["narration"]]
    return _is_by_person(record, parts) or (bool(parts) and all(map(_is_reviewed, parts)))


def _is_by_person(record: Mapping[str, Any], parts: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a person reviewed the whole record, or no model had a part in it."""
    if _is_reviewed(record) or _is_reviewed(record.get("metadata") or {}):
        return True
    return not (record.get("model") or any(map(_is_predicted, parts)))


def _is_reviewed(holder: Mapping[str, Any]) -> bool:
    return any(holder.get(key) for key in _REVIEWED)


def _is_predicted(holder: Mapping[str, Any]) -> bool:
    claim = holder.get("claim")
    return holder.get("confidence") is not None or bool(isinstance(claim, dict) and claim.get("probabilities"))
