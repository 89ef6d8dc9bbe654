"""Choose which articles to label next: those that the model is least sure of, each unlike the ones before it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from math import log, sqrt
from operator import itemgetter
from statistics import fmean

from inquit.models.article import outlet_of
from inquit.models.result import ArticleResult, Attribution, Claim

_WORD = re.compile(r"[^\W\d_]{3,}")
_N_CANDIDATES = 20
"""How many of the least certain articles compete for each place in the queue; the rest are not compared."""

_WEIGHTS = {"word": 1.0, "speaker": 2.0, "type": 1.0, "outlet": 2.0}
"""The weight of one shared word, speaker, claim type or outlet. There are many words, so speakers and outlets count
more. Not tuned."""

Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Queued:
    """An article in the queue, and why it was chosen: uncertainty and novelty, both from 0 to 1."""

    result: ArticleResult
    uncertainty: float
    novelty: float


def queue_articles(
    results: Iterable[ArticleResult], *, n: int = 20, diversity: float = 0.5, labelled: Iterable[str] = ()
) -> list[Queued]:
    """Choose articles to label, the most useful first.

    Each choice weighs how unsure the model is of an article against how different the article is from those chosen
    before (maximal marginal relevance). The same results give the same queue.

    Args:
        n: how many to choose.
        diversity: weight of novelty, from 0 (uncertainty only) to 1.
        labelled: ids of articles that already have labels.

    Source: Carbonell and Goldstein (1998).
    """
    candidates = _least_certain(results, n * _N_CANDIDATES, frozenset(labelled))
    vectors = _vectors([result for _, result in candidates])
    similarity = [0.0] * len(candidates)
    left = list(range(len(candidates)))
    chosen: list[Queued] = []
    while left and len(chosen) < n:
        best = max(left, key=lambda i: (1 - diversity) * candidates[i][0] + diversity * (1 - similarity[i]))
        chosen.append(Queued(candidates[best][1], candidates[best][0], 1 - similarity[best]))
        left.remove(best)
        for i in left:
            similarity[i] = max(similarity[i], _cosine(vectors[i], vectors[best]))
    return chosen


def _least_certain(
    results: Iterable[ArticleResult], n: int, labelled: frozenset[str]
) -> list[tuple[float, ArticleResult]]:
    """The ``n`` least certain articles that can be labelled, with their uncertainty; only these stay in memory."""
    usable = (r for r in results if r.error is None and r.text and r.id not in labelled)
    ranked = nsmallest(n, ((-uncertainty(result), result.id, result) for result in usable), key=itemgetter(0, 1))
    return [(-negative, result) for negative, _, result in ranked]


def uncertainty(result: ArticleResult) -> float:
    """How unsure the model is of an article, from 0 to 1: a mean over attributions, so that long ones do not win."""
    doubts = [_doubt(attribution) for attribution in result.attributions]
    return fmean(doubts) if doubts else 0.0


def _doubt(attribution: Attribution) -> float:
    sure_of_speaker = None if attribution.speaker is None else attribution.speaker.confidence
    parts = [1 - c for c in (attribution.confidence, sure_of_speaker) if c is not None]
    if attribution.claim is not None and len(attribution.claim.probabilities) > 1:
        parts.append(_entropy(attribution.claim))
    return fmean(parts) if parts else 0.0


def _entropy(claim: Claim) -> float:
    """The entropy of the claim type, relative to its maximum: 0 if one type is certain, 1 if all are equally likely."""
    probabilities = [p for p in claim.probabilities.values() if p > 0]
    total = sum(probabilities)
    entropy = -sum(p / total * log(p / total) for p in probabilities)
    return min(1.0, max(0.0, entropy / log(len(claim.probabilities))))


def _vectors(results: Sequence[ArticleResult]) -> list[Vector]:
    """Words, speakers, claim types and outlet of each article as vectors of length 1; rare features weigh more."""
    features = [_features(result) for result in results]
    n_articles = Counter(name for own in features for name in own)
    vectors: list[Vector] = []
    for own in features:
        weighted = {
            name: _WEIGHTS[name.partition(":")[0]] * log(1 + n) * log((1 + len(results)) / n_articles[name])
            for name, n in own.items()
        }
        norm = sqrt(sum(value**2 for value in weighted.values())) or 1.0
        vectors.append({name: value / norm for name, value in weighted.items()})
    return vectors


def _features(result: ArticleResult) -> Counter[str]:
    features = Counter(f"word:{word}" for word in _WORD.findall((result.text or "").casefold()))
    for attribution in result.attributions:
        if attribution.speaker is not None and attribution.speaker.name:
            features[f"speaker:{attribution.speaker.name.casefold()}"] += 1
        if attribution.claim is not None:
            features[f"type:{attribution.claim.type}"] += 1
    if outlet := outlet_of(result.metadata):
        features[f"outlet:{outlet}"] += 1
    return features


def _cosine(first: Vector, second: Vector) -> float:
    small, large = sorted((first, second), key=len)
    return sum(value * large.get(name, 0.0) for name, value in small.items())
