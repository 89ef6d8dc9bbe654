"""Whom a source stands for: mention ranking over the entities of the article.

Candidates for a source are the named entities around it, what it says itself, earlier sources without a name, and the
writer. A small network, fitted in `inquit.training.speakers`, turns their features into probabilities. Names come from
the article only, verbatim.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inquit.models.calibration import softmax
from inquit.models.candidates import SOURCE_MENTION, Candidate, CandidateFinder, NeuralEvidence
from inquit.models.entities import NamedEntity, group_mentions
from inquit.models.labels import SPEAKER_KINDS
from inquit.models.linker import Link
from inquit.models.mentions import Mention, MentionTagger, add_missed_mentions
from inquit.models.pairs import PairScorer, nearest_candidates, pair_features
from inquit.models.phrases import Phrase, analyse_phrase, split_conjuncts
from inquit.models.result import Entity, Speaker, SpeakerKind
from inquit.models.segmentation import Document, Ints
from inquit.models.tagger import log_sum_exp

Floats = NDArray[np.float32]

MAX_OTHERS = 3
_DOUBT = 0.6
"""Below this probability the other likely candidates are named beside the first."""
_LEAST_OTHER = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class CandidateScorer:
    """One hidden layer over the features of a candidate; the candidates of a source share one probability.

    Attributes:
        hidden_weight: shape (n_hidden, n_features); hidden_bias: shape (n_hidden,).
        output_weight: shape (n_hidden,).
    """

    hidden_weight: Floats
    hidden_bias: Floats
    output_weight: Floats

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats]) -> CandidateScorer:
        return cls(*(arrays[f"speaker.{name}"] for name in ("hidden_weight", "hidden_bias", "output_weight")))

    def to_arrays(self) -> dict[str, Floats]:
        names = ("hidden_weight", "hidden_bias", "output_weight")
        return {f"speaker.{name}": getattr(self, name) for name in names}

    def probabilities(self, features: Floats) -> Floats:
        """shape (n_candidates,) from features of shape (n_candidates, n_features)."""
        hidden = np.maximum(features @ self.hidden_weight.T + self.hidden_bias, 0)
        return softmax(hidden @ self.output_weight)


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """One source, or one of the parts that it joins, and its candidates with their features."""

    phrase: Phrase
    candidates: tuple[Candidate, ...]
    features: Floats


@dataclass(frozen=True, slots=True, eq=False)
class SpeakerResolver:
    """Finds the mentions of an article, groups them to entities, and gives each source its speaker."""

    mentions: MentionTagger
    pairs: PairScorer
    scorer: CandidateScorer
    kind_weight: Floats
    kind_bias: Floats

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats]) -> SpeakerResolver:
        return cls(
            MentionTagger.from_arrays(arrays),
            PairScorer.from_arrays(arrays, "pairs.source_mention"),
            CandidateScorer.from_arrays(arrays),
            arrays["speaker_kind.weight"],
            arrays["speaker_kind.bias"],
        )

    def resolve(
        self, document: Document, states: Floats, links: Sequence[Link]
    ) -> tuple[list[Speaker | None], tuple[Entity, ...]]:
        """The speaker of each link, None where it has no source, and the article's speakers with their mentions."""
        sources = sorted({link.source for link in links if link.source is not None})
        if not sources:
            return [None] * len(links), ()
        mentions = self.find_mentions(document, states, sources)
        entities = group_mentions(document, mentions)
        decisions = self.decide(document, states, sources, mentions, entities)
        kinds = self.kind_probabilities(states, sources)
        answers = {
            source: self._answer(decided, kind) for source, decided, kind in zip(sources, decisions, kinds, strict=True)
        }
        return _number_entities(document, links, answers, mentions, entities)

    def find_mentions(self, document: Document, states: Floats, sources: Sequence[tuple[int, int]]) -> list[Mention]:
        """The named mentions of a document in text order; ``sources`` are word ranges."""
        return add_missed_mentions(document, self.mentions.find(document, states), sources)

    def decide(
        self,
        document: Document,
        states: Floats,
        sources: Sequence[tuple[int, int]],
        mentions: Sequence[Mention],
        entities: Sequence[NamedEntity],
    ) -> list[list[Decision]]:
        """What there is to decide for each source: one decision, or one for each speaker that it joins."""
        parts = [split_conjuncts(document, source, mentions) for source in sources]
        ranges = [words for source_parts in parts for words in source_parts]
        phrases = [analyse_phrase(document, words, mentions) for words in ranges]
        evidence = self._neural_evidence(document, states, ranges, mentions)
        finder = CandidateFinder(document, mentions, entities, phrases)
        decided = iter(Decision(phrase, *finder.find(i, evidence)) for i, phrase in enumerate(phrases))
        return [[next(decided) for _ in source_parts] for source_parts in parts]

    def kind_probabilities(self, states: Floats, sources: Sequence[tuple[int, int]]) -> Floats:
        """shape (n_sources, n_speaker_kinds)."""
        spans = np.array(sources, dtype=np.int64).reshape(-1, 2)
        ends = np.concatenate([states[spans[:, 0]], states[spans[:, 1] - 1]], axis=1)
        return softmax(ends @ self.kind_weight.T + self.kind_bias)

    def _neural_evidence(
        self, document: Document, states: Floats, ranges: Sequence[tuple[int, int]], mentions: Sequence[Mention]
    ) -> NeuralEvidence:
        spans: Ints = np.array(ranges, dtype=np.int64).reshape(-1, 2)
        others: Ints = np.array([(m.start, m.stop) for m in mentions], dtype=np.int64).reshape(-1, 2)
        candidates = nearest_candidates(spans, others, n_before=SOURCE_MENTION[0], n_after=SOURCE_MENTION[1])
        scores = self.pairs.scores(
            states, spans, others, candidates, pair_features(document, spans, others, candidates)
        )
        return NeuralEvidence(
            candidates, scores - log_sum_exp(scores)[:, None], self.kind_probabilities(states, ranges)
        )

    def _answer(self, decisions: Sequence[Decision], kinds: Floats) -> _Answer:
        chosen: list[Candidate] = []
        confidence = 1.0
        others: list[str] = []
        for decision in decisions:
            probabilities = self.scorer.probabilities(decision.features)
            best = int(probabilities.argmax())
            # Candidates of one name are one answer.
            name = decision.candidates[best].name
            same = [candidate.name == name for candidate in decision.candidates]
            certainty = float(probabilities[same].sum())
            confidence *= certainty
            chosen.append(decision.candidates[best])
            if certainty < _DOUBT:
                others += _other_names(decision, probabilities, name)
        if any(candidate.is_author for candidate in chosen):
            return _Answer(None, SpeakerKind.AUTHOR, (), False, confidence, tuple(others))
        kinds = kinds.copy()
        kinds[SPEAKER_KINDS.index(SpeakerKind.AUTHOR)] = 0
        kind = SpeakerKind(SPEAKER_KINDS[int(kinds.argmax())])
        return _Answer(
            " & ".join(dict.fromkeys(str(candidate.name) for candidate in chosen)),
            kind,
            tuple(candidate.entity for candidate in chosen if candidate.entity is not None),
            all(candidate.entity is not None for candidate in chosen),
            confidence,
            tuple(others),
        )


@dataclass(frozen=True, slots=True)
class _Answer:
    name: str | None
    kind: SpeakerKind
    entities: tuple[int, ...]
    is_named: bool
    confidence: float
    others: tuple[str, ...]


def _other_names(decision: Decision, probabilities: Floats, chosen: str | None) -> list[str]:
    names: dict[str, float] = {}
    for candidate, probability in zip(decision.candidates, probabilities.tolist(), strict=True):
        if candidate.name is not None and candidate.name != chosen:
            names[candidate.name] = names.get(candidate.name, 0.0) + probability
    likely = sorted(names, key=lambda name: -names[name])[:MAX_OTHERS]
    return [name for name in likely if names[name] >= _LEAST_OTHER]


def _number_entities(
    document: Document,
    links: Sequence[Link],
    answers: Mapping[tuple[int, int], _Answer],
    mentions: Sequence[Mention],
    entities: Sequence[NamedEntity],
) -> tuple[list[Speaker | None], tuple[Entity, ...]]:
    """Speakers and the entities they are, numbered in the order in which they first speak. The writer is no entity."""
    sources: dict[str, list[tuple[int, int]]] = {}
    for link in links:
        if link.source is not None and (name := answers[link.source].name) is not None:
            sources.setdefault(name, []).append(link.source)
    found: dict[str, Entity] = {}
    for name, own in sources.items():
        kind = Counter(answers[source].kind for source in own).most_common(1)[0][0]
        named = {number for source in own for number in answers[source].entities}
        spans = {*own, *((mentions[i].start, mentions[i].stop) for n in named for i in entities[n].mentions)}
        # Of joint speakers only the sources are mentions: each of them is an entity of its own.
        places = _without_nested(set(own) if len(named) > 1 else spans)
        found[name] = Entity(
            f"e{len(found)}", name, kind, tuple(document.span_of_words(*words) for words in places), len(own)
        )
    speakers = [None if link.source is None else _speaker(answers[link.source], found) for link in links]
    return speakers, tuple(found.values())


def _speaker(answer: _Answer, entities: Mapping[str, Entity]) -> Speaker:
    confidence = round(answer.confidence, 4)
    if answer.name is None:
        return Speaker(None, answer.kind, None, False, confidence, answer.others)
    entity = entities[answer.name]
    return Speaker(answer.name, entity.kind, entity.id, answer.is_named, confidence, answer.others)


def _without_nested(spans: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """In text order, without those that lie in another."""
    kept: list[tuple[int, int]] = []
    for start, stop in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or stop > kept[-1][1]:
            kept.append((start, stop))
    return kept
