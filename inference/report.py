"""Results as one page that a browser shows: no remote resource, no script, everything escaped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from inquit.inference.tables import speaker_name
from inquit.inference.writers import open_atomically
from inquit.models.result import ArticleResult, Attribution


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text with the roles that it plays; ``attribution`` is the index of the attribution it belongs to."""

    text: str
    role: str
    attribution: int


def mark_text(result: ArticleResult) -> list[Run]:
    """The article cut into stretches: contents, cues, sources and plain text, in order and without gaps."""
    text = result.text or ""
    marks = sorted(
        (span.start, span.end, role, i)
        for i, attribution in enumerate(result.attributions)
        for role in ("content", "cue", "source")
        for span in getattr(attribution, role)
    )
    runs, position = [], 0
    for start, end, role, i in marks:
        if start < position:
            continue
        if start > position:
            runs.append(Run(text[position:start], "", -1))
        runs.append(Run(text[start:end], role, i))
        position = end
    return [*runs, Run(text[position:], "", -1)]


def render_report(results: Iterable[ArticleResult], *, title: str = "Who said what") -> str:
    """The page, as HTML."""
    environment = Environment(
        loader=PackageLoader("inquit.inference", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    articles = [(result, mark_text(result), _rows(result)) for result in results]
    speakers = Counter(row["speaker"] for _, _, rows in articles for row in rows)
    return environment.get_template("report.html").render(
        title=title,
        articles=articles,
        speakers=speakers.most_common(15),
        n_most=max(speakers.values(), default=1),
        n_attributions=sum(len(rows) for _, _, rows in articles),
        checkworthy=_most_checkworthy(articles),
    )


def write_report(results: Iterable[ArticleResult], path: Path) -> None:
    """Write the page; it appears only when it is whole.

    Raises:
        OutputError: it cannot be written.
    """
    page = render_report(results).encode("utf-8")
    with open_atomically(path) as file:
        file.write(page)


def _rows(result: ArticleResult) -> list[dict[str, str]]:
    return [_row(attribution, result.text or "") for attribution in result.attributions]


def _row(attribution: Attribution, text: str) -> dict[str, str]:
    return {
        "speaker": speaker_name(attribution, text),
        "content": " … ".join(span.of(text) for span in attribution.content),
        "kind": attribution.kind.value if attribution.kind else "",
        "claim": attribution.claim.type if attribution.claim else "",
        "sure": "" if attribution.confidence is None else f"{attribution.confidence:.0%}",
        "checkworthy": f"{float(attribution.claim.checkworthy):.2f}" if attribution.claim else "0",
    }


def _most_checkworthy(
    articles: Sequence[tuple[ArticleResult, list[Run], list[dict[str, str]]]], n: int = 15
) -> list[tuple[str, dict[str, str]]]:
    rows = [(result.id, row) for result, _, rows in articles for row in rows if float(row["checkworthy"]) >= 0.5]
    return sorted(rows, key=lambda item: -float(item[1]["checkworthy"]))[:n]
