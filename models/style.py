"""Styles that the model has seen little of in training: all capitals, turns of a conversation, no punctuation."""

from __future__ import annotations

import re
from collections import Counter

from inquit.models.segmentation import Document

_TURN = re.compile(r"(?:[QA][.:]|[A-Z][\w.'’-]{0,30}(?: [A-Z0-9][\w.'’-]{0,30}){0,4}(?: ?\([^()]{1,40}\))?:)(?=\s|$)")
"""The label that begins a turn of an interview or transcript: "Q:", "A.", "MS. UCHE:", "Barbara Walter (Idaho):"."""

_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*(?:\s|$)")
_MAX_CHARACTERS, _MIN_LETTERS, _MIN_WORDS, _MIN_TURNS = 20_000, 200, 100, 4
_CAPITAL_SHARE, _TURN_SHARE, _ENDS_PER_WORD = 0.8, 0.2, 0.01
"""With these, 36 of 3,023 articles are flagged (PolNeAR's training and dev parts, other domains, ``training/news``; counted
once, by a throw-away script): 34 hold a conversation, two list statements or people under repeated labels."""


def has_unusual_style(document: Document) -> bool:
    """Whether an article's beginning is all capitals, is a conversation in turns, or has hardly any punctuation."""
    text = document.text[:_MAX_CHARACTERS]
    return _is_all_capitals(text) or _is_unpunctuated(text) or _is_in_turns(document)


def _is_all_capitals(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return len(letters) >= _MIN_LETTERS and sum(map(str.isupper, letters)) > _CAPITAL_SHARE * len(letters)


def _is_unpunctuated(text: str) -> bool:
    n_words = len(text.split())
    return n_words >= _MIN_WORDS and sum(1 for _ in _SENTENCE_END.finditer(text)) < _ENDS_PER_WORD * n_words


def _is_in_turns(document: Document) -> bool:
    """Whether speakers take turns: at least two labels that each begin more than one paragraph."""
    paragraphs = [paragraph for paragraph in document.paragraphs if paragraph.start < _MAX_CHARACTERS]
    turns = (_TURN.match(document.text, paragraph.start, paragraph.end) for paragraph in paragraphs)
    counts = Counter(turn.group() for turn in turns if turn)
    repeated = [count for count in counts.values() if count > 1]
    return len(repeated) > 1 and sum(repeated) >= max(_MIN_TURNS, _TURN_SHARE * len(paragraphs))
