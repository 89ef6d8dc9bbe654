"""Convert offsets of other tools. Ours are Unicode code points; JavaScript and Java count UTF-16 units."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from enum import StrEnum
from itertools import accumulate


class OffsetUnit(StrEnum):
    """What a tool counts. ``LF`` means that a carriage return before a line feed was dropped before counting."""

    CODE_POINTS = "code points"
    UTF16 = "UTF-16 units"
    UTF8 = "UTF-8 bytes"
    LF = "code points with CRLF as one"
    UTF16_LF = "UTF-16 units with CRLF as one"


class OffsetIndex:
    """The borders between the characters of a text, in code points and in another unit.

    >>> index = OffsetIndex("🙂 yes", OffsetUnit.UTF16)
    >>> index.from_code_points(2), index.to_code_points(3), index.to_code_points(1)
    (3, 2, None)
    """

    def __init__(self, text: str, unit: OffsetUnit) -> None:
        self._borders = [0, *accumulate(_widths(text, unit))]

    def from_code_points(self, offset: int) -> int:
        return self._borders[offset]

    def to_code_points(self, offset: int) -> int | None:
        """The code-point offset, or None if ``offset`` is outside the text or inside a character."""
        found = bisect_left(self._borders, offset)
        return found if found < len(self._borders) and self._borders[found] == offset else None

    def to_span(self, start: int, end: int) -> tuple[int, int] | None:
        """Both ends in code points, or None if one of them has none, or the span would be empty or reversed."""
        first, last = self.to_code_points(start), self.to_code_points(end)
        return None if first is None or last is None or first >= last else (first, last)


def _widths(text: str, unit: OffsetUnit) -> Iterator[int]:
    match unit:
        case OffsetUnit.CODE_POINTS:
            return iter([1] * len(text))
        case OffsetUnit.UTF16:
            return (_utf16_width(character) for character in text)
        case OffsetUnit.UTF8:
            return (len(character.encode("utf-8", "surrogatepass")) for character in text)
        case OffsetUnit.LF:
            return (0 if _is_dropped(text, i) else 1 for i in range(len(text)))
        case OffsetUnit.UTF16_LF:
            return (0 if _is_dropped(text, i) else _utf16_width(text[i]) for i in range(len(text)))


def _utf16_width(character: str) -> int:
    return 2 if ord(character) > 0xFFFF else 1


def _is_dropped(text: str, i: int) -> bool:
    return text[i] == "\r" and text[i + 1 : i + 2] == "\n"
