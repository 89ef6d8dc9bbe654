"""Write CoNLL columns; `inquit.training.labels.conll` shows the format and reads it."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, groupby, pairwise
from typing import Any

import orjson

from inquit.models.labels import ROLES
from inquit.models.result import ArticleResult
from inquit.training.labels.conll import ARTICLE_FIELDS, LABEL_FIELDS

_PIECE = re.compile(r"\w+|[^\w\s]")


def write_conll(articles: Iterable[ArticleResult]) -> Iterator[str]:
    """The lines of articles, with their line breaks; words are split at span borders, so that no span is lost.

    Raises:
        ValueError: an article has no text.
    """
    for article in articles:
        if article.text is None:
            raise ValueError(f"article {article.id}: has no text, which CoNLL needs; score without --no-text")
        yield from _article_lines(article, article.text)


def _article_lines(article: ArticleResult, text: str) -> Iterator[str]:
    record = article.to_dict()
    yield f"# id = {_dumps(article.id)}\n"
    yield f"# text = {_dumps(text)}\n"
    for key in ARTICLE_FIELDS:
        if record.get(key):
            yield f"# {key} = {_dumps(record[key])}\n"
    for name, attribution in zip(_names(record["attributions"]), record["attributions"], strict=True):
        labels = {key: attribution[key] for key in LABEL_FIELDS if attribution.get(key) is not None}
        yield f"# attribution {name} = {_dumps(labels)}\n"
    for sentence in record["narration"]:
        yield f"# narration = {_dumps(sentence)}\n"
    columns = [_tag_starts(attribution) for attribution in record["attributions"]]
    breaks = [match.start() for match in re.finditer("\n", text)]
    for _, pieces in groupby(_pieces(text, record["attributions"]), key=lambda piece: bisect(breaks, piece[0])):
        for start, end in pieces:
            tags = "".join(f"\t{_tag(column, start)}" for column in columns)
            yield f"{text[start:end]}\t{start}\t{end}{tags}\n"
        yield "\n"


def _names(attributions: Sequence[Mapping[str, Any]]) -> list[str]:
    """The ids of attributions, with a new unique name for any id that does not fit into a comment."""
    ids = [attribution["id"] for attribution in attributions]
    taken = set(ids)
    new = (name for number in count() if (name := f"t{number}") not in taken)
    return [name if re.fullmatch(r"[^\s=]+", name) else next(new) for name in ids]


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


def _pieces(text: str, attributions: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, int]]:
    borders = {offset for a in attributions for role in ROLES for span in a[role] for offset in span}
    for match in _PIECE.finditer(text):
        cuts = [match.start(), *sorted(b for b in borders if match.start() < b < match.end()), match.end()]
        yield from pairwise(cuts)


def _tag_starts(attribution: Mapping[str, Any]) -> list[tuple[int, int, str]]:
    return [(start, end, role) for role in ROLES for start, end in attribution[role]]


def _tag(spans: Sequence[tuple[int, int, str]], start: int) -> str:
    for first, end, role in spans:
        if first <= start < end:
            return f"{'B' if first == start else 'I'}-{role.upper()}"
    return "O"
