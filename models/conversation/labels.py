"""The labels that begin the turns of a printed conversation: "Q:", "MS. UCHE:", "Ann Lee (Labour):", "LIND —"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from inquit.models.article import Span

_MIN_TURNS = 4
"""Turns that speakers with several of them must have in all."""

_TIME = (
    r"[\[(]?(?>\d{1,2}/\d{1,2}(?>/\d{2,4})?,?\s+)?\d{1,2}:\d\d(?>:\d\d)?(?>[.,]\d+)?(?>\s?[apAP]\.?[mM]\b\.?)?+[\])]?"
)
_BEFORE = rf"(?>[*_#>•\s]+|{_TIME}\s*[-–]?\s+|\d{{1,4}}(?>[.)]\s+(?=[A-Z])|\s\s+))*+"
"""What may stand before a label: Markdown, a time stamp, the number of a paragraph."""
_WORD = r"[^\W_a-z][\w.'’/&@-]{0,30}+"
_SMALL = r"(?>(?:of|the|and|at|for|in|de|del|der|van|von|bin|al|da|di|la|le|officer|pilot|engineer|counsel|member)\b)"
_NAME = rf"(?>@?\w[\w.-]{{1,30}}+(?=:)|\[\w+\](?=:)|{_WORD}(?> (?>{_SMALL}|{_WORD})){{0,9}}+)"
_ADDED = r"(?>,\s[^*:.!?\"“”()\n]{1,40}+|\s?[\[(](?!\d+:\d\d)[^()\[\]\n]{1,60}+[)\]]){0,3}+"
"""What may follow a name in a label: a role, a constituency, a party."""
_CAPITAL = r"[A-Z][A-Z'’/&-]{1,30}+"
_CAPITALS = rf"{_CAPITAL}\.?(?> (?>{_CAPITAL}\.?|\d{{1,3}}\b|[A-Z]\.)){{0,5}}+"
_LETTER_ENDS = r"\s?(?P<mark>[.:)\]/|—–-])\**(?=\s|$)|(?=\s\s|\t|$)|(?<=Q)(?=\s[A-Z“\"])"
_TITLED = (
    rf"(?:M[rs]|Mrs|Dr|[A-Z][a-z]+)\.? {_CAPITAL}(?: {_CAPITAL})*+(?: of [A-Z]\w+)?"
    r"|(?:Mr|Mrs|Ms|Dr)\.? [A-Z][\w'’-]+(?=\.\*)"
)
_ROLE = r"(?: ?(?:--|—|–|(?<= )-|,|\|) [A-Z][^.!?:\n]{1,80}+)?"
_STYLES = {
    "letter": rf"(?!A\. {_WORD}(?: {_WORD}){{0,3}}:)(?P<label>[QA])\**(?:{_LETTER_ENDS})",
    "number": r"(?P<label>[QA]\d{1,3})(?P<mark>[.:)]?)(?=\s\s|\t)",
    "colon": rf"(?:Q\d+\.?\s+\**(?=\S))?(?P<label>{_NAME}{_ADDED})\**\s?(?:{_TIME})?(?P<mark>:)\**(?=\s|$)",
    "full stop": rf"(?P<label>{_TITLED})(?P<mark>\.)\**(?=\s|$)",
    "line": rf"(?P<label>{_NAME}{_ADDED}{_ROLE})(?<!\.)\**(?:\s+{_TIME})?\s*$",
    "dash": rf"(?P<label>{_NAME}{_ADDED})\s?(?P<mark>—|--|\||(?<=\s)[–/-])(?=\s\S)",
    "space": rf"(?P<label>{_CAPITALS})(?=\s\s|\t)",
}
"""How labels are printed: "Q:", "Q14  ", "Ann Lee (Lab):", "Mr. BELL.", a name on a line of its own, "LIND —", "CAPT  "."""
LETTERS = frozenset({"letter", "number"})
"""Styles that go with any other."""
_PATTERNS = {style: re.compile(_BEFORE + pattern) for style, pattern in _STYLES.items()}
_ADDITION = re.compile(r"(?<=[\w.])\s*(?:[\[(,]|--|—|–|\||(?<=\s)-\s)")
_NO_NAME = re.compile(r"[\W\d_]*(?:[ap]\.?m)?[\W\d_]*")
_MAX_HEAD = 160
"""Characters of a paragraph in which a label is looked for."""


class Label(NamedTuple):
    """A label, and the index of its paragraph.

    Attributes:
        style: how it is printed, a key of ``_STYLES``.
        span: the label as printed.
        name: the label without role, party and the like: "JAKE TAPPER" of "JAKE TAPPER, CNN ANCHOR (voice-over)".
        mark: what separates it from the text, if more than white space does.
        body: where the text begins.
        words: of the name. The last one is what the labels of one speaker share: "JAKE TAPPER:" becomes "TAPPER:".
    """

    paragraph: int
    style: str
    span: Span
    name: Span
    mark: Span | None
    body: int
    words: tuple[str, ...]


def find_labels(text: str, paragraphs: Sequence[Span]) -> list[Label]:
    """Whatever looks like a label, in text order; most texts that are no conversation have some."""
    found = (_find_label(text, paragraph, i) for i, paragraph in enumerate(paragraphs))
    return [label for label in found if label is not None]


def _find_label(text: str, paragraph: Span, index: int) -> Label | None:
    stop = min(paragraph.end, paragraph.start + _MAX_HEAD)
    for style, pattern in _PATTERNS.items():
        match = pattern.match(text, paragraph.start, stop)
        if match is None or (style == "line" and match.end() < paragraph.end):
            continue
        span = Span(*match.span("label"))
        name = _name_in(span.of(text), style)
        if _NO_NAME.fullmatch(name):
            return None
        body = match.end()
        while body < paragraph.end and text[body].isspace():
            body += 1
        return Label(
            paragraph=index,
            style=style,
            span=span,
            name=Span(span.start, span.start + len(name)),
            mark=Span(*match.span("mark")) if match.groupdict().get("mark") else None,
            body=body,
            words=(name.casefold(),) if style == "line" else tuple(name.casefold().split()),
        )
    return None


def _name_in(label: str, style: str) -> str:
    """The beginning of a label that is a name."""
    if style == "number":
        return label[0]
    addition = _ADDITION.search(label)
    return label[: addition.start()] if addition else label


def labels_in_turns(labels: Sequence[Label]) -> list[Label]:
    """Those, printed in one style, of at least two speakers with several turns each; none if they are few."""
    chosen: list[Label] = []
    for style in _STYLES:
        own = [label for label in labels if label.style == style or label.style in LETTERS]
        n_turns = Counter(label.words[-1] for label in own)
        repeated = [label for label in own if n_turns[label.words[-1]] > 1]
        if len(repeated) > len(chosen) and len({label.words for label in repeated}) > 1:
            chosen = repeated
    return chosen if len(chosen) >= _MIN_TURNS else []
