"""Interviews whose questions are paragraphs of their own, without labels: bold in print, but not in a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from inquit.models.article import Span
from inquit.models.conversation.turns import FIRST_PERSON, SECOND_PERSON, Turn, going_on, unquoted, without_asides

_MAX_QUESTION, _MAX_REMARK = 350, 180
"""Characters: interviewers are shorter than their guests."""
_MIN_QUESTIONS, _LEAST_FIRST_PERSON, _LEAST_SECOND_PERSON = 4, 0.4, 0.2
"""Of an interview's answers so many say "I", and of its questions so many "you". The answers that journalists give to
questions of their own ("What is the new tax?") do not."""
_ASKS = re.compile(r"\?[\"”’']?[*_]*$")
_INVITES = re.compile(r"[\"“‘*_]*(?:Describe|Explain|Finish|Give|Name|Take|Talk|Tell) ")


def find_answers(text: str, paragraphs: Sequence[Span]) -> tuple[Turn, ...]:
    """The answers of the interview that a text prints, in text order; none if it prints no interview."""
    asking = [i for i, paragraph in enumerate(paragraphs) if _is_question(text, paragraph)]
    if len(asking) < _MIN_QUESTIONS:
        return ()
    answers = _answers(text, paragraphs, asking)
    told = [
        bool(FIRST_PERSON.search(" ".join(unquoted(text, paragraph) for paragraph in answer))) for answer in answers
    ]
    addressed = [bool(SECOND_PERSON.search(paragraphs[i].of(text))) for i in asking]
    if (
        len(answers) < _MIN_QUESTIONS
        or sum(told) < _LEAST_FIRST_PERSON * len(told)
        or sum(addressed) < _LEAST_SECOND_PERSON * len(addressed)
    ):
        return ()
    spoken = (without_asides(text, answer) for answer in answers)
    return tuple(Turn(None, parts) for parts in spoken if parts)


def _answers(text: str, paragraphs: Sequence[Span], asking: Sequence[int]) -> list[Sequence[Span]]:
    """The paragraphs between questions; after the last question the first one, and those in which somebody says "I"."""
    asks = {*asking} | {i for i in range(asking[0], asking[-1]) if _is_remark(text, paragraphs[i])}
    between = [paragraphs[one + 1 : other] for one, other in pairwise(sorted(asks))]
    last = paragraphs[asking[-1] + 1 :]
    return [answer for answer in (*between, [*last[:1], *going_on(text, last[1:])]) if answer]


def _is_question(text: str, paragraph: Span) -> bool:
    if paragraph.end - paragraph.start > _MAX_QUESTION:
        return False
    return bool(_ASKS.search(paragraph.of(text))) and not FIRST_PERSON.search(paragraph.of(text))


def _is_remark(text: str, paragraph: Span) -> bool:
    """Whether a paragraph between questions is the interviewer's too: "Tell us about it.", "You lived in Oslo then."."""
    if paragraph.end - paragraph.start > _MAX_REMARK:
        return False
    said = paragraph.of(text)
    return bool(_INVITES.match(said)) or (bool(SECOND_PERSON.search(said)) and not FIRST_PERSON.search(said))
