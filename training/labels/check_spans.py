"""Check the spans of one record: numbers, range, words, white space, order."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from inquit.models.labels import ROLES
from inquit.training.labels.draft import Draft, Part
from inquit.training.labels.repair import is_same_words, locate

Pair = list[int]


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong with a pair of offsets, and the intended pair if it is evident."""

    code: str
    message: str
    meant: Pair | None = None


def check_spans(draft: Draft) -> None:
    for part, attribution in draft.parts("attributions"):
        for role in ROLES:
            attribution[role] = _check_role(draft, part, role, attribution.get(role))
        if not attribution["content"] and part not in draft.dropped:
            draft.report("content-missing", "has no content", part=part)
            draft.drop(part)
        _check_roles_apart(draft, part, attribution)
    for part, sentence in draft.parts("narration"):
        span = _check_span(draft, part, "span", sentence.get("span"), None)
        if span is not None:
            sentence["span"] = span


def _check_role(draft: Draft, part: Part, role: str, spans: Any) -> list[Pair]:
    if spans is None:
        return []
    if _is_one_span(spans):
        spans = [spans]
        draft.report(
            "span-malformed", f"wanted a list of spans, got {spans[0]}", part=part, item=role, mended=f"{spans}"
        )
    if not isinstance(spans, list):
        draft.report("span-malformed", f"wanted a list of spans, got {spans!r}", part=part, item=role)
        return []
    words = draft.source.words.get((part.index, role), ())
    known = words if len(words) == len(spans) else [None] * len(spans)
    checked = [_check_span(draft, part, role, span, w) for span, w in zip(spans, known, strict=True)]
    return _check_order(draft, part, role, [span for span in checked if span is not None])


def _is_one_span(spans: Any) -> bool:
    return isinstance(spans, list) and len(spans) == 2 and all(type(offset) in (int, float) for offset in spans)


def _check_span(draft: Draft, part: Part, item: str, span: Any, words: str | None) -> Pair | None:
    """The span, repaired if necessary; None if it has an error that cannot be repaired."""
    text = draft.text
    fault = _fault(span, text)
    meant = span if fault is None else fault.meant
    if words is None or (meant is not None and is_same_words(text[meant[0] : meant[1]], words)):
        if fault is not None:
            draft.report(fault.code, fault.message, part=part, item=item, mended=None if meant is None else f"{meant}")
        return None if meant is None else _check_borders(draft, part, item, meant)
    return _find_words(draft, part, item, span, words, fault)


def _find_words(draft: Draft, part: Part, item: str, span: Any, words: str, fault: _Fault | None) -> Pair | None:
    text = draft.text
    if fault is None:
        fault = _Fault("words-differ", f"{span} is {_shown(text[span[0] : span[1]])}, the label says {_shown(words)}")
    place = locate(words, text, as_pair(span))
    if place is None:
        draft.report(fault.code, fault.message, part=part, item=item)
        return None
    mended = f"[{place.start}, {place.end}]: {place.reason}"
    draft.report(fault.code, fault.message, part=part, item=item, mended=mended)
    return _check_borders(draft, part, item, [place.start, place.end])


def _shown(words: str) -> str:
    return repr(words if len(words) <= 60 else f"{words[:40]}…{words[-16:]}")


def as_pair(span: Any) -> tuple[int, int] | None:
    return (span[0], span[1]) if isinstance(span, list) and [type(offset) for offset in span] == [int, int] else None


def _fault(span: Any, text: str) -> _Fault | None:
    if not isinstance(span, list) or len(span) != 2:
        return _Fault("span-malformed", f"a span must be [start, end], got {span!r}")
    start, end = (_whole_number(offset) for offset in span)
    if start is None or end is None:
        return _Fault("span-malformed", f"a span must be [start, end] in whole numbers, got {span!r}")
    if start < 0 or end < 0:
        return _Fault("span-negative", f"a span must have 0 <= start < end, got {span}")
    if start == end:
        return _Fault("span-empty", f"a span must have 0 <= start < end, got {span}")
    if max(start, end) > len(text):
        message = f"{span} ends after the text, which has {len(text)} characters (code points)"
        return _Fault("span-outside", message)
    if start > end:
        return _Fault("span-swapped", f"a span must have 0 <= start < end, got {span}", [end, start])
    if [type(offset) for offset in span] != [int, int]:
        return _Fault("span-malformed", f"a span must be [start, end] in whole numbers, got {span!r}", [start, end])
    return None


def _whole_number(offset: Any) -> int | None:
    if type(offset) is int:
        return offset
    if isinstance(offset, float) and offset.is_integer():
        return int(offset)
    return int(offset) if isinstance(offset, str) and offset.strip().isdecimal() else None


def _check_borders(draft: Draft, part: Part, item: str, span: Pair) -> Pair | None:
    text, (start, end) = draft.text, span
    inner = text[start:end].strip()
    if not inner:
        draft.report("span-empty", f"{span} contains only white space", part=part, item=item)
        return None
    if len(inner) < end - start:
        start += len(text[start:end]) - len(text[start:end].lstrip())
        end = start + len(inner)
        draft.report(
            "span-whitespace",
            f"{span} begins or ends with white space",
            part=part,
            item=item,
            mended=f"[{start}, {end}]",
        )
    for border, side in ((start, "begins"), (end, "ends")):
        if is_inside_word(text, border):
            word = f"…{text[max(0, border - 8) : border]}|{text[border : border + 8]}…"
            draft.report("span-cuts-word", f"{span} {side} inside a word: {word!r}", part=part, item=item)
    return [start, end]


def is_inside_word(text: str, border: int) -> bool:
    """Whether a border is between two letters or digits of one word."""
    # Not for letters without case (category Lo): Chinese, Japanese and Thai have no spaces between words.
    around = text[border - 1 : border + 1] if border else ""
    return len(around) == 2 and all(c.isalnum() and unicodedata.category(c) != "Lo" for c in around)


def _check_order(draft: Draft, part: Part, role: str, spans: list[Pair]) -> list[Pair]:
    if all(a[1] <= b[0] for a, b in pairwise(spans)):
        return spans
    joined: list[Pair] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    message = f"{spans} overlap or are out of order"
    draft.report("parts-overlap", message, part=part, item=role, mended=f"{joined}")
    return joined


def _check_roles_apart(draft: Draft, part: Part, attribution: dict[str, Any]) -> None:
    for first, second in (("content", "cue"), ("content", "source"), ("cue", "source")):
        if _overlap(attribution[first], attribution[second]):
            draft.report("roles-overlap", f"{first} and {second} share characters", part=part)


def _overlap(first: Sequence[Pair], second: Sequence[Pair]) -> bool:
    return any(a[0] < b[1] and b[0] < a[1] for a in first for b in second)
