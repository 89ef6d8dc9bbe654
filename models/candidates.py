"""Who may be meant by a source: the candidates, and what speaks for each of them as numbers."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inquit.models.entities import NamedEntity
from inquit.models.forenames import Gender
from inquit.models.labels import MENTION_KINDS, SPEAKER_KINDS
from inquit.models.mentions import Mention, starts_sentence, text_of
from inquit.models.names import NameMatch, match_names, name_tokens
from inquit.models.phrases import NounIndex, Phrase, PhraseKind, antecedent_phrase
from inquit.models.segmentation import Document, Ints

Floats = NDArray[np.float32]

SOURCE_MENTION = (48, 16)
"""How many mentions before and after a source are looked at."""

_N_FREQUENT = 3
_N_EARLIER = 5

_DESCRIPTIONS = (PhraseKind.DEFINITE, PhraseKind.INDEFINITE, PhraseKind.BARE)


@dataclass(frozen=True, slots=True, eq=False)
class NeuralEvidence:
    """What the shared encoder thinks of the sources.

    Attributes:
        mentions: shape (n_sources, n_nearest), indices of the mentions looked at, -1 for none.
        log_probabilities: shape (n_sources, n_nearest + 1), that each names the speaker; the last: that none does.
        kinds: shape (n_sources, n_speaker_kinds), probabilities.
    """

    mentions: Ints
    log_probabilities: Floats
    kinds: Floats


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer: a named entity by its index, or a name as written that is no proper one, or the writer."""

    name: str | None
    entity: int | None = None
    is_author: bool = False


class _Columns:
    """Names of the features in the order of their columns."""

    names: tuple[str, ...] = (
        *(f"phrase {kind.name.lower()}" for kind in PhraseKind),
        *(f"kind {kind}" for kind in SPEAKER_KINDS),
        "no mention",
        "in quotation",
        *(f"entity {kind}" for kind in MENTION_KINDS),
        "is entity",
        "is phrase itself",
        "is joined",
        "is trimmed",
        "is earlier phrase",
        "is fuller form",
        "is antecedent",
        "is author",
        *(f"match {match.name.lower()}" for match in NameMatch),
        "is head",
        "is inside",
        "neural sum",
        "neural best",
        "neural first",
        "distance",
        "has earlier mention",
        "sentences between",
        "same sentence",
        "same paragraph",
        "recency in kind",
        "recency",
        "only later",
        "distance to later",
        "adjacent",
        "last mention spoke",
        "last mention starts sentence",
        "frequency",
        "most frequent of kind",
        "share",
        "gender differs",
        "gender agrees",
        "in lead",
        "shared words",
        "previous speaker",
        "same noun",
        "plural",
        "length",
    )


FEATURES = _Columns.names
_COLUMN = {name: column for column, name in enumerate(FEATURES)}


class CandidateFinder:
    """The candidates of each source of one document. Cost is linear in the sources: only what is near is looked at."""

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
        self._is_quoted = document.is_quoted
        self._starts = [mention.start for mention in mentions]
        self._entity_of = np.zeros(len(mentions), dtype=np.int64)
        for number, entity in enumerate(entities):
            self._entity_of[list(entity.mentions)] = number
        order = sorted(range(len(entities)), key=lambda i: (-len(entities[i].mentions), i))
        self._frequent = order[:_N_FREQUENT]
        self._most_frequent = {
            kind: next((i for i in order if entities[i].kind == kind), -1) for kind in range(len(MENTION_KINDS))
        }
        self._by_word: dict[str, list[int]] = {}
        for number, entity in enumerate(entities):
            for token in {*entity.tokens, "".join(token[0] for token in entity.tokens)}:
                self._by_word.setdefault(token, []).append(number)
        self._spoke = {phrase.head for phrase in phrases if phrase.head is not None}
        descriptions = [phrase for phrase in phrases if phrase.kind in _DESCRIPTIONS]
        self._nouns = NounIndex(document, {phrase.noun for phrase in descriptions})
        self._descriptions = [i for i, phrase in enumerate(phrases) if phrase.kind in _DESCRIPTIONS]

    def find(self, index: int, evidence: NeuralEvidence) -> tuple[tuple[Candidate, ...], Floats]:
        """Candidates of the ``index``-th phrase, the likeliest by its words first, and their features.

        Returns:
            the candidates, and an array of shape (n_candidates, len(FEATURES)).
        """
        phrase = self._phrases[index]
        shared = self._phrase_features(phrase, index, evidence)
        candidates: list[Candidate] = []
        rows: list[dict[str, float]] = []
        for number, row in self._entity_candidates(phrase, index, evidence):
            candidates.append(Candidate(self._entities[number].name, number))
            rows.append(row)
        itself = self._itself(phrase)
        others = [
            (itself, {"is phrase itself": 1.0}),
            *_joined(itself),
            *self._fuller(phrase),
            *self._earlier(phrase, index),
        ]
        for name, row in others:
            candidates.append(Candidate(name))
            rows.append(row | {"length": min(len(name.split()), 12) / 12})
        candidates.append(Candidate(None, is_author=True))
        rows.append({"is author": 1.0})
        features = np.tile(shared, (len(rows), 1))
        for i, row in enumerate(rows):
            for name, value in row.items():
                features[i, _COLUMN[name]] = value
        return tuple(candidates), features

    def _itself(self, phrase: Phrase) -> str:
        return text_of(self._document, *phrase.core)

    def _phrase_features(self, phrase: Phrase, index: int, evidence: NeuralEvidence) -> Floats:
        row = np.zeros(len(FEATURES), dtype=np.float32)
        row[int(phrase.kind)] = 1
        row[len(PhraseKind) : len(PhraseKind) + len(SPEAKER_KINDS)] = evidence.kinds[index]
        row[_COLUMN["no mention"]] = max(evidence.log_probabilities[index, -1], -12) / 4
        row[_COLUMN["in quotation"]] = self._is_quoted[phrase.words[0]]
        return row

    def _entity_candidates(
        self, phrase: Phrase, index: int, evidence: NeuralEvidence
    ) -> list[tuple[int, dict[str, float]]]:
        """Entities near the phrase, and those its words match; the one that is its head comes first."""
        near = evidence.mentions[index]
        log_probabilities = evidence.log_probabilities[index, :-1][near >= 0]
        near = near[near >= 0]
        owners = self._entity_of[near]
        numbers = dict.fromkeys(owners[::-1].tolist())
        head_tokens = None if phrase.head is None else self._mentions[phrase.head].tokens
        if phrase.head is not None:
            numbers = {int(self._entity_of[phrase.head]): None} | numbers
            for number in self._by_word.get(head_tokens[-1] if head_tokens else "", ())[:8]:
                numbers.setdefault(number)
        for number in self._frequent:
            numbers.setdefault(number)
        if not numbers:
            return []
        sums = np.full(len(self._entities) + 1, -np.inf, dtype=np.float32)
        np.logaddexp.at(sums, owners, log_probabilities)
        best = max(numbers, key=lambda number: float(sums[number]))
        ranks = self._recency_ranks(phrase)
        words = set(name_tokens(text_of(self._document, *phrase.core))) if phrase.kind in _DESCRIPTIONS else set()
        rows = []
        for number in numbers:
            row = self._entity_features(phrase, number, head_tokens, ranks, words)
            own = log_probabilities[owners == number]
            row["neural sum"] = max(float(sums[number]), -12.0) / 4
            row["neural best"] = max(float(own.max()), -12.0) / 4 if len(own) else -3.0
            row["neural first"] = float(number == best)
            rows.append((number, row))
        return self._with_previous_speaker(rows, index)

    def _recency_ranks(self, phrase: Phrase) -> dict[int, tuple[int, int]]:
        """How many other entities, of any kind and of the same kind, were named since an entity's last mention."""
        position = bisect_left(self._starts, phrase.words[0])
        ranks: dict[int, tuple[int, int]] = {}
        by_kind: Counter[int] = Counter()
        for mention in range(position - 1, max(-1, position - 1 - SOURCE_MENTION[0]), -1):
            number = int(self._entity_of[mention])
            if number not in ranks:
                kind = self._entities[number].kind
                ranks[number] = len(ranks), by_kind[kind]
                by_kind[kind] += 1
        return ranks

    def _entity_features(
        self,
        phrase: Phrase,
        number: int,
        head_tokens: tuple[str, ...] | None,
        ranks: dict[int, tuple[int, int]],
        words: set[str],
    ) -> dict[str, float]:
        entity, document = self._entities[number], self._document
        start = phrase.words[0]
        row = {
            "is entity": 1.0,
            f"entity {MENTION_KINDS[entity.kind]}": 1.0,
            "frequency": np.log1p(len(entity.mentions)) / 4,
            "share": len(entity.mentions) / len(self._mentions),
            "most frequent of kind": float(self._most_frequent[entity.kind] == number),
            "in lead": float(document.paragraph_of_word[self._mentions[entity.mentions[0]].start] <= 1),
            "length": min(len(entity.tokens), 12) / 12,
        }
        if head_tokens is not None:
            row[f"match {match_names(head_tokens, entity.tokens).name.lower()}"] = 1.0
            row["is head"] = float(self._entity_of[phrase.head] == number)
        row["is inside"] = float(any(self._entity_of[i] == number for i in phrase.inner))
        position = bisect_left(entity.mentions, bisect_left(self._starts, start))
        if position > 0:
            mention = entity.mentions[position - 1]
            last = self._mentions[mention]
            gap = start - last.stop
            sentences = int(document.sentence_of_word[start] - document.sentence_of_word[last.start])
            row |= {
                "has earlier mention": 1.0,
                "distance": np.log1p(max(gap, 0)) / 6,
                "adjacent": float(gap <= 2),
                "sentences between": min(sentences, 5) / 5,
                "same sentence": float(sentences == 0),
                "same paragraph": float(document.paragraph_of_word[start] == document.paragraph_of_word[last.start]),
                "last mention spoke": float(mention in self._spoke),
                "last mention starts sentence": float(starts_sentence(document, last.start)),
            }
            if number in ranks:
                row["recency"] = 1 / (1 + ranks[number][0])
                row["recency in kind"] = 1 / (1 + ranks[number][1])
        elif position < len(entity.mentions):
            row["only later"] = 1.0
            row["distance to later"] = np.log1p(max(self._mentions[entity.mentions[position]].start - start, 0)) / 6
        if phrase.kind in (PhraseKind.HE, PhraseKind.SHE) and entity.gender is not Gender.UNKNOWN:
            agrees = (entity.gender is Gender.MALE) == (phrase.kind is PhraseKind.HE)
            row["gender agrees" if agrees else "gender differs"] = 1.0
        # "the ministry" shares its words with the Ministry of Trade.
        row["shared words"] = len(words & set(entity.tokens)) / max(1, len(words))
        return row

    def _with_previous_speaker(
        self, rows: list[tuple[int, dict[str, float]]], index: int
    ) -> list[tuple[int, dict[str, float]]]:
        head = next((p.head for p in reversed(self._phrases[max(0, index - 4) : index]) if p.head is not None), None)
        for number, row in rows:
            row["previous speaker"] = float(head is not None and self._entity_of[head] == number)
        return rows

    def _fuller(self, phrase: Phrase) -> list[tuple[str, dict[str, float]]]:
        """Fuller forms of a description, and what a relative pronoun follows."""
        found: list[tuple[str, dict[str, float]]] = []
        if phrase.kind in _DESCRIPTIONS:
            words = self._nouns.fullest(phrase.noun, n_least=phrase.core[1] - phrase.core[0])
            if words is not None:
                found.append((text_of(self._document, *words), {"is fuller form": 1.0}))
        if phrase.kind is PhraseKind.RELATIVE:
            words = antecedent_phrase(self._document, phrase.words[0])
            if words is not None:
                found.append((text_of(self._document, *words), {"is antecedent": 1.0}))
        return found

    def _earlier(self, phrase: Phrase, index: int) -> list[tuple[str, dict[str, float]]]:
        """Earlier sources without a name, the nearest first; the longest form where they share their noun."""
        found: dict[str, tuple[str, dict[str, float]]] = {}
        position = bisect_left(self._descriptions, index)
        for rank, i in enumerate(reversed(self._descriptions[max(0, position - _N_EARLIER) : position])):
            earlier = self._phrases[i]
            sentences = self._document.sentence_of_word
            between = int(sentences[phrase.words[0]] - sentences[earlier.words[0]])
            name = text_of(self._document, *earlier.core)
            row = {
                "is earlier phrase": 1.0,
                "recency": 1 / (1 + rank),
                "sentences between": min(between, 5) / 5,
                "same noun": float(earlier.noun == phrase.noun),
                "plural": float(earlier.noun.endswith("s")),
            }
            if earlier.noun not in found or len(name) > len(found[earlier.noun][0]):
                found[earlier.noun] = name, row
        return list(found.values())


def _joined(name: str) -> list[tuple[str, dict[str, float]]]:
    """A description of two groups, written as joint speakers are: "analysts & sources in the camp"."""
    joined = re.sub(r"\s+and\s+", " & ", name)
    return [] if joined == name else [(joined, {"is joined": 1.0})]


def _trimmed(name: str) -> list[tuple[str, dict[str, float]]]:
    """A document without who made it known, and when: "a CBS poll released last week"."""
    trimmed = re.split(r"\s+(?:released|conducted|published|taken|commissioned)\b", name, maxsplit=1)[0]
    return [] if trimmed == name else [(trimmed, {"is trimmed": 1.0})]
