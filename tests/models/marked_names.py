"""Articles with their names marked: ``"{P Ann Lee} met {O the FBI}"`` -> a document and its mentions."""

from __future__ import annotations

import re

from inquit.models.article import Article, Span
from inquit.models.segmentation import Document, segment
from inquit.models.speakers.mentions import ORGANIZATION, OTHER, PERSON, PLACE, Mention, make_mentions

_KINDS = {"P": PERSON, "O": ORGANIZATION, "L": PLACE, "M": OTHER}
_MARK = re.compile(r"\{([POLM]) ([^}]*)\}")


def read_marked(marked: str) -> tuple[Document, list[Mention]]:
    text = _MARK.sub(r"\2", marked)
    document = segment(Article("a", text))
    ranges, n_removed = [], 0
    for match in _MARK.finditer(marked):
        start = match.start() - n_removed
        n_removed += 4
        ranges.append((*document.word_range(Span(start, start + len(match.group(2)))), _KINDS[match.group(1)]))
    return document, make_mentions(document, ranges)


def words_of(document: Document, phrase: str) -> tuple[int, int]:
    """The word range of the last occurrence of ``phrase``."""
    start = document.text.rindex(phrase)
    return document.word_range(Span(start, start + len(phrase)))
