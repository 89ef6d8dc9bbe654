"""Labelled articles as arrays: what each head should have answered, by word, and cut into windows and batches."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from inquit.models.article import Article, Span
from inquit.models.claims import CHECKWORTHY_OUTPUT, N_CLAIM_OUTPUTS, POLARITY_OUTPUTS, SECONDARY_OUTPUTS
from inquit.models.labels import (
    CLAIM_TYPES,
    MENTION_KINDS,
    POLARITIES,
    ROLES,
    SPEAKER_KINDS,
    begin,
    n_tags,
)
from inquit.models.linker import CONTENT_CUE, CUE_SOURCE
from inquit.models.names import normalise_name
from inquit.models.pairs import nearest_candidates, pair_features
from inquit.models.pieces import Pieces, Window, WindowConfig, plan_windows, split_into_pieces
from inquit.models.result import ArticleResult, Attribution, Claim, SpeakerKind
from inquit.models.segmentation import Document, Ints, segment
from inquit.models.speaker_features import SOURCE_MENTION
from inquit.training.evaluation.labels import split_joint_name

Floats = NDArray[np.float32]
IGNORED = -100
"""A target that no loss counts."""

MARK_KINDS = ("PERSON", "ORGANIZATION", "LOCATION", "MISC")
"""What marks call the kinds of mention, in the order of ``MENTION_KINDS``."""

_MENTION_KIND_OF_SPEAKER = {
    SpeakerKind.PERSON: 0,
    SpeakerKind.ORGANIZATION: 1,
    SpeakerKind.GROUP: 1,
    SpeakerKind.DOCUMENT: 3,
    SpeakerKind.AUTHOR: 0,
}
_TAGS_OF_SPEAKERS = (begin(0), begin(1))
_LONGEST_TITLE, _LONGEST_ANAPHOR = 3, 5  # words
_FIRST_AND_SECOND_PERSON = frozenset(
    {"i", "me", "my", "mine", "myself", "we", "us", "our", "ours", "you", "your", "yours", "this", "that"}
)


@dataclass(frozen=True, slots=True)
class ClaimExample:
    """A passage and its claim labels. ``cue`` and ``source`` are indices into the document's, -1 for none.

    Attributes:
        parts: word ranges of the content, or of the sentence for narration.
        targets: shape (n_claim_outputs,), 0 or 1, laid out as the claim head; None as of `claim_targets`.
        soft: shape (n_claim_outputs,), the teacher's scores.
    """

    parts: tuple[tuple[int, int], ...]
    cue: int
    source: int
    targets: Floats | None
    soft: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SoftLabels:
    """A teacher's answers for one article: scores by word for tags and mentions, by attribution for claims, by pair for
    links.

    Attributes:
        links: scores by relation, shape (n_spans, n_others + 1); nan where the teacher was not asked. The last column is
            "none of them".
    """

    tags: Floats
    mentions: Floats
    claims: Floats
    links: Mapping[str, Floats]


@dataclass(frozen=True, slots=True, eq=False)
class RelationLabels:
    """What is labelled of one relation.

    Attributes:
        spans, others: word ranges in text order, shape (n, 2); which of the others belongs to each span?
        answers: indices of others for each span; empty: none of them; None: nobody labelled it.
        reach: how many others before and after a span are its candidates.
    """

    spans: Ints
    others: Ints
    answers: Sequence[frozenset[int] | None]
    reach: tuple[int, int]


@dataclass(frozen=True, slots=True)
class SilverMarks:
    """What a program marked in an article: nobody checked it.

    Attributes:
        entities: named entities as (start, end, kind).
        chains: the places (start, end) of each entity that is mentioned several times, by name or not.
    """

    entities: tuple[tuple[int, int, str], ...]
    chains: tuple[tuple[tuple[int, int], ...], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class LabelledDocument:
    """A document with its gold labels by word. Spans are word ranges in text order, shape (n, 2)."""

    pieces: Pieces
    tags: Ints
    contents: Ints
    cue_of_content: Ints  # -1: the article gives no cue
    cues: Ints
    source_of_cue: Ints  # -1: the article gives no source
    sources: Ints
    speaker_kind: Ints  # IGNORED where unlabelled
    mentions: Ints
    mention_tags: Ints | None
    mentions_of_source: tuple[frozenset[int] | None, ...]  # None: unlabelled; empty: no mention names the speaker
    anaphors: Ints  # pronouns and descriptions that a program resolved
    mentions_of_anaphor: tuple[frozenset[int], ...]
    claims: tuple[ClaimExample, ...]
    soft: SoftLabels | None = None

    def relations(self) -> dict[str, RelationLabels]:
        """What is labelled of each relation, by its name."""
        # Where there is no cue the linker takes one all the same, so nothing is to be learnt of which.
        cues = [None if cue < 0 else frozenset({cue}) for cue in self.cue_of_content.tolist()]
        sources = [frozenset({source} - {-1}) for source in self.source_of_cue.tolist()]
        return {
            "content_cue": RelationLabels(self.contents, self.cues, cues, CONTENT_CUE),
            "cue_source": RelationLabels(self.cues, self.sources, sources, CUE_SOURCE),
            "source_mention": RelationLabels(self.sources, self.mentions, self.mentions_of_source, SOURCE_MENTION),
            "coreference": RelationLabels(self.anaphors, self.mentions, self.mentions_of_anaphor, SOURCE_MENTION),
        }


def label_document(
    gold: ArticleResult,
    tokenizer: Tokenizer,
    *,
    marks: SilverMarks | None = None,
    soft: SoftLabels | None = None,
) -> LabelledDocument:
    """Line gold labels up with words. Spans that hold no word are left out.

    Args:
        marks: named entities and coreference of the article; None where nobody marked them.
        soft: a teacher's answers for this article.
    """
    assert gold.text is not None
    pieces = split_into_pieces(segment(Article(gold.id, gold.text)), tokenizer)
    document = pieces.document
    placed = [_PlacedAttribution.of(attribution, document) for attribution in gold.attributions]
    contents = sorted({part for a in placed for part in a.parts})
    cues = sorted({a.cue for a in placed if a.cue})
    sources = sorted({a.source for a in placed if a.source})
    cue_of_content = dict({(part, cues.index(a.cue)) for a in placed if a.cue for part in a.parts})
    source_of_cue = np.full(len(cues), -1, dtype=np.int64)
    attribution_of_source: dict[int, Attribution] = {}
    for a in placed:
        if a.source:
            attribution_of_source.setdefault(sources.index(a.source), a.labels)
            if a.cue:
                source_of_cue[cues.index(a.cue)] = sources.index(a.source)
    labelled = any(a.claim is not None or a.speaker is not None for a in gold.attributions)
    mention_spans, mention_tags = _label_mentions(gold, pieces, marks)
    anaphors: dict[tuple[int, int], frozenset[int]] = {}
    if marks is not None and mention_tags is not None:
        may_speak = {i for i, (start, _) in enumerate(mention_spans) if mention_tags[start] in _TAGS_OF_SPEAKERS}
        anaphors = _resolved_anaphors(marks.chains, document, mention_spans, may_speak)
    return LabelledDocument(
        pieces=pieces,
        tags=_tag(len(document.words), zip((contents, cues, sources), range(len(ROLES)), strict=True)),
        contents=_ranges(contents),
        cue_of_content=np.array([cue_of_content.get(part, -1) for part in contents], dtype=np.int64),
        cues=_ranges(cues),
        source_of_cue=source_of_cue,
        sources=_ranges(sources),
        speaker_kind=np.array(
            [_speaker_kind(attribution_of_source[i]) if labelled else IGNORED for i in range(len(sources))],
            dtype=np.int64,
        ),
        mentions=_ranges(mention_spans),
        mention_tags=mention_tags,
        mentions_of_source=tuple(
            _mentions_of_speaker(attribution_of_source[i], gold, mention_spans, pieces) if labelled else None
            for i in range(len(sources))
        ),
        anaphors=_ranges(list(anaphors)),
        mentions_of_anaphor=tuple(anaphors.values()),
        claims=_claim_examples(gold, placed, cues, sources, pieces, soft),
        soft=soft,
    )


@dataclass(frozen=True, slots=True)
class _PlacedAttribution:
    """An attribution in words. Of a cue or source in several parts only the first is read; None where it holds no word."""

    labels: Attribution
    parts: tuple[tuple[int, int], ...]
    cue: tuple[int, int] | None
    source: tuple[int, int] | None

    @classmethod
    def of(cls, attribution: Attribution, document: Document) -> _PlacedAttribution:
        parts, cues, sources = (
            tuple(filter(_has_words, map(document.word_range, spans)))
            for spans in (attribution.content, attribution.cue[:1], attribution.source[:1])
        )
        return cls(attribution, parts, next(iter(cues), None), next(iter(sources), None))


def _has_words(word_range: tuple[int, int]) -> bool:
    return word_range[1] > word_range[0]


def _ranges(spans: Sequence[tuple[int, int]]) -> Ints:
    return np.array(spans, dtype=np.int64).reshape(-1, 2)


def _tag(n_words: int, spans_by_kind: Iterable[tuple[Sequence[tuple[int, int]], int]]) -> Ints:
    tags = np.zeros(n_words, dtype=np.int64)
    for spans, kind in spans_by_kind:
        for start, stop in spans:
            tags[start] = begin(kind)
            tags[start + 1 : stop] = begin(kind) + 1
    return tags


def _speaker_kind(attribution: Attribution) -> int:
    return IGNORED if attribution.speaker is None else SPEAKER_KINDS.index(attribution.speaker.kind)


def _label_mentions(
    gold: ArticleResult, pieces: Pieces, marks: SilverMarks | None
) -> tuple[list[tuple[int, int]], Ints | None]:
    """Mentions of named entities. Where speakers' names stand, their labels know better than a program's marks how far a
    name goes; where there are no marks, those are all the mentions there are.
    """
    if marks is None:
        return sorted(_places_of_names(gold, pieces, with_surnames=True)), None
    word_range = pieces.document.word_range
    kinds = {
        word_range(Span(start, end)): MARK_KINDS.index(kind)
        for start, end, kind in marks.entities
        if kind in MARK_KINDS
    }
    named = _places_of_names(gold, pieces, with_surnames=False)
    n_words = len(pieces.document.words)
    is_named = np.zeros(n_words, dtype=bool)
    for start, stop in named:
        is_named[start:stop] = True
    kinds = {span: kind for span, kind in kinds.items() if _has_words(span) and not is_named[span[0] : span[1]].any()}
    kinds |= {span: _MENTION_KIND_OF_SPEAKER[kind] for span, kind in named.items()}
    return sorted(kinds), _tag(n_words, [([span], kind) for span, kind in kinds.items()])


def _places_of_names(gold: ArticleResult, pieces: Pieces, *, with_surnames: bool) -> dict[tuple[int, int], SpeakerKind]:
    """Where the labelled speakers' names stand in the text, longer names first: word ranges and the speakers' kinds.

    Args:
        with_surnames: also where the last word of a name stands alone.
    """
    assert gold.text is not None
    kinds: dict[str, SpeakerKind] = {}
    for attribution in gold.attributions:
        speaker = attribution.speaker
        if speaker is not None and speaker.named and speaker.name:
            for name in split_joint_name(speaker.name):
                kinds[name] = speaker.kind
                if with_surnames and len(surname := name.split()[-1]) > 2:
                    kinds.setdefault(surname, speaker.kind)
    found: dict[tuple[int, int], SpeakerKind] = {}
    taken = np.zeros(len(pieces.document.words), dtype=bool)
    for name in sorted(kinds, key=len, reverse=True):
        if not with_surnames and len(name.split()) < 2:
            continue
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", gold.text):
            start, stop = pieces.document.word_range(Span(*match.span()))
            if stop > start and not taken[start:stop].any():
                taken[start:stop] = True
                found[start, stop] = kinds[name]
    return found


def _resolved_anaphors(
    chains: Sequence[Sequence[tuple[int, int]]],
    document: Document,
    mentions: Sequence[tuple[int, int]],
    may_speak: AbstractSet[int],
) -> dict[tuple[int, int], frozenset[int]]:
    """Pronouns and descriptions in text order, each with the mentions that name its entity, by their indices.

    A mention names the entity of a chain where it ends with one of the chain's places, possessives and titles aside, and
    whatever touches a mention is no pronoun or description. Only the mentions ``may_speak`` count: places and the like
    draw in much that is not them.
    """
    ends = {stop: i for i, (_, stop) in enumerate(mentions)}
    is_named = np.zeros(len(document.words), dtype=bool)
    for start, stop in mentions:
        is_named[start:stop] = True
    found: dict[tuple[int, int], frozenset[int]] = {}
    for chain in chains:
        places = [document.word_range(Span(*place)) for place in chain]
        named: set[int] = set()
        others: list[tuple[int, int]] = []
        for start, stop in filter(_has_words, places):
            i = next((ends[end] for end in (stop, stop - 1, stop - 2) if end > start and end in ends), None)
            if i is not None and 0 <= mentions[i][0] - start <= _LONGEST_TITLE:
                named |= {i} & may_speak
            elif not is_named[start:stop].any() and stop - start <= _LONGEST_ANAPHOR:
                others.append((start, stop))
        if named:
            found |= dict.fromkeys(filter(partial(_is_third_person, document), others), frozenset(named))
    return dict(sorted(found.items()))


def _is_third_person(document: Document, words: tuple[int, int]) -> bool:
    return document.span_of_words(*words).of(document.text).lower() not in _FIRST_AND_SECOND_PERSON


def _mentions_of_speaker(
    attribution: Attribution, gold: ArticleResult, mentions: Sequence[tuple[int, int]], pieces: Pieces
) -> frozenset[int] | None:
    """Indices of the mentions that name the attribution's speaker; empty if the article never names them."""
    speaker = attribution.speaker
    if speaker is None or (speaker.named and not speaker.name):
        return None
    if not speaker.named or speaker.kind is SpeakerKind.AUTHOR:
        return frozenset()
    assert speaker.name is not None and gold.text is not None
    own = [normalise_name(name).split() for name in split_joint_name(speaker.name)]
    others = [
        normalise_name(a.speaker.name).split()
        for a in gold.attributions
        if a.speaker is not None and a.speaker.named and a.speaker.name and a.speaker.name != speaker.name
    ]
    document = pieces.document
    found = frozenset(
        i
        for i, (start, stop) in enumerate(mentions)
        if _names(normalise_name(document.span_of_words(start, stop).of(gold.text)).split(), own, others)
    )
    return found or None


def _names(mention: list[str], own: list[list[str]], others: list[list[str]]) -> bool:
    def is_part(name: list[str]) -> bool:
        return bool(mention) and (name[: len(mention)] == mention or name[-len(mention) :] == mention)

    return any(map(is_part, own)) and (mention in own or not any(map(is_part, others)))


def _claim_examples(
    gold: ArticleResult,
    attributions: Sequence[_PlacedAttribution],
    cues: Sequence[tuple[int, int]],
    sources: Sequence[tuple[int, int]],
    pieces: Pieces,
    soft: SoftLabels | None,
) -> tuple[ClaimExample, ...]:
    examples: list[ClaimExample] = []
    for attribution in attributions:
        if attribution.parts:
            examples.append(
                ClaimExample(
                    attribution.parts,
                    cues.index(attribution.cue) if attribution.cue else -1,
                    sources.index(attribution.source) if attribution.source else -1,
                    claim_targets(attribution.labels.claim),
                    None if soft is None else soft.claims[len(examples)],
                )
            )
    for narration in gold.narration:
        part = pieces.document.word_range(narration.span)
        if narration.claim is not None and _has_words(part):
            teacher = None if soft is None else soft.claims[len(examples)]
            examples.append(ClaimExample((part,), -1, -1, claim_targets(narration.claim), teacher))
    return tuple(examples)


def claim_targets(claim: Claim | None) -> Floats | None:
    """A claim as the claim head should answer it: types, secondary types, polarities, check-worthiness. None where nobody
    labelled it, or the head does not know one of its types.
    """
    if claim is None or not {claim.type, *claim.secondary} <= {*CLAIM_TYPES}:
        return None
    targets = np.zeros(N_CLAIM_OUTPUTS, dtype=np.float32)
    targets[CLAIM_TYPES.index(claim.type)] = 1
    for secondary in claim.secondary:
        targets[SECONDARY_OUTPUTS.start + CLAIM_TYPES.index(secondary)] = 1
    targets[POLARITY_OUTPUTS.start + POLARITIES.index(claim.polarity)] = 1
    targets[CHECKWORTHY_OUTPUT] = float(claim.checkworthy)
    return targets


@dataclass(frozen=True, slots=True)
class PlacedClaim:
    """A claim in a batch: word ranges of its parts, cue and source in the batch's stack of words; labels as above."""

    parts: tuple[tuple[int, int], ...]
    cue: tuple[int, int] | None
    source: tuple[int, int] | None
    targets: Floats | None
    soft: Floats | None


@dataclass(slots=True, kw_only=True)
class Batch:
    """Windows side by side. Word rows of all windows are stacked; spans and candidates index into the stack.

    Attributes:
        ids, features, mask: shape (n_windows, n_pieces).
        word_rows: shape (n_words,), rows of the flattened piece states that stand for words.
        is_core: shape (n_words,), words that this window answers for.
        sequences: core word ranges, cut at paragraphs, for the CRF.
        soft_tags, soft_mentions: a teacher's scores, shape (n_words, n_tags); meaningless where not ``has_soft``.
    """

    ids: Ints
    features: Ints
    mask: Ints
    word_rows: Ints
    tags: Ints
    is_core: NDArray[np.bool_]
    mention_tags: Ints
    sequences: list[tuple[int, int]]
    relations: dict[str, Relation]
    speaker_spans: Ints
    speaker_kind: Ints
    claims: list[PlacedClaim]
    soft_tags: Floats
    soft_mentions: Floats
    has_soft: NDArray[np.bool_]


@dataclass(slots=True)
class Relation:
    """Candidate pairs of one relation and which of them hold.

    Attributes:
        is_right: shape (n_spans, n_candidates + 1); nowhere in a row whose answer is unlabelled or no candidate.
        soft: a teacher's scores, of the same shape; nan where there are none.
    """

    spans: Ints
    others: Ints
    candidates: Ints
    features: Ints
    is_right: NDArray[np.bool_]
    soft: Floats

    @property
    def has_pairs(self) -> bool:
        return len(self.spans) > 0 and len(self.others) > 0


def cut_windows(documents: Sequence[LabelledDocument], config: WindowConfig) -> list[tuple[LabelledDocument, Window]]:
    return [(document, window) for document in documents for window in plan_windows(document.pieces, config)]


def collate(windows: Sequence[tuple[LabelledDocument, Window]], special: tuple[int, int, int]) -> Batch:
    """Put windows into one batch.

    Args:
        special: ids of the pieces that start, end and pad a window.
    """
    first_id, last_id, pad_id = special
    length = max(window.stop - window.start for _, window in windows) + 2
    length += -length % 16
    shape = (len(windows), length)
    ids = np.full(shape, pad_id, dtype=np.int64)
    features, mask = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    parts: list[_WindowPart] = []
    n_words = 0
    for row, (document, window) in enumerate(windows):
        pieces = document.pieces
        stop = window.stop - window.start + 2
        ids[row, :stop] = [first_id, *pieces.ids[window.start : window.stop], last_id]
        features[row, 1 : stop - 1] = pieces.document.features[pieces.word_of_piece[window.start : window.stop]]
        mask[row, :stop] = 1
        part = _WindowPart(document, window, n_words, row * length)
        parts.append(part)
        n_words += part.stop - part.start
    soft = [part.soft_labels() for part in parts]
    return Batch(
        ids=ids,
        features=features,
        mask=mask,
        word_rows=np.concatenate([part.word_rows() for part in parts]),
        tags=np.concatenate([part.document.tags[part.start : part.stop] for part in parts]),
        is_core=np.concatenate([part.is_core() for part in parts]),
        mention_tags=np.concatenate([part.mention_tags() for part in parts]),
        sequences=[sequence for part in parts for sequence in part.sequences()],
        relations=_stack_relations([part.relations() for part in parts]),
        speaker_spans=np.concatenate([part.inside(part.document.sources)[1] for part in parts]),
        speaker_kind=np.concatenate([part.speaker_kind() for part in parts]),
        claims=[claim for part in parts for claim in part.claims()],
        soft_tags=np.concatenate([tags for tags, _, _ in soft]),
        soft_mentions=np.concatenate([mentions for _, mentions, _ in soft]),
        has_soft=np.concatenate([has_soft for _, _, has_soft in soft]),
    )


class _WindowPart:
    """One window of a batch: moves word indices of the document to rows of the batch's stack of words."""

    def __init__(self, document: LabelledDocument, window: Window, offset: int, row_offset: int) -> None:
        first_piece = document.pieces.first_piece
        self.document, self.window = document, window
        self.start, self.stop = np.searchsorted(first_piece, [window.start, window.stop]).tolist()
        self.core = np.searchsorted(first_piece, [window.core_start, window.core_stop]).tolist()
        self.offset = offset - self.start
        self.row_offset = row_offset + 1 - window.start

    def word_rows(self) -> Ints:
        return self.document.pieces.first_piece[self.start : self.stop] + self.row_offset

    def is_core(self) -> NDArray[np.bool_]:
        words = np.arange(self.start, self.stop)
        is_core: NDArray[np.bool_] = (words >= self.core[0]) & (words < self.core[1])
        return is_core

    def mention_tags(self) -> Ints:
        if self.document.mention_tags is None:
            return np.full(self.stop - self.start, IGNORED, dtype=np.int64)
        return self.document.mention_tags[self.start : self.stop]

    def sequences(self, max_words: int = 256) -> list[tuple[int, int]]:
        start, stop = self.core
        paragraphs = self.document.pieces.document.paragraph_of_word[start:stop]
        breaks = [0, *(np.flatnonzero(np.diff(paragraphs)) + 1).tolist(), len(paragraphs)]
        return [
            (first + start + self.offset, min(first + max_words, last) + start + self.offset)
            for a, last in pairwise(breaks)
            for first in range(a, last, max_words)
        ]

    def inside(self, spans: Ints) -> tuple[Ints, Ints]:
        """Which of the document's spans lie in the window whole, and where in the stack."""
        index = np.flatnonzero((spans[:, 0] >= self.start) & (spans[:, 1] <= self.stop))
        return index, spans[index] + self.offset

    def relations(self) -> dict[str, Relation]:
        soft = self.document.soft
        return {
            name: self._relation(labels, None if soft is None else soft.links[name])
            for name, labels in self.document.relations().items()
        }

    def _relation(self, labels: RelationLabels, soft_links: Floats | None) -> Relation:
        (rows, spans), (names, others) = self.inside(labels.spans), self.inside(labels.others)
        n_before, n_after = labels.reach
        candidates = nearest_candidates(spans, others, n_before=n_before, n_after=n_after)
        is_right = np.zeros((len(rows), candidates.shape[1] + 1), dtype=bool)
        for right, of_row, row in zip(is_right, candidates, rows, strict=True):
            answer = labels.answers[row]
            if answer:
                right[:-1] = [c >= 0 and int(names[c]) in answer for c in of_row]
            elif answer is not None:
                right[-1] = True
        soft = np.full(is_right.shape, np.nan, dtype=np.float32)
        if soft_links is not None and len(names):
            soft[:, :-1] = np.where(candidates >= 0, soft_links[rows[:, None], names[candidates]], np.nan)
            soft[:, -1] = soft_links[rows, -1]
        features = pair_features(self.document.pieces.document, labels.spans[rows], labels.others[names], candidates)
        return Relation(spans, others, candidates, features, is_right, soft)

    def speaker_kind(self) -> Ints:
        return self.document.speaker_kind[self.inside(self.document.sources)[0]]

    def claims(self) -> list[PlacedClaim]:
        """The claims that lie in the window whole and begin in its core: the other windows leave them to this one."""
        gold = self.document
        return [
            PlacedClaim(
                tuple((start + self.offset, stop + self.offset) for start, stop in claim.parts),
                self._moved(gold.cues, claim.cue),
                self._moved(gold.sources, claim.source),
                claim.targets,
                claim.soft,
            )
            for claim in gold.claims
            if (claim.targets is not None or claim.soft is not None)
            and all(start >= self.start and stop <= self.stop for start, stop in claim.parts)
            and self.core[0] <= claim.parts[0][0] < self.core[1]
        ]

    def _moved(self, spans: Ints, index: int) -> tuple[int, int] | None:
        if index < 0 or spans[index, 0] < self.start or spans[index, 1] > self.stop:
            return None
        return int(spans[index, 0]) + self.offset, int(spans[index, 1]) + self.offset

    def soft_labels(self) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """The teacher's scores by word for tags and mentions, and whether there are any."""
        n_words, soft = self.stop - self.start, self.document.soft
        if soft is None:
            tags = np.zeros((n_words, n_tags(len(ROLES))), dtype=np.float32)
            return (
                tags,
                np.zeros((n_words, n_tags(len(MENTION_KINDS))), dtype=np.float32),
                np.zeros(n_words, dtype=bool),
            )
        part = slice(self.start, self.stop)
        return soft.tags[part], soft.mentions[part], np.ones(n_words, dtype=bool)


def _stack_relations(windows: Sequence[Mapping[str, Relation]]) -> dict[str, Relation]:
    """Join the relations of several windows by name."""
    return {name: _stack([relations[name] for relations in windows]) for name in windows[0]}


def _stack(relations: Sequence[Relation]) -> Relation:
    """Candidates then index into the joined ``others``."""
    n_others = np.cumsum([0, *(len(relation.others) for relation in relations)])
    candidates = [
        np.where(relation.candidates >= 0, relation.candidates + shift, -1)
        for relation, shift in zip(relations, n_others, strict=False)
    ]
    return Relation(
        np.concatenate([relation.spans for relation in relations]),
        np.concatenate([relation.others for relation in relations]),
        np.concatenate(candidates),
        np.concatenate([relation.features for relation in relations]),
        np.concatenate([relation.is_right for relation in relations]),
        np.concatenate([relation.soft for relation in relations]),
    )


def is_held_for_calibration(article_id: str, share: float) -> bool:
    """Whether an article is kept from training, by a hash of its id: the same articles in every run and corpus order."""
    return int(hashlib.sha256(article_id.encode()).hexdigest()[:8], 16) < share * 2**32


def read_marks(records: Iterable[Mapping[str, Any]]) -> dict[str, SilverMarks]:
    """Marks by article, from records with ``id``, ``entities``: [[start, end, kind]], and ``coref``, where there is
    any: for each entity its places, [[start, end, whether it stands for the others]].
    """
    return {
        str(record["id"]): SilverMarks(
            tuple((start, end, kind) for start, end, kind in record["entities"]),
            tuple(tuple((start, end) for start, end, *_ in chain) for chain in record.get("coref", ())),
        )
        for record in records
    }
