"""Results as tables for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from inquit.inference.batch.summary import speaker_name
from inquit.inference.commands import without_controls
from inquit.models.result import LIKELY

_MAX_CONTENT = 220
_CUE_WIDTH = len("acknowledged")
_N_SPEAKERS = 10
_NOBODY = "(nobody named)"


def result_table(result: Mapping[str, Any]) -> RenderableType:
    """Who said what in one article, given as its JSON object."""
    title = _text(result["id"], style="bold")
    if error := result.get("error"):
        return Group(title, _text(f"{error['code']}: {error['message']}", style="red"), "")
    text = result.get("text", "")
    table = Table(box=None, pad_edge=False, expand=True, header_style="dim")
    table.add_column("who", ratio=3, max_width=36, overflow="fold")
    table.add_column("cue", width=_CUE_WIDTH, overflow="fold")
    table.add_column("what", ratio=8, overflow="fold")
    table.add_column("claim", no_wrap=True)
    table.add_column("check", justify="right", no_wrap=True)
    table.add_column("sure", justify="right", no_wrap=True)
    for attribution in result["attributions"]:
        table.add_row(*_cells(attribution, text))
    body: RenderableType = table if result["attributions"] else Text("nobody is quoted", style="dim")
    return Group(title, body, "")


def _cells(attribution: Mapping[str, Any], text: str) -> list[Text]:
    name, source = speaker_name(attribution, text) or _NOBODY, _words(attribution["source"], text).rstrip(",")
    who = _text(name, style="cyan")
    if source and source != name:
        who.append_text(_text(f" ({source})", style="dim"))
    content = _words(attribution["content"], text, " … ")
    if len(content) > _MAX_CONTENT:
        content = content[: _MAX_CONTENT - 1] + "…"
    claim = attribution.get("claim") or {"type": "", "checkworthy": 0}
    check = f"{claim['checkworthy']:.0%}" if claim["checkworthy"] >= LIKELY else ""
    sure = f"{attribution['confidence']:.0%}" if "confidence" in attribution else ""
    cue, claim_type = _words(attribution["cue"], text), _text(claim["type"], style="green")
    return [who, _text(cue), _text(content), claim_type, _text(check, style="bold"), _text(sure)]


def _text(text: str, style: str = "") -> Text:
    """Untrusted text, shown as it is: neither markup nor escape sequences take effect."""
    return Text(without_controls(text), style=style)


def _words(spans: Sequence[Sequence[int]], text: str, between: str = " ") -> str:
    """The text of the spans, on one line."""
    return " ".join(between.join(text[start:end] for start, end in spans).split())


def speaker_table(n_by_speaker: Counter[str]) -> Table:
    """Who said how much."""
    table = Table(title="Who said how much", box=None, title_justify="left", header_style="dim")
    table.add_column("speaker", style="cyan")
    table.add_column("attributions", justify="right")
    table.add_column("")
    top = n_by_speaker.most_common(_N_SPEAKERS)
    for name, n in top:
        table.add_row(_text(name), str(n), "█" * max(1, round(30 * n / top[0][1])))
    return table
