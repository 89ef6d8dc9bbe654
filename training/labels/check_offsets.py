"""Repair a whole record whose offsets were counted differently: in UTF-16 units, in bytes, or from another start.

The words of the contents show this. In our format cues and sources come without their words, so they would stay wrong
if only contents were repaired one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from inquit.models.labels import ROLES
from inquit.training.labels.check_spans import as_pair, is_inside_word
from inquit.training.labels.draft import Draft
from inquit.training.labels.offsets import OffsetIndex, OffsetUnit
from inquit.training.labels.repair import is_same_words, occurrences

Pair = tuple[int, int]
Convert = Callable[[int, int], Pair | None]

_MIN_SAMPLES = 2
"""One displaced span may be a slip; to shift the whole record, at least two spans must agree."""


def check_offsets(draft: Draft) -> None:
    """Convert every span of a record if all spans then match their words and no more of them cut words."""
    samples = list(_samples(draft))
    if all(_is_right(draft.text, pair, words) for pair, words in samples):
        return
    n_odd = _n_odd_borders(draft, lambda start, end: (start, end))
    for name, convert in _conversions(draft.text, samples):
        is_right = all(_is_right(draft.text, convert(*pair), words) for pair, words in samples)
        if is_right and _n_odd_borders(draft, convert) <= n_odd:
            draft.report("offset-unit", f"all offsets {name}", mended="offsets in code points")
            _convert(draft, convert)
            return


def _samples(draft: Draft) -> Iterator[tuple[Pair, str]]:
    """The spans whose words the file gives, if their offsets are whole numbers, with those words."""
    for part, attribution in draft.parts("attributions"):
        for role in ROLES:
            spans, words = attribution.get(role), draft.source.words.get((part.index, role), ())
            if isinstance(spans, list) and len(spans) == len(words):
                yield from ((pair, said) for span, said in zip(spans, words, strict=True) if (pair := as_pair(span)))


def _is_right(text: str, pair: Pair | None, words: str) -> bool:
    return pair is not None and 0 <= pair[0] < pair[1] and is_same_words(text[pair[0] : pair[1]], words)


def _conversions(text: str, samples: list[tuple[Pair, str]]) -> Iterator[tuple[str, Convert]]:
    for unit in OffsetUnit:
        if unit is not OffsetUnit.CODE_POINTS:
            yield f"count {unit}", OffsetIndex(text, unit).to_span
    if len(samples) >= _MIN_SAMPLES:
        for shift in _shifts(text, samples):
            yield f"are {abs(shift)} too {'low' if shift > 0 else 'high'}", _shifted(shift)


def _shifts(text: str, samples: list[tuple[Pair, str]]) -> list[int]:
    """How far off the first span is whose words occur only once in the text."""
    for (start, _), words in samples:
        places = occurrences(words, text)
        if len(places) == 1:
            return [places[0][0] - start]
    return []


def _shifted(shift: int) -> Convert:
    return lambda start, end: (start + shift, end + shift)


def _n_odd_borders(draft: Draft, convert: Convert) -> int:
    """How many span borders would cut a word or have white space just inside; correct ones hardly ever do."""
    spans = [span for _, a in draft.parts("attributions") for role in ROLES for span in _listed(a.get(role))]
    spans += [sentence.get("span") for _, sentence in draft.parts("narration")]
    return sum(_n_odd(draft.text, convert(*pair)) for span in spans if (pair := as_pair(span)))


def _n_odd(text: str, place: Pair | None) -> int:
    if place is None or not 0 <= place[0] < place[1] <= len(text):
        return 2
    return sum(is_inside_word(text, border) for border in place) + (
        text[place[0]].isspace() + text[place[1] - 1].isspace()
    )


def _listed(spans: Any) -> list[Any]:
    return spans if isinstance(spans, list) else []


def _convert(draft: Draft, convert: Convert) -> None:
    for _, attribution in draft.parts("attributions"):
        for role in ROLES:
            if isinstance(attribution.get(role), list):
                attribution[role] = [_converted(span, convert) for span in attribution[role]]
    for _, sentence in draft.parts("narration"):
        sentence["span"] = _converted(sentence.get("span"), convert)


def _converted(span: Any, convert: Convert) -> Any:
    """The span converted; unchanged if it has no place in the text, so that the span checks find it."""
    pair = as_pair(span)
    place = None if pair is None else convert(*pair)
    return span if place is None else list(place)
