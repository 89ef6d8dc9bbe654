"""Conversations printed as turns under labels: interviews, transcripts, briefings, hearings, debates.

In "MS. UCHE: Good afternoon." the label says who speaks as surely as "she said" would. As in PolNeAR, the label is the
source, the mark after it the cue, and what follows the content, up to the next label.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from inquit.models.article import Span, Spans
from inquit.models.conversation.labels import LETTERS, Label, find_labels, labels_in_turns
from inquit.models.conversation.speech import WE_TOO, are_addressed, going_on, is_asked, unquoted, without_asides

_LEAST_FIRST_PERSON = 0.2
"""In a conversation, so large a share of the turns that ask nothing holds "I" or "we".

In 62 conversations of PolNeAR, ``training/news`` and articles written to measure this, it was .2 to 1; in 11 lists of
towns, parties, phones and statements under repeated labels at most .14. Three such texts above that were told by their
questions: two ask nothing, and one asks for its readers (counted by a throw-away script).
"""
_N_LABELS = 10
"""So many different labels are looked at to find a speaker's among them."""
_NO_SPEAKERS = frozenset(
    {
        "again", "also", "and", "answer", "but", "correction", "edit", "example", "fact", "finally", "first", "lastly", "listen",
        "look", "next", "no", "note", "now", "number", "one", "point", "remember", "result", "second", "so", "then", "third",
        "three", "two", "update", "well", "yes",
    }
)  # fmt: skip
"""What may stand before a colon at the beginning of a paragraph that goes on with a turn."""
_ROLES = frozenset(
    {
        "anchor", "announcer", "caller", "captain", "chair", "chairman", "chairwoman", "clerk", "commissioner", "controller",
        "copilot", "court", "dispatcher", "guest", "host", "interviewer", "journalist", "judge", "member", "minister", "moderator",
        "narrator", "officer", "operator", "pilot", "presenter", "president", "question", "reporter", "secretary", "solicitor",
        "speaker", "tower", "voice", "witness",
    }
)  # fmt: skip
"""What labels call speakers who are not named."""


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
    asked_outside = not any("?" in _first_words(text, paragraphs, label) for label in labels)
    turns = []
    for label, stop in zip(labels, stops, strict=False):
        rest = paragraphs[label.paragraph + 1 : stop]
        if asked_outside:
            rest = list(takewhile(lambda paragraph: not is_asked(text, paragraph), rest))
        is_edge = label.paragraph == 0 or stop == len(paragraphs)  # a headline, or the last turn
        said = _said(text, label, paragraphs[label.paragraph], rest, is_edge=is_edge)
        if parts := without_asides(text, said):
            turns.append(Turn(label, parts))
    return tuple(turns)


def _labels_of_speakers(text: str, paragraphs: Sequence[Span]) -> list[Label]:
    """The labels of all turns; none unless speakers take turns, and speak as people do."""
    labels = find_labels(text, paragraphs)
    repeated = labels_in_turns(labels)
    words = [_first_words(text, paragraphs, label) for label in repeated]
    questions = [word for word in words if "?" in word] or [
        paragraphs[label.paragraph - 1].of(text)
        for label in repeated
        if label.paragraph and is_asked(text, paragraphs[label.paragraph - 1])
    ]
    if not questions or not _speak_of_themselves(words):
        return []
    different = {label.words[-1]: label for label in repeated}
    if not any(_names_speaker(text, label) for label in [*different.values()][:_N_LABELS]):
        return []
    if _have_no_names(repeated) and not are_addressed(questions):
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
    if label.words[-1].rstrip(".") in _NO_SPEAKERS:
        return False
    return name.isupper() or " " in name or label.words[-1] in _ROLES


def _names_speaker(text: str, label: Label) -> bool:
    """Whether a label looks like a speaker's, not like "Food" and "Service", or "Pros" and "Cons"."""
    name = label.name.of(text)
    word = name.split()[-1]
    if label.style in LETTERS or label.words[-1] in _ROLES or name.isupper() or not name[0].isupper():
        return True
    if " " in name and label.words[0] != "the":
        return True
    return re.search(rf"(?<=[a-z,] ){re.escape(word)}\b|\b{re.escape(word)} [A-Z]", text) is not None


def _have_no_names(labels: Sequence[Label]) -> bool:
    """Whether the labels are "Q" and "A", as in interviews, but also where an outlet answers its readers."""
    return {label.words[-1] for label in labels} <= {"q", "a", "question", "answer"}


def _speak_of_themselves(turns: Sequence[str]) -> bool:
    """Whether those who do not ask speak of themselves."""
    told = [bool(WE_TOO.search(turn)) for turn in turns if "?" not in turn]
    return sum(told) >= _LEAST_FIRST_PERSON * len(told)


def _first_words(text: str, paragraphs: Sequence[Span], label: Label) -> str:
    """The first paragraph after a label, without quotations."""
    said = _said(
        text, label, paragraphs[label.paragraph], paragraphs[label.paragraph + 1 : label.paragraph + 2], is_edge=True
    )
    return unquoted(text, said[0]) if said else ""


def _said(text: str, label: Label, first: Span, rest: Sequence[Span], *, is_edge: bool) -> list[Span]:
    """What the speaker of a label says, as paragraphs, of the label's own and those up to the next label."""
    said = [Span(label.body, first.end)] if label.body < first.end else [*rest[:1]]
    return [*said, *going_on(text, rest if label.body < first.end else rest[1:], is_edge=is_edge)]
