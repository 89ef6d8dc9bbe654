"""Export to W3C Web Annotation (JSON-LD), whose text positions are code points, like ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from inquit.models.article import Span
from inquit.models.result import LIKELY, ArticleResult, Attribution, Claim

_CONTEXT = "http://www.w3.org/ns/anno.jsonld"
_AROUND = 32
"""How many characters before and after a span are included, so that it can be found again after the page changes."""


def to_annotation_collection(articles: Iterable[ArticleResult]) -> dict[str, Any]:
    """All articles as one AnnotationCollection; contents are classified, cues and sources are linked to their content.

    Raises:
        ValueError: an article has no text.

    Source: Web Annotation Data Model, W3C Recommendation of 23 February 2017.
    """
    items = [annotation for article in articles for annotation in _annotations(article)]
    page = {"type": "AnnotationPage", "startIndex": 0, "items": items}
    return {"@context": _CONTEXT, "type": "AnnotationCollection", "total": len(items), "first": page}


def _annotations(article: ArticleResult) -> Iterator[dict[str, Any]]:
    if article.text is None:
        raise ValueError(f"article {article.id}: has no text, which text quotes need; score without --no-text")
    base = f"urn:inquit:{quote(article.id, safe='', errors='surrogatepass')}"
    source = article.metadata.get("url") or base
    for attribution in article.attributions:
        name = f"{base}:{quote(attribution.id, safe='', errors='surrogatepass')}"
        targets = [_target(source, article.text, span) for span in attribution.content]
        yield _annotation(name, "classifying", _content_bodies(attribution), targets)
        for role, spans in (("cue", attribution.cue), ("source", attribution.source)):
            bodies = [{"type": "TextualBody", "purpose": "tagging", "value": role}, {"id": name, "purpose": "linking"}]
            if targets := [_target(source, article.text, span) for span in spans]:
                yield _annotation(f"{name}:{role}", "linking", bodies, targets)
    for sentence in article.narration:
        bodies = [_tag("narration"), *_claim_bodies(sentence.claim)]
        name = f"{base}:n{sentence.span.start}"
        yield _annotation(name, "classifying", bodies, [_target(source, article.text, sentence.span)])


def _annotation(
    name: str, motivation: str, bodies: list[dict[str, Any]], targets: list[dict[str, Any]]
) -> dict[str, Any]:
    return {"id": name, "type": "Annotation", "motivation": motivation, "body": bodies, "target": targets}


def _target(source: str, text: str, span: Span) -> dict[str, Any]:
    words = {
        "type": "TextQuoteSelector",
        "exact": span.of(text),
        "prefix": text[max(0, span.start - _AROUND) : span.start],
        "suffix": text[span.end : span.end + _AROUND],
    }
    return {
        "type": "SpecificResource",
        "source": source,
        "selector": [words, {"type": "TextPositionSelector", "start": span.start, "end": span.end}],
    }


def _tag(value: str) -> dict[str, Any]:
    return {"type": "TextualBody", "purpose": "tagging", "value": value}


def _content_bodies(attribution: Attribution) -> list[dict[str, Any]]:
    bodies = [_tag("content")]
    if attribution.kind is not None:
        bodies.append(_tag(attribution.kind.value))
    if attribution.speaker is not None:
        name = attribution.speaker.name or attribution.speaker.kind.value
        bodies.append({"type": "TextualBody", "purpose": "identifying", "value": name})
    return bodies + _claim_bodies(attribution.claim)


def _claim_bodies(claim: Claim | None) -> list[dict[str, Any]]:
    if claim is None:
        return []
    tags = [claim.polarity.value, *(["check-worthy"] if claim.checkworthy >= LIKELY else [])]
    types = [{"type": "TextualBody", "purpose": "classifying", "value": t} for t in (claim.type, *claim.secondary)]
    return types + [_tag(tag) for tag in tags]
