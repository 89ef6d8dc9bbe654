"""Fit the claim heads and their probabilities on claims in compact form: in seconds, without torch.

The network's own head has seen most articles, which makes it overconfident on them. Therefore

1. its scores are calibrated on claims of articles that it has not seen; this is the reference;
2. a correction of the reference is learnt from those claims and new ones, and pulled towards zero. On the claims of
   seen articles the corrected head must answer as the reference does (rehearsal without labels; Li and Hoiem 2016), so
   that learning from a few new articles costs the old domain little;
3. the corrected head is calibrated on its answers for articles left out in cross-validation.

Every step is linear in the pooled states, so the result is one matrix for attributions and one for narration.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax
from sklearn.linear_model import LogisticRegression

from inquit.models.claims import NETWORK_OUTPUTS, ClaimHead, ClaimOutputs, ClaimTyper
from inquit.models.labels import POLARITIES
from inquit.models.result import claim_to_dict
from inquit.training.calibrate import fit_temperature, match_frequencies
from inquit.training.claims.compact_heads import (
    Affine,
    CompactHeads,
    Flags,
    Floats,
    is_known_output,
    network_heads,
    with_new_types,
)
from inquit.training.claims.data import ClaimData, Origin
from inquit.training.claims.residual import Link, fit_correction
from inquit.training.evaluation import Evaluation, evaluate_claims
from inquit.training.evaluation.labels import LabelPairs, macro_f1

logger = logging.getLogger(__name__)

MIN_TYPE_EXAMPLES = 5
"""A new claim type with fewer claims can be neither learnt nor measured."""

_MIN_CALIBRATION = 40  # no calibration on fewer claims than this
_MAX_REHEARSED = 5000  # seen claims that are rehearsed; more only take more time
_INTERCEPT_STRENGTH = 0.01  # small: the frequency of a type among a few new claims says little
_NEW_TYPE_STRENGTH = 0.1  # large: all that is known of a new type is its claims
_NARRATION_UNIT = 5.0  # value of the feature "is narration": as it exceeds 1, the prior binds it less than the others


@dataclass(frozen=True, kw_only=True)
class ClaimFitConfig:
    """How claim heads are fitted.

    Attributes:
        strengths: variances of the prior on corrections; cross-validation chooses one.
        balances: how far frequent types are held back in favour of rare ones; cross-validation chooses one. 0: not at
            all, 1: as if all were equally frequent (logit adjustment; Menon et al. 2021).
        rehearsal: weight of a claim from a seen article; unseen and new ones weigh 1.
        n_folds: articles are dealt into this many folds.
    """

    strengths: tuple[float, ...] = (0.001, 0.003, 0.01)
    balances: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3)
    rehearsal: float = 0.3
    n_folds: int = 5
    seed: int = 13


@dataclass(frozen=True, slots=True, eq=False)
class FittedClaims:
    """Fitted heads, and how well they do on articles left out of the fit (cross-validated).

    Attributes:
        strength, balance: the chosen values; see `ClaimFitConfig`.
        before, after: evaluations by domain, ``old`` and ``new``, fitted without the new articles and with them.
            Measured on labelled attributions with their labelled spans; empty if there are none.
    """

    claim_types: tuple[str, ...]
    attributed: ClaimHead
    narrated: ClaimHead
    strength: float = 0.0
    balance: float = 0.0
    before: Mapping[str, Evaluation] = field(default_factory=dict)
    after: Mapping[str, Evaluation] = field(default_factory=dict)

    def to_arrays(self) -> dict[str, NDArray[np.float32]]:
        """As `ClaimTyper.from_arrays` reads them."""
        return ClaimTyper(ClaimOutputs(self.claim_types), self.attributed, self.narrated).to_arrays()


_NO_HEAD = ClaimHead(np.zeros((0, 0), dtype=np.float32), np.zeros(0, dtype=np.float32))


def fit_claims(
    data: ClaimData, *, new_articles: Collection[str] = (), config: ClaimFitConfig | None = None
) -> FittedClaims:
    """Fit both heads. The same data gives the same heads, bit for bit if numpy runs on one thread.

    Args:
        new_articles: hashes of the articles of the new labels; all others are old.

    Raises:
        ValueError: a claim type that the network does not know has too few claims.
    """
    config = config or ClaimFitConfig()
    _check_new_types(data)
    is_unseen = data.origins != Origin.SEEN
    is_new = data.is_of(new_articles)
    network = network_heads(data)
    calibrated = network.stretched(*_calibration(network.scores(data), data, is_unseen & ~is_new))
    reference = with_new_types(calibrated, data)
    if not is_unseen.any():
        logger.warning("no claims in articles that the encoder has not seen: the claim heads stay the network's own")
        return FittedClaims(data.claim_types, reference.attributed.fold(data), reference.narrated.fold(data))
    strength = _choose_strength(reference, data, is_new, config)
    everywhere = np.ones(len(data), dtype=bool)
    left_out = _left_out_scores(reference, data, is_new, everywhere, strength, config)
    domains = {name: part for name, part in (("old", ~is_new), ("new", is_new)) if (part & is_unseen).any()}
    balance = _choose_balance(left_out, data, [part & is_unseen for part in domains.values()], config)
    calibration = _calibration(left_out, data, is_unseen, balance=balance)
    heads = _correct(reference, data, everywhere, strength, config).stretched(*calibration)
    after = _apply(left_out, data, calibration)
    before = None
    if is_new.any():
        without_new = _left_out_scores(reference, data, is_new, ~is_new, strength, config)
        before = _apply(without_new, data, _calibration(without_new, data, is_unseen & ~is_new, balance=balance))
    return FittedClaims(
        data.claim_types,
        heads.attributed.fold(data),
        heads.narrated.fold(data),
        strength,
        balance,
        {} if before is None else {name: _evaluate(before, data, part) for name, part in domains.items()},
        {name: _evaluate(after, data, part) for name, part in domains.items()},
    )


def _check_new_types(data: ClaimData) -> None:
    for i, name in enumerate(data.claim_types):
        n = int((data.types == i)[data.origins != Origin.FOUND].sum())
        if i >= len(NETWORK_OUTPUTS.claim_types) and n < MIN_TYPE_EXAMPLES:
            raise ValueError(
                f"the new claim type '{name}' has {n} labelled claims, wanted at least {MIN_TYPE_EXAMPLES}: "
                f"label more of them, or use one of {list(data.claim_types[:i])}"
            )


# ---- correction -------------------------------------------------------------------------------------------------


def _correct(
    reference: CompactHeads,
    data: ClaimData,
    chosen: Flags,
    strength: float,
    config: ClaimFitConfig,
    *,
    types_only: bool = False,
) -> CompactHeads:
    """The reference, corrected by what the chosen claims teach."""
    rows = data.rows(_thinned(data, chosen))
    offsets = reference.scores(rows)
    is_seen = rows.origins == Origin.SEEN
    n_seen = int((data.origins[chosen] == Origin.SEEN).sum())
    weights = _weights(rows)
    weights[is_seen] = config.rehearsal * n_seen / max(1, int(is_seen.sum()))
    targets = np.where(is_seen[:, None], _probabilities(offsets, rows.outputs), _labels(rows))
    design = _design(rows)
    is_known = is_known_output(rows)
    strengths = np.where(is_known, strength, _NEW_TYPE_STRENGTH)
    intercept_strengths = np.where(is_known, _INTERCEPT_STRENGTH, _NEW_TYPE_STRENGTH)
    weight, bias = np.zeros((len(rows.outputs), design.shape[1])), np.zeros(len(rows.outputs))
    for link, group in list(_groups(rows.outputs))[: 1 if types_only else None]:
        weight[group], bias[group] = fit_correction(
            design,
            targets[:, group],
            link=link,
            offsets=offsets[:, group],
            weights=weights,
            strength=strengths[group],
            intercept_strength=intercept_strengths[group],
        )
    return CompactHeads(
        reference.attributed.added(weight[:, :-1], bias),
        reference.narrated.added(weight[:, :-1], bias + weight[:, -1] * _NARRATION_UNIT),
    )


def _thinned(data: ClaimData, chosen: Flags) -> NDArray[np.int64]:
    """Indices of the chosen claims; if there are many seen ones, only every n-th of those."""
    is_seen = data.origins == Origin.SEEN
    seen = np.flatnonzero(chosen & is_seen)
    step = -(-len(seen) // _MAX_REHEARSED) if len(seen) else 1
    return np.sort(np.concatenate([seen[::step], np.flatnonzero(chosen & ~is_seen)]))


def _design(data: ClaimData) -> NDArray[np.float32]:
    return np.column_stack([data.features, data.is_narration * np.float32(_NARRATION_UNIT)])


def _weights(data: ClaimData) -> Floats:
    """Weigh each row: an attribution counts half as labelled and half as found; narration is only there as labelled."""
    return np.where(data.is_narration, 1.0, 0.5)


def _groups(outputs: ClaimOutputs) -> Iterator[tuple[Link, slice]]:
    """The groups of outputs that are fitted together, each with the link that turns its scores into probabilities."""
    yield "softmax", outputs.types
    yield "sigmoid", outputs.secondary
    yield "softmax", outputs.polarities
    yield "sigmoid", slice(outputs.checkworthy, outputs.checkworthy + 1)


def _labels(data: ClaimData) -> Floats:
    """Labels as targets of the heads: shape (n, n_outputs), 0 or 1."""
    types, polarities = np.eye(len(data.claim_types))[data.types], np.eye(len(POLARITIES))[data.polarities]
    return np.column_stack([types, data.secondary, polarities, data.is_checkworthy]).astype(np.float64)


def _probabilities(scores: Floats, outputs: ClaimOutputs) -> Floats:
    columns = [
        softmax(scores[:, group], axis=1) if link == "softmax" else 1 / (1 + np.exp(-scores[:, group]))
        for link, group in _groups(outputs)
    ]
    return np.concatenate(columns, axis=1)


# ---- cross-validation -------------------------------------------------------------------------------------------


def _choose_strength(reference: CompactHeads, data: ClaimData, is_new: Flags, config: ClaimFitConfig) -> float:
    """The strength that makes the types in left-out articles most likely; old and new articles count the same."""
    if len(config.strengths) == 1:
        return config.strengths[0]
    fits = data.origins != Origin.SEEN
    everywhere = np.ones(len(data), dtype=bool)
    losses = []
    for strength in config.strengths:
        scores = _left_out_scores(reference, data, is_new, everywhere, strength, config, types_only=True)
        log_probabilities = log_softmax(scores[:, data.outputs.types], axis=1)
        loss = -log_probabilities[np.arange(len(data)), data.types]
        losses.append(sum(float(loss[part].mean()) for part in (fits & ~is_new, fits & is_new) if part.any()))
    best = config.strengths[int(np.argmin(losses))]
    logger.info("strengths %s: losses of left-out types %s", config.strengths, np.round(losses, 4).tolist())
    return best


def _left_out_scores(
    reference: CompactHeads,
    data: ClaimData,
    is_new: Flags,
    may_teach: Flags,
    strength: float,
    config: ClaimFitConfig,
    *,
    types_only: bool = False,
) -> Floats:
    """Scores of each claim by heads that were fitted without its article; of seen claims, by the last fold's heads."""
    scores = np.zeros((len(data), len(data.outputs)))
    fold_of_row = _deal(data, is_new, config)
    for fold in range(config.n_folds):
        is_left_out = fold_of_row == fold
        heads = _correct(reference, data, may_teach & ~is_left_out, strength, config, types_only=types_only)
        is_asked = is_left_out | (fold_of_row < 0)
        scores[is_asked] = heads.scores(data.rows(is_asked))
    return scores


def _deal(data: ClaimData, is_new: Flags, config: ClaimFitConfig) -> NDArray[np.int64]:
    """The fold of each claim's article, old and new ones dealt evenly; -1 for seen claims, which every fold keeps."""
    rng = np.random.default_rng(config.seed)
    folds = np.full(len(data), -1)
    is_unseen = data.origins != Origin.SEEN
    for part in (is_unseen & ~is_new, is_unseen & is_new):
        articles = rng.permutation(np.unique(data.articles[part]))
        for i, article in enumerate(articles):
            folds[part & (data.articles == article)] = i % config.n_folds
    return folds


def _choose_balance(scores: Floats, data: ClaimData, domains: Sequence[Flags], config: ClaimFitConfig) -> float:
    """The balance with the best sum of accuracy and macro F1 on left-out articles; domains count the same."""
    gains = []
    for balance in config.balances:
        adjusted = scores[:, data.outputs.types] - balance * _log_shares(data)
        gains.append(sum(_accuracy_and_f1(adjusted, data, part) for part in domains))
    return config.balances[int(np.argmax(gains))]


def _accuracy_and_f1(scores: Floats, data: ClaimData, chosen: Flags) -> float:
    rows = chosen & (data.origins == Origin.UNSEEN) & ~data.is_narration
    pairs = [(str(a), str(b)) for a, b in zip(data.types[rows], scores[rows].argmax(axis=1), strict=True)]
    return sum(a == b for a, b in pairs) / max(1, len(pairs)) + macro_f1(pairs)


def _log_shares(data: ClaimData) -> Floats:
    """How frequent each type is among labelled attributions, smoothed; natural log.

    A new type gets the median frequency: its few claims do not tell how rare it is.
    """
    counts = np.bincount(
        data.types[(data.origins != Origin.FOUND) & ~data.is_narration], minlength=len(data.claim_types)
    )
    shares: Floats = np.log((counts + 1) / (counts.sum() + len(counts)))
    n_known = len(NETWORK_OUTPUTS.claim_types)
    shares[n_known:] = np.median(shares[:n_known])
    return shares


def _evaluate(scores: Floats, data: ClaimData, chosen: Flags) -> Evaluation:
    """Measure the claims of labelled attributions, with their labelled spans."""
    rows = np.flatnonzero(chosen & (data.origins == Origin.UNSEEN) & ~data.is_narration)
    typer = ClaimTyper(data.outputs, _NO_HEAD, _NO_HEAD)
    pairs: dict[int, LabelPairs] = {}
    for row, ours in zip(rows.tolist(), typer.claims(scores[rows].astype(np.float32)), strict=True):
        gold = {
            "type": data.claim_types[data.types[row]],
            "secondary": [data.claim_types[i] for i in np.flatnonzero(data.secondary[row])],
            "polarity": POLARITIES[data.polarities[row]],
            "checkworthy": bool(data.is_checkworthy[row]),
        }
        article = pairs.setdefault(int(data.articles[row]), LabelPairs())
        article.n_gold_claims += 1
        article.claims.append((gold, claim_to_dict(ours)))
    return evaluate_claims(list(pairs.values()))


# ---- calibration ------------------------------------------------------------------------------------------------


def _apply(scores: Floats, data: ClaimData, calibration: tuple[Affine, Affine]) -> Floats:
    attributed, narrated = (slopes * scores + shifts for slopes, shifts in calibration)
    return np.where(data.is_narration[:, None], narrated, attributed)


def _calibration(scores: Floats, data: ClaimData, chosen: Flags, *, balance: float = 0.0) -> tuple[Affine, Affine]:
    """Slopes and shifts that turn scores into calibrated probabilities: for attributions, and for narration.

    Scoring meets attributions as the model finds them, so these are used to calibrate; if there are few, labelled ones
    too. If there are too few narration sentences, they are calibrated like attributions. Types of attributions are
    balanced first.
    """
    attributed = chosen & ~data.is_narration
    found = attributed & (data.origins == Origin.FOUND)
    is_enough = found.sum() >= 10 * _MIN_CALIBRATION
    of_attributions = _fit_affine(scores, data, found if is_enough else attributed, -balance * _log_shares(data))
    narration = chosen & data.is_narration
    if narration.sum() < _MIN_CALIBRATION:
        return of_attributions, of_attributions
    return of_attributions, _fit_affine(scores, data, narration, np.zeros(len(data.claim_types)))


def _fit_affine(scores: Floats, data: ClaimData, chosen: Flags, type_shifts: Floats) -> Affine:
    """Fit the slopes and shifts of all outputs on the chosen claims.

    Types get the given shifts and one temperature (Guo et al. 2017), check-worthiness a slope and a shift (Platt 1999),
    polarities shifts that make each as frequent among the answers as among the labels. Secondary types stay unchanged.
    """
    outputs = data.outputs
    slopes, shifts = np.ones(len(outputs)), np.zeros(len(outputs))
    if chosen.sum() < _MIN_CALIBRATION:
        logger.warning("%d claims are too few to calibrate: scores stay as they are", chosen.sum())
        return slopes, shifts
    scores, rows = scores[chosen], data.rows(chosen)
    shifted = scores[:, outputs.types] + type_shifts
    slopes[outputs.types] = 1 / fit_temperature(shifted, rows.types)
    shifts[outputs.types] = type_shifts * slopes[outputs.types]
    shifts[outputs.polarities] = match_frequencies(scores[:, outputs.polarities], rows.polarities)
    if rows.is_checkworthy.any() and not rows.is_checkworthy.all():
        platt = LogisticRegression(C=1.0).fit(scores[:, [outputs.checkworthy]], rows.is_checkworthy)
        # A negative slope would reverse the order of the scores, and so few claims cannot justify that.
        slopes[outputs.checkworthy] = max(0.05, float(platt.coef_[0, 0]))
        shifts[outputs.checkworthy] = float(platt.intercept_[0])
    return slopes, shifts
