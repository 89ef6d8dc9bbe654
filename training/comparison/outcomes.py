"""What a model made of each labelled attribution: whether it was found, whether its speaker is right, which type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from inquit.models.article import Article, outlet_of
from inquit.models.linker import quote_kind
from inquit.models.passage import Passage
from inquit.models.result import ArticleResult, Attribution
from inquit.models.segmentation import Document, segment
from inquit.training.evaluation.labels import is_same_speaker, match_attributions
from inquit.training.evaluation.tokens import TokenIndex, with_content


@dataclass(frozen=True, slots=True)
class GoldItem:
    """One labelled attribution. ``article`` is its index; ``claim_type`` is None if its claim is not labelled."""

    article: int
    text: str
    kind: str
    outlet: str | None
    claim_type: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a model made of a labelled attribution; False and None throughout if it was not found."""

    is_found: bool = False
    is_speaker_right: bool = False
    claim_type: str | None = None


def gold_items(articles: Sequence[ArticleResult]) -> list[GoldItem]:
    """All labelled attributions that have a content, in order."""
    items = []
    for i, article in enumerate(articles):
        assert article.text is not None
        document = segment(Article(article.id, article.text))
        for attribution in article.attributions:
            if attribution.content:
                text = " … ".join(span.of(article.text) for span in attribution.content)
                claim_type = None if attribution.claim is None else attribution.claim.type
                kind = _kind(document, attribution)
                items.append(GoldItem(i, text, kind, outlet_of(article.metadata), claim_type))
    return items


def _kind(document: Document, attribution: Attribution) -> str:
    """The labelled kind or, if there is none, what the quotation marks say."""
    if attribution.kind is not None:
        return attribution.kind.value
    passage = Passage.of_attribution(document, attribution)
    return "indirect" if passage is None else quote_kind(document, np.array(passage.parts)).value


def outcomes(articles: Sequence[ArticleResult], predicted: Mapping[str, Mapping[str, Any]]) -> list[Outcome]:
    """The outcome of each of `gold_items`, in the same order."""
    found = []
    for article in articles:
        assert article.text is not None
        gold = with_content(article.to_dict())
        pairs = match_attributions(TokenIndex(article.text), gold, with_content(predicted.get(article.id)))
        by_id = {theirs["id"]: (theirs, ours) for theirs, ours in pairs}
        for attribution in gold:
            if attribution["id"] not in by_id:
                found.append(Outcome())
                continue
            theirs, ours = by_id[attribution["id"]]
            is_speaker_right = is_same_speaker(theirs.get("speaker"), ours.get("speaker"))
            found.append(Outcome(True, is_speaker_right, (ours.get("claim") or {}).get("type")))
    return found
