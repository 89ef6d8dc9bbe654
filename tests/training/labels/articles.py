"""Small labelled articles, written for the tests of labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from inquit.models.article import Span
from inquit.models.result import ArticleResult

TEXT = "Mayor Ada Lund said the bridge is safe. “It will hold,” she added.\n🙂 Bo Ek, a rival, denied that costs had doubled."
OTHER_TEXT = "Snow fell on the hills. The council of Norvik said that it would clear the roads by noon."


def span(words: str, text: str = TEXT) -> list[int]:
    """The span of words that occur exactly once."""
    assert text.count(words) == 1, f"{words!r} must occur in the text exactly once"
    start = text.index(words)
    return [start, start + len(words)]


def attribution(
    name: str, content: str, cue: str, source: str, speaker: str, claim_type: str, text: str = TEXT, **claim: Any
) -> dict[str, Any]:
    return {
        "id": name,
        "content": [span(content, text)],
        "cue": [span(cue, text)],
        "source": [span(source, text)],
        "speaker": {"name": speaker, "kind": "person", "named": True},
        "claim": {"type": claim_type, "secondary": [], "polarity": "asserted", "checkworthy": False} | claim,
    }


def safe(**changes: Any) -> dict[str, Any]:
    return attribution("t0", "the bridge is safe", "said", "Mayor Ada Lund", "Ada Lund", "evaluation") | changes


def hold(**changes: Any) -> dict[str, Any]:
    return attribution("t1", "“It will hold,”", "added", "she", "Ada Lund", "prediction") | changes


def doubled(**changes: Any) -> dict[str, Any]:
    return (
        attribution("t2", "costs had doubled", "denied", "Bo Ek, a rival", "Bo Ek", "quantity", polarity="denied")
        | changes
    )


def record(*attributions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """One article with its labels; with all three of its attributions if none are given."""
    return {"id": "bridge", "text": TEXT, "attributions": list(attributions or (safe(), hold(), doubled()))} | changes


def other_record(**changes: Any) -> dict[str, Any]:
    clear = attribution(
        "t0",
        "it would clear the roads by noon",
        "said",
        "The council of Norvik",
        "council of Norvik",
        "commitment",
        OTHER_TEXT,
    )
    return {"id": "snow", "text": OTHER_TEXT, "attributions": [clear]} | changes


def article() -> ArticleResult:
    """The article as labels, with everything that a label can have."""
    split = safe(content=[span("the bridge"), span("is safe")], kind="indirect")
    split["claim"] |= {"secondary": ["event", "rule"], "checkworthy": True}
    author = hold(speaker={"name": None, "kind": "author", "named": False}, kind="direct")
    unattributed = doubled(cue=[], source=[], speaker=None)
    claim = {"type": "event", "secondary": [], "polarity": "unsure", "checkworthy": True}
    narration = [{"span": span("🙂 Bo Ek, a rival"), "claim": claim}]
    return ArticleResult.from_dict(record(split, author, unattributed, narration=narration))


def words_of(result: ArticleResult) -> list[tuple[str, ...]]:
    """The words of every span, in order."""
    text = result.text or ""
    return [
        tuple(s.of(text) for s in (*a.content, Span(0, 1), *a.cue, Span(0, 1), *a.source)) for a in result.attributions
    ]


def write_jsonl(path: Path, *records: Any) -> Path:
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
    return path
