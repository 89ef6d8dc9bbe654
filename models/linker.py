"""From spans to attributions: which cue and which source belong to which content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from inquit.models.article import Spans
from inquit.models.pairs import PairScorer, nearest_candidates, pair_features
from inquit.models.result import Attribution, Claim, QuoteKind, Speaker
from inquit.models.segmentation import Document, Floats, Ints, WordRange, are_quoted
from inquit.models.tagger import Tags, log_sum_exp
from inquit.models.words import begin_with_letter, word_text

CONTENT_CUE = (6, 6)
"""How many cues before and after a content are candidates for it."""

CUE_SOURCE = (6, 6)
"""How many sources before and after a cue are candidates for it."""

_N_FIRST_WORDS = 30

LINK_FEATURES = (
    "content mean",
    "content worst",
    "content ends",
    "cue mean",
    "source mean",
    "content to cue",
    "cue to source",
    "has source",
    "is direct",
    "is indirect",
    "n parts",
    "n words",
    "content to cue, words",
    "cue to source, words",
    "n cue words",
    "n source words",
    "source before cue",
    "content after cue",
)
"""The columns of a link's evidence, in order; log-probabilities are natural logs."""


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """One attribution as word ranges (the parts of its content, its cue, its source), with the evidence for it.

    Attributes:
        contents: shape (n_parts, 2).
        cue, source: (start, stop), or None if the article gives none; only turns of a conversation may have no cue.
        evidence: shape (len(LINK_FEATURES),).
    """

    contents: Ints
    cue: WordRange | None
    source: WordRange | None
    kind: QuoteKind
    evidence: Floats

    def attribution(
        self,
        document: Document,
        number: int,
        *,
        confidence: float | None = None,
        speaker: Speaker | None = None,
        claim: Claim | None = None,
    ) -> Attribution:
        """The attribution with spans of the text; ``number`` is its index among the article's attributions."""
        return Attribution(
            id=f"t{number}",
            content=spans_of_words(document, self.contents),
            cue=span_of_range(document, self.cue),
            source=span_of_range(document, self.source),
            kind=self.kind,
            confidence=confidence,
            speaker=speaker,
            claim=claim,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Linker:
    """Gives each content its cue, and each cue its source or none.

    Contents that share a cue form one attribution, unless they are out of reach of it (`within_reach`).
    """

    content_cue: PairScorer
    cue_source: PairScorer

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats]) -> Linker:
        return cls(
            PairScorer.from_arrays(arrays, "pairs.content_cue"), PairScorer.from_arrays(arrays, "pairs.cue_source")
        )

    def link(self, document: Document, tags: Tags, states: Floats) -> list[Link]:
        """Attributions, ordered by their first content. Unlinked spans and contents out of reach are dropped.

        Turns of a conversation need no evidence but their labels; what else is found may lie inside one or outside all.
        """
        turns = turns_as_links(document)
        found = [*turns, *without_turns(document, self._link_spans(document, tags, states), turns)]
        return sorted(found, key=lambda link: int(link.contents[0, 0]))

    def _link_spans(self, document: Document, tags: Tags, states: Floats) -> list[Link]:
        """The attributions that the tagged spans form."""
        if len(tags.contents) == 0 or len(tags.cues) == 0:
            return []
        cue_of_content, cue_score = self._best(
            self.content_cue, document, states, tags.contents, tags.cues, CONTENT_CUE
        )
        source_of_cue, source_score = self._best(
            self.cue_source, document, states, tags.cues, tags.sources, CUE_SOURCE, may_be_none=True
        )
        links = []
        for cue in sorted(set(cue_of_content.tolist())):
            cue_span = (int(tags.cues[cue, 0]), int(tags.cues[cue, 1]))
            parts = np.flatnonzero(cue_of_content == cue)
            parts = parts[within_reach(document, tags.contents[parts], cue_span)]
            contents = without_dots(document, tags.contents[parts])
            source = int(source_of_cue[cue])
            source_span = None if source < 0 else (int(tags.sources[source, 0]), int(tags.sources[source, 1]))
            kind = quote_kind(document, contents)
            scores = float(cue_score[parts].min()), float(source_score[cue])
            evidence = _evidence(tags.log_probabilities, contents, cue_span, source_span, kind, scores)
            links.append(Link(contents, cue_span, source_span, kind, evidence))
        return links

    def _best(
        self,
        scorer: PairScorer,
        document: Document,
        states: Floats,
        spans: Ints,
        others: Ints,
        n_candidates: tuple[int, int],
        *,
        may_be_none: bool = False,
    ) -> tuple[Ints, Floats]:
        """The best candidate for each span, as an index into ``others`` (-1 for none), and its log-probability."""
        candidates = nearest_candidates(spans, others, n_before=n_candidates[0], n_after=n_candidates[1])
        features = pair_features(document, spans, others, candidates)
        scores = scorer.scores(states, spans, others, candidates, features)
        if not may_be_none:
            scores[:, -1] = -np.inf
        index = np.append(candidates, np.full((len(spans), 1), -1), axis=1)
        best = scores.argmax(axis=1)
        rows = np.arange(len(spans))
        return index[rows, best], scores[rows, best] - log_sum_exp(scores)


def within_reach(document: Document, contents: Ints, cue: Sequence[int]) -> NDArray[np.bool_]:
    """Which contents of a cue can form one attribution: the nearest one and those connected to it without a break.

    A content farther away should have had a cue of its own, which was not found.

    Args:
        contents: in text order, shape (n_contents, 2).
    """
    spans = contents.tolist()
    run = np.cumsum([0, *(not _goes_on(document, one, other) for one, other in pairwise(spans))])
    nearest = np.argmin([_gap(span, cue) for span in spans])
    is_near: NDArray[np.bool_] = run == run[nearest]
    return is_near


def _goes_on(document: Document, one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether two contents of a cue are in one paragraph, or quoted in two successive ones: no break between them."""
    n_breaks = int(document.paragraph_of_word[other[0]] - document.paragraph_of_word[one[1] - 1])
    are_direct = (quote_kind(document, np.array([part])) is not QuoteKind.INDIRECT for part in (one, other))
    return n_breaks == 0 or (n_breaks == 1 and all(are_direct))


def without_dots(document: Document, contents: Ints) -> Ints:
    """The ranges without a trailing row of full stops: "he would go | ..."."""
    cut = contents.copy()
    for part in cut:
        stop = int(part[1])
        while stop - part[0] > 1 and word_text(document, stop - 1) == ".":
            stop -= 1
        if part[1] - stop > 1:
            part[1] = stop
    return cut


def quote_kind(document: Document, contents: Ints) -> QuoteKind:
    """Whether all, some or none of the content's words are inside outermost quotation marks."""
    inside = []
    for start, stop in contents.tolist():
        is_letter = begin_with_letter(document, start, stop)
        quoted = are_quoted(document.features[start:stop])
        inside.append(quoted[is_letter] if is_letter.any() else quoted)
    share = np.concatenate(inside)
    return QuoteKind.DIRECT if share.all() else QuoteKind.MIXED if share.any() else QuoteKind.INDIRECT


def turns_as_links(document: Document) -> list[Link]:
    """The turns of a conversation as attributions, in text order.

    Their evidence is that of spans found for certain, of a turn's first words: long turns are as sure as short ones.
    """
    certain = np.zeros(len(document.words), dtype=np.float32)
    links = []
    for turn in document.turns:
        ranges = [document.word_range(part) for part in turn.parts]
        contents = np.array([words for words in ranges if words[0] < words[1]], dtype=np.int64).reshape(-1, 2)
        mark = None if turn.label is None else turn.label.mark
        cue = None if mark is None else document.word_range(mark)
        source = None if turn.label is None else document.word_range(turn.label.span)
        if len(contents):
            beginning = np.minimum(contents[:1], contents[0, 0] + _N_FIRST_WORDS)
            evidence = _evidence(certain, beginning, cue, source, QuoteKind.DIRECT, (0.0, 0.0))
            links.append(Link(contents, cue, source, QuoteKind.DIRECT, evidence))
    return links


def without_turns(document: Document, links: Sequence[Link], turns: Sequence[Link]) -> list[Link]:
    """Those of the links that lie within what is said in one turn, or outside of all turns."""
    if not turns:
        return list(links)
    turn_of_word = np.full(len(document.words), -1)
    for number, turn in enumerate(turns):
        for start, stop in turn.contents.tolist():
            turn_of_word[start:stop] = number
        for start, stop in filter(None, (turn.cue, turn.source)):
            turn_of_word[start:stop] = len(turns)
    return [link for link in links if len(own := set(turn_of_word[_words(link)])) == 1 and len(turns) not in own]


def _words(link: Link) -> Ints:
    ranges = [*link.contents.tolist(), *filter(None, (link.cue, link.source))]
    return np.concatenate([np.arange(start, stop) for start, stop in ranges])


def _evidence(
    log_probabilities: Floats,
    contents: Ints,
    cue: WordRange | None,
    source: WordRange | None,
    kind: QuoteKind,
    link_scores: tuple[float, float],
) -> Floats:
    """The evidence for a link: shape (len(LINK_FEATURES),).

    Args:
        log_probabilities: of the tag chosen for each word.
        link_scores: the log-probabilities that the content has this cue, and the cue this source.
    """
    words = np.concatenate([np.arange(start, stop) for start, stop in contents.tolist()])
    content = log_probabilities[words]
    ends = log_probabilities[np.concatenate([contents[:, 0], contents[:, 1] - 1])]
    cue_score, source_score = link_scores
    return np.array(
        [
            content.mean(),
            content.min(),
            ends.mean(),
            0.0 if cue is None else log_probabilities[cue[0] : cue[1]].mean(),
            0.0 if source is None else log_probabilities[source[0] : source[1]].mean(),
            cue_score,
            source_score,
            float(source is not None),
            float(kind is QuoteKind.DIRECT),
            float(kind is QuoteKind.INDIRECT),
            len(contents),
            np.log1p(len(words)),
            0.0 if cue is None else np.log1p(min(_gap(part, cue) for part in contents.tolist())),
            0.0 if cue is None or source is None else np.log1p(_gap(source, cue)),
            0.0 if cue is None else np.log1p(cue[1] - cue[0]),
            0.0 if source is None else np.log1p(source[1] - source[0]),
            float(cue is not None and source is not None and source[0] < cue[0]),
            float(cue is not None and contents[0, 0] > cue[0]),
        ],
        dtype=np.float32,
    )


def _gap(one: Sequence[int], other: Sequence[int]) -> int:
    """Number of words between two spans."""
    return max(0, one[0] - other[1], other[0] - one[1])


def spans_of_words(document: Document, ranges: Ints) -> Spans:
    """Word ranges as spans of the text."""
    return tuple(document.span_of_words(start, stop) for start, stop in ranges.tolist())


def span_of_range(document: Document, word_range: tuple[int, int] | None) -> Spans:
    """One word range, or none, as spans of the text."""
    return () if word_range is None else (document.span_of_words(*word_range),)
