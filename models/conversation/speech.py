"""What in an article's paragraphs is said by somebody: with "I", "we", "you" or a question, and without asides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from inquit.models.article import Span, Spans

_LEAST_SECOND_PERSON = 0.2
"""Of an interviewer's questions so large a share says "you": .29 to 1 in 22 interviews; of the questions that an outlet
answers for its readers none in 5 texts did (counted by a throw-away script)."""
_MAX_QUESTION = 350
"""Characters: interviewers are shorter than their guests."""
_ASKS = re.compile(r"\?[\"”’']?[*_]*$")
FIRST_PERSON = re.compile(r"\b(?:I|[Mm]e|[Mm]y(?:self)?|[Mm]ine)\b")
SECOND_PERSON = re.compile(r"\b(?i:you(?:rs?)?)\b")
WE_TOO = re.compile(rf"{FIRST_PERSON.pattern}|\b(?:[Ww]e|[Uu]s|[Oo]urs?)\b")
_SPOKEN = re.compile(rf"{WE_TOO.pattern}|{SECOND_PERSON.pattern}|\?")
_QUOTED = re.compile(r"[\"“][^\"“”]*+[\"”]|(?<!\w)['‘][^'‘’]*+['’](?!\w)")
_ITALIC = re.compile(r"\*[^*]+\*|_[^_]+_")
_OPENING = re.compile(r"(?:[-•*]\s+|\d{1,4}(?:[.)]\s+(?=[A-Z])|\s\s+))+")
"""A bullet or the number of a paragraph."""
_BRACKETS = re.compile(r"[*_]*[\[(][^\[\]()\n]{2,90}+[\])][*_]*")
_MAX_BRACKETS = 100
"""Characters in which the brackets at the end of a paragraph are looked for."""


def is_asked(text: str, paragraph: Span) -> bool:
    """Whether a paragraph is short and ends in a question."""
    return paragraph.end - paragraph.start <= _MAX_QUESTION and bool(_ASKS.search(paragraph.of(text)))


def are_addressed(questions: Sequence[str]) -> bool:
    """Whether a good part of the questions say "you", as interviewers do; readers' questions say "I"."""
    addressed = [bool(SECOND_PERSON.search(question)) for question in questions]
    return sum(addressed) >= _LEAST_SECOND_PERSON * len(addressed)


def going_on(text: str, paragraphs: Sequence[Span], *, is_edge: bool) -> Sequence[Span]:
    """The paragraphs that go on with a turn: up to the last one that somebody speaks, with "I", "we", "you" or "?".

    What the journalist puts between two turns has none of these, quotations aside. At the edges of a conversation, where
    most is the journalist's, only what has "I" is still the speaker's.
    """
    if is_edge:
        return [*takewhile(lambda paragraph: FIRST_PERSON.search(unquoted(text, paragraph)), paragraphs)]
    n = max((i + 1 for i, paragraph in enumerate(paragraphs) if _SPOKEN.search(unquoted(text, paragraph))), default=0)
    return paragraphs[:n]


def unquoted(text: str, span: Span) -> str:
    """The text of a span without what is in quotation marks."""
    return _QUOTED.sub("", span.of(text))


def without_asides(text: str, paragraphs: Sequence[Span]) -> Spans:
    """What is said in paragraphs, as spans: without "(Laughter.)", bullets, and paragraphs in Markdown's italics."""
    said = []
    for i, paragraph in enumerate(paragraphs):
        if i and _ITALIC.fullmatch(text, paragraph.start, paragraph.end):
            continue
        start, end = _without_directions(text, paragraph)
        if start < end:
            said.append(Span(start, end))
    return tuple(said)


def _without_directions(text: str, paragraph: Span) -> tuple[int, int]:
    """Where what is said in a paragraph begins and ends, without stage directions and a bullet at its edges."""
    start, end = paragraph.start, paragraph.end
    if opening := _OPENING.match(text, start, end):
        start = opening.end()
    while (brackets := _BRACKETS.match(text, start, end)) and _is_direction(brackets[0]):
        start = brackets.end()
        while start < end and text[start].isspace():
            start += 1
    while (opens := max(text.rfind(mark, max(start, end - _MAX_BRACKETS), end) for mark in "[(")) > start:
        brackets = _BRACKETS.fullmatch(text, opens, end)
        before = opens
        while before > start and (text[before - 1].isspace() or text[before - 1] in "*_"):
            before -= 1
        goes_on = text[before - 1].isalnum() or text[before - 1] == ","
        if brackets is None or not _is_direction(brackets[0]) or goes_on:
            break
        end = before
    return start, end


def _is_direction(brackets: str) -> bool:
    """Whether nobody says what is in brackets: "(Laughter.)", "[crosstalk]"; but "(we paid)"."""
    return not _SPOKEN.search(brackets)
