"""Results as people read them on a terminal."""

from __future__ import annotations

from collections import Counter

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from inquit.models.article import Spans
from inquit.models.result import ArticleResult, Attribution, SpeakerKind, Status

_MAX_CONTENT = 220
_NOBODY = "(nobody named)"


def speaker_name(attribution: Attribution, text: str) -> str:
    """Who said it: the speaker's name, else the source as written."""
    speaker = attribution.speaker
    if speaker is not None and speaker.kind is SpeakerKind.AUTHOR:
        return "the author"
    if speaker is not None and speaker.name:
        return " ".join(speaker.name.split())
    return _words(attribution.source, text) or _NOBODY


def result_table(result: ArticleResult) -> RenderableType:
    """Who said what in one article."""
    title = Text(result.id, style="bold")
    if result.status is Status.ERROR and result.error is not None:
        return Group(title, Text(f"{result.error.code}: {result.error.message}", style="red"), "")
    text = result.text or ""
    table = Table(box=None, pad_edge=False, expand=True, header_style="dim")
    table.add_column("who", ratio=3, max_width=36)
    table.add_column("cue", ratio=1, max_width=16)
    table.add_column("what", ratio=8)
    table.add_column("claim", no_wrap=True)
    table.add_column("sure", justify="right", no_wrap=True)
    for attribution in result.attributions:
        table.add_row(*_cells(attribution, text))
    body: RenderableType = table if result.attributions else Text("nobody is quoted", style="dim")
    return Group(title, body, "")


def _cells(attribution: Attribution, text: str) -> list[Text]:
    name, source = speaker_name(attribution, text), _words(attribution.source, text)
    who = Text(name, style="cyan")
    if source and source != name:
        who.append(f" ({source})", style="dim")
    content = _words(attribution.content, text, " … ")
    if len(content) > _MAX_CONTENT:
        content = content[: _MAX_CONTENT - 1] + "…"
    claim = attribution.claim.type if attribution.claim else ""
    sure = "" if attribution.confidence is None else f"{attribution.confidence:.0%}"
    return [who, Text(_words(attribution.cue, text)), Text(content), Text(claim, style="green"), Text(sure)]


def _words(spans: Spans, text: str, between: str = " ") -> str:
    """The text of spans on one line."""
    return " ".join(between.join(span.of(text) for span in spans).split())


def speaker_table(n_by_speaker: Counter[str], n_rows: int = 10) -> Table:
    """Who said how much."""
    table = Table(title="Who said how much", box=None, title_justify="left", header_style="dim")
    table.add_column("speaker", style="cyan")
    table.add_column("attributions", justify="right")
    table.add_column("")
    top = n_by_speaker.most_common(n_rows)
    for name, n in top:
        table.add_row(escape(name), str(n), "█" * max(1, round(30 * n / top[0][1])))
    return table
