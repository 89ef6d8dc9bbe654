"""Convert the quotations that textacy and sayswho find, in spaCy's tokens, to inquit's result format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

Record = dict[str, Any]
#: Takes a parsed document, returns quotations with ``speaker`` and ``cue``, lists of tokens, and ``content``, a span.
FindQuotations = Callable[[Any], Iterable[Any]]


def extract_by_paragraph(
    parser: Any, find: FindQuotations, texts: Sequence[str], *, gives_up: type[Exception]
) -> list[list[Record]]:
    """The attributions of each text, found paragraph by paragraph.

    If an article were read whole, one quotation mark that is never closed would cost it all its quotations.

    Args:
        parser: a spaCy pipeline. It gets the paragraphs of all texts at once, which is fastest.
        gives_up: what ``find`` raises for a paragraph that it cannot read, which then has no quotations.
    """
    attributions: list[list[Record]] = [[] for _ in texts]
    for document, (i, start) in parser.pipe(_paragraphs(texts), as_tuples=True):
        try:
            attributions[i] += [to_record(quotation, start) for quotation in find(document)]
        except gives_up:
            continue
    return attributions


def _paragraphs(texts: Sequence[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Each paragraph, with the index of its text and its offset in it."""
    for i, text in enumerate(texts):
        for paragraph in re.finditer(r"[^\n]+", text):
            yield paragraph[0], (i, paragraph.start())


def to_record(quotation: Any, start: int) -> Record:
    """An attribution with offsets into the whole text, in which the quotation's document starts at ``start``."""
    content = quotation.content
    return {
        "content": [[start + content.start_char, start + content.end_char]],
        "cue": join_tokens(quotation.cue, start),
        "source": join_tokens(quotation.speaker, start),
    }


def join_tokens(tokens: Iterable[Any], start: int) -> list[list[int]]:
    """The spans that tokens cover; adjacent tokens make one span."""
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
