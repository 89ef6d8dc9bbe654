"""Who takes the turns of a conversation: all turns under one label are one speaker's, and each label has its own.

A label that is a name stands for whoever has that name, one that is a role for the person to whom the article gives it,
"Q" for the writer. Whoever answers in an interview is the person whom the introduction is about.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import numpy as np

from inquit.models.segmentation import Document
from inquit.models.speakers.candidates import Candidate
from inquit.models.speakers.entities import NamedEntity
from inquit.models.speakers.mentions import PERSON, Mention
from inquit.models.speakers.names import NameMatch, initials_of, is_title, match_names, name_tokens
from inquit.models.words import word_texts

_CERTAIN = 0.97
"""Certainty of a speaker whose name or role the label is."""

_ASKS, _ANSWERS = frozenset({"q", "question"}), frozenset({"a", "answer"})
_SAME_ROLE = {"court": "judge", "justice": "judge"}
_MAX_BETWEEN = 7
_BETWEEN = frozenset(",:(.") | {"a", "an", "our", "the"}
_IS, _OF = frozenset({"is", "was"}), frozenset({"of", "for"})
_MIN_NICKNAME = 3

Answer = tuple[Candidate, float]
"""A speaker, and how certain it is."""


class _Place(NamedTuple):
    """A mention of somebody who may speak: its words, and the number of the entity."""

    start: int
    stop: int
    number: int


class TurnSpeakers:
    """Finds who takes the turns of one document's conversation."""

    def __init__(self, document: Document, mentions: Sequence[Mention], entities: Sequence[NamedEntity]) -> None:
        self._document = document
        self._entities = entities
        people = [number for number, entity in enumerate(entities) if _may_speak(entity)]
        self._places = sorted(
            _Place(mentions[i].start, mentions[i].stop, number) for number in people for i in entities[number].mentions
        )
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for number in people:
            for word in {*entities[number].tokens} | initials_of(entities[number].tokens):
                self._by_word[word].append(number)
        self._by_start: dict[str, list[int]] = defaultdict(list)
        for number in people:
            self._by_start[entities[number].tokens[0][:_MIN_NICKNAME]].append(number)
        self._is_label = np.zeros(len(document.words) + 1, dtype=bool)
        for label in document.turn_labels:
            self._is_label[slice(*document.word_range(label.span))] = True

    def of_labels(self) -> dict[str, Answer]:
        """The speaker of each label, by its name; the label itself if it stands for nobody who is named."""
        labels = [*dict.fromkeys(label.name.of(self._document.text) for label in self._document.turn_labels)]
        asking = [label for label in labels if label.casefold() in _ASKS]
        answering = [label for label in labels if label.casefold() in _ANSWERS]
        others = [label for label in labels if label not in {*asking, *answering}]
        found = self._named_in_brackets()
        found |= {label: number for label in others if (number := self._bearer_of_name(label)) is not None}
        found |= self._bearers_of_roles([label for label in others if label not in found], {*found.values()})
        answers: dict[str, Answer] = {label: (Candidate(label), _CERTAIN) for label in labels}
        answers |= {label: (self._candidate(number), _CERTAIN) for label, number in found.items()}
        answers |= dict.fromkeys(asking, (Candidate(None), _CERTAIN))
        if not others and (interviewee := self.interviewee()) is not None:
            answers |= dict.fromkeys(answering, interviewee)
        return answers

    def interviewee(self) -> Answer | None:
        """Whom the introduction of an interview is about: the person named most before the first turn, in full.

        Writers of bylines aside; None if it names nobody.
        """
        turn = self._document.turns[0]
        first = turn.parts[0] if turn.label is None else turn.label.span
        start = self._document.word_range(first)[0]
        texts = word_texts(self._document)
        before = [
            place for place in self._places if place.stop <= start and len(self._entities[place.number].tokens) > 1
        ]
        writers = {place.number for place in before if place.start > 0 and texts[place.start - 1].casefold() == "by"}
        n_times = Counter(place.number for place in before if place.number not in writers)
        if not n_times:
            return None
        ((number, n),) = n_times.most_common(1)
        return self._candidate(number), _CERTAIN * n / n_times.total()

    def _candidate(self, number: int) -> Candidate:
        return Candidate(self._entities[number].name, (number,))

    def _bearer_of_name(self, label: str) -> int | None:
        """The person whom a label names, in short or with a title: the one with the longest name, then the most mentions."""
        tokens = name_tokens(label)
        while tokens and is_title(tokens[0], is_person=True):
            tokens = tokens[1:]
        if not tokens:
            return None
        matching = [i for i in self._by_word.get(tokens[-1], ()) if _can_stand_for(tokens, self._entities[i])]
        if len(tokens) == 1 and all(len(self._entities[i].tokens) == 1 for i in matching):
            start = self._by_start.get(tokens[0][:_MIN_NICKNAME], ())  # "BEA" for Beatrix Moore
            matching += [i for i in start if self._entities[i].tokens[0].startswith(tokens[0])]
        return max(
            matching, key=lambda i: (len(self._entities[i].tokens), len(self._entities[i].mentions)), default=None
        )

    def _named_in_brackets(self) -> dict[str, int]:
        """The people whom labels name in full after a role: "The Secretary of State (Imogen Stacey)"."""
        found = {}
        for label in self._document.turn_labels:
            stop, label_stop = self._document.word_range(label.name)[1], self._document.word_range(label.span)[1]
            inside = bisect_left(self._places, stop, key=lambda place: place.start)
            if inside < len(self._places) and self._places[inside].start < label_stop:
                number = self._places[inside].number
                if len(self._entities[number].tokens) > 1:
                    found[label.name.of(self._document.text)] = number
        return found

    def _bearers_of_roles(self, labels: Sequence[str], taken: AbstractSet[int]) -> dict[str, int]:
        """The people to whom the article gives the roles that labels are, other than those taken."""
        labels_of_noun: dict[str, list[str]] = defaultdict(list)
        for label in labels:
            labels_of_noun[_noun(label.split()[-1])].append(label)
        n_times: dict[str, Counter[int]] = defaultdict(Counter)
        for i, text in enumerate(word_texts(self._document)):
            if (noun := _noun(text)) in labels_of_noun and not self._is_label[i]:
                n_times[noun].update(number for number in self._beside(i) if number not in taken)
        return {
            label: count.most_common(1)[0][0]
            for noun, count in n_times.items()
            if count
            for label in labels_of_noun[noun]
        }

    def _beside(self, place: int) -> Iterator[int]:
        """The people named right before or after a word, labels aside."""
        following = bisect_right(self._places, place, key=lambda other: other.start)
        for person in self._places[max(0, following - 1) : following + 1]:
            start, stop = (person.stop, place) if person.start < place else (place + 1, person.start)
            if not self._is_label[person.start] and self._are_joined(start, stop):
                yield person.number

    def _are_joined(self, start: int, stop: int) -> bool:
        """Whether the words between a name and a role join them: "Ann Lee | , the | chair", "Host | : | Ann Lee"."""
        sentences = self._document.sentence_of_word
        if not 0 <= stop - start <= _MAX_BETWEEN or sentences[start - 1] != sentences[stop]:
            return False
        words = list(word_texts(self._document)[start:stop])
        if words and words[0] in _OF and "," in words:  # "Minister | of Power, | Ann Lee"
            words = words[words.index(",") :]
        return all(word in _BETWEEN or is_title(word.lower(), is_person=True) for word in words) or words[-1] in _IS


def _may_speak(entity: NamedEntity) -> bool:
    """Whether an entity is a person, and not a title, or words that a label runs into ("CAPT | 2", "LEE\\nBob")."""
    has_name = not all(is_title(token, is_person=True) for token in entity.tokens)
    return entity.kind == PERSON and has_name and entity.name.isprintable() and not any(map(str.isdigit, entity.name))


def _can_stand_for(tokens: tuple[str, ...], entity: NamedEntity) -> bool:
    return match_names(tokens, entity.tokens) is not NameMatch.NONE


def _noun(word: str) -> str:
    return _SAME_ROLE.get(word.casefold(), word.casefold())
