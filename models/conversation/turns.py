"""Conversations printed as turns under labels: interviews, transcripts, briefings, hearings, debates.

In "MS. UCHE: Good afternoon." the label says who speaks as surely as "she said" would. As in PolNeAR, the label is the
source, the mark after it the cue, and what follows the content, up to the next label.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from inquit.models.article import Span, Spans
from inquit.models.conversation.labels import Label, find_labels, labels_in_turns

_LEAST_FIRST_PERSON = 0.2
"""In a conversation, so large a share of the turns that ask nothing holds "I" or "we".

In 53 conversations of PolNeAR, ``training/news`` and articles written to measure this, it was .2 to 1; in lists of
towns, parties, phones and statements under repeated labels at most .14 (counted by a throw-away script).
"""
FIRST_PERSON = re.compile(r"\b(?:I|[Mm]e|[Mm]y(?:self)?|[Mm]ine)\b")
SECOND_PERSON = re.compile(r"\b[Yy]ou(?:rs?)?\b")
_WE_TOO = re.compile(rf"{FIRST_PERSON.pattern}|\b(?:[Ww]e|[Uu]s|[Oo]urs?)\b")
_SPOKEN = re.compile(rf"{_WE_TOO.pattern}|{SECOND_PERSON.pattern}|\?")
_QUOTED = re.compile(r"[\"“][^\"“”]*+[\"”]|(?<!\w)['‘][^'‘’]*+['’](?!\w)")
_NO_SPEAKERS = frozenset(
    {
        "again", "also", "and", "answer", "but", "correction", "edit", "example", "fact", "finally", "first", "lastly", "listen",
        "look", "next", "no", "note", "now", "number", "one", "point", "remember", "result", "second", "so", "then", "third",
        "three", "two", "update", "well", "yes",
    }
)  # fmt: skip
"""What may stand before a colon at the beginning of a paragraph that goes on with a turn."""
_ASIDE = re.compile(r"\*+[^*]+\*+|[*_]*[\[(][^\[\]()]*[\])][*_]*")
"""A paragraph that nobody says: "(Laughter.)", or one in Markdown's italics."""
_NOISE = (
    r"[\[(]\*?(?i:all talk|applau|beep|boo|both |cheer|chuckl|cough|cross-?talk|cry|gavel|inaudible|indistinct|laugh|music|no audible"
    r"|nods|off[- ]mi|operator|overlap|paus|sigh|silence|smil|sob|sound|through |unintelligible)[^\[\]()\n]{0,60}[\])]"
)
_EDGES = re.compile(rf"(?:{_NOISE}\s*|[-•*]\s+)*+(.*?)(?:\s*{_NOISE})*+\**", re.DOTALL)
"""A paragraph, with what is said in it as a group: "[laughs] | So you moved? | (Applause.)"."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says in one go.

    Attributes:
        label: says who speaks; None for the answers of an interview without labels.
        parts: what is said, one span per paragraph.
    """

    label: Label | None
    parts: Spans


def find_turns(text: str, paragraphs: Sequence[Span]) -> tuple[Turn, ...]:
    """The turns under labels, in text order; none if the text prints no conversation."""
    labels = _labels_of_speakers(text, paragraphs)
    stops = [label.paragraph for label in labels[1:]] + [len(paragraphs)]
    turns = []
    for label, stop in zip(labels, stops, strict=False):
        is_edge = label.paragraph == 0 or stop == len(paragraphs)  # a headline, or the last turn
        said = _said(text, label, paragraphs[label.paragraph : stop], is_edge=is_edge)
        if parts := without_asides(text, said):
            turns.append(Turn(label, parts))
    return tuple(turns)


def _labels_of_speakers(text: str, paragraphs: Sequence[Span]) -> list[Label]:
    """The labels of all turns; none unless speakers take turns, and speak as people do."""
    labels = find_labels(text, paragraphs)
    repeated = labels_in_turns(labels)
    if not _is_conversation(_first_words(text, paragraphs, label) for label in repeated):
        return []
    first, styles = repeated[0].paragraph, {label.style for label in repeated}
    known = {label.words[-1] for label in repeated}
    return [
        label
        for label in labels
        if label.style in styles
        and (not known.isdisjoint(label.words) or (label.paragraph > first and _is_speaker(text, label)))
    ]


def _is_speaker(text: str, label: Label) -> bool:
    """Whether a label that occurs only once is one more speaker's: not "First:"."""
    name = label.name.of(text)
    if name.isupper() or " " in name:
        return True
    return label.style != "line" and name.casefold() not in _NO_SPEAKERS


def _is_conversation(turns: Iterable[str]) -> bool:
    """Whether somebody asks something, and those who do not ask speak of themselves."""
    n_asked, tells_of_self = 0, []
    for turn in turns:
        if "?" in turn:
            n_asked += 1
        else:
            tells_of_self.append(bool(_WE_TOO.search(turn)))
    return n_asked > 0 and sum(tells_of_self) >= _LEAST_FIRST_PERSON * len(tells_of_self)


def _first_words(text: str, paragraphs: Sequence[Span], label: Label) -> str:
    """The first paragraph after a label, without quotations."""
    first = _said(text, label, paragraphs[label.paragraph : label.paragraph + 2], is_edge=True)[:1]
    return unquoted(text, first[0]) if first else ""


def _said(text: str, label: Label, paragraphs: Sequence[Span], *, is_edge: bool) -> list[Span]:
    """What the speaker of a label says, as paragraphs, of those up to the next label.

    What the journalist puts between two turns is told by its missing "I", "you" and "?"; at the edges of a conversation,
    where most is the journalist's, only what has "I" is still the speaker's.
    """
    first, *rest = paragraphs
    said = [Span(label.body, first.end)] if label.body < first.end else rest[:1]
    rest = rest if label.body < first.end else rest[1:]
    if is_edge:
        return [*said, *going_on(text, rest)]
    n_more = max((i + 1 for i, paragraph in enumerate(rest) if _SPOKEN.search(unquoted(text, paragraph))), default=0)
    return [*said, *rest[:n_more]]


def going_on(text: str, paragraphs: Sequence[Span]) -> list[Span]:
    """The first paragraphs, as long as somebody says "I" in them."""
    return [*takewhile(lambda paragraph: FIRST_PERSON.search(unquoted(text, paragraph)), paragraphs)]


def unquoted(text: str, span: Span) -> str:
    """The text of a span without what is in quotation marks."""
    return _QUOTED.sub("", span.of(text))


def without_asides(text: str, paragraphs: Sequence[Span]) -> Spans:
    """What is said in paragraphs, as spans."""
    said = []
    for paragraph in paragraphs:
        match = _EDGES.fullmatch(text, paragraph.start, paragraph.end)
        assert match
        if match[1] and not _ASIDE.fullmatch(text, paragraph.start, paragraph.end):
            said.append(Span(*match.span(1)))
    return tuple(said)
