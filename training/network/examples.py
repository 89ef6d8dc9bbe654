"""Turn labelled articles into arrays: the targets of each head, by word, span and claim."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from inquit.models.article import Article, Span
from inquit.models.claims import CHECKWORTHY_OUTPUT, N_CLAIM_OUTPUTS, POLARITY_OUTPUTS, SECONDARY_OUTPUTS
from inquit.models.labels import (
    CLAIM_TYPES,
    POLARITIES,
    ROLES,
    SPEAKER_KINDS,
    begin,
)
from inquit.models.linker import CONTENT_CUE, CUE_SOURCE
from inquit.models.pieces import Pieces, split_into_pieces
from inquit.models.result import ArticleResult, Attribution, Claim, SpeakerKind
from inquit.models.segmentation import Document, Ints, segment
from inquit.models.speakers.features import SOURCE_MENTION
from inquit.models.speakers.names import normalise_name
from inquit.training.evaluation.labels import split_joint_name

Floats = NDArray[np.float32]
IGNORED = -100
"""A target that every loss ignores."""

MARK_KINDS = ("PERSON", "ORGANIZATION", "LOCATION", "MISC")
"""The names of the mention kinds in silver marks, in the order of ``MENTION_KINDS``."""

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
    """A passage and its claim labels. Ranges count the words of the document or, in a batch, of its stack of words.

    Attributes:
        parts: word ranges of the content or, for narration, of the sentence.
        targets: shape (n_claim_outputs,), 0 or 1, in the layout of the claim head; None if `claim_targets` gives None.
        soft: shape (n_claim_outputs,), the teacher's scores.
    """

    parts: tuple[tuple[int, int], ...]
    cue: tuple[int, int] | None
    source: tuple[int, int] | None
    targets: Floats | None
    soft: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SoftLabels:
    """A teacher's scores for one article: by word for tags and mentions, by passage for claims, by pair for links.

    Attributes:
        links: scores by relation, shape (n_spans, n_others + 1); nan where the teacher was not asked. The last column
            is "none of them".
    """

    tags: Floats
    mentions: Floats
    claims: Floats
    links: Mapping[str, Floats]


@dataclass(frozen=True, slots=True, eq=False)
class RelationLabels:
    """The labels of one relation, which asks for each span which of the others belongs to it.

    Attributes:
        spans, others: word ranges in text order, shape (n, 2).
        answers: indices of others for each span; empty: none of them; None: not labelled.
        reach: how many others before and after a span are its candidates.
    """

    spans: Ints
    others: Ints
    answers: Sequence[frozenset[int] | None]
    reach: tuple[int, int]


@dataclass(frozen=True, slots=True)
class SilverMarks:
    """What a program marked in an article, unchecked by people.

    Attributes:
        entities: named entities as (start, end, kind).
        chains: coreference chains: the spans (start, end) of each entity mentioned several times, by name or not.
    """

    entities: tuple[tuple[int, int, str], ...]
    chains: tuple[tuple[tuple[int, int], ...], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class LabelledDocument:
    """A document with its gold labels by word. Spans are word ranges in text order, shape (n, 2)."""

    pieces: Pieces
    tags: Ints
    sources: Ints
    speaker_kind: Ints  # of each source; IGNORED if unlabelled
    mention_tags: Ints | None
    relations: Mapping[str, RelationLabels]
    claims: tuple[ClaimExample, ...]
    soft: SoftLabels | None = None


def label_document(
    gold: ArticleResult,
    tokenizer: Tokenizer,
    *,
    marks: SilverMarks | None = None,
    soft: SoftLabels | None = None,
) -> LabelledDocument:
    """Align the gold labels of an article with its words. Spans without a word are left out.

    Args:
        marks: named entities and coreference of the article; None if nothing marked them.
        soft: a teacher's answers for this article.
    """
    assert gold.text is not None
    pieces = split_into_pieces(segment(Article(gold.id, gold.text)), tokenizer)
    document = pieces.document
    placed = [_PlacedAttribution.of(attribution, document) for attribution in gold.attributions]
    contents = sorted({part for a in placed for part in a.parts})
    cues = sorted({a.cue for a in placed if a.cue})
    sources = sorted({a.source for a in placed if a.source})
    # The linker always takes a cue, so a content labelled without one must not teach which.
    cue_of = {part: frozenset({cues.index(a.cue)}) for a in placed if a.cue for part in a.parts}
    source_of = {a.cue: frozenset({sources.index(a.source)}) for a in placed if a.cue and a.source}
    labels_of: dict[tuple[int, int], Attribution] = {}
    for a in placed:
        if a.source:
            labels_of.setdefault(a.source, a.labels)
    labelled = any(a.claim is not None or a.speaker is not None for a in gold.attributions)
    mentions, mention_tags = _label_mentions(gold, pieces, marks)
    meant = [_mentions_of_speaker(labels_of[span], gold, mentions, pieces) if labelled else None for span in sources]
    anaphors: dict[tuple[int, int], frozenset[int]] = {}
    if marks is not None and mention_tags is not None:
        may_speak = {i for i, (start, _) in enumerate(mentions) if mention_tags[start] in _TAGS_OF_SPEAKERS}
        anaphors = _resolved_anaphors(marks.chains, document, mentions, may_speak)
    spans = {"content": _ranges(contents), "cue": _ranges(cues), "source": _ranges(sources)}
    named = _ranges(mentions)
    kinds = [_speaker_kind(labels_of[span]) if labelled else IGNORED for span in sources]
    return LabelledDocument(
        pieces=pieces,
        tags=_tag(len(document.words), zip((contents, cues, sources), range(len(ROLES)), strict=True)),
        sources=spans["source"],
        speaker_kind=np.array(kinds, dtype=np.int64),
        mention_tags=mention_tags,
        relations={
            "content_cue": RelationLabels(
                spans["content"], spans["cue"], [cue_of.get(s) for s in contents], CONTENT_CUE
            ),
            "cue_source": RelationLabels(
                spans["cue"], spans["source"], [source_of.get(s, frozenset()) for s in cues], CUE_SOURCE
            ),
            "source_mention": RelationLabels(spans["source"], named, meant, SOURCE_MENTION),
            "coreference": RelationLabels(_ranges(list(anaphors)), named, list(anaphors.values()), SOURCE_MENTION),
        },
        claims=_claim_examples(gold, placed, document, soft),
        soft=soft,
    )


@dataclass(frozen=True, slots=True)
class _PlacedAttribution:
    """An attribution as word ranges. Only the first part of a cue or source is used; None if it contains no word."""

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
    """Mentions of named entities, from a program's marks and from the names of labelled speakers.

    Where the two overlap, the speaker's name wins, since its extent was labelled. Without marks, the names of speakers
    are the only mentions, and there are no mention tags.
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
    """Where the labelled speakers' names occur in the text: the word ranges, longer names first, and speaker kinds.

    Args:
        with_surnames: also find the last word of a name, and names of one word.
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
    """Pronouns and descriptions in text order, each with the indices of the mentions that name its entity.

    A mention names the entity of a chain if it ends where one of the chain's spans ends, possessives and titles aside.
    A span that touches a mention is not a pronoun or description. Only mentions in ``may_speak`` count, because chains
    of locations and the like contain many errors.
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
    gold: ArticleResult, attributions: Sequence[_PlacedAttribution], document: Document, soft: SoftLabels | None
) -> tuple[ClaimExample, ...]:
    examples = [ClaimExample(a.parts, a.cue, a.source, claim_targets(a.labels.claim)) for a in attributions if a.parts]
    for narration in gold.narration:
        part = document.word_range(narration.span)
        if narration.claim is not None and _has_words(part):
            examples.append(ClaimExample((part,), None, None, claim_targets(narration.claim)))
    if soft is not None:
        examples = [replace(example, soft=answer) for example, answer in zip(examples, soft.claims, strict=True)]
    return tuple(examples)


def claim_targets(claim: Claim | None) -> Floats | None:
    """The targets of the claim head for a claim: types, secondary types, polarities, check-worthiness.

    None if there is no label, or the head does not know one of its types.
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
