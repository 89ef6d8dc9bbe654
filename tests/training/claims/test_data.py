"""Claims in compact form: what is stored, and that a head on them is equivalent to a head on pooled states."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="retraining needs inquit[retrain]")

from inquit.models.claims import NETWORK_OUTPUTS, ClaimHead
from inquit.models.labels import CLAIM_TYPES
from inquit.models.result import Claim, Polarity
from inquit.training.claims.data import ClaimData, Origin, PooledClaims, compress_claims

RNG = np.random.default_rng(6)
N, N_INPUTS = 200, 30


def pooled_claims(n: int = N, *, articles: int = 10, types: tuple[str, ...] = CLAIM_TYPES) -> PooledClaims:
    claims = tuple(
        Claim(
            types[i % len(types)],
            secondary=(types[(i + 1) % len(types)],),
            polarity=Polarity.DENIED,
            checkworthy=i % 3 == 0,
        )
        for i in range(n)
    )
    return PooledClaims(
        RNG.normal(size=(n, N_INPUTS)).astype(np.float32),
        claims,
        np.arange(n) % 4 == 0,
        np.arange(n) % 3,
        tuple(f"article{i % articles}" for i in range(n)),
    )


def network() -> ClaimHead:
    n = len(NETWORK_OUTPUTS)
    return ClaimHead(RNG.normal(size=(n, N_INPUTS)).astype(np.float32), RNG.normal(size=n).astype(np.float32))


def test_a_head_on_features_folds_to_a_head_on_pooled_states() -> None:
    pooled = pooled_claims()
    data = compress_claims(pooled, network(), n_components=N_INPUTS)
    weight, bias = RNG.normal(size=(5, N_INPUTS)), RNG.normal(size=5)
    on_features = data.features @ weight.T + bias
    on_states = data.fold(weight, bias).scores(pooled.states)
    # The tolerance covers what 8 bits lose, and the few clipped features.
    assert np.abs(on_features - on_states).mean() < 0.05
    assert np.corrcoef(on_features.ravel(), on_states.ravel())[0, 1] > 0.999


def test_a_file_holds_what_was_saved_and_the_same_claims_give_the_same_bytes(tmp_path: Path) -> None:
    data = compress_claims(pooled_claims(), network())
    for name in ("a", "b"):
        data.save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    read = ClaimData.load(tmp_path / "a")
    assert read.claim_types == data.claim_types
    assert read.article_hashes == data.article_hashes
    for name in ("features", "scores", "types", "secondary", "polarities", "is_checkworthy", "is_narration", "origins"):
        np.testing.assert_array_equal(getattr(read, name), getattr(data, name))


def test_claims_are_added_with_new_types_and_taken_out_by_article() -> None:
    data = compress_claims(pooled_claims(), network())
    more = data.with_claims(
        replace(pooled_claims(8, types=("threat",)), articles=("new",) * 8), (*CLAIM_TYPES, "threat")
    )
    assert len(more) == len(data) + 8
    assert (more.types[-8:] == len(CLAIM_TYPES)).all()
    assert more.secondary.shape == (len(more), len(CLAIM_TYPES) + 1)
    assert len(more.without_articles(["new"])) == len(data)
    for hashes in (["article0", "article1"], iter(["article1", "article0"])):
        assert len(data.without_articles(hashes)) == N * 8 // 10
    with pytest.raises(ValueError, match="must begin with the old ones"):
        data.with_claims(pooled_claims(4), CLAIM_TYPES[1:])


@pytest.mark.parametrize("damage", [b"", b"{}", b"\x80\x04pickle", b"\xff" * 64])
def test_a_file_of_another_kind_is_refused(damage: bytes, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(damage)
    with pytest.raises(ValueError, match="does not hold the claims of an inquit model"):
        ClaimData.load(tmp_path / "x")


def test_arrays_that_do_not_fit_together_are_refused(tmp_path: Path) -> None:
    data = compress_claims(pooled_claims(), network())
    replace(data, polarities=data.polarities[:-1]).save(tmp_path / "x")
    with pytest.raises(ValueError, match="polarities must have shape"):
        ClaimData.load(tmp_path / "x")


def test_too_few_claims_are_an_error() -> None:
    with pytest.raises(ValueError, match="at least two"):
        compress_claims(pooled_claims(1), network())


def test_origins_are_stable_numbers() -> None:
    assert [int(origin) for origin in Origin] == [0, 1, 2]
