import numpy as np
import pytest

from inquit.models.claims import NETWORK_OUTPUTS, ClaimOutputs, ClaimTyper
from inquit.models.labels import CLAIM_TYPES

RNG = np.random.default_rng(4)


def arrays(
    n_outputs: int = len(NETWORK_OUTPUTS), *, n_inputs: int = 12, prefix: str = "claims"
) -> dict[str, np.ndarray]:
    weight = RNG.normal(size=(n_outputs, n_inputs)).astype(np.float32)
    return {f"{prefix}.weight": weight, f"{prefix}.bias": np.zeros(n_outputs, dtype=np.float32)}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["event"], "two or more"),
        (["event", "event"], "two or more different"),
        (["event", "Threat"], "got 'Threat'"),
        (["event", "two words"], "got 'two words'"),
        (["event", "denied"], "got 'denied'"),
        (["event", "checkworthy"], "got 'checkworthy'"),
        (["event", 3], "got 3"),
        (["event", "x" * 41], "at most 40"),
    ],
)
def test_names_that_no_claim_type_may_have(names: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ClaimOutputs(tuple(names))


def test_outputs_are_disjoint_and_complete() -> None:
    outputs = ClaimOutputs((*CLAIM_TYPES, "threat"))
    rows = np.arange(len(outputs))
    parts = [rows[outputs.types], rows[outputs.secondary], rows[outputs.polarities], [outputs.checkworthy]]
    assert np.concatenate(parts).tolist() == rows.tolist()


def test_a_model_may_know_more_types_than_the_shipped_one() -> None:
    outputs = ClaimOutputs((*CLAIM_TYPES, "threat"))
    typer = ClaimTyper.from_arrays(arrays(len(outputs)), outputs.claim_types)
    scores = np.zeros((1, len(outputs)), dtype=np.float32)
    scores[0, outputs.types.stop - 1] = 5
    (claim,) = typer.claims(scores)
    assert claim.type == "threat"
    assert list(claim.probabilities) == [*CLAIM_TYPES, "threat"]
    assert sum(claim.probabilities.values()) == pytest.approx(1, abs=1e-3)


def test_a_model_without_a_head_for_narration_has_one_head_for_both() -> None:
    typer = ClaimTyper.from_arrays(arrays())
    assert typer.narrated is typer.attributed


@pytest.mark.parametrize(
    "wrong",
    [
        arrays(len(NETWORK_OUTPUTS) - 1),
        arrays() | {"claims.bias": np.zeros(3, dtype=np.float32)},
        arrays() | arrays(n_inputs=9, prefix="narration"),
        arrays() | {"tags.weight": np.zeros((7, 5), dtype=np.float32)},
    ],
)
def test_heads_that_do_not_fit_the_claim_types_are_refused(wrong: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match="claim types"):
        ClaimTyper.from_arrays(wrong)
