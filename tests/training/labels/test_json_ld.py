"""W3C Web Annotation and schema.org: the shapes that their standards require."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from inquit.training.labels.schema_org import to_schema_org
from inquit.training.labels.web_annotation import to_annotation_collection

from .articles import TEXT, article


def test_every_target_says_where_and_what() -> None:
    collection = to_annotation_collection([replace(article(), metadata={"url": "https://news.example/bridge"})])
    assert collection["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert collection["type"] == "AnnotationCollection"
    annotations = collection["first"]["items"]
    assert collection["total"] == len(annotations) == 8  # three contents, two cues, two sources, one sentence
    assert len({annotation["id"] for annotation in annotations}) == 8
    for target in (target for annotation in annotations for target in annotation["target"]):
        quote, position = target["selector"]
        assert target["source"] == "https://news.example/bridge"
        assert TEXT[position["start"] : position["end"]] == quote["exact"]
        assert TEXT.endswith(quote["suffix"]) or quote["exact"] + quote["suffix"] in TEXT
        assert quote["prefix"] + quote["exact"] in TEXT


def test_cues_and_sources_link_to_their_content() -> None:
    annotations = {a["id"]: a for a in to_annotation_collection([article()])["first"]["items"]}
    assert annotations["urn:inquit:bridge:t0:source"]["body"] == [
        {"type": "TextualBody", "purpose": "tagging", "value": "source"},
        {"id": "urn:inquit:bridge:t0", "purpose": "linking"},
    ]
    bodies = annotations["urn:inquit:bridge:t0"]["body"]
    assert [b["value"] for b in bodies if b["purpose"] == "classifying"] == ["evaluation", "event", "rule"]
    assert [b["value"] for b in bodies if b["purpose"] == "identifying"] == ["Ada Lund"]
    assert len(annotations["urn:inquit:bridge:t0"]["target"]) == 2


def test_an_id_is_no_part_of_a_urn_as_it_stands() -> None:
    items = to_annotation_collection([replace(article(), id="a b/ü:c")])["first"]["items"]
    assert items[0]["id"] == "urn:inquit:a%20b%2F%C3%BC%3Ac:t0"


def test_quotations_are_parts_of_a_news_article() -> None:
    metadata = {"title": "Bridge", "publisher": "The Norvik Post", "date": "2024-05-02"}
    graph: list[dict[str, Any]] = to_schema_org([replace(article(), metadata=metadata)])["@graph"]
    (node,) = graph
    parts = node.pop("hasPart")
    assert node == {
        "@type": "NewsArticle",
        "identifier": "bridge",
        "headline": "Bridge",
        "datePublished": "2024-05-02",
        "publisher": {"@type": "Organization", "name": "The Norvik Post"},
    }
    assert parts[0] == {
        "@type": "Claim",
        "identifier": "t0",
        "text": "the bridge … is safe",
        "creator": {"@type": "Person", "name": "Ada Lund"},
        "keywords": ["evaluation", "event", "rule"],
    }
    assert (parts[1]["@type"], parts[1]["creator"]) == ("Quotation", {"@type": "Person"})
    assert "creator" not in parts[2]


@pytest.mark.parametrize("convert", [to_schema_org, to_annotation_collection])
def test_an_article_without_text_is_refused(convert: Any) -> None:
    with pytest.raises(ValueError, match="article bridge: has no text"):
        convert([replace(article(), text=None)])
