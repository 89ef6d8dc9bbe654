"""Refitting on made-up claims whose true probabilities are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="retraining needs inquit[retrain]")

from inquit.models.calibration import softmax
from inquit.models.claims import NETWORK_OUTPUTS, ClaimHead
from inquit.models.labels import CLAIM_TYPES
from inquit.models.result import Claim
from inquit.training.claims.data import ClaimData, Origin, PooledClaims, compress_claims
from inquit.training.claims.fit import ClaimFitConfig, fit_claims
from inquit.training.evaluation.labels import expected_calibration_error

pytestmark = pytest.mark.usefixtures("one_thread")
N_INPUTS = 30
CONFIG = ClaimFitConfig(strengths=(0.01,), n_folds=2)
TRUTH = np.random.default_rng(1).normal(size=(len(CLAIM_TYPES), N_INPUTS)) * 0.6


def claims(n: int, seed: int, *, origin: Origin, prefix: str, shift: float = 0.0) -> PooledClaims:
    """Claims whose types follow TRUTH; ``shift`` moves the last type's share in another domain."""
    rng = np.random.default_rng(seed)
    states = rng.normal(size=(n, N_INPUTS)).astype(np.float32)
    scores = states @ TRUTH.T
    scores[:, -1] += shift
    types = (scores + rng.gumbel(size=scores.shape)).argmax(axis=1)
    return PooledClaims(
        states,
        tuple(Claim(CLAIM_TYPES[i], checkworthy=bool(i % 2)) for i in types),
        np.zeros(n, dtype=bool),
        np.full(n, int(origin)),
        tuple(f"{prefix}{i // 10}" for i in range(n)),
    )


def overconfident_network() -> ClaimHead:
    """A head that is right about types, but three times too confident."""
    weight = np.zeros((len(NETWORK_OUTPUTS), N_INPUTS), dtype=np.float32)
    weight[NETWORK_OUTPUTS.types] = 3 * TRUTH
    return ClaimHead(weight, np.zeros(len(NETWORK_OUTPUTS), dtype=np.float32))


@pytest.fixture(scope="module")
def data() -> ClaimData:
    seen = claims(600, 2, origin=Origin.SEEN, prefix="seen")
    return compress_claims(seen, overconfident_network()).with_claims(
        claims(400, 3, origin=Origin.UNSEEN, prefix="held")
    )


def type_answers(head: ClaimHead, pooled: PooledClaims) -> tuple[list[float], list[bool]]:
    probabilities = softmax(head.scores(pooled.states)[:, NETWORK_OUTPUTS.types])
    answers = [
        CLAIM_TYPES[i] == claim.type for i, claim in zip(probabilities.argmax(axis=1), pooled.claims, strict=True)
    ]
    return probabilities.max(axis=1).tolist(), answers


def test_probabilities_on_new_articles_mean_what_they_say(data: ClaimData) -> None:
    fitted = fit_claims(data, config=CONFIG)
    fresh = claims(2000, 9, origin=Origin.UNSEEN, prefix="fresh")
    assert expected_calibration_error(*type_answers(data.network, fresh)) > 0.1
    assert expected_calibration_error(*type_answers(fitted.attributed, fresh)) < 0.05


def test_the_same_data_gives_the_same_heads(data: ClaimData) -> None:
    first, second = fit_claims(data, config=CONFIG).to_arrays(), fit_claims(data, config=CONFIG).to_arrays()
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_another_domain_is_learnt_and_the_old_one_kept(data: ClaimData) -> None:
    new = claims(400, 4, origin=Origin.UNSEEN, prefix="new", shift=3.0)
    fitted = fit_claims(data.with_claims(new), new_articles=set(new.articles), config=replace(CONFIG, strengths=(0.1,)))
    assert fitted.after["new"].score("type_acc") > fitted.before["new"].score("type_acc")
    assert fitted.after["old"].score("type_acc") > fitted.before["old"].score("type_acc") - 0.03
    fresh = claims(1000, 5, origin=Origin.UNSEEN, prefix="fresh", shift=3.0)
    base = fit_claims(data, config=CONFIG)
    assert np.mean(type_answers(fitted.attributed, fresh)[1]) > np.mean(type_answers(base.attributed, fresh)[1])


def test_a_new_type_is_learnt(data: ClaimData) -> None:
    new = claims(120, 6, origin=Origin.UNSEEN, prefix="new")
    states = new.states.copy()
    is_threat = np.arange(120) % 2 == 0
    states[is_threat, 0] += 6
    named = tuple(Claim("threat") if threat else claim for threat, claim in zip(is_threat, new.claims, strict=True))
    types = (*CLAIM_TYPES, "threat")
    joined = data.with_claims(replace(new, states=states, claims=named), types)
    fitted = fit_claims(joined, new_articles=set(new.articles), config=CONFIG)
    assert fitted.claim_types == types
    answers = fitted.attributed.scores(states)[:, : len(types)].argmax(axis=1)
    assert (answers[is_threat] == len(CLAIM_TYPES)).mean() > 0.7
    old = claims(500, 7, origin=Origin.UNSEEN, prefix="old")
    assert (fitted.attributed.scores(old.states)[:, : len(types)].argmax(axis=1) == len(CLAIM_TYPES)).mean() < 0.1


def test_a_new_type_with_too_few_claims_is_refused(data: ClaimData) -> None:
    new = replace(claims(3, 6, origin=Origin.UNSEEN, prefix="new"), claims=(Claim("threat"),) * 3)
    with pytest.raises(ValueError, match="'threat' has 3 labelled claims, wanted at least 5"):
        fit_claims(data.with_claims(new, (*CLAIM_TYPES, "threat")), config=CONFIG)


def test_without_unseen_articles_the_network_keeps_its_scores() -> None:
    seen = compress_claims(claims(100, 2, origin=Origin.SEEN, prefix="seen"), overconfident_network())
    fitted = fit_claims(seen, config=CONFIG)
    np.testing.assert_allclose(fitted.attributed.weight, seen.network.weight, rtol=1e-5)
    assert not fitted.after


def test_narration_gets_a_head_of_its_own_where_it_is_labelled(data: ClaimData) -> None:
    rng = np.random.default_rng(3)
    narration = claims(200, 8, origin=Origin.UNSEEN, prefix="narration")
    events = tuple(Claim("event") if rng.random() < 0.7 else claim for claim in narration.claims)
    joined = data.with_claims(replace(narration, claims=events, is_narration=np.ones(200, dtype=bool)))
    fitted = fit_claims(joined, config=CONFIG)
    share = [
        (head.scores(narration.states)[:, NETWORK_OUTPUTS.types].argmax(axis=1) == CLAIM_TYPES.index("event")).mean()
        for head in (fitted.attributed, fitted.narrated)
    ]
    assert share[1] > share[0]
