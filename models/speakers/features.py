"""Features of the entities that a source may refer to, computed for all pairs of one article at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inquit.models.labels import MENTION_KINDS, SPEAKER_KINDS
from inquit.models.result import SpeakerKind
from inquit.models.segmentation import Document, Floats, Ints
from inquit.models.speakers.entities import NamedEntity, title_gender
from inquit.models.speakers.forenames import Gender
from inquit.models.speakers.mentions import ORGANIZATION, OTHER, PERSON, PLACE, Mention
from inquit.models.speakers.names import NameMatch
from inquit.models.speakers.phrases import Phrase, PhraseKind
from inquit.models.words import is_possessive, starts_sentence

Bools = NDArray[np.bool_]

SOURCE_MENTION = (48, 16)
"""How many mentions before and after a source are considered."""

LEAST_LOG_PROBABILITY = -12.0

_OF_LAST_MENTION = (
    "last mention spoke",
    "last mention starts sentence",
    "last mention first in sentence",
    "last mention in quotation",
    "last mention possessive",
)

FEATURES: tuple[str, ...] = (
    *(f"phrase {kind.name.lower()}" for kind in PhraseKind),
    *(f"kind {kind}" for kind in SPEAKER_KINDS),
    "no mention",
    "in quotation",
    *(f"entity {kind}" for kind in MENTION_KINDS),
    "is entity",
    "is joint",
    "is coordination",
    "is phrase itself",
    "is whole phrase",
    "ends at mark",
    "is joined",
    "is trimmed",
    "is introduced",
    "is earlier phrase",
    "is fuller form",
    "is nearest form",
    "is antecedent",
    "is author",
    *(f"match {match.name.lower()}" for match in NameMatch),
    "match similar",
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
    *_OF_LAST_MENTION,
    "frequency",
    "most frequent of kind",
    "share",
    "gender differs",
    "gender agrees",
    "kind agrees",
    "in lead",
    "shared words",
    "bears noun",
    "previous speaker",
    "spoke before",
    "spoke in paragraph",
    "speaks next",
    "share of sources",
    "same noun",
    "plural",
    "begins with article",
    "begins with capital",
    "holds capital",
    "lacks own name",
    "follows and",
    "length",
)
"""Names of the features, in the order of their columns."""

Row = dict[str, float]
"""The features of a candidate by name; a feature that is left out is 0."""

COLUMN = {name: column for column, name in enumerate(FEATURES)}

_KINDS_OF_NAME = {
    PERSON: (SpeakerKind.PERSON,),
    ORGANIZATION: (SpeakerKind.ORGANIZATION, SpeakerKind.DOCUMENT),
    PLACE: (SpeakerKind.ORGANIZATION,),
    OTHER: (SpeakerKind.GROUP, SpeakerKind.DOCUMENT),
}

KIND_OF_NAME: Floats = np.array(
    [[kind in _KINDS_OF_NAME[of] for kind in SPEAKER_KINDS] for of in range(len(MENTION_KINDS))], dtype=np.float32
)
"""Which kinds of speaker (columns) a name of each kind (rows) can stand for."""


@dataclass(frozen=True, slots=True, eq=False)
class NeuralEvidence:
    """What the shared encoder says about the sources.

    Attributes:
        mentions: shape (n_sources, n_nearest), indices of the mentions considered, -1 for none.
        log_probabilities: shape (n_sources, n_nearest + 1), that each names the speaker; last column: that none does.
        kinds: shape (n_sources, n_speaker_kinds), probabilities.
    """

    mentions: Ints
    log_probabilities: Floats
    kinds: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """The entities that each source may refer to: one entry per pair, sorted by source, then by entity.

    Attributes:
        sources, entities: shape (n_pairs,), indices.
        sums: shape (n_pairs,), log-probability that some mention of the entity names the speaker.
        bests: shape (n_pairs,), log-probability that the likeliest of its mentions does.
    """

    sources: Ints
    entities: Ints
    sums: Floats
    bests: Floats


def make_pairs(evidence: NeuralEvidence, entity_of: Ints, n_entities: int, others: Sequence[tuple[int, int]]) -> Pairs:
    """Pair each source with the entities mentioned near it, and add ``others``, pairs of (source, entity)."""
    sources, columns = np.nonzero(evidence.mentions >= 0)
    log_probabilities = evidence.log_probabilities[sources, columns]
    near = sources * n_entities + entity_of[evidence.mentions[sources, columns]]
    more = np.array(others, dtype=np.int64).reshape(-1, 2)
    keys, place = np.unique(np.concatenate([near, more[:, 0] * n_entities + more[:, 1]]), return_inverse=True)
    place = place[: len(near)]
    least = np.float32(LEAST_LOG_PROBABILITY)
    sums = np.bincount(place, weights=np.exp(log_probabilities), minlength=len(keys))
    bests = np.full(len(keys), least, dtype=np.float32)
    np.maximum.at(bests, place, log_probabilities)
    return Pairs(
        keys // max(1, n_entities),
        keys % max(1, n_entities),
        np.log(np.maximum(sums, np.exp(least))).astype(np.float32),
        bests,
    )


class EntityFeatures:
    """Computes the features of one document's pairs; whatever does not depend on a pair is computed once."""

    def __init__(
        self,
        document: Document,
        mentions: Sequence[Mention],
        entities: Sequence[NamedEntity],
        phrases: Sequence[Phrase],
        entity_of: Ints,
    ) -> None:
        self._entity_of = entity_of
        self._wanted_gender = np.array(
            [_wanted_gender(document, phrase, mentions) for phrase in phrases], dtype=np.int64
        )
        self._phrase_start = np.array([phrase.words[0] for phrase in phrases], dtype=np.int64)
        self._paragraph = document.paragraph_of_word
        self._sentence = document.sentence_of_word
        self._start = np.array([mention.start for mention in mentions], dtype=np.int64)
        self._stop = np.array([mention.stop for mention in mentions], dtype=np.int64)
        self._heads = np.array(
            [-1 if phrase.head is None else int(entity_of[phrase.head]) for phrase in phrases], dtype=np.int64
        )
        self._kind = np.array([entity.kind for entity in entities], dtype=np.int64)
        self._gender = np.array([_GENDER_SIGN[entity.gender] for entity in entities], dtype=np.int64)
        self._order = np.argsort(entity_of, kind="stable")
        self._n_mentions = np.bincount(entity_of, minlength=len(entities))
        self._mention_rows = self._describe_mentions(document, mentions, phrases)
        self._entity_rows = self._describe_entities(entities)

    def _describe_mentions(self, document: Document, mentions: Sequence[Mention], phrases: Sequence[Phrase]) -> Floats:
        """Features of the mentions: shape (n_mentions, len(_OF_LAST_MENTION))."""
        spoke = np.zeros(len(mentions), dtype=bool)
        spoke[[phrase.head for phrase in phrases if phrase.head is not None]] = True
        sentence = self._sentence[self._start]
        is_first = np.ones(len(mentions), dtype=bool)
        is_first[1:] = sentence[1:] != sentence[:-1]
        return np.stack(
            [
                spoke,
                np.array([starts_sentence(document, mention.start) for mention in mentions], dtype=bool),
                is_first,
                document.is_quoted[self._start],
                np.array([is_possessive(document, mention.stop) for mention in mentions], dtype=bool),
            ],
            axis=1,
        ).astype(np.float32)

    def _describe_entities(self, entities: Sequence[NamedEntity]) -> Floats:
        """The features that do not depend on the source: shape (n_entities, len(FEATURES))."""
        rows = np.zeros((len(entities), len(FEATURES)), dtype=np.float32)
        rows[:, COLUMN["is entity"]] = 1
        rows[np.arange(len(entities)), COLUMN[f"entity {MENTION_KINDS[0]}"] + self._kind] = 1
        rows[:, COLUMN["frequency"]] = np.log1p(self._n_mentions) / 4
        rows[:, COLUMN["share"]] = self._n_mentions / max(1, len(self._entity_of))
        for kind in set(self._kind.tolist()):
            own = np.flatnonzero(self._kind == kind)
            rows[own[self._n_mentions[own].argmax()], COLUMN["most frequent of kind"]] = 1
        first = np.array([entity.mentions[0] for entity in entities], dtype=np.int64)
        rows[:, COLUMN["in lead"]] = self._paragraph[self._start[first]] <= 1
        rows[:, COLUMN["length"]] = [min(len(entity.tokens), 12) / 12 for entity in entities]
        rows[:, COLUMN["plural"]] = [entity.kind != PERSON and entity.tokens[-1][-1] == "s" for entity in entities]
        rows[:, COLUMN["share of sources"]] = self._share_of_sources(len(entities))
        return rows

    def _share_of_sources(self, n_entities: int) -> Floats:
        spoken = np.bincount(self._heads[self._heads >= 0], minlength=n_entities)
        return (spoken / max(1, len(self._heads))).astype(np.float32)

    def compute(self, pairs: Pairs, evidence: NeuralEvidence) -> Floats:
        """Features of shape (n_pairs, len(FEATURES)); the caller adds what a phrase's words say about an entity."""
        features = self._entity_rows[pairs.entities]
        features[:, COLUMN["neural sum"]] = pairs.sums / 4
        features[:, COLUMN["neural best"]] = pairs.bests / 4
        features[:, COLUMN["neural first"]] = _is_highest(pairs.sources, pairs.sums, len(self._phrase_start))
        features[:, COLUMN["is head"]] = self._heads[pairs.sources] == pairs.entities
        self._add_positions(features, pairs)
        self._add_speakers(features, pairs)
        self._add_agreement(features, pairs, evidence)
        return features

    def _add_positions(self, features: Floats, pairs: Pairs) -> None:
        """Add where the entity's last mention before the source is, or else its first one after it."""
        n_mentions = len(self._start)
        keys = self._entity_of[self._order] * (n_mentions + 1) + self._order
        position = np.searchsorted(self._start, self._phrase_start)
        place = np.searchsorted(keys, pairs.entities * (n_mentions + 1) + position[pairs.sources])
        first = np.cumsum(self._n_mentions) - self._n_mentions
        is_earlier = place > first[pairs.entities]
        last = self._order[np.maximum(place - 1, 0)]
        self._add_last_mention(features, pairs, is_earlier, last)
        is_near = is_earlier & (last >= position[pairs.sources] - SOURCE_MENTION[0])
        for name, groups in (
            ("recency", pairs.sources),
            ("recency in kind", pairs.sources * len(MENTION_KINDS) + self._kind[pairs.entities]),
        ):
            ranks = _ranks(groups, np.where(is_near, last, -1))
            features[:, COLUMN[name]] = np.where(is_near, 1 / (1 + ranks), 0)
        only_later = ~is_earlier
        later = self._start[self._order[np.minimum(place, n_mentions - 1)]] - self._phrase_start[pairs.sources]
        features[:, COLUMN["only later"]] = only_later
        features[:, COLUMN["distance to later"]] = np.where(only_later, np.log1p(np.maximum(later, 0)) / 6, 0)

    def _add_last_mention(self, features: Floats, pairs: Pairs, is_earlier: Bools, last: Ints) -> None:
        start = self._phrase_start[pairs.sources]
        gap = np.maximum(start - self._stop[last], 0)
        sentences = self._sentence[start] - self._sentence[self._start[last]]
        columns = {
            "has earlier mention": np.ones(len(gap)),
            "distance": np.log1p(gap) / 6,
            "adjacent": gap <= 2,
            "sentences between": np.clip(sentences, 0, 5) / 5,
            "same sentence": sentences == 0,
            "same paragraph": self._paragraph[start] == self._paragraph[self._start[last]],
        }
        for name, values in columns.items():
            features[:, COLUMN[name]] = np.where(is_earlier, values, 0)
        of_mention = slice(COLUMN[_OF_LAST_MENTION[0]], COLUMN[_OF_LAST_MENTION[-1]] + 1)
        features[:, of_mention] = self._mention_rows[last] * is_earlier[:, None]

    def _add_speakers(self, features: Floats, pairs: Pairs) -> None:
        """Add which earlier and later named sources have the entity as their head."""
        n_phrases = len(self._heads)
        named = np.flatnonzero(self._heads >= 0)
        keys = np.sort(self._heads[named] * (n_phrases + 1) + named)
        padded = np.concatenate([[-1], keys, [-1]])
        place = np.searchsorted(keys, pairs.entities * (n_phrases + 1) + pairs.sources)
        before = padded[place]
        has_before = (before >= 0) & (before // (n_phrases + 1) == pairs.entities)
        spoke = np.where(has_before, before % (n_phrases + 1), 0)
        is_own = self._heads[pairs.sources] == pairs.entities
        after = padded[np.minimum(place + 1 + is_own, len(padded) - 1)]
        has_after = (after >= 0) & (after // (n_phrases + 1) == pairs.entities)
        features[:, COLUMN["spoke before"]] = np.where(has_before, 1 / np.maximum(pairs.sources - spoke, 1), 0)
        paragraph = self._paragraph[self._phrase_start]
        features[:, COLUMN["spoke in paragraph"]] = has_before & (paragraph[spoke] == paragraph[pairs.sources])
        features[:, COLUMN["speaks next"]] = has_after & (after % (n_phrases + 1) - pairs.sources <= 1)
        features[:, COLUMN["previous speaker"]] = _previous_heads(self._heads)[pairs.sources] == pairs.entities

    def _add_agreement(self, features: Floats, pairs: Pairs, evidence: NeuralEvidence) -> None:
        product = self._wanted_gender[pairs.sources] * self._gender[pairs.entities]
        # "Mr. Bush" is no more likely to be George than Jeb just because George is a known male forename.
        features[:, COLUMN["gender agrees"]] = (product > 0) & (self._heads[pairs.sources] < 0)
        features[:, COLUMN["gender differs"]] = product < 0
        by_kind = evidence.kinds @ KIND_OF_NAME.T
        features[:, COLUMN["kind agrees"]] = by_kind[pairs.sources, self._kind[pairs.entities]]


_GENDER_SIGN = {Gender.UNKNOWN: 0, Gender.MALE: 1, Gender.FEMALE: -1}
_PRONOUN_SIGN = {PhraseKind.HE: 1, PhraseKind.SHE: -1}
_N_PREVIOUS = 4


def _wanted_gender(document: Document, phrase: Phrase, mentions: Sequence[Mention]) -> int:
    """The gender that the pronoun, or the title before the name, indicates; coded as in `_GENDER_SIGN`."""
    if phrase.head is not None:
        return _GENDER_SIGN[title_gender(document, mentions[phrase.head])]
    return _PRONOUN_SIGN.get(phrase.kind, 0)


def _previous_heads(heads: Ints) -> Ints:
    """For each source, the entity named by the nearest of the few sources before it; -1 if there is none."""
    previous = np.full(len(heads), -1, dtype=np.int64)
    for back in range(_N_PREVIOUS, 0, -1):
        shifted = heads[:-back]
        previous[back:] = np.where(shifted >= 0, shifted, previous[back:])
    return previous


def _is_highest(groups: Ints, values: Floats, n_groups: int) -> Bools:
    highest = np.full(n_groups, -np.inf, dtype=np.float32)
    np.maximum.at(highest, groups, values)
    is_highest: Bools = values >= highest[groups]
    return is_highest


def _ranks(groups: Ints, values: Ints) -> Ints:
    """The rank of each value within its group, 0 for the highest."""
    order = np.lexsort((-values, groups))
    ordered = groups[order]
    places = np.arange(len(groups))
    is_first = np.ones(len(groups), dtype=bool)
    is_first[1:] = ordered[1:] != ordered[:-1]
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[order] = places - np.maximum.accumulate(np.where(is_first, places, 0))
    return ranks
