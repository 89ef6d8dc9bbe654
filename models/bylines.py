"""Lines above an article that name its writer or its date, and are no part of what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from inquit.models.article import Span
from inquit.models.dates import MONTHS, WEEKDAYS

_N_PARAGRAPHS = 8
"""Bylines and dates stand among so many first paragraphs."""

_NAME = r"[^\W\d_a-z][\w.'’-]*"
_SMALL = (
    r"and|&|in|for|of|the|at|with|de|del|della|den|der|di|da|dos|du|la|le|van|von|bin|al|y|staff|writers?|reporters?"
    r"|correspondents?|editors?|agencies|political|science|health|business|sports?|chief|senior|special|contributing|news"
)
_BYLINE = re.compile(rf"(?i:by):?\s+(?={_NAME})(?:(?>{_NAME}|(?i:{_SMALL}))(?:,?\s+(?:[|•·–—-]\s+)?|$)){{1,14}}")
_WRITER = re.compile(r"[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){1,2}(?: in [A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,2})?")
_DAYS_AND_MONTHS = "|".join(
    (*WEEKDAYS, *MONTHS, "Tues", "Thurs", "Sept", *(name[:3] for name in (*WEEKDAYS, *MONTHS)))  # longer ones first
)
_DATE = re.compile(
    r"(?:(?>published|updated|last|modified|posted|on|at|min(?:ute)?s?|read|[ap]\.?m\.?|gmt|bst|utc|[ecmp][ds]?t"
    rf"|{_DAYS_AND_MONTHS}|\d{{1,4}}(?:st|nd|rd|th)?)[\s.,:|•·/–—-]*+)++",
    re.IGNORECASE,
)
"""Atomic and possessive, so that no digits are tried in other pieces where the line is no date after all."""
_MAX_LINE, _MIN_HEADLINE, _MIN_BODY = 160, 15, 40
"""Characters: no more of a line is looked at; a name alone is the writer's only between a headline and a paragraph of
text."""


def find_bylines(text: str, paragraphs: Sequence[Span]) -> frozenset[int]:
    """Indices of the paragraphs that are bylines or dates; none where nothing else would be left.

    A headline such as "Buses to be cut, mayor says" must not be read as if the byline after it were what the mayor says.
    """
    first = [
        text[paragraph.start : min(paragraph.end, paragraph.start + _MAX_LINE)]
        for paragraph in paragraphs[:_N_PARAGRAPHS]
    ]
    found = {i for i, line in enumerate(first) if _is_byline(line)}
    if len(first) > 2 and len(first[0]) >= _MIN_HEADLINE and first[0][-1].isalnum() and len(first[2]) >= _MIN_BODY:
        found |= {1} if _WRITER.fullmatch(first[1]) and not first[1].isupper() else set()
    return frozenset(found if len(found) < len(paragraphs) else ())


def _is_byline(line: str) -> bool:
    if len(line) == _MAX_LINE:
        return False
    return bool(_BYLINE.fullmatch(line)) or (any(map(str.isdigit, line)) and bool(_DATE.fullmatch(line)))
