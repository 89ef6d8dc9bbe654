"""Resolves sources to speakers: mention ranking over the entities of the article.

The candidates for a source are the named entities around it, its own words, earlier sources without a name, and the
writer. A small network, fitted in `inquit.training.speakers.fit`, turns their features into probabilities. Names are
always taken verbatim from the article.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np

from inquit.models.calibration import LogisticCalibrator, softmax
from inquit.models.labels import SPEAKER_KINDS
from inquit.models.linker import LINK_FEATURES, Link
from inquit.models.pairs import PairScorer, nearest_candidates, pair_features, span_states
from inquit.models.result import Entity, Speaker, SpeakerKind
from inquit.models.segmentation import Document, Floats, Ints, WordRange
from inquit.models.speakers.candidates import Candidate, CandidateFinder
from inquit.models.speakers.conjuncts import split_conjuncts
from inquit.models.speakers.entities import NamedEntity, group_mentions
from inquit.models.speakers.features import COLUMN, KIND_OF_NAME, SOURCE_MENTION, NeuralEvidence
from inquit.models.speakers.mentions import Mention, MentionTagger, make_mentions
from inquit.models.speakers.missed_mentions import add_missed_mentions, with_defined_names
from inquit.models.speakers.names import normalise_name
from inquit.models.speakers.phrases import DESCRIPTIONS, Phrase, PhraseKind, analyse_phrase
from inquit.models.speakers.scorer import SpeakerScorer
from inquit.models.speakers.turn_speakers import TurnSpeaker, TurnSpeakers
from inquit.models.tagger import log_sum_exp

MAX_OTHERS = 3
_DOUBT = 0.6
"""If the probability of the answer is below this, the other likely candidates are listed too."""
_LEAST_OTHER = 0.05
_LEAST_CERTAINTY = 1e-4
_KIND_PENALTY = 2.0
"""What a kind of speaker loses (natural log) if the name's kind cannot stand for it; set on calibration articles."""

_IS_PERSON = np.array([kind == SpeakerKind.PERSON for kind in SPEAKER_KINDS], dtype=np.float32)
_SPEAKER_ITSELF = frozenset({"i", "me", "my", "myself"})
_OTHERS = (PhraseKind.HE, PhraseKind.SHE, PhraseKind.THEY)
_WE = frozenset({"we", "us", "our"})

CALIBRATION = "speaker.calibration"
"""Prefix of the arrays that calibrate the confidence."""

_LINK_EVIDENCE = [
    LINK_FEATURES.index(name) for name in ("content mean", "source mean", "content to cue", "cue to source")
]

CONFIDENCE_FEATURES = (
    "log-odds",
    "is name",
    "is description",
    "is joint",
    "is named",
    *(LINK_FEATURES[i] for i in _LINK_EVIDENCE),
)
"""The evidence for the confidence in a speaker; the first feature is the scorer's, the last ones are the linker's."""


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """One source, or one of the parts that it joins, with its candidates and their features."""

    phrase: Phrase
    paragraph: int
    candidates: tuple[Candidate, ...]
    features: Floats


@dataclass(frozen=True, slots=True, eq=False)
class SpeakerResolver:
    """Finds the mentions in an article, groups them into entities, and gives each source its speaker.

    Attributes:
        calibration: maps the evidence for an answer (`CONFIDENCE_FEATURES`) to its confidence; None if the model has no
            calibration, in which case the confidence is the scorer's probability.
    """

    mentions: MentionTagger
    pairs: PairScorer
    scorer: SpeakerScorer
    kind_weight: Floats
    kind_bias: Floats
    calibration: LogisticCalibrator | None = None

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats]) -> SpeakerResolver:
        return cls(
            MentionTagger.from_arrays(arrays),
            PairScorer.from_arrays(arrays, "pairs.source_mention"),
            SpeakerScorer.from_arrays(arrays),
            arrays["speaker_kind.weight"],
            arrays["speaker_kind.bias"],
            LogisticCalibrator.from_arrays(arrays, CALIBRATION, n_features=len(CONFIDENCE_FEATURES))
            if f"{CALIBRATION}.weight" in arrays
            else None,
        )

    def resolve(
        self, document: Document, states: Floats, links: Sequence[Link]
    ) -> tuple[list[Speaker | None], tuple[Entity, ...]]:
        """The speaker of each link, and the article's speakers with their mentions.

        None is the speaker of a link without a source, but for the answers of an interview without labels.
        """
        answers, mentions, entities = self._answer_sources(document, states, links)
        if not answers:
            return [None] * len(links), ()
        of_links = [_answer_of(link, answers) for link in links]
        return _number_entities(document, links, of_links, self._confidences(links, of_links), mentions, entities)

    def evidence(self, document: Document, states: Floats, links: Sequence[Link]) -> Floats:
        """The evidence for the confidence in each link's speaker: shape (n_links, len(CONFIDENCE_FEATURES))."""
        answers, _, _ = self._answer_sources(document, states, links)
        return _evidence_of_links(links, [_answer_of(link, answers) for link in links])

    def _answer_sources(
        self, document: Document, states: Floats, links: Sequence[Link]
    ) -> tuple[dict[WordRange | None, _Answer], list[Mention], list[NamedEntity]]:
        """The answer for every source of the links, and the mentions and entities that answers were chosen from.

        The answer for None is who answers the questions of an interview without labels.
        """
        sources = sorted({link.source for link in links if link.source is not None})
        if not sources and not document.turns:
            return {}, [], []
        mentions = self.find_mentions(document, states, sources)
        entities = group_mentions(document, mentions)
        scored = self._score(self.decide(document, states, sources, mentions, entities))
        kinds = self.kind_probabilities(states, sources)
        answers: dict[WordRange | None, _Answer] = dict(zip(sources, map(_answer, scored, kinds), strict=True))
        if document.turns:
            of_turns = _answers_of_turns(document, answers, mentions, entities)
            inside = _answers_inside_turns(document, dict(zip(sources, scored, strict=True)), answers, of_turns)
            answers |= inside | of_turns
        return answers, mentions, entities

    def find_mentions(self, document: Document, states: Floats, sources: Sequence[tuple[int, int]]) -> list[Mention]:
        """The named mentions of a document in text order; ``sources`` are word ranges."""
        ranges = with_defined_names(document, self.mentions.find(document, states))
        return add_missed_mentions(document, make_mentions(document, ranges), sources)

    def decide(
        self,
        document: Document,
        states: Floats,
        sources: Sequence[tuple[int, int]],
        mentions: Sequence[Mention],
        entities: Sequence[NamedEntity],
    ) -> list[list[Decision]]:
        """The decisions to make for each source: one, or one for each speaker that it joins."""
        names = {document.word_range(label.span): document.word_range(label.name) for label in document.turn_labels}
        parts = [
            [names[source]] if source in names else split_conjuncts(document, source, mentions) for source in sources
        ]
        ranges = [words for source_parts in parts for words in source_parts]
        phrases = [analyse_phrase(document, words, mentions) for words in ranges]
        evidence = self._neural_evidence(document, states, ranges, mentions)
        finder = CandidateFinder(document, mentions, entities, phrases)
        paragraphs = document.paragraph_of_word[[start for start, _ in ranges]].tolist()
        decided = iter(
            Decision(phrase, paragraph, *found)
            for phrase, paragraph, found in zip(phrases, paragraphs, finder.find(evidence), strict=True)
        )
        return [[next(decided) for _ in source_parts] for source_parts in parts]

    def kind_probabilities(self, states: Floats, sources: Sequence[tuple[int, int]]) -> Floats:
        """The probability of each kind of speaker: shape (n_sources, n_speaker_kinds)."""
        spans = np.array(sources, dtype=np.int64).reshape(-1, 2)
        return softmax(span_states(states, spans) @ self.kind_weight.T + self.kind_bias)

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

    def _score(self, decisions: Sequence[Sequence[Decision]]) -> list[list[tuple[Decision, Floats]]]:
        """The decisions of each source with the probabilities of their candidates."""
        flat = [decision for decided in decisions for decision in decided]
        probabilities = iter(
            self.scorer.probabilities(
                [decision.candidates for decision in flat],
                [decision.features for decision in flat],
                [decision.paragraph for decision in flat],
            )
        )
        return [[(decision, next(probabilities)) for decision in decided] for decided in decisions]

    def _confidences(self, links: Sequence[Link], answers: Sequence[_Answer | None]) -> list[float]:
        """The confidence in each link's speaker; meaningless if it has none."""
        if self.calibration is None:
            return [0.0 if answer is None else answer.certainty for answer in answers]
        confidences: list[float] = self.calibration.probabilities(_evidence_of_links(links, answers)).tolist()
        return confidences


@dataclass(frozen=True, slots=True)
class _Answer:
    name: str | None
    kinds: Floats
    entities: tuple[int, ...]
    is_named: bool
    certainty: float
    phrase_kinds: tuple[PhraseKind, ...]
    others: tuple[str, ...]


def _answer(
    decided: Sequence[tuple[Decision, Floats]], kinds: Floats, *, barred: AbstractSet[int] = frozenset()
) -> _Answer:
    """The likeliest candidate for each of a source's decisions, given the probabilities of the candidates.

    None is an entity that is barred.

    The speakers that a source joins are different ones: none may be one already chosen, or one that another part names.
    """
    chosen: list[Candidate] = []
    certainty = 1.0
    others: list[str] = []
    named = [_named(decision) for decision, _ in decided]
    n_naming = Counter(number for of_part in named for number in of_part)
    taken = set(barred)
    for own_names, (decision, probabilities) in zip(named, decided, strict=True):
        near = {number for candidate in decision.candidates for number in candidate.entities}
        excluded = taken & near | {number for number in near - own_names if n_naming[number]}
        best, own = likeliest(decision.candidates, _without(excluded, decision.candidates, probabilities))
        certainty *= own
        chosen.append(best)
        taken.update(best.entities)
        if own < _DOUBT:
            others += _other_names(decision, probabilities, best)
    is_author = any(candidate.is_author for candidate in chosen)
    return _Answer(
        None if is_author else " & ".join(dict.fromkeys(str(candidate.name) for candidate in chosen)),
        kinds,
        () if is_author else tuple(number for candidate in chosen for number in candidate.entities),
        not is_author and all(candidate.entities for candidate in chosen),
        min(certainty, 1.0),
        tuple(decision.phrase.kind for decision, _ in decided),
        tuple(others),
    )


def _answers_of_turns(
    document: Document,
    answers: Mapping[WordRange | None, _Answer],
    mentions: Sequence[Mention],
    entities: Sequence[NamedEntity],
) -> dict[WordRange | None, _Answer]:
    """The answers for the labels of a conversation's turns; for None, that for the turns of an interview without labels."""
    speakers = TurnSpeakers(document, mentions, entities)
    if document.turn_labels:
        of_labels = speakers.of_labels()
        return {
            source: _with_speaker(answers[source], of_labels[label.name.of(document.text)])
            for label in document.turn_labels
            if (source := document.word_range(label.span)) in answers
        }
    interviewee = speakers.interviewee()
    unknown = _Answer(None, _IS_PERSON, (), False, 0.0, (PhraseKind.NAME,), ())
    return {} if interviewee is None else {None: _with_speaker(unknown, interviewee)}


def _with_speaker(answer: _Answer, speaker: TurnSpeaker) -> _Answer:
    return replace(
        answer,
        name=speaker.candidate.name,
        entities=speaker.candidate.entities,
        is_named=bool(speaker.candidate.entities),
        certainty=speaker.certainty,
        others=speaker.others if speaker.certainty < _DOUBT else (),
    )


def _answers_inside_turns(
    document: Document,
    scored: Mapping[WordRange, Sequence[tuple[Decision, Floats]]],
    answers: Mapping[WordRange | None, _Answer],
    of_turns: Mapping[WordRange | None, _Answer],
) -> dict[WordRange | None, _Answer]:
    """The answers for sources in what is said: "I" is the turn's speaker, "we" not the writer, "he" somebody else.

    Args:
        scored: the decisions of each source.
        answers: what they come to for each by itself.
        of_turns: the answers for the speakers of the turns.
    """
    said = [
        (*document.word_range(part), None if turn.label is None else document.word_range(turn.label.span))
        for turn in document.turns
        for part in turn.parts
    ]
    found: dict[WordRange | None, _Answer] = {}
    for source, decided in scored.items():
        place = bisect_right(said, source[0], key=lambda part: part[0]) - 1
        if place < 0 or source[0] >= said[place][1] or (speaker := of_turns.get(said[place][2])) is None:
            continue
        phrase = decided[0][0].phrase
        if phrase.noun in _SPEAKER_ITSELF:
            found[source] = speaker
        elif phrase.noun in _WE and answers[source].name is None:  # the speaker for a group, not the writer
            found[source] = replace(speaker, certainty=min(speaker.certainty, _DOUBT))
        elif phrase.kind in _OTHERS:
            found[source] = _answer(decided, answers[source].kinds, barred=frozenset(speaker.entities))
    return found


def _named(decision: Decision) -> set[int]:
    """The entities that the head of the phrase names."""
    rows = np.flatnonzero(decision.features[:, COLUMN["is head"]])
    return {number for row in rows.tolist() for number in decision.candidates[row].entities}


def _without(taken: AbstractSet[int], candidates: Sequence[Candidate], probabilities: Floats) -> Floats:
    """The probabilities without candidates that include a taken entity, rescaled to sum to 1."""
    if not taken:
        return probabilities
    is_free = np.array([taken.isdisjoint(candidate.entities) for candidate in candidates])
    share = max(float(probabilities[is_free].sum()), _LEAST_CERTAINTY)
    return (np.where(is_free, probabilities, 0) / share).astype(np.float32)


def likeliest(candidates: Sequence[Candidate], probabilities: Floats) -> tuple[Candidate, float]:
    """The likeliest name's candidate, and the name's probability.

    Candidates with the same name are one answer, represented by an entity if there is one among them.
    """
    groups = _by_name(candidates, probabilities)
    share, own = max(groups, key=lambda group: group[0])
    best = max(own, key=lambda i: (bool(candidates[i].entities), probabilities[i]))
    return candidates[best], share


def _by_name(candidates: Sequence[Candidate], probabilities: Floats) -> list[tuple[float, list[int]]]:
    """For each normalised name, its probability and the indices of its candidates."""
    values = probabilities.tolist()
    places: dict[str | None, list[int]] = {}
    for i, candidate in enumerate(candidates):
        places.setdefault(candidate.name and normalise_name(candidate.name), []).append(i)
    return [(sum(values[i] for i in own), own) for own in places.values()]


def _answer_of(link: Link, answers: Mapping[WordRange | None, _Answer]) -> _Answer | None:
    """The answer for a link's speaker; only an interview's answers have neither source nor cue, but a speaker."""
    return answers.get(link.source) if link.source is not None or link.cue is None else None


def _evidence_of_links(links: Sequence[Link], answers: Sequence[_Answer | None]) -> Floats:
    """Evidence of shape (n_links, len(CONFIDENCE_FEATURES)); zeros for a link without a speaker."""
    evidence = np.zeros((len(links), len(CONFIDENCE_FEATURES)), dtype=np.float32)
    for row, link, answer in zip(evidence, links, answers, strict=True):
        if answer is not None:
            row[:] = _evidence(answer, link)
    return evidence


def _evidence(answer: _Answer, link: Link) -> list[float]:
    certainty = min(max(answer.certainty, _LEAST_CERTAINTY), 1 - _LEAST_CERTAINTY)
    kind = answer.phrase_kinds[0]
    return [
        float(np.log(certainty / (1 - certainty))),
        float(kind is PhraseKind.NAME),
        float(kind in DESCRIPTIONS),
        float(len(answer.phrase_kinds) > 1 or len(answer.entities) > 1),
        float(answer.is_named),
        *link.evidence[_LINK_EVIDENCE].tolist(),
    ]


def _other_names(decision: Decision, probabilities: Floats, chosen: Candidate) -> list[str]:
    """The likeliest other names, each as written in its likeliest candidate."""
    candidates = decision.candidates
    others = [
        (share, candidates[max(own, key=lambda i: float(probabilities[i]))])
        for share, own in _by_name(candidates, probabilities)
        if not any(candidates[i] is chosen for i in own)
    ]
    others.sort(key=lambda other: -other[0])
    return [other.name for share, other in others if other.name is not None and share >= _LEAST_OTHER][:MAX_OTHERS]


def _number_entities(
    document: Document,
    links: Sequence[Link],
    answers: Sequence[_Answer | None],
    confidences: Sequence[float],
    mentions: Sequence[Mention],
    entities: Sequence[NamedEntity],
) -> tuple[list[Speaker | None], tuple[Entity, ...]]:
    """Speakers and their entities, numbered in the order in which they first speak. The writer is not an entity."""
    own_answers: dict[str, list[_Answer]] = {}
    sources: dict[str, set[WordRange]] = {}
    for link, answer in zip(links, answers, strict=True):
        if answer is not None and answer.name is not None:
            own_answers.setdefault(answer.name, []).append(answer)
            sources.setdefault(answer.name, set()).update([] if link.source is None else [link.source])
    found: dict[str, Entity] = {}
    for name, own in own_answers.items():
        named = {number for answer in own for number in answer.entities}
        kind = _kind(own, {entities[number].kind for number in named})
        spans = sources[name] | {(mentions[i].start, mentions[i].stop) for n in named for i in entities[n].mentions}
        # For joint speakers, only the sources are mentions, because each of the speakers is an entity of its own.
        places = _without_nested(sources[name] if len(named) > 1 else spans)
        found[name] = Entity(
            f"e{len(found)}", name, kind, tuple(document.span_of_words(*words) for words in places), len(own)
        )
    speakers = [
        None if answer is None else _speaker(answer, confidence, found)
        for answer, confidence in zip(answers, confidences, strict=True)
    ]
    return speakers, tuple(found.values())


def _kind(answers: Sequence[_Answer], of_names: AbstractSet[int]) -> SpeakerKind:
    """The likeliest kind of speaker, other than the writer, given the kinds of several sources and of their names."""
    kinds = np.log(np.maximum([answer.kinds for answer in answers], 1e-6)).mean(axis=0)
    if of_names:
        kinds -= _KIND_PENALTY * (1 - KIND_OF_NAME[list(of_names)].max(axis=0))
    kinds[SPEAKER_KINDS.index(SpeakerKind.AUTHOR)] = -np.inf
    return SpeakerKind(SPEAKER_KINDS[int(kinds.argmax())])


def _speaker(answer: _Answer, confidence: float, entities: Mapping[str, Entity]) -> Speaker:
    confidence = round(confidence, 4)
    if answer.name is None:
        return Speaker(None, SpeakerKind.AUTHOR, None, False, confidence, answer.others)
    entity = entities[answer.name]
    return Speaker(answer.name, entity.kind, entity.id, answer.is_named, confidence, answer.others)


def _without_nested(spans: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Word ranges in text order, without those nested in another."""
    kept: list[tuple[int, int]] = []
    for start, stop in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or stop > kept[-1][1]:
            kept.append((start, stop))
    return kept
