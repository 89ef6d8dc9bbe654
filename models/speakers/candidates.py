"""The candidates for the speaker that a source refers to, and their features."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from rapidfuzz.distance import Levenshtein

from inquit.models.labels import SPEAKER_KINDS
from inquit.models.segmentation import Document, Floats
from inquit.models.speakers.descriptions import DescriptionFinder
from inquit.models.speakers.entities import NamedEntity
from inquit.models.speakers.features import (
    COLUMN,
    FEATURES,
    LEAST_LOG_PROBABILITY,
    SOURCE_MENTION,
    EntityFeatures,
    NeuralEvidence,
    Pairs,
    Row,
    make_pairs,
)
from inquit.models.speakers.joint import Coordination, counts_several, find_coordinations, may_be_joint, nearest_before
from inquit.models.speakers.mentions import ORGANIZATION, PERSON, Mention
from inquit.models.speakers.names import NameMatch, initials_of, match_names, name_tokens
from inquit.models.speakers.noun_phrases import NounIndex, same_nouns
from inquit.models.speakers.phrases import DESCRIPTIONS, Phrase, PhraseKind
from inquit.models.words import text_of, word_text

_N_FREQUENT = 3
_N_COORDINATIONS = 2
_N_SHARING = 8
_MAX_APPOSED = 7
_LEAST_SIMILAR = 5
"""Names with fewer letters are not taken for misspellings of others."""

_PRONOUNS = (PhraseKind.HE, PhraseKind.SHE, PhraseKind.THEY, PhraseKind.IT, PhraseKind.RELATIVE)
_OWN_ANSWERS = frozenset({"others", "some", "many", "this"})
"""Words that count as pronouns but may still be what their speaker is called."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible answer: named entities (by index), or a description as written, or the writer (``name`` is None)."""

    name: str | None
    entities: tuple[int, ...] = ()

    @property
    def is_author(self) -> bool:
        return self.name is None


class CandidateFinder:
    """Finds the candidates for one document's sources. Cost is linear in the sources: only what is near is examined."""

    def __init__(
        self,
        document: Document,
        mentions: Sequence[Mention],
        entities: Sequence[NamedEntity],
        phrases: Sequence[Phrase],
    ) -> None:
        self._document = document
        self._mentions = mentions
        self._entities = entities
        self._phrases = phrases
        self._starts = [mention.start for mention in mentions]
        self._entity_of = np.zeros(len(mentions), dtype=np.int64)
        for number, entity in enumerate(entities):
            self._entity_of[list(entity.mentions)] = number
        self._frequent = sorted(range(len(entities)), key=lambda i: (-len(entities[i].mentions), i))[:_N_FREQUENT]
        self._by_word: dict[str, list[int]] = {}
        for number, entity in enumerate(entities):
            for token in {*entity.tokens} | initials_of(entity.tokens):
                self._by_word.setdefault(token, []).append(number)
        self._nouns = NounIndex(
            document, {noun for phrase in phrases if phrase.kind in DESCRIPTIONS for noun in same_nouns(phrase.noun)}
        )
        self._descriptions = DescriptionFinder(document, mentions, phrases, self._nouns)
        self._matches: dict[tuple[str, ...], dict[int, str]] = {}
        self._bearers: dict[str, dict[int, float]] = {}

    def find(self, evidence: NeuralEvidence) -> list[tuple[tuple[Candidate, ...], Floats]]:
        """For each phrase, its candidates and an array of their features, shape (n_candidates, len(FEATURES))."""
        pairs, features = self._entity_pairs(evidence)
        bounds = np.searchsorted(pairs.sources, np.arange(len(self._phrases) + 1)).tolist()
        shared = self._phrase_features(evidence)
        named = [Candidate(entity.name, (number,)) for number, entity in enumerate(self._entities)]
        found = []
        for i, (start, stop) in enumerate(pairwise(bounds)):
            numbers = pairs.entities[start:stop].tolist()
            rows = dict(zip(numbers, features[start:stop], strict=True))
            others = [
                *self._joint(i, rows),
                *((Candidate(name), row) for name, row in self._descriptions.find(i, evidence)),
                (Candidate(None), {"is author": 1.0}),
            ]
            phrase = self._phrases[i]
            # A pronoun is not an answer in itself if anyone else may be meant.
            if phrase.kind in _PRONOUNS and phrase.noun not in _OWN_ANSWERS and (numbers or len(others) > 2):
                others = [other for other in others if "is phrase itself" not in other[1]]
            are_several = counts_several(self._document, phrase)
            known = self._known_by_full_name(phrase)
            kept = [
                k
                for k, number in enumerate(numbers)
                if self._entities[number].kind != PERSON or (not are_several and (known is None or number in known))
            ]
            candidates = [*(named[numbers[k]] for k in kept), *(candidate for candidate, _ in others)]
            table = np.concatenate([features[start:stop][kept], _as_table(row for _, row in others)])
            found.append((tuple(candidates), table + shared[i]))
        return found

    def _known_by_full_name(self, phrase: Phrase) -> set[int] | None:
        """The only entities that the phrase can refer to if its head is a person's full name; None if it is not."""
        if phrase.head is None:
            return None
        head = self._mentions[phrase.head]
        if head.kind != PERSON or len(head.tokens) == 1:
            return None
        return {int(self._entity_of[phrase.head]), *self._matches_of(phrase)}

    def _phrase_features(self, evidence: NeuralEvidence) -> Floats:
        """The features that all candidates of a phrase share: shape (n_phrases, len(FEATURES))."""
        rows = np.zeros((len(self._phrases), len(FEATURES)), dtype=np.float32)
        rows[np.arange(len(rows)), [int(phrase.kind) for phrase in self._phrases]] = 1
        rows[:, len(PhraseKind) : len(PhraseKind) + len(SPEAKER_KINDS)] = evidence.kinds
        rows[:, COLUMN["no mention"]] = np.maximum(evidence.log_probabilities[:, -1], LEAST_LOG_PROBABILITY) / 4
        rows[:, COLUMN["in quotation"]] = self._document.is_quoted[[phrase.words[0] for phrase in self._phrases]]
        return rows

    def _entity_pairs(self, evidence: NeuralEvidence) -> tuple[Pairs, Floats]:
        """The entities near each phrase, those that match its words and the most frequent ones, with their features."""
        n_entities = len(self._entities)
        others = [(i, number) for i in range(len(self._phrases)) for number in self._also(i)]
        pairs = make_pairs(evidence, self._entity_of, n_entities, others)
        if not n_entities:
            return pairs, np.zeros((0, len(FEATURES)), dtype=np.float32)
        computed = EntityFeatures(self._document, self._mentions, self._entities, self._phrases, self._entity_of)
        features = computed.compute(pairs, evidence)
        keys = pairs.sources * n_entities + pairs.entities
        told = [(i, number, name, value) for i in range(len(self._phrases)) for number, name, value in self._told(i)]
        if told:
            sources, numbers, names, values = zip(*told, strict=True)
            wanted = np.array(sources) * n_entities + np.array(numbers)
            rows = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            is_there = keys[rows] == wanted
            columns = np.array([COLUMN[name] for name in names])
            features[rows[is_there], columns[is_there]] = np.array(values, dtype=np.float32)[is_there]
        return pairs, features

    def _also(self, index: int) -> Iterator[int]:
        """Entities that are candidates wherever they are mentioned."""
        phrase = self._phrases[index]
        yield from self._frequent
        if phrase.head is not None:
            yield int(self._entity_of[phrase.head])
            yield from list(self._matches_of(phrase))[:_N_SHARING]
        elif phrase.kind in DESCRIPTIONS:
            yield from list(self._bearers_of(phrase.noun))[:_N_SHARING]
            yield from self._by_word.get(phrase.noun, ())[:_N_FREQUENT]

    def _told(self, index: int) -> Iterator[tuple[int, str, float]]:
        """What the words of a phrase say about entities: (entity, feature, value)."""
        phrase = self._phrases[index]
        for i in phrase.inner:
            yield int(self._entity_of[i]), "is inside", 1.0
        if phrase.head is not None:
            for number, name in self._matches_of(phrase).items():
                yield number, name, 1.0
        elif phrase.kind in DESCRIPTIONS:
            for number, value in self._bearers_of(phrase.noun).items():
                yield number, "bears noun", value
            # "the ministry" shares its words with the Ministry of Trade.
            words = set(name_tokens(text_of(self._document, *phrase.core)))
            shared: dict[int, int] = {}
            for word in words:
                for number in self._by_word.get(word, ()):
                    shared[number] = shared.get(number, 0) + 1
            for number, n in shared.items():
                yield number, "shared words", n / len(words)

    def _matches_of(self, phrase: Phrase) -> dict[int, str]:
        """How the phrase's name matches entities: the name of the feature, by entity."""
        assert phrase.head is not None
        tokens = self._mentions[phrase.head].tokens
        if tokens not in self._matches:
            numbers = dict.fromkeys(
                [int(self._entity_of[phrase.head]), *(n for token in tokens for n in self._by_word.get(token, ()))]
            )
            matches = {number: match_names(tokens, self._entities[number].tokens) for number in numbers}
            found = {
                number: f"match {match.name.lower()}"
                for number, match in matches.items()
                if match is not NameMatch.NONE
            }
            self._matches[tokens] = found | self._similar(tokens, found)
        return self._matches[tokens]

    def _similar(self, tokens: tuple[str, ...], known: Iterable[int]) -> dict[int, str]:
        """People whose surname is one letter off and whose forename may be the same: "Sweeny" for Steve Sweeney."""
        name = tokens[-1]
        if len(name) < _LEAST_SIMILAR:
            return {}
        return {
            number: "match similar"
            for number in self._people_by_start.get(name[:2], ())
            if number not in known
            and (len(tokens) == 1 or _may_be_one(tokens[0], self._entities[number].tokens[0]))
            and Levenshtein.distance(name, self._entities[number].tokens[-1], score_cutoff=1) <= 1
        }

    @cached_property
    def _people_by_start(self) -> dict[str, list[int]]:
        """The people with a full name, by the first two letters of their surnames."""
        found: dict[str, list[int]] = {}
        for number, entity in enumerate(self._entities):
            if entity.kind == PERSON and len(entity.tokens) > 1:
                found.setdefault(entity.tokens[-1][:2], []).append(number)
        return found

    def _bearers_of(self, noun: str) -> dict[int, float]:
        """Entities that the text describes with a noun ("campaign manager Robby Mook", "Robby Mook, the manager").

        The value is how often it does so: the count, at most 3, divided by 3.
        """
        if noun not in self._bearers:
            counts: dict[int, int] = {}
            for same in same_nouns(noun):
                for place in self._nouns.places(same):
                    for number in {*self._apposed(place)}:
                        counts[number] = counts.get(number, 0) + 1
            self._bearers[noun] = {number: min(count, 3) / 3 for number, count in counts.items()}
        return self._bearers[noun]

    def _apposed(self, place: int) -> Iterator[int]:
        """Entities with a mention in apposition to the noun at a word."""
        following = bisect_right(self._starts, place)
        if following < len(self._mentions) and self._mentions[following].start - place <= 1:
            yield int(self._entity_of[following])
        for i in range(following - 1, max(-1, following - 3), -1):
            mention = self._mentions[i]
            if mention.kind not in (PERSON, ORGANIZATION) or not 0 < place - mention.stop <= _MAX_APPOSED:
                continue
            same_sentence = self._document.sentence_of_word[mention.start] == self._document.sentence_of_word[place]
            if same_sentence and word_text(self._document, mention.stop).lower() in {",", "is", "was", "("}:
                yield int(self._entity_of[i])

    @cached_property
    def _coordinations(self) -> list[Coordination]:
        return find_coordinations(self._document, self._mentions, self._entity_of)

    def _joint(self, index: int, rows: dict[int, Floats]) -> Iterator[tuple[Candidate, Row]]:
        """Candidates that are several speakers at once, if the phrase may refer to them."""
        phrase = self._phrases[index]
        if phrase.head is not None:
            family = self._family(self._mentions[phrase.head].tokens)
            if len(family) > 1:
                yield self._joined_entities(family), _weakest(family, rows) | {"is joint": 1.0, "is head": 1.0}
        if not may_be_joint(phrase):
            return
        start = phrase.words[0]
        sentences, paragraphs = self._document.sentence_of_word, self._document.paragraph_of_word
        told = set()
        for rank, joint in enumerate(nearest_before(self._coordinations, start, n=_N_COORDINATIONS)):
            told.add(frozenset(joint.entities))
            between = int(sentences[start] - sentences[joint.start])
            yield (
                self._joined_entities(joint.entities),
                _weakest(joint.entities, rows)
                | {
                    "is joint": 1.0,
                    "is coordination": 1.0,
                    "recency": 1 / (1 + rank),
                    "sentences between": min(between, 5) / 5,
                    "same sentence": float(between == 0),
                    "same paragraph": float(paragraphs[start] == paragraphs[joint.start]),
                    "adjacent": float(start - joint.stop <= 1),
                },
            )
        people = self._last_people(start)
        if len(people) == 2 and frozenset(people) not in told:
            yield self._joined_entities(people), _weakest(people, rows) | {"is joint": 1.0}

    def _family(self, tokens: tuple[str, ...]) -> tuple[int, ...]:
        """The people who share a surname, if this is its plural: "the Khans"."""
        if len(tokens) > 1 or not tokens[0].endswith("s"):
            return ()
        surname = tokens[0][:-1]
        return tuple(
            number
            for number in self._by_word.get(surname, ())
            if len(self._entities[number].tokens) > 1 and self._entities[number].tokens[-1] == surname
        )

    def _last_people(self, word: int) -> tuple[int, ...]:
        """The last two people mentioned before a word, in text order."""
        found: dict[int, None] = {}
        last = bisect_left(self._starts, word)
        for i in range(last - 1, max(-1, last - 1 - SOURCE_MENTION[0]), -1):
            if self._mentions[i].kind == PERSON:
                found.setdefault(int(self._entity_of[i]))
                if len(found) == 2:
                    break
        return tuple(reversed(found))

    def _joined_entities(self, numbers: Sequence[int]) -> Candidate:
        return Candidate(" & ".join(self._entities[number].name for number in numbers), tuple(numbers))


def _may_be_one(forename: str, other: str) -> bool:
    """Whether two forenames are the same or one is short for the other: "Steve" and "S", not "John" and "James"."""
    return forename.startswith(other) or other.startswith(forename)


def _weakest(numbers: Sequence[int], rows: dict[int, Floats]) -> Row:
    """The encoder's evidence for joint speakers: that for the least likely of them."""
    least = LEAST_LOG_PROBABILITY / 4
    return {
        name: min(float(rows[number][COLUMN[name]]) if number in rows else least for number in numbers)
        for name in ("neural sum", "neural best")
    }


def _as_table(rows: Iterable[Row]) -> Floats:
    listed = list(rows)
    table = np.zeros((len(listed), len(FEATURES)), dtype=np.float32)
    for i, row in enumerate(listed):
        for name, value in row.items():
            table[i, COLUMN[name]] = value
    return table
