"""Who takes the turns of a conversation: all turns under one label are one speaker's, and each label has its own.

A label that is a name stands for whoever has that name, and one that is a role for the person whom the article gives
it. What is left, such as "A:", the scorer of speakers decides, from all turns under the label together.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import numpy as np

from inquit.models.segmentation import Document, Floats
from inquit.models.speakers.candidates import Candidate
from inquit.models.speakers.entities import NamedEntity
from inquit.models.speakers.mentions import PERSON, Mention
from inquit.models.speakers.names import NameMatch, initials_of, is_title, match_names, name_tokens
from inquit.models.words import word_text, word_texts

_CERTAIN = 0.97
"""Certainty of a speaker whose name or role the label is."""

_ASKS = frozenset({"q", "question"})
_ANSWERS = "a"
_LEAST_SHARE = 0.2
"""A label that is no name stands for nobody whom the scorer gives less than this; but somebody must answer."""
_SAME_ROLE = {"court": "judge", "justice": "judge"}
_MAX_BETWEEN = 5
_BETWEEN = frozenset(",:(.") | {"a", "an", "our", "the"}
_IS = frozenset({"is", "was"})


def find_interviewee(
    document: Document, mentions: Sequence[Mention], entities: Sequence[NamedEntity]
) -> tuple[Candidate, float] | None:
    """Who answers in an interview without labels, and how certain that is; None if the article names nobody before.

    It is the person named most, in full at least once, before the first answer; writers of bylines aside.
    """
    n_words = document.word_range(document.turns[0].parts[0])[0]
    n_times = {
        number: n
        for number, entity in enumerate(entities)
        if entity.kind == PERSON
        and len(entity.tokens) > 1
        and (n := sum(mentions[i].start < n_words for i in entity.mentions))
        and not _follows_by(document, mentions[entity.mentions[0]].start)
    }
    if not n_times:
        return None
    best = max(n_times, key=lambda number: n_times[number])
    return Candidate(entities[best].name, (best,)), _CERTAIN * n_times[best] / sum(n_times.values())


def _follows_by(document: Document, word: int) -> bool:
    return word > 0 and word_text(document, word - 1).casefold() == "by"


class Vote(NamedTuple):
    """What the scorer makes of one turn: its label, and the candidates with their probabilities."""

    label: str
    candidates: Sequence[Candidate]
    probabilities: Floats


class _Mention(NamedTuple):
    """A mention of somebody who may speak: its words, and the number of the entity."""

    start: int
    stop: int
    number: int


class LabelResolver:
    """Finds the speakers of the labels in one document's conversation."""

    def __init__(self, document: Document, mentions: Sequence[Mention], entities: Sequence[NamedEntity]) -> None:
        self._document = document
        self._entities = entities
        people = [
            number
            for number, entity in enumerate(entities)
            if entity.kind == PERSON and not any(map(str.isdigit, entity.name))
        ]
        self._mentions = sorted(
            _Mention(mentions[i].start, mentions[i].stop, number)
            for number in people
            for i in entities[number].mentions
        )
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for number in people:
            for word in {*entities[number].tokens} | initials_of(entities[number].tokens):
                self._by_word[word].append(number)
        self._is_label = np.zeros(len(document.words) + 1, dtype=bool)
        for label in document.turn_labels:
            self._is_label[slice(*document.word_range(label.span))] = True

    def speakers(self, votes: Sequence[Vote]) -> dict[str, tuple[Candidate, float]]:
        """The speaker of each label, and how certain that is; the label itself if it stands for nobody who is named."""
        labels = dict.fromkeys(vote.label for vote in votes)
        asking = {label for label in labels if label.casefold() in _ASKS}
        in_brackets = self._named_in_brackets()
        found: dict[str, int] = {}
        for label in [label for label in labels if label not in asking]:
            number = self._bearer_of_name(label)
            if number is None:
                number = in_brackets.get(label)
            if number is not None:
                found[label] = number
        places = self._places({_noun(label) for label in labels})
        for label in [label for label in labels if label not in asking | found.keys()]:
            number = self._bearer_of_role(places[_noun(label)], {*found.values()})
            if number is not None:
                found[label] = number
        answers = {label: (self._candidate(number), _CERTAIN) for label, number in found.items()}
        for share, label, number in self._shares([vote for vote in votes if vote.label not in asking | found.keys()]):
            if label not in answers and number not in found.values():
                found[label] = number
                answers[label] = self._candidate(number), share
        own = {label: (Candidate(None if label in asking else label), _CERTAIN) for label in labels}
        return own | answers

    def _candidate(self, number: int) -> Candidate:
        return Candidate(self._entities[number].name, (number,))

    def _named_in_brackets(self) -> dict[str, int]:
        """The people whom labels name in full after their role: "The Secretary of State (Imogen Stacey)"."""
        found = {}
        for label in self._document.turn_labels:
            stop, label_stop = self._document.word_range(label.name)[1], self._document.word_range(label.span)[1]
            inside = bisect_left(self._mentions, stop, key=lambda mention: mention.start)
            if inside < len(self._mentions) and self._mentions[inside].start < label_stop:
                number = self._mentions[inside].number
                if len(self._entities[number].tokens) > 1:
                    found[label.name.of(self._document.text)] = number
        return found

    def _bearer_of_name(self, label: str) -> int | None:
        """The person whom a label names: the one with the longest name, then the one mentioned most."""
        tokens = name_tokens(label)
        while len(tokens) > 1 and is_title(tokens[0], is_person=True):
            tokens = tokens[1:]
        matching = [
            number
            for number in self._by_word.get(tokens[-1], ())
            if match_names(tokens, self._entities[number].tokens) is not NameMatch.NONE
        ]
        return max(
            matching, key=lambda i: (len(self._entities[i].tokens), len(self._entities[i].mentions)), default=None
        )

    def _places(self, nouns: set[str]) -> dict[str, list[int]]:
        """Where the text has each noun, as word indices."""
        places: dict[str, list[int]] = {noun: [] for noun in nouns}
        for i, text in enumerate(word_texts(self._document)):
            if (noun := _SAME_ROLE.get(text.casefold(), text.casefold())) in nouns:
                places[noun].append(i)
        return places

    def _bearer_of_role(self, places: Sequence[int], taken: AbstractSet[int]) -> int | None:
        """The person whom the article gives a role most often, other than those taken."""
        n_times = Counter(number for place in places for number in self._beside(place) if number not in taken)
        return n_times.most_common(1)[0][0] if n_times else None

    def _beside(self, place: int) -> Iterator[int]:
        """The people named right before or after a word, labels aside."""
        following = bisect_right(self._mentions, place, key=lambda mention: mention.start)
        for mention in self._mentions[max(0, following - 1) : following + 1]:
            start, stop = (mention.stop, place) if mention.start < place else (place + 1, mention.start)
            if not (self._is_label[place] or self._is_label[mention.start]) and self._are_joined(start, stop):
                yield mention.number

    def _are_joined(self, start: int, stop: int) -> bool:
        """Whether the words between a name and a role join them: "Ann Lee | , the | chair", "Host | : | Ann Lee"."""
        if not 0 <= stop - start <= _MAX_BETWEEN or start < 1:
            return False
        sentences = self._document.sentence_of_word
        if sentences[start - 1] != sentences[stop]:
            return False
        words = [text.casefold() for text in word_texts(self._document)[start:stop]]
        return all(word in _BETWEEN or is_title(word, is_person=True) for word in words) or words[-1] in _IS

    def _shares(self, votes: Sequence[Vote]) -> list[tuple[float, str, int]]:
        """The mean probability of each likely person for each label, the likeliest first."""
        n_turns = Counter(vote.label for vote in votes)
        people = {mention.number for mention in self._mentions if self._is_name(mention)}
        sums: dict[tuple[str, int], float] = defaultdict(float)
        for vote in votes:
            for candidate, probability in zip(vote.candidates, vote.probabilities.tolist(), strict=True):
                if len(candidate.entities) == 1 and candidate.entities[0] in people:
                    sums[vote.label, candidate.entities[0]] += probability
        shares = [(total / n_turns[label], label, number) for (label, number), total in sums.items()]
        return sorted(
            (item for item in shares if item[0] >= _LEAST_SHARE or item[1].casefold() == _ANSWERS), reverse=True
        )

    def _is_name(self, mention: _Mention) -> bool:
        """Whether a mention does not run out of a label: "F/O | San Orso, runway two six"."""
        return bool(self._is_label[mention.start] == self._is_label[mention.stop - 1])


def _noun(label: str) -> str:
    noun = label.casefold().split()[-1]
    return _SAME_ROLE.get(noun, noun)
