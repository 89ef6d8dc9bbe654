"""Quotation marks: which characters open and close a quotation, in one pass over a paragraph.

Every usual kind is understood: curly, straight, low, angled, CJK, single, LaTeX, nested, re-opened at each paragraph,
unbalanced. Apostrophes, decades, feet and inches are no quotations. Time is linear in the text: the stack is bounded
and a mark is looked at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from inquit.models.article import Span

MAX_DEPTH = 8
"""Quotations nested deeper than this are read as text."""

_MARK = re.compile("&quot;|``|''|,,|[\"“”„‟«»‹›「」『』＂″〝〞〟'‘’‚‛`]")
_FAMILY = {
    **dict.fromkeys(["&quot;", "``", "''", ",,", *'"“”„‟＂″〝〞〟'], "double"),
    **dict.fromkeys("«»", "angle"),
    **dict.fromkeys("‹›", "single angle"),
    **dict.fromkeys("「」", "corner"),
    **dict.fromkeys("『』", "white corner"),
    **dict.fromkeys("'‘’‚‛`", "single"),
}
_ONLY_OPENS = frozenset("„〝「『‚‛`") | {"``", ",,"}
_ONLY_CLOSES = frozenset("」』〞〟")
_BEFORE_OPENING = frozenset("([{<—–-/:;,.…!?¿¡|*_>\u200b\u202a\u202b\u2066\u2067")
_ELISION = re.compile(r"(?:\d\ds?|tis|twas|em|til|till|cause|bout|n|round|neath|nuff|cos|kay)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation with its marks. ``depth`` is 0 for the outermost. Not closed: runs to the end of its paragraph."""

    span: Span
    depth: int
    is_closed: bool
    family: str = "double"


@dataclass(slots=True)
class _Opening:
    family: str
    mark: str
    start: int
    tentative_end: int | None = None


def find_quotations(text: str, paragraphs: Sequence[Span]) -> tuple[Quotation, ...]:
    """All quotations of the paragraphs, outermost before those inside it.

    A paragraph that opens a quotation and does not close it is continued where the next paragraph begins with an
    opening mark; either way the quotation runs to the end of the paragraph.
    """
    found: list[Quotation] = []
    for i, paragraph in enumerate(paragraphs):
        following = paragraphs[i + 1] if i + 1 < len(paragraphs) else None
        found.extend(_scan_paragraph(text, paragraph, _opening_family(text, following)))
    return tuple(found)


def has_unbalanced_quotation(quotations: Sequence[Quotation], paragraphs: Sequence[Span]) -> bool:
    """Whether an outermost quotation is neither closed nor goes on in the next paragraph."""
    starts = {quotation.span.start for quotation in quotations}
    following = {a.end: b.start for a, b in pairwise(paragraphs)}
    return any(
        not quotation.is_closed and quotation.depth == 0 and following.get(quotation.span.end) not in starts
        for quotation in quotations
    )


def _opening_family(text: str, paragraph: Span | None) -> str | None:
    """The family of the mark that the paragraph begins with."""
    if paragraph is None:
        return None
    mark = _MARK.match(text, paragraph.start, paragraph.end)
    return None if mark is None else _FAMILY[mark.group()]


def _scan_paragraph(text: str, paragraph: Span, next_family: str | None) -> list[Quotation]:
    stack: list[_Opening] = []
    closed: list[tuple[int, int, str]] = []
    for match in _MARK.finditer(text, paragraph.start, paragraph.end):
        mark, start, end = match.group(), match.start(), match.end()
        before = _character_before(text, start, paragraph)
        after = text[end] if end < paragraph.end else ""
        if _FAMILY[mark] == "single":
            _read_single_mark(text, mark, start, end, before, after, stack, closed)
        else:
            _read_mark(text, mark, start, end, before, after, stack, closed)
    return _nest(closed + _unclosed(text, paragraph, stack, closed, next_family))


def _character_before(text: str, start: int, paragraph: Span) -> str:
    """The character in front, past the backslash of an escaped mark; empty at the start of the paragraph."""
    position = start - 1
    if position >= paragraph.start and text[position] == "\\":
        position -= 1
    return text[position] if position >= paragraph.start else ""


def _read_mark(
    text: str,
    mark: str,
    start: int,
    end: int,
    before: str,
    after: str,
    stack: list[_Opening],
    closed: list[tuple[int, int, str]],
) -> None:
    """Open or close a quotation in any marks but single ones."""
    family = _FAMILY[mark]
    opening = _innermost(stack, family)
    may_open = after != "" and (not after.isspace() or mark in "«»") and mark not in _ONLY_CLOSES
    may_close = opening is not None and before != "" and mark not in _ONLY_OPENS
    stands_free = before == "" or before.isspace() or before in _BEFORE_OPENING or before in _FAMILY
    if mark in '"″' and before.isdigit() and (opening is None or _is_height(text, start)):
        return  # inches
    if may_close and not (may_open and _looks_opening(mark, opening, before, after, stands_free)):
        _close(stack, opening, end, closed)
    elif (
        may_open
        and (stands_free or mark in "“„«「『" or (mark in '"＂' and not before.isalnum()))
        and len(stack) < MAX_DEPTH
    ):
        if mark != ",," or after.isalnum():
            stack.append(_Opening(family, mark, start))
    elif may_open and opening is None and mark in '"＂' and after.isalnum() and len(stack) < MAX_DEPTH:
        stack.append(_Opening(family, mark, start))  # said"No": the space is missing


def _looks_opening(mark: str, opening: _Opening | None, before: str, after: str, stands_free: bool) -> bool:
    """Whether a mark that could close the open quotation is rather a further opening one."""
    assert opening is not None
    if mark == "“":
        return opening.mark not in "„‟" and stands_free and not after.isspace()
    if mark == "«":
        return opening.mark != "»"
    if mark in "»‹›”":
        return False
    return (before == "" or before.isspace() or before in "([{") and not after.isspace()


def _is_height(text: str, start: int) -> bool:
    """5'11" and 6’2"."""
    return re.search(r"\d['’′]\d{0,2}$", text[max(0, start - 5) : start]) is not None


def _read_single_mark(
    text: str,
    mark: str,
    start: int,
    end: int,
    before: str,
    after: str,
    stack: list[_Opening],
    closed: list[tuple[int, int, str]],
) -> None:
    """Open or close a quotation in single marks, unless the mark is an apostrophe."""
    if before.isalnum() and after.isalnum():
        return
    opening = _innermost(stack, "single")
    stands_free = before == "" or before.isspace() or before in _BEFORE_OPENING or before in _FAMILY
    if opening is not None and mark in "'’‘" and before != "" and not before.isspace() and not after.isalnum():
        if mark == "‘" and opening.mark != "‚":
            return
        if before in "sS" and after.isspace() and mark != "‘":
            opening.tentative_end = end  # the voters’ choice, or the end: what follows tells
        else:
            _close(stack, opening, end, closed)
    elif stands_free and after != "" and not after.isspace() and mark != "’" and not _ELISION.match(text, end):
        if opening is not None and opening.tentative_end is not None:
            _close(stack, opening, opening.tentative_end, closed)
            opening = None
        if opening is None and len(stack) < MAX_DEPTH:
            stack.append(_Opening("single", mark, start))


def _innermost(stack: list[_Opening], family: str) -> _Opening | None:
    return next((opening for opening in reversed(stack) if opening.family == family), None)


def _close(stack: list[_Opening], opening: _Opening | None, end: int, closed: list[tuple[int, int, str]]) -> None:
    """Close ``opening``; what was opened inside it and never closed is no quotation."""
    assert opening is not None
    while True:
        inner = stack.pop()
        if inner is opening:
            break
        if inner.tentative_end is not None:
            closed.append((inner.start, inner.tentative_end, inner.family))
    closed.append((opening.start, end, opening.family))


def _unclosed(
    text: str, paragraph: Span, stack: list[_Opening], closed: list[tuple[int, int, str]], next_family: str | None
) -> list[tuple[int, int, str]]:
    """What becomes of the quotations still open at the paragraph's end, as negative ends where nothing closed them."""
    found = []
    for opening in stack:
        if opening.tentative_end is not None and next_family != "single":
            found.append((opening.start, opening.tentative_end, opening.family))
        elif opening.family != "single" or next_family == "single":
            # A complete quotation in the same marks inside: the closing mark was forgotten before it.
            inner = [start for start, _, family in closed if family == opening.family and start > opening.start]
            later = [other.start for other in stack if other.family == opening.family and other.start > opening.start]
            end = min([*inner, *later, paragraph.end])
            end = opening.start + len(text[opening.start : end].rstrip())
            if end > opening.start + len(opening.mark):
                found.append((opening.start, -end, opening.family))
    return found


def _nest(found: Iterable[tuple[int, int, str]]) -> list[Quotation]:
    """Put quotations in text order with their depths."""
    quotations: list[Quotation] = []
    ends: list[int] = []
    for start, end, family in sorted(found, key=lambda item: (item[0], -abs(item[1]))):
        while ends and ends[-1] <= start:
            ends.pop()
        quotations.append(Quotation(Span(start, abs(end)), len(ends), end > 0, family))
        ends.append(abs(end))
    return quotations
