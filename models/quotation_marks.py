"""Pairing of quotation marks: which ones open and which close a quotation, in one pass over each paragraph.

All common styles are handled: curly, straight, low, angled, CJK, single and LaTeX marks; nested quotations, ones that
re-open with each paragraph, and unbalanced ones. Apostrophes, decades, feet and inches are not quotations. Time is
linear in the length of the text: the stack is bounded, and each mark is looked at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from inquit.models.article import Span

MAX_DEPTH = 8
"""Marks nested deeper than this are treated as plain text."""

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
_APOSTROPHE = re.compile(
    r"(?:(?<=\b[no])|(?<=\b(?:an|ol|th)))."
    r"|(?:(?<=\w[^\Wa]in).|(?<=s).(?!\s(?:a|an|and|as|at|but|by|for|from|in|it|of|on|or|that|the|to|with)\b))"
    r"(?!\s(?:are|had|has|have|he|is|said|says|she|they|told|was|were|who|will|would)\b)",
    re.IGNORECASE,
)
"""A mark that may be an apostrophe: for a dropped letter ("goin’ home", not "Britain’") or in a possessive ("the
voters’ choice"), unless the next word begins something else. A preposition may follow a participle ("goin’ to work").
"""


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation, marks included. ``depth`` is 0 for outermost ones; unclosed ones mostly end with their paragraph."""

    span: Span
    depth: int
    is_closed: bool


class Quotations(NamedTuple):
    """The quotations of a text, and whether some that nest deeper than ``MAX_DEPTH`` were read as plain text."""

    found: tuple[Quotation, ...]
    nest_too_deeply: bool


class _Found(NamedTuple):
    """A quotation whose depth is not known yet."""

    start: int
    end: int
    family: str
    is_closed: bool


@dataclass(slots=True)
class _Opening:
    """A quotation that is still open. The mark at its tentative end may be an apostrophe; what follows decides."""

    family: str
    mark: str
    start: int
    tentative_end: int | None = None


def find_quotations(text: str, paragraphs: Sequence[Span]) -> Quotations:
    """All quotations in the paragraphs, each before those nested in it.

    A quotation that its paragraph does not close runs to the end of the paragraph; if the next paragraph begins with an
    opening mark, it continues there.
    """
    found: list[Quotation] = []
    nest_too_deeply = False
    for i, paragraph in enumerate(paragraphs):
        following = paragraphs[i + 1] if i + 1 < len(paragraphs) else None
        scan = _Scan(text, paragraph)
        found.extend(_nest(scan.found(_opening_family(text, following))))
        nest_too_deeply |= scan.is_too_deep
    return Quotations(tuple(found), nest_too_deeply)


def has_unbalanced_quotation(quotations: Sequence[Quotation], paragraphs: Sequence[Span]) -> bool:
    """Whether some outermost quotation is neither closed nor continued in the next paragraph."""
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


class _Scan:
    """One pass over the marks of a paragraph: which quotations they open and close."""

    def __init__(self, text: str, paragraph: Span) -> None:
        self._text = text
        self._paragraph = paragraph
        self._stack: list[_Opening] = []
        self._closed: list[_Found] = []
        self.is_too_deep = False
        for match in _MARK.finditer(text, paragraph.start, paragraph.end):
            mark, start, end = match.group(), match.start(), match.end()
            read = self._read_single if _FAMILY[mark] == "single" else self._read
            read(mark, start, end, self._character_before(start), text[end] if end < paragraph.end else "")

    def found(self, next_family: str | None) -> list[_Found]:
        """The closed quotations, and those still open at the end of the paragraph that are quotations after all.

        Args:
            next_family: family of the mark that the next paragraph begins with.
        """
        found = list(self._closed)
        others: list[_Found | _Opening] = [*self._closed, *self._stack]
        for opening in self._stack:
            start, family = opening.start, opening.family
            if opening.tentative_end is not None and not (next_family == "single" and self._may_go_on(opening)):
                found.append(_Found(start, opening.tentative_end, family, True))
            elif family != "single" or next_family == "single":
                # If a quotation in the same marks begins inside it, the closing mark before that one was forgotten.
                inner = [other.start for other in others if other.family == family and other.start > start]
                end = min([*inner, self._paragraph.end])
                end = start + len(self._text[start:end].rstrip())
                if end > start + len(opening.mark):
                    found.append(_Found(start, end, family, False))
        return found

    def _is_in_doubt(self, opening: _Opening) -> bool:
        """Whether the tentative end may be an apostrophe inside the quotation; also true if it has no such end."""
        return opening.tentative_end is None or _APOSTROPHE.match(self._text, opening.tentative_end - 1) is not None

    def _may_go_on(self, opening: _Opening) -> bool:
        """Whether a quotation with a doubtful end may continue in the next paragraph.

        It may if it begins the paragraph or follows a colon or comma.
        """
        before = self._text[self._paragraph.start : opening.start].rstrip()
        return before[-1:] in {"", ":", ","} and self._is_in_doubt(opening)

    def _character_before(self, start: int) -> str:
        """The character before a mark, skipping the backslash of an escaped one; "" at the start of the paragraph."""
        position = start - 1
        if position >= self._paragraph.start and self._text[position] == "\\":
            position -= 1
        return self._text[position] if position >= self._paragraph.start else ""

    def _read(self, mark: str, start: int, end: int, before: str, after: str) -> None:
        """Open or close a quotation in marks other than single ones."""
        opening = self._innermost(_FAMILY[mark])
        if mark in '"″' and before.isdigit() and (opening is None or _is_height(self._text, start)):
            return  # inches
        may_open = after != "" and (not after.isspace() or mark in "«»") and mark not in _ONLY_CLOSES
        may_close = before != "" and mark not in _ONLY_OPENS
        stands_free = _stands_free(before)
        if opening and may_close and not (may_open and _looks_opening(mark, opening, before, after, stands_free)):
            self._close(opening, end)
        elif may_open and (stands_free or mark in "“„«「『" or (mark in '"＂' and not before.isalnum())):
            if mark != ",," or after.isalnum():
                self._open(mark, start)
        elif may_open and opening is None and mark in '"＂' and after.isalnum():
            self._open(mark, start)  # said"No" lacks a space

    def _read_single(self, mark: str, start: int, end: int, before: str, after: str) -> None:
        """Open or close a quotation in single marks, unless the mark is an apostrophe."""
        if before.isalnum() and after.isalnum():
            return
        opening = self._innermost("single")
        if opening is not None and mark in "'’‘" and before != "" and not before.isspace() and not after.isalnum():
            if mark == "‘" and opening.mark != "‚":
                return
            is_doubtful = before.isalnum() and mark != "‘"
            if is_doubtful and not self._is_in_doubt(opening):
                return
            if is_doubtful and after.isspace():
                opening.tentative_end = end  # an apostrophe (the voters’ choice) or the end
            else:
                self._close(opening, end)
        elif (
            _stands_free(before)
            and after != ""
            and not after.isspace()
            and mark != "’"
            and not _ELISION.match(self._text, end)
        ):
            if opening is not None and opening.tentative_end is not None:
                self._stack.remove(opening)
                self._closed.append(_Found(opening.start, opening.tentative_end, opening.family, True))
                opening = None
            if opening is None:
                self._open(mark, start)

    def _innermost(self, family: str) -> _Opening | None:
        return next((opening for opening in reversed(self._stack) if opening.family == family), None)

    def _open(self, mark: str, start: int) -> None:
        if len(self._stack) < MAX_DEPTH:
            self._stack.append(_Opening(_FAMILY[mark], mark, start))
        else:
            self.is_too_deep = True

    def _close(self, opening: _Opening, end: int) -> None:
        """Close ``opening``; what was opened inside it and has no end, not even a tentative one, is not a quotation."""
        while (inner := self._stack.pop()) is not opening:
            if inner.tentative_end is not None:
                self._closed.append(_Found(inner.start, inner.tentative_end, inner.family, True))
        self._closed.append(_Found(opening.start, end, opening.family, True))


def _stands_free(before: str) -> bool:
    return before == "" or before.isspace() or before in _BEFORE_OPENING or before in _FAMILY


def _looks_opening(mark: str, opening: _Opening, before: str, after: str, stands_free: bool) -> bool:
    """Whether a mark that could close the open quotation more likely opens another one."""
    if mark == "“":
        return opening.mark not in "„‟" and stands_free and not after.isspace()
    if mark == "«":
        return opening.mark != "»"
    if mark in "»‹›”":
        return False
    return (before == "" or before.isspace() or before in "([{") and not after.isspace()


def _is_height(text: str, start: int) -> bool:
    """Whether the mark at ``start`` ends a height: 5'11" or 6’2"."""
    return re.search(r"\d['’′]\d{0,2}$", text[max(0, start - 5) : start]) is not None


def _nest(found: Iterable[_Found]) -> list[Quotation]:
    """Quotations in text order, with their depths."""
    quotations: list[Quotation] = []
    ends: list[int] = []
    for start, end, _, is_closed in sorted(found, key=lambda quotation: (quotation.start, -quotation.end)):
        while ends and ends[-1] <= start:
            ends.pop()
        quotations.append(Quotation(Span(start, end), len(ends), is_closed))
        ends.append(end)
    return quotations
