"""Results for the tests of the page: the project's labelled examples as a model would answer them, and hard cases."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from inquit.inference.writers import read_results, to_json_line
from inquit.models.article import Span
from inquit.models.result import ArticleResult, Attribution, Claim, QuoteKind, Speaker, SpeakerKind

LABELS = Path(__file__).parents[3] / "examples" / "labels.jsonl"
OUTLETS = ("The Larkmouth Post", "Ode Valley Times", "Radio Ellery")


def scored_examples(n: int = 10) -> list[ArticleResult]:
    """``n`` results made by cycling through the example articles, with their labels as a model's answers."""
    examples = [_scored(result) for result in read_results(LABELS)]
    return [
        replace(
            examples[i % len(examples)],
            id=examples[i % len(examples)].id + (f"-{i}" if i >= len(examples) else ""),
            metadata={"outlet": OUTLETS[i % len(OUTLETS)]},
        )
        for i in range(n)
    ]


def _scored(result: ArticleResult) -> ArticleResult:
    return replace(
        result,
        model="en-test",
        attributions=tuple(
            replace(
                attribution, confidence=_number(f"{result.id} {attribution.id}", 0.4, 0.99), claim=_guess(attribution)
            )
            for attribution in result.attributions
        ),
    )


def _guess(attribution: Attribution) -> Claim | None:
    claim = attribution.claim
    if claim is None:
        return None
    checkworthy = _number(attribution.id + claim.type, 0.5, 0.95) if claim.checkworthy else 0.1
    return replace(claim, probabilities={claim.type: 0.8, "other": 0.2}, checkworthy=checkworthy)


def _number(seed: str, low: float, high: float) -> float:
    """A number that depends only on the words, the same on every machine."""
    return round(low + (high - low) * (zlib.crc32(seed.encode()) % 1000) / 1000, 3)


def article(article_id: str, text: str, *quotes: tuple[str, str, str], name: str = "Ann Lee") -> ArticleResult:
    """An article with attributions given as words of (content, cue, source), each found after the one before."""
    attributions, position = [], 0
    for i, (content, cue, source) in enumerate(quotes):
        start = text.index(content, position)
        attributions.append(
            Attribution(
                id=f"t{i}",
                content=(Span(start, start + len(content)),),
                cue=_find(text, cue, start),
                source=_find(text, source, start),
                kind=QuoteKind.DIRECT,
                confidence=0.95,
                speaker=Speaker(name, SpeakerKind.PERSON, named=True, confidence=0.9),
                claim=Claim("event", {"event": 0.7, "quantity": 0.3}, checkworthy=0.6),
            )
        )
        position = start + len(content)
    return ArticleResult(article_id, text, tuple(attributions), model="en-test")


def _find(text: str, words: str, start: int) -> tuple[Span, ...]:
    at = text.index(words, start)
    return (Span(at, at + len(words)),)


EMOJI = article(
    "emoji",
    "👩‍👧 A 🌪️ day\n\n“We agreed 🤝 on 3 points,” said Ann Lee. Bo Dahl denied that 😀 talks had failed.\n",
    ("“We agreed 🤝 on 3 points,”", "said", "Ann Lee"),
)

HOSTILE_TEXT = (
    "<script>window.hacked = 1</script> <img src=x onerror='window.hacked = 2'>\n\n"
    "</script><script>window.hacked = 3</script> “{{7*7}} <!--<script>” said <b>Ann</b> & Co.\r\n\r\n"
    "قال الوزير: “وافقنا على الاتفاق” قال أحمد\u2028שלום “אמרנו כן” אמר דוד.\n"
)
HOSTILE = replace(
    article(
        '"><script>window.hacked = 4</script>',
        HOSTILE_TEXT,
        ("“{{7*7}} <!--<script>”", "said", "<b>Ann</b>"),
        ("“وافقنا على الاتفاق”", "قال", "أحمد"),
        ("“אמרנו כן”", "אמר", "דוד"),
        name="<img src=x onerror='window.hacked = 5'>",
    ),
    metadata={"title": "<script>window.hacked = 6</script>", "outlet": "<b>Outlet</b>"},
)

_QUOTE = "“Yes, number {},” said Ann. "
MANY = article(
    "many",
    "\n\n".join("".join(_QUOTE.format(10 * row + i) for i in range(10)) for row in range(30)),
    *((f"“Yes, number {i},”", "said", "Ann") for i in range(300)),
)


def write_results(results: Iterator[ArticleResult] | list[ArticleResult], path: Path) -> Path:
    path.write_bytes(b"".join(map(to_json_line, results)))
    return path
