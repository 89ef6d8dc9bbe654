"""Quotations as textacy and sayswho find them, in spaCy's tokens, turned into inquit's result format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

Record = dict[str, Any]
#: From a parsed document to its quotations; each has ``speaker`` and ``cue``, lists of tokens, and ``content``, a span.
FindQuotations = Callable[[Any], Iterable[Any]]


def extract_by_paragraph(
    parser: Any, find: FindQuotations, texts: Sequence[str], *, gives_up: type[Exception]
) -> list[list[Record]]:
    """The attributions of each text, found paragraph by paragraph.

    Read whole, one quotation mark that is never closed would cost an article all its quotations.

    Args:
        parser: a spaCy pipeline. It gets the paragraphs of all texts at once, which is how it is fastest.
        gives_up: what ``find`` raises at a paragraph that it cannot read; the paragraph has no quotations then.
    """
    attributions: list[list[Record]] = [[] for _ in texts]
    for document, (i, start) in parser.pipe(_paragraphs(texts), as_tuples=True):
        try:
            attributions[i] += [to_record(quotation, start) for quotation in find(document)]
        except gives_up:
            continue
    return attributions


def _paragraphs(texts: Sequence[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Each paragraph with the index of its text and where it starts there."""
    for i, text in enumerate(texts):
        for paragraph in re.finditer(r"[^\n]+", text):
            yield paragraph[0], (i, paragraph.start())


def to_record(quotation: Any, start: int) -> Record:
    """An attribution, with offsets into the text in which the quotation's document starts at ``start``."""
    content = quotation.content
    return {
        "content": [[start + content.start_char, start + content.end_char]],
        "cue": join_tokens(quotation.cue, start),
        "source": join_tokens(quotation.speaker, start),
    }


def join_tokens(tokens: Iterable[Any], start: int) -> list[list[int]]:
    """Spans of tokens; those that stand next to each other make one."""
    spans: list[list[int]] = []
    last = None
    for token in sorted(tokens, key=lambda token: token.i):
        end = start + token.idx + len(token.text)
        if last is not None and token.i == last + 1:
            spans[-1][1] = end
        else:
            spans.append([start + token.idx, end])
        last = token.i
    return spans
