"""Styles that the model has seen little of in training: all capitals, turns of a conversation, no punctuation."""

from __future__ import annotations

import re

from inquit.models.conversation.labels import find_labels, labels_in_turns
from inquit.models.segmentation import Document

_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*(?:\s|$)")
_MAX_CHARACTERS, _MIN_LETTERS, _MIN_WORDS = 20_000, 200, 100
_CAPITAL_SHARE, _TURN_SHARE, _ENDS_PER_WORD = 0.8, 0.2, 0.01
"""With these, 42 of 3,023 articles are flagged (PolNeAR's training and dev parts, other domains, ``training/news``; counted
once, by a throw-away script): in 35 turns or answers are found, the others have labels that repeat."""


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
    """Whether an article prints a conversation, or labels that take turns begin a good part of its paragraphs."""
    if document.turns:
        return True
    paragraphs = [paragraph for paragraph in document.paragraphs if paragraph.start < _MAX_CHARACTERS]
    return len(labels_in_turns(find_labels(document.text, paragraphs))) >= max(1, _TURN_SHARE * len(paragraphs))
