"""Measures of spans and of the links between them. Every precision, recall and F1 is over all items of all articles.

a_exact    content as a list of fragments; equal lists match one to one. a_frag counts each fragment by itself.
b_jaccard  one-to-one pairs by token Jaccard J, best first: precision is the sum of J divided by the number predicted.
b_soft     the greatest share of each item that one item of the other side covers (Johansson and Moschitti 2013).
c_ROLE     the tokens that attributions cover in that role, whichever attribution they belong to.
d_full     pairs as in b with J >= 0.5 and the source right: both sources empty, or source J >= 0.5.
d_any      the same, but one shared source token is enough; d_content ignores the source.
e_acc      of the pairs with content J >= 0.5, the share whose source is right; e_any: right as in d_any; e_named: of
           the pairs whose gold attribution has a source.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from inquit.models.labels import ROLES
from inquit.training.evaluation.tokens import (
    TokenIndex,
    TokenSet,
    assign,
    fragments,
    is_quoted,
    jaccard,
    overlapping,
    with_content,
)

SUBSETS = ("all", "quoted", "indirect")
MIN_JACCARD = 0.5

Counts = Counter[str]
PrecisionRecallF1 = tuple[float, float, float]

_PAIRED = {
    "a_exact": "exact",
    "b_jaccard": "jaccard",
    "b_soft": "soft",
    "d_content": "matched",
    "d_full": "full",
    "d_any": "any",
}


class _Item:
    """One attribution as token sets."""

    def __init__(self, attribution: Mapping[str, Any], index: TokenIndex) -> None:
        self.tokens: dict[str, TokenSet] = {role: index.covered(attribution.get(role) or ()) for role in ROLES}
        self.fragments = fragments(attribution["content"], index.text)
        self.is_quoted = is_quoted(attribution["content"], index.text)


def count_spans(gold: Mapping[str, Any], predicted: Mapping[str, Any] | None) -> Counts:
    """Everything that the measures need to know about one article; counts of several articles can be added."""
    index = TokenIndex(gold["text"])
    gold_items = [_Item(attribution, index) for attribution in with_content(gold)]
    predicted_items = [_Item(attribution, index) for attribution in with_content(predicted)]
    counts: Counts = Counter()
    for item in gold_items:
        _add(counts, "n", "gold", item)
    for item in predicted_items:
        _add(counts, "n", "predicted", item)
    _count_exact(counts, gold_items, predicted_items)
    _count_soft(counts, gold_items, predicted_items)
    _count_pairs(counts, gold_items, predicted_items)
    _count_tokens(counts, gold_items, predicted_items)
    return counts


def _add(counts: Counts, name: str, side: str, item: _Item, value: float = 1) -> None:
    for subset in ("all", "quoted" if item.is_quoted else "indirect"):
        counts[f"{name} {subset} {side}"] += value  # type: ignore[assignment]


def _add_both(counts: Counts, name: str, gold: _Item, predicted: _Item, value: float = 1) -> None:
    _add(counts, name, "gold", gold, value)
    _add(counts, name, "predicted", predicted, value)


def _count_exact(counts: Counts, gold: Sequence[_Item], predicted: Sequence[_Item]) -> None:
    waiting: dict[tuple[tuple[int, int], ...], list[_Item]] = {}
    for item in gold:
        waiting.setdefault(item.fragments, []).append(item)
    for item in predicted:
        if waiting.get(item.fragments):
            _add_both(counts, "exact", waiting[item.fragments].pop(), item)
    gold_fragments = Counter(fragment for item in gold for fragment in item.fragments)
    predicted_fragments = Counter(fragment for item in predicted for fragment in item.fragments)
    counts["fragments gold"] += gold_fragments.total()
    counts["fragments predicted"] += predicted_fragments.total()
    counts["fragments right"] += (gold_fragments & predicted_fragments).total()


def right_attributions(gold: Mapping[str, Any], predicted: Mapping[str, Any] | None) -> list[bool]:
    """Whether ``d_full`` counts each predicted attribution with a content as right."""
    index = TokenIndex(gold["text"])
    gold_items = [_Item(attribution, index) for attribution in with_content(gold)]
    predicted_items = [_Item(attribution, index) for attribution in with_content(predicted)]
    is_right = [False] * len(predicted_items)
    for score, source_score, i, j in _pair(gold_items, predicted_items):
        is_right[i] = score >= MIN_JACCARD and _is_source_right(gold_items[j], predicted_items[i], source_score)
    return is_right


def _count_pairs(counts: Counts, gold: Sequence[_Item], predicted: Sequence[_Item]) -> None:
    for score, source_score, i, j in _pair(gold, predicted):
        _add_both(counts, "jaccard", gold[j], predicted[i], score)
        if score >= MIN_JACCARD:
            _count_source(counts, gold[j], predicted[i], source_score)


def _count_soft(counts: Counts, gold: Sequence[_Item], predicted: Sequence[_Item]) -> None:
    best_of_gold, best_of_predicted = [0.0] * len(gold), [0.0] * len(predicted)
    for i, j in _overlapping_contents(gold, predicted):
        ours, theirs = predicted[i].tokens["content"], gold[j].tokens["content"]
        n_shared = len(ours & theirs)
        best_of_predicted[i] = max(best_of_predicted[i], n_shared / len(ours))
        best_of_gold[j] = max(best_of_gold[j], n_shared / len(theirs))
    for item, best in zip(predicted, best_of_predicted, strict=True):
        _add(counts, "soft", "predicted", item, best)
    for item, best in zip(gold, best_of_gold, strict=True):
        _add(counts, "soft", "gold", item, best)


def _pair(gold: Sequence[_Item], predicted: Sequence[_Item]) -> list[tuple[float, float, int, int]]:
    """One-to-one pairs as (content Jaccard, source Jaccard, predicted, gold)."""
    candidates = []
    for i, j in _overlapping_contents(gold, predicted):
        ours, theirs = predicted[i].tokens, gold[j].tokens
        score = jaccard(ours["content"], theirs["content"])
        candidates.append((score, jaccard(ours["source"], theirs["source"]), i, j))
    return assign(candidates)


def _overlapping_contents(gold: Sequence[_Item], predicted: Sequence[_Item]) -> list[tuple[int, int]]:
    return overlapping([item.tokens["content"] for item in predicted], [item.tokens["content"] for item in gold])


def _is_source_right(gold: _Item, predicted: _Item, source_score: float) -> bool:
    return source_score >= MIN_JACCARD and bool(predicted.tokens["source"]) == bool(gold.tokens["source"])


def _count_source(counts: Counts, gold: _Item, predicted: _Item, source_score: float) -> None:
    ours, theirs = predicted.tokens["source"], gold.tokens["source"]
    is_right = _is_source_right(gold, predicted, source_score)
    _add_both(counts, "matched", gold, predicted)
    if is_right:
        _add_both(counts, "full", gold, predicted)
    if is_right or ours & theirs:
        _add_both(counts, "any", gold, predicted)
    if theirs:
        _add(counts, "matched named", "gold", gold)
        if is_right:
            _add(counts, "full named", "gold", gold)


def _count_tokens(counts: Counts, gold: Sequence[_Item], predicted: Sequence[_Item]) -> None:
    for role in ROLES:
        theirs = frozenset[int]().union(*(item.tokens[role] for item in gold))
        ours = frozenset[int]().union(*(item.tokens[role] for item in predicted))
        counts[f"{role} gold"] += len(theirs)
        counts[f"{role} predicted"] += len(ours)
        counts[f"{role} right"] += len(ours & theirs)


def span_measures(counts: Counts) -> dict[str, float | PrecisionRecallF1]:
    """The measures by name; those of a subset end in ``|quoted`` or ``|indirect``."""
    measures: dict[str, float | PrecisionRecallF1] = {}
    for subset in SUBSETS:
        suffix = "" if subset == "all" else f"|{subset}"
        n_predicted, n_gold = counts[f"n {subset} predicted"], counts[f"n {subset} gold"]
        for name, key in _PAIRED.items():
            measures[name + suffix] = precision_recall_f1(
                counts[f"{key} {subset} predicted"], n_predicted, counts[f"{key} {subset} gold"], n_gold
            )
        n_matched = counts[f"matched {subset} gold"]
        measures["e_acc" + suffix] = ratio(counts[f"full {subset} gold"], n_matched)
        measures["e_any" + suffix] = ratio(counts[f"any {subset} gold"], n_matched)
        measures["e_named" + suffix] = ratio(
            counts[f"full named {subset} gold"], counts[f"matched named {subset} gold"]
        )
    for name, key in (("a_frag", "fragments"), *((f"c_{role}", role) for role in ROLES)):
        n_right = counts[f"{key} right"]
        measures[name] = precision_recall_f1(n_right, counts[f"{key} predicted"], n_right, counts[f"{key} gold"])
    return measures


def span_sizes(counts: Counts) -> dict[str, int]:
    """How many attributions there are, by subset and side."""
    return {
        f"n_{side}|{subset}": int(counts[f"n {subset} {side}"]) for subset in SUBSETS for side in ("gold", "predicted")
    }


def ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def precision_recall_f1(
    right_predicted: float, n_predicted: float, right_gold: float, n_gold: float
) -> PrecisionRecallF1:
    precision, recall = ratio(right_predicted, n_predicted), ratio(right_gold, n_gold)
    return precision, recall, ratio(2 * precision * recall, precision + recall)
