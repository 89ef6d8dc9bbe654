"""Checks between records: duplicate articles, leaks of held-out articles, and how many examples each type has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inquit.inference.batch.summary import counted
from inquit.models.article import text_sha256
from inquit.models.labels import CLAIM_TYPES
from inquit.models.result import LIKELY
from inquit.training.labels.check_record import label_key
from inquit.training.labels.draft import Draft
from inquit.training.labels.findings import Finding, find
from inquit.training.labels.near_duplicates import near_duplicates

_MIN_WORDS = 6
"""Shorter contents ("Yes", "a disgrace") may well have different types in different articles."""

_MAX_RATIO = 10
_MIN_CLAIMS = 20
"""With fewer claims, balance is not checked."""


def check_same_articles(drafts: Sequence[Draft]) -> None:
    """Find ids that occur twice. The first record of an article is kept; people decide about the others."""
    first: dict[str, Draft] = {}
    for draft in _sound(drafts):
        earlier = first.setdefault(draft.article or "", draft)
        if earlier is draft:
            continue
        where = _where(earlier)
        if draft.text != earlier.text:
            draft.report("duplicate-id", f"the id {draft.article!r} was already in {where}, with a different text")
        elif _labels(draft) == _labels(earlier):
            draft.report("duplicate-article", f"the same as in {where}", mended="one")
            draft.merge(None)
        else:
            names = [_annotator(d) for d in (earlier, draft)]
            by = f" by {names[0]} and {names[1]}" if all(names) else ""
            draft.report("double-annotation", f"article {draft.article!r} has different labels in {where}{by}")


def _sound(drafts: Sequence[Draft]) -> Iterator[Draft]:
    return (draft for draft in drafts if not draft.is_dropped)


def _where(draft: Draft) -> str:
    source = draft.source
    return source.path if source.line is None else f"{source.path} line {source.line}"


def _annotator(draft: Draft) -> str | None:
    record, metadata = draft.record, draft.record.get("metadata") or {}
    return record.get("annotator") or metadata.get("annotator") or record.get("reviewed_by")


def _labels(draft: Draft) -> set[Any]:
    sentences = (sentence | {"content": [sentence["span"]]} for _, sentence in draft.parts("narration"))
    attributions = (attribution for _, attribution in draft.parts("attributions"))
    return {(role, label_key(part)) for role, parts in enumerate((attributions, sentences)) for part in parts}


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A test article. Without its text, only its id and hash can be compared."""

    id: str
    text: str | None
    text_sha256: str | None

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> HeldOut | None:
        """A held-out article from a record, whatever may be wrong with it; None if it has no id."""
        name, text, text_hash = (record.get(key) for key in ("id", "text", "text_sha256"))
        if not isinstance(name, str):
            return None
        if isinstance(text, str):
            return cls(name, text, text_sha256(text))
        return cls(name, None, text_hash if isinstance(text_hash, str) else None)


def check_near_duplicates(drafts: Sequence[Draft], held_out: Sequence[HeldOut]) -> None:
    """Find articles that are nearly the same, and articles that are in the held-out set or nearly the same as one."""
    own = [draft for draft in _sound(drafts) if draft.text]
    _check_held_out(own, held_out)
    tested = [article for article in held_out if article.text]
    for pair in near_duplicates([*(draft.text for draft in own), *(article.text or "" for article in tested)]):
        if pair.second < len(own):
            _report_near_duplicate(own[pair.first], own[pair.second], pair.shared)
        elif pair.first < len(own) and not own[pair.first].is_dropped:
            article = tested[pair.second - len(own)]
            message = f"{pair.shared:.0%} of it is in the held-out article {article.id!r}, or the reverse"
            own[pair.first].report("leak", message)


def _report_near_duplicate(first: Draft, second: Draft, shared: float) -> None:
    if first.article != second.article:
        message = f"{shared:.0%} of it is in article {first.article!r} ({_where(first)}), or the reverse"
        second.report("near-duplicate", message)


def _check_held_out(drafts: Sequence[Draft], held_out: Sequence[HeldOut]) -> None:
    ids = {article.id for article in held_out}
    hashes = {article.text_sha256: article.id for article in held_out if article.text_sha256}
    for draft in drafts:
        if draft.article in ids:
            draft.report("held-out-article", f"the held-out set contains the id {draft.article!r}")
        elif (text_hash := text_sha256(draft.text)) in hashes:
            draft.report("held-out-article", f"the held-out set contains this text as article {hashes[text_hash]!r}")


def check_contradictions(drafts: Sequence[Draft]) -> None:
    """Find the same words labelled with different claim types."""
    seen: dict[str, tuple[str, str]] = {}
    for draft in _sound(drafts):
        for part, attribution in draft.parts("attributions"):
            claim_type = (attribution.get("claim") or {}).get("type")
            words = " ".join(draft.text[start:end] for start, end in attribution["content"]).casefold().split()
            if claim_type is None or len(words) < _MIN_WORDS:
                continue
            other_type, place = seen.setdefault(" ".join(words), (claim_type, f"{_where(draft)}, {part}"))
            if other_type != claim_type:
                message = f"is {claim_type!r} here, but the same words are {other_type!r} in {place}"
                draft.report("contradiction-elsewhere", message, part=part)


def check_examples(drafts: Sequence[Draft], path: str) -> list[Finding]:
    """Find what all labels together lack. These findings belong to no line."""
    claims, n_attributions = [], 0
    for draft in _sound(drafts):
        n_attributions += sum(1 for _ in draft.parts("attributions"))
        claims += [holder["claim"] for _, holder in draft.parts() if holder.get("claim")]
    if not n_attributions and not claims:
        is_unreviewed = any(finding.code == "unreviewed" for draft in drafts for finding in draft.findings)
        why = ": a model's answers are not labels until a person has reviewed them" if is_unreviewed else ""
        return [find("no-labels", f"there is nothing to learn from{why}", path=path)]
    return [*_check_types(Counter(claim["type"] for claim in claims), path), *_check_sides(claims, path)]


def _check_types(counts: Counter[str], path: str) -> Iterator[Finding]:
    n_claims = counts.total()
    if len(counts) == 1 and n_claims > 1:
        only = next(iter(counts))
        yield find("one-class", f"all {n_claims} claims are {only!r}", path=path)
    for claim_type, n in sorted(counts.items()):
        if claim_type not in CLAIM_TYPES:
            yield find("new-type", f"{claim_type!r} has {counted(n, 'example')}", path=path)
        if n == 1 and len(counts) > 1:
            yield find("few-examples", f"{claim_type!r} has 1 example; it can be learnt from, not tested", path=path)
    if n_claims >= _MIN_CLAIMS and len(counts) > 1:
        (common, most), *_, (rare, least) = counts.most_common()
        if most > _MAX_RATIO * least:
            yield find("imbalance", f"{common!r} has {most} examples, {rare!r} has {least}", path=path)


def _check_sides(claims: Sequence[Mapping[str, Any]], path: str) -> Iterator[Finding]:
    sides = {bool(claim["checkworthy"] >= LIKELY) for claim in claims if "checkworthy" in claim}
    if len(claims) >= _MIN_CLAIMS and len(sides) == 1:
        side = str(sides.pop()).lower()
        yield find("one-sided", f"checkworthy is {side} for all {len(claims)} claims", path=path)
