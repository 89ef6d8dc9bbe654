"""Labelled articles made of a few sentences each, for tests of retraining and comparing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from inquit.models.article import Span
from inquit.models.result import ArticleResult, Attribution, Claim, Narration, QuoteKind, Speaker, SpeakerKind

Sentence = tuple[str, str, str]
"""Content, source and claim type."""

SENTENCES: Sequence[Sentence] = (
    ("We will build the bridge by June", "Ann Lee", "commitment"),
    ("The council spent 900,000 dollars on roads", "Omar Haddad", "quantity"),
    ("The plan is a disgrace", "Ida Moss", "evaluation"),
    ("The government must stop the sale", "Tom Rey", "proposal"),
    ("Prices will fall next year", "Eva Lind", "prediction"),
    ("Floods closed the school because the drain had burst", "Jon Park", "causation"),
    ("The minister met the union on Monday", "Rosa Diaz", "event"),
    ("I was frightened that night", "Kim Wells", "experience"),
)
THREATS: Sequence[Sentence] = tuple(
    (f"We will burn down {place} if you come back", name, "threat")
    for place, name in (("your barn", "Al Dunn"), ("the mill", "Bo Ek"), ("the hall", "Cy Fox"), ("it", "Di Gray"))
)


def labelled_article(name: str, sentences: Iterable[Sentence], *, outlet: str = "the-paper") -> ArticleResult:
    """``“CONTENT,” SOURCE said.`` for every sentence, each in its own paragraph, after a sentence of narration."""
    text, attributions = f"The town of {name} talked.\n\n", []
    narration = Narration(Span(0, len(text) - 2), Claim("event"))
    for i, (content, source, claim_type) in enumerate(sentences):
        start = len(text)
        text += f"“{content},” {source} said.\n\n"
        source_start = start + len(content) + 4
        attributions.append(
            Attribution(
                id=f"t{i}",
                content=(Span(start, start + len(content) + 3),),
                cue=(Span(source_start + len(source) + 1, source_start + len(source) + 5),),
                source=(Span(source_start, source_start + len(source)),),
                kind=QuoteKind.DIRECT,
                speaker=Speaker(source, SpeakerKind.PERSON, named=True),
                claim=Claim(claim_type, checkworthy=claim_type in ("quantity", "event", "causation")),
            )
        )
    return ArticleResult(name, text, tuple(attributions), (narration,), metadata={"publisher": outlet})


def articles(prefix: str, n: int, sentences: Sequence[Sentence] = SENTENCES) -> list[ArticleResult]:
    """Articles from two outlets with the same sentences, rotated differently in each."""
    return [
        labelled_article(f"{prefix}{i}", [*sentences[i:], *sentences[:i]], outlet="ab"[i % 2] * 3) for i in range(n)
    ]


def write_labels(path: Path, labelled: Iterable[ArticleResult]) -> Path:
    path.write_text("".join(json.dumps(article.to_dict(), ensure_ascii=False) + "\n" for article in labelled))
    return path
