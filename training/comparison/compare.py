"""Compare two models on the same labelled articles: every measure, and whether the new model may replace the old one.

Differences get paired bootstrap intervals: both models are measured on the same resampled articles (Efron 1979; for
paired tests Berg-Kirkpatrick et al. 2012). A guarded difference fails if NEW is worse beyond noise: by more than the
bootstrap deviation allows at a one-sided level of 2.5 %. The slices share this level (Bonferroni), since otherwise one
in forty would fail by chance.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import NormalDist, stdev
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from numpy.typing import NDArray

from inquit.models.folder import Manifest
from inquit.models.result import ArticleResult
from inquit.training.comparison.outcomes import GoldItem, Outcome, gold_items, outcomes
from inquit.training.corpora import CorpusError, corpus_sha256
from inquit.training.evaluation import SEED, article_measures
from inquit.training.evaluation.spans import precision_recall_f1, ratio

Records = Mapping[str, Mapping[str, Any]]
Floats = NDArray[np.float64]

ALPHA = 0.025
GUARDED = (
    "d_full",
    "c_content",
    "c_cue",
    "c_source",
    "e_acc",
    "speaker_acc",
    "type_acc",
    "type_macro_f1",
    "group_macro_f1",
    "polarity_f1",
    "checkworthy_ap",
    "narration_recall",
    "narration_type_acc",
    "type_ece",
    "checkworthy_ece",
)
MIN_SLICE = 15
"""Slices with fewer labelled attributions are shown but not guarded."""

MIN_KAPPA, MIN_KAPPA_CLAIMS = 0.15, 30
"""New labels that agree with the old model less than this look shuffled or follow another codebook."""

_LOWER_IS_BETTER = ("_ece", "_brier")
_NOT_MEASURED = ("checkworthy_base", "narration_checkworthy_base")
_MAX_FLIPS = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of both models on one slice of the articles.

    Attributes:
        slice: ``all``, ``type=…``, ``kind=…`` or ``outlet=…``.
        n: gold attributions in the slice, or articles for ``all``.
        interval: 95 % interval of ``new - old``.
        is_worse: beyond noise, whichever direction is better for the measure.
    """

    slice: str
    measure: str
    n: int
    old: float
    new: float
    interval: tuple[float, float]
    is_guarded: bool
    is_worse: bool


@dataclass(frozen=True, slots=True)
class Flip:
    """An attribution whose claim type one model gets right and the other wrong."""

    article: str
    text: str
    gold: str
    old: str | None
    new: str | None

    @property
    def is_better(self) -> bool:
        return self.new == self.gold


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was compared, the results, and why NEW may not replace OLD (if ``objections`` is empty, it may)."""

    old: str
    old_fingerprint: str
    new: str
    new_fingerprint: str
    gold_sha256: str
    n_articles: int
    n_bootstrap: int
    seed: int
    differences: tuple[Difference, ...]
    flips: tuple[Flip, ...]
    objections: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.objections

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"passed": self.passed, **asdict(self)}


def compare_predictions(
    gold: Sequence[ArticleResult],
    old: Records,
    new: Records,
    manifests: tuple[Manifest, Manifest],
    *,
    n_bootstrap: int = 1000,
) -> Comparison:
    """Compare the answers of two models.

    Args:
        gold: labelled articles.
        old, new: results in the result format by article id.
        manifests: of the old and the new model.
    """
    items = gold_items(gold)
    pairs = outcomes(gold, old), outcomes(gold, new)
    overall = _overall(gold, old, new, n_bootstrap)
    slices = _slices(items, pairs, len(gold), n_bootstrap)
    differences = tuple(overall + slices)
    objections = [
        f"{d.measure} on {d.slice} is {d.new:.3f}, was {d.old:.3f}: worse beyond noise"
        for d in differences
        if d.is_guarded and d.is_worse
    ]
    return Comparison(
        manifests[0].title,
        manifests[0].fingerprint,
        manifests[1].title,
        manifests[1].fingerprint,
        corpus_sha256(gold),
        len(gold),
        n_bootstrap,
        SEED,
        differences,
        tuple(_flips(gold, items, pairs)),
        (*objections, *label_objections(manifests[1])),
    )


def label_objections(manifest: Manifest) -> list[str]:
    """Reasons to distrust the labels that a model was last retrained on."""
    retrainings = manifest.data.get("training", {}).get("retrainings") or []
    if not retrainings:
        return []
    kappa, n = retrainings[-1]["label_kappa"], retrainings[-1]["n_known_claims"]
    if n < MIN_KAPPA_CLAIMS or kappa >= MIN_KAPPA:
        return []
    objection = (
        f"the {n} labels that {manifest.title} learnt from agree with the previous model hardly better than chance "
        f"(kappa {kappa:.2f}): they look shuffled, or follow another codebook"
    )
    return [objection]


def check_leaks(gold: Sequence[ArticleResult], manifests: Sequence[Manifest]) -> None:
    """Raise if a model is known to be fitted on an article that it is to be measured on.

    Raises:
        CorpusError: a model was fitted on gold articles; the message names up to ten of them.
    """
    from inquit.training.claims.data import article_hash
    from inquit.training.seen_texts import seen_texts

    for manifest in manifests:
        known = seen_texts(manifest)
        leaked = [article.id for article in gold if article.text is not None and article_hash(article.text) in known]
        if leaked:
            raise CorpusError(
                f"{manifest.title} was fitted on {len(leaked)} of the gold articles, so they cannot measure it: "
                f"{leaked[:10]}; take them out of the gold file, or retrain without them"
            )


def comparison_page(comparison: Comparison) -> str:
    """The comparison as a self-contained HTML page."""
    environment = Environment(loader=PackageLoader("inquit.training"), autoescape=True, undefined=StrictUndefined)
    everything = [difference for difference in comparison.differences if difference.slice == "all"]
    parts = [difference for difference in comparison.differences if difference.slice != "all"]
    return environment.get_template("comparison.html").render(
        c=comparison,
        slices=[("All articles", everything), ("By claim type, kind and outlet", parts)],
        better=[flip for flip in comparison.flips if flip.is_better],
        worse=[flip for flip in comparison.flips if not flip.is_better],
    )


def _overall(gold: Sequence[ArticleResult], old: Records, new: Records, n_bootstrap: int) -> list[Difference]:
    measure_old, measure_new = article_measures(gold, old), article_measures(gold, new)
    everything = range(len(gold))
    values_old, values_new = measure_old(everything), measure_new(everything)
    rng = random.Random(SEED)
    samples: dict[str, list[float]] = {}
    for _ in range(n_bootstrap):
        chosen = rng.choices(everything, k=len(gold))
        sample_old, sample_new = measure_old(chosen), measure_new(chosen)
        for name in sample_old.keys() & sample_new.keys():
            samples.setdefault(name, []).append(sample_new[name] - sample_old[name])
    return [
        _difference("all", name, len(gold), values_old[name], values_new[name], samples.get(name, []), name in GUARDED)
        for name in values_old
        if name in values_new and name not in _NOT_MEASURED
    ]


def _difference(
    slice_name: str,
    measure: str,
    n: int,
    old: float,
    new: float,
    samples: Sequence[float],
    is_guarded: bool,
    *,
    alpha: float = ALPHA,
) -> Difference:
    sign = -1 if measure.endswith(_LOWER_IS_BETTER) else 1
    noise = stdev(samples) if len(samples) > 1 else 0.0
    is_worse = sign * (new - old) + NormalDist().inv_cdf(1 - alpha) * noise < -1e-9
    ordered = sorted(samples) or [new - old]
    interval = ordered[int(0.025 * len(ordered))], ordered[int(0.975 * len(ordered))]
    return Difference(slice_name, measure, n, old, new, interval, is_guarded, is_worse)


# ---- slices -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Slice:
    """The counts behind one measure on one slice, by article; ``score`` turns their sums into the measure.

    Attributes:
        old, new: shape (n_articles, n_counts).
    """

    name: str
    measure: str
    n: int
    old: Floats
    new: Floats
    score: Callable[[Sequence[float]], float]


def _slices(
    items: Sequence[GoldItem],
    pairs: tuple[Sequence[Outcome], Sequence[Outcome]],
    n_articles: int,
    n_bootstrap: int,
) -> list[Difference]:
    slices = _type_slices(items, pairs, n_articles)
    for name, is_inside in _groups(items).items():
        slices += _share_slices(name, is_inside, items, pairs, n_articles)
    n_guarded = sum(part.n >= MIN_SLICE for part in slices)
    counts = np.random.default_rng(SEED).multinomial(n_articles, np.full(n_articles, 1 / n_articles), size=n_bootstrap)
    differences = []
    for part in slices:
        old, new = part.score(part.old.sum(axis=0).tolist()), part.score(part.new.sum(axis=0).tolist())
        resampled = zip((counts @ part.old).tolist(), (counts @ part.new).tolist(), strict=True)
        samples = [part.score(b) - part.score(a) for a, b in resampled]
        alpha = ALPHA / max(1, n_guarded)
        is_guarded = part.n >= MIN_SLICE
        differences.append(_difference(part.name, part.measure, part.n, old, new, samples, is_guarded, alpha=alpha))
    return differences


def _type_slices(
    items: Sequence[GoldItem], pairs: tuple[Sequence[Outcome], Sequence[Outcome]], n_articles: int
) -> list[_Slice]:
    """F1 of every claim type, over the attributions that were found."""
    frequencies = Counter(item.claim_type for item in items if item.claim_type is not None)
    slices = []
    for claim_type, n in sorted(frequencies.items()):
        tables = []
        for found in pairs:
            counts = np.zeros((n_articles, 3))
            for item, outcome in zip(items, found, strict=True):
                if outcome.is_found and item.claim_type is not None:
                    is_gold, is_ours = item.claim_type == claim_type, outcome.claim_type == claim_type
                    counts[item.article] += (is_gold and is_ours, is_ours, is_gold)
            tables.append(counts)
        slices.append(_Slice(f"type={claim_type}", "f1", n, tables[0], tables[1], _f1))
    return slices


def _f1(counts: Sequence[float]) -> float:
    n_right, n_ours, n_gold = counts
    return precision_recall_f1(n_right, n_ours, n_right, n_gold)[2]


def _groups(items: Sequence[GoldItem]) -> dict[str, list[bool]]:
    """For each kind and outlet, whether each item belongs to that slice."""
    groups = {f"kind={kind}": [item.kind == kind for item in items] for kind in sorted({item.kind for item in items})}
    outlets = sorted({item.outlet for item in items if item.outlet is not None})
    return groups | {f"outlet={outlet}": [item.outlet == outlet for item in items] for outlet in outlets}


def _share_slices(
    name: str,
    is_inside: Sequence[bool],
    items: Sequence[GoldItem],
    pairs: tuple[Sequence[Outcome], Sequence[Outcome]],
    n_articles: int,
) -> list[_Slice]:
    """Shares of a slice's attributions: found; of those, speaker right, and claim type right if it is labelled."""
    tests: dict[str, tuple[Callable[[GoldItem, Outcome], bool], Callable[[GoldItem, Outcome], bool]]] = {
        "found": (lambda item, outcome: outcome.is_found, lambda item, outcome: True),
        "speaker_acc": (lambda item, outcome: outcome.is_speaker_right, lambda item, outcome: outcome.is_found),
        "type_acc": (
            lambda item, outcome: outcome.claim_type == item.claim_type,
            lambda item, outcome: outcome.is_found and item.claim_type is not None,
        ),
    }
    slices = []
    for measure, (is_right, counts_at_all) in tests.items():
        tables = [np.zeros((n_articles, 2)), np.zeros((n_articles, 2))]
        for table, found in zip(tables, pairs, strict=True):
            for inside, item, outcome in zip(is_inside, items, found, strict=True):
                if inside and counts_at_all(item, outcome):
                    table[item.article] += (is_right(item, outcome), 1)
        n = int(tables[0][:, 1].sum())
        if n:
            slices.append(_Slice(name, measure, n, tables[0], tables[1], _share))
    return slices


def _share(counts: Sequence[float]) -> float:
    return ratio(counts[0], counts[1])


def _flips(
    gold: Sequence[ArticleResult], items: Sequence[GoldItem], pairs: tuple[Sequence[Outcome], Sequence[Outcome]]
) -> list[Flip]:
    """The first claim types that only one of the models gets right, in article order, `_MAX_FLIPS` at most."""
    flips = [
        Flip(gold[item.article].id, item.text[:300], item.claim_type, old.claim_type, new.claim_type)
        for item, old, new in zip(items, *pairs, strict=True)
        if item.claim_type is not None
        and old.is_found
        and new.is_found
        and (old.claim_type == item.claim_type) != (new.claim_type == item.claim_type)
    ]
    return flips[:_MAX_FLIPS]
