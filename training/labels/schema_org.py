"""Export to schema.org (JSON-LD): quotations as Quotation, indirect speech as Claim."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from inquit.models.article import outlet_of
from inquit.models.result import ArticleResult, Attribution, QuoteKind, Speaker, SpeakerKind
from inquit.training.evaluation.tokens import is_quoted

_TYPES = {
    SpeakerKind.PERSON: "Person",
    SpeakerKind.AUTHOR: "Person",
    SpeakerKind.ORGANIZATION: "Organization",
    SpeakerKind.GROUP: "Organization",
    SpeakerKind.DOCUMENT: "CreativeWork",
}


def to_schema_org(articles: Iterable[ArticleResult]) -> dict[str, Any]:
    """All articles as one graph of NewsArticle nodes, whose parts are their attributions.

    Raises:
        ValueError: an article has no text.

    Source: schema.org/Quotation and schema.org/Claim.
    """
    return {"@context": "https://schema.org", "@graph": [_article(article) for article in articles]}


def _article(article: ArticleResult) -> dict[str, Any]:
    text = article.text
    if text is None:
        raise ValueError(f"article {article.id}: has no text, which quotations need; score without --no-text")
    facts = {"headline": "title", "url": "url", "datePublished": "date"}
    node: dict[str, Any] = {"@type": "NewsArticle", "identifier": article.id}
    node |= {name: article.metadata[key] for name, key in facts.items() if article.metadata.get(key)}
    if outlet := outlet_of(article.metadata):
        node["publisher"] = {"@type": "Organization", "name": outlet}
    return node | {"hasPart": [_quotation(attribution, text) for attribution in article.attributions]}


def _quotation(attribution: Attribution, text: str) -> dict[str, Any]:
    spans = [(span.start, span.end) for span in attribution.content]
    is_indirect = attribution.kind is QuoteKind.INDIRECT or (attribution.kind is None and not is_quoted(spans, text))
    node: dict[str, Any] = {
        "@type": "Claim" if is_indirect else "Quotation",
        "identifier": attribution.id,
        "text": " … ".join(text[start:end] for start, end in spans),
    }
    if attribution.speaker is not None:
        node["creator"] = _creator(attribution.speaker)
    if attribution.claim is not None:
        node["keywords"] = [attribution.claim.type, *attribution.claim.secondary]
    return node


def _creator(speaker: Speaker) -> dict[str, Any]:
    name = {} if speaker.name is None else {"name": speaker.name}
    return {"@type": _TYPES[speaker.kind], **name}
