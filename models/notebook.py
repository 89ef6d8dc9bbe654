"""Results in a notebook: the text with its attributions marked, and a pandas table."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from inquit.models.article import Spans
from inquit.models.result import ArticleResult, Attribution, Claim

if TYPE_CHECKING:
    import pandas

#: Half transparent, so that text stays readable on light and dark pages.
_BACKGROUNDS = {"content": "rgba(242,193,46,.28)", "cue": "rgba(60,170,90,.32)", "source": "rgba(70,130,230,.32)"}
_MAX_ROWS = 50
_CELL = "text-align:left;vertical-align:top;white-space:normal"
_WORDS_CELL = f"{_CELL};overflow-wrap:anywhere"
_PARAGRAPHS = "white-space:pre-wrap;unicode-bidi:plaintext;max-width:44em;line-height:1.6;overflow-wrap:anywhere"
"""CSS of the text; each paragraph has its own writing direction."""


def to_frame(result: ArticleResult) -> pandas.DataFrame:
    """One row per attribution; without attributions, no rows but the same columns.

    Columns: ``article``, ``attribution``, ``kind``, ``speaker``, ``speaker_kind``, ``named``, ``content``, ``cue``,
    ``source``, ``start``, ``end``, ``claim``, ``polarity``, ``checkworthy``, ``confidence``. A field that has no value,
    or whose text was left out, is a missing value.

    Raises:
        ImportError: pandas is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise ImportError("to_frame() needs pandas: pip install pandas") from error
    columns = list(_row(result.id, None, Attribution("", ())))
    rows = [_row(result.id, result.text, attribution) for attribution in result.attributions]
    return pandas.DataFrame(rows, columns=columns)


def _row(article_id: str, text: str | None, attribution: Attribution) -> dict[str, Any]:
    speaker, claim, content = attribution.speaker, attribution.claim, attribution.content
    return {
        "article": article_id,
        "attribution": attribution.id,
        "kind": attribution.kind and attribution.kind.value,
        "speaker": speaker and speaker.name,
        "speaker_kind": speaker and speaker.kind.value,
        "named": speaker and speaker.named,
        "content": _words(content, text),
        "cue": _words(attribution.cue, text),
        "source": _words(attribution.source, text),
        "start": content[0].start if content else None,
        "end": content[-1].end if content else None,
        "claim": claim and claim.type,
        "polarity": claim and claim.polarity.value,
        "checkworthy": claim and float(claim.checkworthy),
        "confidence": attribution.confidence,
    }


def _words(spans: Spans, text: str | None) -> str | None:
    if text is None or not spans:
        return None
    return " … ".join(span.of(text) for span in spans)


def to_html(result: ArticleResult) -> str:
    """The text with contents, cues and sources marked, and below it a table of who said what; everything is escaped."""
    title = f"<b><bdi>{escape(result.id)}</bdi></b>"
    if result.error is not None:
        return f"<div>{title}: {escape(result.error.code)}: {escape(result.error.message)}</div>"
    text = "" if result.text is None else _marked_text(result.text, result.attributions)
    return f"<div>{title} <small>{_legend()}</small>{text}{_table(result)}</div>"


def _legend() -> str:
    return " ".join(_mark(role, role) for role in _BACKGROUNDS)


def _mark(role: str, words: str) -> str:
    return f'<mark style="color:inherit;background:{_BACKGROUNDS[role]}">{escape(words)}</mark>'


def _marked_text(text: str, attributions: tuple[Attribution, ...]) -> str:
    parts, position = [], 0
    for start, end, role in _stretches(attributions):
        parts += [escape(text[position:start]), _mark(role, text[start:end])]
        position = end
    parts.append(escape(text[position:]))
    return f'<p dir="auto" style="{_PARAGRAPHS}">{"".join(parts)}</p>'


def _stretches(attributions: tuple[Attribution, ...]) -> list[tuple[int, int, str]]:
    """(start, end, role) in text order, without overlaps: a cue or source inside a content splits it in two."""
    ends: set[int] = set()
    spans: list[tuple[int, int, str]] = []
    for attribution in attributions:
        for role in _BACKGROUNDS:
            for span in getattr(attribution, role):
                ends |= {span.start, span.end}
                spans.append((span.start, span.end, role))
    # Shorter spans win, because they are the inner ones.
    spans.sort(key=lambda span: span[1] - span[0], reverse=True)
    borders = sorted(ends)
    position = {border: i for i, border in enumerate(borders)}
    role_of: list[str] = [""] * len(borders)
    for start, end, role in spans:
        role_of[position[start] : position[end]] = [role] * (position[end] - position[start])
    return [(borders[i], borders[i + 1], role) for i, role in enumerate(role_of) if role]


def _table(result: ArticleResult) -> str:
    if not result.attributions:
        return "<p><i>nobody is quoted</i></p>"
    head = "".join(f'<th style="{_CELL}">{name}</th>' for name in ("who", "what", "kind", "claim", "check", "sure"))
    rows = "".join(_table_row(attribution, result.text) for attribution in result.attributions[:_MAX_ROWS])
    n_left = len(result.attributions) - _MAX_ROWS
    more = f"<p><i>and {n_left} more: see .to_frame()</i></p>" if n_left > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}"


def _table_row(attribution: Attribution, text: str | None) -> str:
    speaker = attribution.speaker
    name = (speaker and (speaker.name or speaker.kind.value)) or _words(attribution.source, text) or "(nobody named)"
    words = (name, _words(attribution.content, text) or "")
    answers = (
        attribution.kind.value if attribution.kind else "",
        _claim(attribution.claim),
        f"{float(attribution.claim.checkworthy):.2f}" if attribution.claim else "",
        "" if attribution.confidence is None else f"{attribution.confidence:.0%}",
    )
    cells = [(_WORDS_CELL, cell) for cell in words] + [(_CELL, cell) for cell in answers]
    return "<tr>" + "".join(f'<td dir="auto" style="{style}">{escape(cell)}</td>' for style, cell in cells) + "</tr>"


def _claim(claim: Claim | None) -> str:
    if claim is None:
        return ""
    return claim.type if claim.polarity.value == "asserted" else f"{claim.type}, {claim.polarity.value}"
