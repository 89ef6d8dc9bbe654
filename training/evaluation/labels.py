"""Measures of speakers, claim types, polarity and check-worthiness, over pairs of gold and predicted attributions.

Pairs are one to one, by content Jaccard, best first, with a Jaccard of at least 0.5. Claims are compared if gold labels
them. A speaker is right if the names, normalised, are the same set. If gold has no speaker, the prediction must have
none; if gold's speaker is the author, it must be the author. ``*_ece`` is the expected calibration error in ten bins of
equal width. ``narration_*`` compares each gold sentence with the predicted one that overlaps it most, again with a
Jaccard of at least 0.5; ``narration_recall`` is the share that has one. ``narration_precision`` is, among the predicted
sentences that are likely the journalist's own, the share of which labelled contents cover less than half. Measures of
claims and of narration are only present if gold labels any.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from inquit.models.result import LIKELY
from inquit.models.speakers.names import normalise_name
from inquit.training.evaluation.spans import MIN_JACCARD, precision_recall_f1, ratio
from inquit.training.evaluation.tokens import TokenIndex, assign, jaccard, overlapping, with_content

GROUPS = {
    "quantity": "fact",
    "event": "fact",
    "causation": "fact",
    "rule": "fact",
    "prediction": "future",
    "commitment": "future",
    "proposal": "stance",
    "evaluation": "stance",
    "experience": "rest",
    "other": "rest",
}
_PRONOUNS = frozenset(
    [
        "i",
        "we",
        "you",
        "he",
        "she",
        "it",
        "they",
        "who",
        "his",
        "her",
        "its",
        "their",
        "our",
        "my",
        "him",
        "them",
        "us",
        "me",
        "whose",
    ]
)
N_BINS = 10

ClaimRecord = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SpeakerPair:
    is_right: bool
    is_named: bool
    is_pronoun: bool
    has_speaker: bool
    is_kind_right: bool
    confidence: float | None


@dataclass(slots=True)
class LabelPairs:
    """What the label measures need to know about one article. Claims come in pairs (gold, predicted)."""

    n_gold: int = 0
    n_predicted: int = 0
    n_gold_claims: int = 0
    speakers: list[SpeakerPair] = field(default_factory=list)
    claims: list[tuple[ClaimRecord, ClaimRecord]] = field(default_factory=list)
    narration: list[tuple[ClaimRecord, ClaimRecord]] = field(default_factory=list)
    n_narration: int = 0
    n_narration_covered: int = 0
    own: list[tuple[float, bool]] = field(default_factory=list)
    """For each predicted narration sentence: its confidence, and whether labelled contents cover less than half."""


def pair_labels(gold: Mapping[str, Any], predicted: Mapping[str, Any] | None) -> LabelPairs:
    """Pair the attributions and narration sentences of one article."""
    text = gold["text"]
    index = TokenIndex(text)
    gold_items, predicted_items = with_content(gold), with_content(predicted)
    n_gold_claims = sum(bool(attribution.get("claim")) for attribution in gold_items)
    pairs = LabelPairs(len(gold_items), len(predicted_items), n_gold_claims)
    for theirs, ours in match_attributions(index, gold_items, predicted_items):
        pairs.speakers.append(_speaker_pair(text, theirs, ours))
        if theirs.get("claim"):
            pairs.claims.append((theirs["claim"], ours.get("claim") or {}))
    pairs.n_narration = len(gold.get("narration") or ())
    for theirs, ours in _match_narration(index, gold, predicted or {}):
        pairs.n_narration_covered += 1
        if theirs.get("claim"):
            pairs.narration.append((theirs["claim"], ours.get("claim") or {}))
    pairs.own = _judge_narration(index, gold_items, predicted or {})
    return pairs


def _judge_narration(
    index: TokenIndex, gold: Sequence[Mapping[str, Any]], predicted: Mapping[str, Any]
) -> list[tuple[float, bool]]:
    in_content = index.covered([span for attribution in gold for span in attribution["content"]])
    brings_in = index.covered([span for a in gold for role in ("cue", "source") for span in a.get(role) or ()])
    judged = []
    for sentence in predicted.get("narration") or ():
        tokens = index.covered([sentence["span"]])
        said, left = tokens & in_content, tokens - (brings_in - in_content)
        confidence = sentence.get("confidence")
        judged.append((1.0 if confidence is None else confidence, not said or 2 * len(said) < len(left)))
    return judged


def _match_narration(
    index: TokenIndex, gold: Mapping[str, Any], predicted: Mapping[str, Any]
) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Each gold sentence with the predicted one that overlaps it most; on a tie, the earlier one."""
    theirs, ours = gold.get("narration") or [], predicted.get("narration") or []
    gold_tokens = [index.covered([sentence["span"]]) for sentence in theirs]
    predicted_tokens = [index.covered([sentence["span"]]) for sentence in ours]
    best: dict[int, tuple[float, int]] = {}
    for i, j in overlapping(predicted_tokens, gold_tokens):
        score = jaccard(predicted_tokens[i], gold_tokens[j])
        if score >= MIN_JACCARD and (j not in best or score > best[j][0]):
            best[j] = (score, i)
    return [(theirs[j], ours[i]) for j, (_, i) in sorted(best.items())]


def match_attributions(
    index: TokenIndex, gold: Sequence[Mapping[str, Any]], predicted: Sequence[Mapping[str, Any]]
) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """One-to-one pairs (gold, predicted) by content overlap, best first. Every attribution must have a content."""
    gold_tokens = [index.covered(attribution["content"]) for attribution in gold]
    predicted_tokens = [index.covered(attribution["content"]) for attribution in predicted]
    candidates = [
        (jaccard(predicted_tokens[i], gold_tokens[j]), 0.0, i, j) for i, j in overlapping(predicted_tokens, gold_tokens)
    ]
    return [(gold[j], predicted[i]) for score, _, i, j in assign(candidates) if score >= MIN_JACCARD]


def _speaker_pair(text: str, gold: Mapping[str, Any], predicted: Mapping[str, Any]) -> SpeakerPair:
    source = " ".join(text[start:end] for start, end in gold.get("source") or ())
    theirs, ours = gold.get("speaker"), predicted.get("speaker")
    return SpeakerPair(
        is_right=is_same_speaker(theirs, ours),
        is_named=bool(theirs and theirs.get("named")),
        is_pronoun=source.lower() in _PRONOUNS,
        has_speaker=bool(theirs),
        is_kind_right=theirs is not None and (ours or {}).get("kind") == theirs["kind"],
        confidence=None if ours is None else ours.get("confidence"),
    )


def is_same_speaker(gold: Mapping[str, Any] | None, predicted: Mapping[str, Any] | None) -> bool:
    """Whether the predicted speaker is right; see the module's docstring."""
    if not gold:
        return not predicted or (not predicted.get("name") and predicted.get("kind") != "author")
    if not predicted:
        return False
    if gold.get("kind") == "author":
        return bool(predicted.get("kind") == "author")
    names = joint_names(gold["name"])
    return bool(names) and names == joint_names(predicted.get("name"))


def joint_names(name: str | None) -> frozenset[str]:
    """The normalised names of a speaker; several if it is a joint one."""
    return frozenset(map(normalise_name, split_joint_name(name or ""))) - {""}


def split_joint_name(name: str) -> list[str]:
    """Split the name of a joint speaker at ampersands; the names stay as written.

    >>> split_joint_name("Ann Lee &  AT&T")
    ['Ann Lee', 'AT&T']
    """
    return re.split(r"\s+&\s+", name)


def label_measures(articles: Iterable[LabelPairs]) -> dict[str, float]:
    """The measures by name; those of claims or narration are left out if gold labels none."""
    articles = list(articles)
    measures = _speaker_measures(articles)
    claims = [pair for article in articles for pair in article.claims]
    narration = [pair for article in articles for pair in article.narration]
    if any(article.n_gold_claims for article in articles):
        measures |= _claim_measures(claims)
    if n_narration := sum(article.n_narration for article in articles):
        measures |= {f"narration_{name}": value for name, value in _type_measures(narration).items()}
        measures["narration_recall"] = sum(article.n_narration_covered for article in articles) / n_narration
        own = [judged for article in articles for judged in article.own]
        measures["narration_precision"] = _share(is_own for confidence, is_own in own if confidence >= LIKELY)
        measures["narration_ece"] = expected_calibration_error([c for c, _ in own], [is_own for _, is_own in own])
    return measures


def _speaker_measures(articles: Sequence[LabelPairs]) -> dict[str, float]:
    pairs = [pair for article in articles for pair in article.speakers]
    n_right = sum(pair.is_right for pair in pairs)
    n_predicted, n_gold = (sum(getattr(article, name) for article in articles) for name in ("n_predicted", "n_gold"))
    with_confidence = [pair for pair in pairs if pair.confidence is not None]
    return {
        "speaker_f1": precision_recall_f1(n_right, n_predicted, n_right, n_gold)[2],
        "speaker_acc": _share(pair.is_right for pair in pairs),
        "speaker_acc_named": _share(pair.is_right for pair in pairs if pair.is_named),
        "speaker_acc_pronoun": _share(pair.is_right for pair in pairs if pair.is_pronoun and pair.has_speaker),
        "kind_acc": _share(pair.is_kind_right for pair in pairs if pair.has_speaker),
        "speaker_ece": expected_calibration_error(
            [float(pair.confidence or 0) for pair in with_confidence], [pair.is_right for pair in with_confidence]
        ),
        "speaker_acc_confident_half": _confident_half(with_confidence),
    }


def _confident_half(pairs: Sequence[SpeakerPair]) -> float:
    """Accuracy among the half of the speakers that the model is most sure of."""
    ordered = sorted(pairs, key=lambda pair: -float(pair.confidence or 0))
    return _share(pair.is_right for pair in ordered[: len(ordered) // 2])


def _claim_measures(pairs: Sequence[tuple[ClaimRecord, ClaimRecord]]) -> dict[str, float]:
    measures = _type_measures(pairs)
    types = [(gold["type"], ours.get("type")) for gold, ours in pairs]
    measures["group_macro_f1"] = macro_f1([(_group(a), b and _group(b)) for a, b in types])
    measures["type_any"] = _share(
        ours.get("type") in [gold["type"], *(gold.get("secondary") or ())] for gold, ours in pairs
    )
    measures["polarity_f1"] = macro_f1(
        [(gold.get("polarity", "asserted"), ours.get("polarity")) for gold, ours in pairs]
    )
    is_worthy = [is_checkworthy(gold) for gold, _ in pairs]
    scores = [float(ours.get("checkworthy") or 0) for _, ours in pairs]
    measures["checkworthy_brier"] = ratio(sum((a - b) ** 2 for a, b in zip(is_worthy, scores, strict=True)), len(pairs))
    measures["checkworthy_ece"] = expected_calibration_error(scores, is_worthy)
    sure = [float((ours.get("probabilities") or {}).get(ours.get("type"), 0)) for _, ours in pairs]
    measures["type_ece"] = expected_calibration_error(sure, [a == b for a, b in types])
    return measures


def is_checkworthy(gold: ClaimRecord) -> bool:
    """Whether a gold claim is worth a check. A reviewed answer may still have the model's probability, which counts
    as when it is learnt.
    """
    return float(gold.get("checkworthy") or 0) >= LIKELY


def _type_measures(pairs: Sequence[tuple[ClaimRecord, ClaimRecord]]) -> dict[str, float]:
    types = [(gold["type"], ours.get("type")) for gold, ours in pairs]
    is_worthy = [is_checkworthy(gold) for gold, _ in pairs]
    return {
        "type_acc": _share(a == b for a, b in types),
        "type_macro_f1": macro_f1(types),
        "checkworthy_ap": average_precision(is_worthy, [float(ours.get("checkworthy") or 0) for _, ours in pairs]),
        "checkworthy_base": _share(is_worthy),
    }


def _group(claim_type: str) -> str:
    """Fact, future, stance or rest; a type added by retraining is a group of its own."""
    return GROUPS.get(claim_type, claim_type)


def _share(values: Iterable[bool]) -> float:
    values = list(values)
    return ratio(sum(values), len(values))


def macro_f1(pairs: Sequence[tuple[str, str | None]]) -> float:
    """Mean F1 over the labels that occur in gold, which is the first of each pair."""
    scores = per_label(pairs)
    return ratio(sum(f1 for _, _, f1 in scores.values()), len(scores))


def per_label(pairs: Sequence[tuple[str, str | None]]) -> dict[str, tuple[float, float, float]]:
    """Precision, recall and F1 of each label that occurs in gold."""
    both = Counter(pairs)
    n_gold, n_predicted = Counter(gold for gold, _ in pairs), Counter(ours for _, ours in pairs)
    return {
        label: precision_recall_f1(both[label, label], n_predicted[label], both[label, label], n)
        for label, n in sorted(n_gold.items())
    }


def average_precision(is_positive: Sequence[bool], scores: Sequence[float]) -> float:
    """Area under the precision-recall step curve; equal scores share one precision. 0 if there are no positives."""
    n_positive = sum(is_positive)
    if not n_positive:
        return 0.0
    ranked = sorted(zip(scores, is_positive, strict=True), key=lambda item: -item[0])
    n_seen = n_right = 0
    area = 0.0
    for _, group in groupby(ranked, key=lambda item: item[0]):
        ties = [positive for _, positive in group]
        n_seen += len(ties)
        n_right += sum(ties)
        area += n_right / n_seen * sum(ties) / n_positive
    return area


def expected_calibration_error(confidences: Sequence[float], is_right: Sequence[bool]) -> float:
    """Mean distance between confidence and accuracy over ten bins of equal width, weighted by bin size."""
    return ratio(
        sum(n * abs(confidence - accuracy) for n, confidence, accuracy in reliability(confidences, is_right)),
        len(is_right),
    )


def reliability(confidences: Sequence[float], is_right: Sequence[bool]) -> list[tuple[int, float, float]]:
    """For each non-empty bin: its size, mean confidence and accuracy."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in zip(confidences, is_right, strict=True):
        bins.setdefault(min(N_BINS - 1, int(confidence * N_BINS)), []).append((confidence, right))
    return [
        (len(items), sum(c for c, _ in items) / len(items), sum(r for _, r in items) / len(items))
        for _, items in sorted(bins.items())
    ]
