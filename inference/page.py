"""The page that `inquit report` writes and `inquit review` serves.

It is self-contained: style, script and the results as JSON. The content security policy allows only this style and this
script, by their hashes, so nothing in an article can ever be more than text.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from inquit.inference.corrections import claim_types_of
from inquit.models.labels import POLARITIES, SPEAKER_KINDS
from inquit.models.result import ArticleResult, QuoteKind

#: Joined into one script in this order; each part uses only parts before it.
_SCRIPTS = (
    "dom",
    "offsets",
    "articles",
    "changes",
    "filters",
    "virtual_list",
    "overview",
    "claims",
    "reader",
    "editor",
    "main",
)
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def render_page(
    results: Iterable[ArticleResult],
    corrections: Mapping[str, ArticleResult],
    *,
    title: str,
    server: Mapping[str, Any] | None = None,
) -> str:
    """The page, as HTML.

    Args:
        corrections: the corrected articles, by article id.
        server: what the page must know about the server that keeps the corrections (see `review.create_app`); without
            one, the page offers them as a download.
    """
    results = list(results)
    data = {
        "title": title,
        "server": server,
        "claim_types": claim_types_of([*results, *corrections.values()]),
        "polarities": POLARITIES,
        "speaker_kinds": SPEAKER_KINDS,
        "kinds": [kind.value for kind in QuoteKind],
        "articles": [_article(result, corrections.get(result.id)) for result in results],
    }
    style = _asset("page.css")
    script = '"use strict";\n(() => {\n' + "\n".join(_asset(f"scripts/{name}.js") for name in _SCRIPTS) + "\n})();\n"
    environment = Environment(
        loader=PackageLoader("inquit.inference", "templates"), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("page.html").render(
        title=title,
        policy=content_security_policy(style, script, is_served=server is not None),
        style=Markup(style),
        script=Markup(script),
        data=Markup(_json_for_html(data)),
    )


def content_security_policy(style: str, script: str, *, is_served: bool) -> str:
    """Allow only this style, this script and, if the page is served, requests to the same server."""
    connect = "; connect-src 'self'" if is_served else ""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'"
        f"; base-uri 'none'; form-action 'none'{connect}"
    )


def _hash(inline: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(inline.encode("utf-8")).digest()).decode("ascii")


def _asset(name: str) -> str:
    return files("inquit.inference").joinpath("templates", name).read_text(encoding="utf-8")


def _json_for_html(data: Any) -> str:
    """JSON that is safe inside a script element: without characters that the HTML parser would read as markup."""
    text = orjson.dumps(data).decode("utf-8")
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return text


def _article(result: ArticleResult, correction: ArticleResult | None) -> dict[str, Any]:
    """What the page needs from a result: its record without what can be computed from the rest."""
    record = result.to_dict()
    article: dict[str, Any] = {"id": result.id, "status": result.status.value, "text": result.text}
    for name in ("text_sha256", "model", "metadata", "error", "reviewed_by"):
        if name in record:
            article[name] = record[name]
    if result.warnings:
        article["warnings"] = list(result.warnings)
    article["attributions"] = [_attribution(attribution) for attribution in record["attributions"]]
    article["narration"] = [
        [n.span.start, n.span.end, n.claim.type, round(float(n.claim.checkworthy), 2)]
        for n in result.with_likely_narration().narration
        if n.claim is not None
    ]
    article["entities"] = [[entity.name, entity.kind.value] for entity in result.entities]
    if correction is not None:
        article["correction"] = correction_record(correction)
    return article


def correction_record(correction: ArticleResult) -> dict[str, Any]:
    """What the page needs from a corrected article."""
    record = correction.to_dict(with_text=False)
    return {name: record.get(name) for name in ("attributions", "reviewed_by", "reviewed_at")}


def _attribution(record: dict[str, Any]) -> dict[str, Any]:
    """Without its text, which the page takes from the article, and with probabilities rounded for people to read."""
    record = {name: value for name, value in record.items() if name != "text"}
    probabilities = record.get("claim", {}).get("probabilities")
    if probabilities:
        likely = {name: round(p, 2) for name, p in probabilities.items() if p >= 0.05}
        record["claim"] = record["claim"] | {"probabilities": likely}
    return record
