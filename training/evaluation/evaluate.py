"""All measures at once, with intervals over articles."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from inquit.models.result import ArticleResult
from inquit.training.evaluation.labels import (
    LabelPairs,
    expected_calibration_error,
    is_checkworthy,
    label_measures,
    pair_labels,
    per_label,
    reliability,
)
from inquit.training.evaluation.spans import (
    Counts,
    PrecisionRecallF1,
    count_spans,
    right_attributions,
    span_measures,
    span_sizes,
)
from inquit.training.evaluation.tokens import with_content

Measure = float | PrecisionRecallF1
Interval = tuple[float, float]
Bins = list[tuple[int, float, float]]
T = TypeVar("T")

SEED = 13
"""Seed of the bootstrap samples, so that the same answers always get the same intervals."""

_CLAIM_MEASURES = ("type_", "group_", "polarity_", "checkworthy_")


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One measure for a table: ``value`` is F1 if there are precision and recall, otherwise a share or an error."""

    name: str
    precision: float | None
    recall: float | None
    value: float
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Measures by name (a number, or precision, recall and F1), and 95 % intervals of the number or the F1."""

    n_articles: int
    sizes: Mapping[str, int]
    measures: Mapping[str, Measure]
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    claim_types: Mapping[str, PrecisionRecallF1] = field(default_factory=dict)
    confusion: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    reliability: Mapping[str, Sequence[tuple[int, float, float]]] = field(default_factory=dict)

    def score(self, name: str) -> float:
        """The number, or the F1, of a measure."""
        value = self.measures[name]
        return value if isinstance(value, float) else value[2]

    def rows(self) -> list[MeasureRow]:
        """The measures, in order, as rows of a table."""
        rows = []
        for name, value in self.measures.items():
            precision, recall = (None, None) if isinstance(value, float) else value[:2]
            rows.append(MeasureRow(name, precision, recall, self.score(name), self.intervals.get(name)))
        return rows

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "n_articles": self.n_articles,
            "sizes": dict(self.sizes),
            "measures": dict(self.measures),
            "intervals": dict(self.intervals),
            "claim_types": dict(self.claim_types),
            "confusion": {gold: dict(row) for gold, row in self.confusion.items()},
            "reliability": {name: list(bins) for name, bins in self.reliability.items()},
        }


def evaluate(
    gold: Mapping[str, Mapping[str, Any]],
    predicted: Mapping[str, Mapping[str, Any]],
    *,
    n_bootstrap: int = 0,
    seed: int = SEED,
) -> Evaluation:
    """Compare predictions with gold labels.

    Speakers and claims are measured on the articles whose attributions have such labels.

    Args:
        gold, predicted: records in the result format by article id. A missing prediction counts as one without
            attributions.
        n_bootstrap: how many bootstrap samples of articles the intervals are computed from; 0 for no intervals.

    Raises:
        ValueError: a gold article has no text, or its prediction was made on another text.
    """
    for article, record in gold.items():
        _check_text(article, record, predicted.get(article) or {})
    counts = [count_spans(record, predicted.get(article)) for article, record in gold.items()]
    measures: dict[str, Measure] = dict(span_measures(_total(counts)))
    intervals = _bootstrap(counts, _total_scores, n_bootstrap, seed)
    confidences, is_right = _attribution_confidences(gold, predicted)
    bins: dict[str, list[tuple[int, float, float]]] = {}
    if confidences:
        measures["confidence_ece"] = expected_calibration_error(confidences, is_right)
        bins["attribution confidence"] = reliability(confidences, is_right)
    claims: list[tuple[str, str | None]] = []
    sizes = span_sizes(_total(counts))
    labelled = {article: record for article, record in gold.items() if _is_labelled(record)}
    if any(with_content(record) for record in labelled.values()):
        pairs = [pair_labels(record, predicted.get(article)) for article, record in labelled.items()]
        sizes |= {"n_labelled_articles": len(labelled), "n_pairs": sum(len(article.speakers) for article in pairs)}
        measures |= label_measures(pairs)
        intervals |= _bootstrap(pairs, label_measures, n_bootstrap, seed)
        claims = [(theirs["type"], ours.get("type")) for article in pairs for theirs, ours in article.claims]
        bins |= _label_reliability(pairs)
    return Evaluation(len(gold), sizes, measures, intervals, per_label(claims), _confusion(claims), bins)


def article_measures(
    gold: Sequence[ArticleResult], predicted: Mapping[str, Mapping[str, Any]]
) -> Callable[[Sequence[int]], dict[str, float]]:
    """A function that gives the measures of `evaluate` (F1, not precision and recall) for any article indices."""
    records = [article.to_dict() for article in gold]
    counts = [count_spans(record, predicted.get(record["id"])) for record in records]
    pairs = [pair_labels(record, predicted.get(record["id"])) if _is_labelled(record) else None for record in records]

    def measure(chosen: Sequence[int]) -> dict[str, float]:
        labelled = [pair for i in chosen if (pair := pairs[i]) is not None]
        measures = _total_scores([counts[i] for i in chosen])
        return measures | label_measures(labelled) if labelled else measures

    return measure


def evaluate_claims(pairs: Sequence[LabelPairs]) -> Evaluation:
    """Measure claims only, without intervals, from the gold and predicted claims of each article."""
    measures = {name: value for name, value in label_measures(pairs).items() if name.startswith(_CLAIM_MEASURES)}
    return Evaluation(
        len(pairs), {"n_pairs": sum(len(article.claims) for article in pairs)}, measures, {}, *_tables(pairs)
    )


def _tables(
    pairs: Sequence[LabelPairs],
) -> tuple[Mapping[str, PrecisionRecallF1], Mapping[str, Mapping[str, int]], dict[str, Bins]]:
    """Measures by claim type, the confusion of claim types, and reliability."""
    claims = [(gold["type"], ours.get("type")) for article in pairs for gold, ours in article.claims]
    return per_label(claims), _confusion(claims), _label_reliability(pairs)


def _check_text(article: str, gold: Mapping[str, Any], predicted: Mapping[str, Any]) -> None:
    if not isinstance(gold.get("text"), str):
        raise ValueError(f"gold article {article} has no text; spans cannot be compared without it")
    if predicted.get("text", gold["text"]) != gold["text"]:
        raise ValueError(f"article {article}: the prediction was made on a different text; score the gold text")


def _is_labelled(record: Mapping[str, Any]) -> bool:
    """Whether an article has speaker or claim labels, or no attributions that could have any."""
    attributions = with_content(record)
    return not attributions or any(a.get("claim") or a.get("speaker") for a in attributions)


def _total(counts: Sequence[Counts]) -> Counts:
    total: Counts = Counter()
    for article in counts:
        total.update(article)
    return total


def _total_scores(counts: Sequence[Counts]) -> dict[str, float]:
    measures = span_measures(_total(counts))
    return {name: value if isinstance(value, float) else value[2] for name, value in measures.items()}


def _bootstrap(
    articles: Sequence[T], measure: Callable[[Sequence[T]], Mapping[str, float]], n_samples: int, seed: int
) -> dict[str, Interval]:
    """95 % percentile intervals over samples of articles with replacement (Efron 1979)."""
    if not articles:
        return {}
    rng = random.Random(seed)
    values: dict[str, list[float]] = {}
    for _ in range(n_samples):
        for name, value in measure(rng.choices(articles, k=len(articles))).items():
            values.setdefault(name, []).append(value)
    return {name: _percentiles(sorted(samples)) for name, samples in values.items()}


def _percentiles(ordered: Sequence[float]) -> Interval:
    return ordered[int(0.025 * len(ordered))], ordered[int(0.975 * len(ordered))]


def _attribution_confidences(
    gold: Mapping[str, Mapping[str, Any]], predicted: Mapping[str, Mapping[str, Any]]
) -> tuple[list[float], list[bool]]:
    """The confidence of every predicted attribution that has one, and whether its content and source are right."""
    confidences: list[float] = []
    right: list[bool] = []
    for article, record in gold.items():
        attributions = with_content(predicted.get(article))
        is_right = right_attributions(record, predicted.get(article))
        for attribution, value in zip(attributions, is_right, strict=True):
            if attribution.get("confidence") is not None:
                confidences.append(float(attribution["confidence"]))
                right.append(value)
    return confidences, right


def _label_reliability(pairs: Sequence[LabelPairs]) -> dict[str, list[tuple[int, float, float]]]:
    claims = [pair for article in pairs for pair in article.claims]
    sure = [float((ours.get("probabilities") or {}).get(ours.get("type"), 0)) for _, ours in claims]
    speakers = [pair for article in pairs for pair in article.speakers if pair.confidence is not None]
    return {
        "claim type": reliability(sure, [gold["type"] == ours.get("type") for gold, ours in claims]),
        "check-worthiness": reliability(
            [float(ours.get("checkworthy") or 0) for _, ours in claims],
            [is_checkworthy(gold) for gold, _ in claims],
        ),
        "speaker": reliability(
            [float(pair.confidence or 0) for pair in speakers], [pair.is_right for pair in speakers]
        ),
    }


def _confusion(claims: Sequence[tuple[str, str | None]]) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {}
    for (gold, ours), n in sorted(Counter((gold, ours or "none") for gold, ours in claims).items()):
        table.setdefault(gold, {})[ours] = n
    return table
