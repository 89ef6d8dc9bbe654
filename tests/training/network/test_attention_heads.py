"""Attention heads that the loss does not depend on are cut; the rest can still answer, be trained and be exported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs inquit[train]")

from torch import Tensor
from transformers import AutoModel, BertConfig, DistilBertConfig

from inquit.models.encoder import OnnxEncoder
from inquit.training.build import TorchPieceEncoder
from inquit.training.network.attention_heads import count_heads, cut_heads, head_importance, keep_heads, shape_heads
from inquit.training.network.attribution_network import AttributionNetwork
from inquit.training.network.export import export_encoder

CONFIG = BertConfig(
    vocab_size=50, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=32,
    attention_probs_dropout_prob=0.0, hidden_dropout_prob=0.0,
)  # fmt: skip
IDS = torch.arange(5, 21)[None]


@pytest.fixture
def network() -> AttributionNetwork:
    torch.manual_seed(7)
    encoder = AutoModel.from_config(CONFIG, add_pooling_layer=False)  # type: ignore[no-untyped-call]
    return AttributionNetwork(encoder, n_pair_dimensions=4, dropout=0.0).eval()


def silence(network: AttributionNetwork, layer: int, head: int) -> None:
    """Remove a head's effect on the output."""
    network.encoder.encoder.layer[layer].attention.output.dense.weight.data[:, head * 8 : head * 8 + 8] = 0  # type: ignore[union-attr, index]


def losses(network: AttributionNetwork) -> Iterator[Tensor]:
    for shift in range(3):
        yield network.encode(IDS + shift, torch.zeros_like(IDS))[..., 0].pow(2).sum()


def test_a_head_without_effect_is_not_important(network: AttributionNetwork) -> None:
    silence(network, 1, 2)
    importance = head_importance(network.encoder, losses(network))
    assert [len(layer) for layer in importance] == [4, 4]
    assert float(importance[1][2]) == 0
    assert sum(int((layer > 0).sum()) for layer in importance) == 7


def test_cutting_heads_without_effect_changes_no_answer(network: AttributionNetwork) -> None:
    for layer, head in ((0, 1), (1, 0), (1, 3)):
        silence(network, layer, head)
    before = network.encode(IDS, torch.zeros_like(IDS))
    cut_heads(network.encoder, 5, losses(network))
    assert network.encoder.config.heads_by_layer == [3, 2]  # type: ignore[union-attr]
    assert count_heads(network.encoder) == 5
    assert torch.allclose(network.encode(IDS, torch.zeros_like(IDS)), before, atol=1e-5)


def test_a_layer_keeps_a_head(network: AttributionNetwork) -> None:
    for head in range(4):
        silence(network, 1, head)
    cut_heads(network.encoder, 5, losses(network))
    assert network.encoder.config.heads_by_layer == [4, 1]  # type: ignore[union-attr]


def test_heads_can_be_cut_again(network: AttributionNetwork) -> None:
    for n_heads in (6, 4):
        cut_heads(network.encoder, n_heads, losses(network))
        assert count_heads(network.encoder) == n_heads


def test_heads_that_are_left_train_and_are_read_back(network: AttributionNetwork) -> None:
    keep_heads(network.encoder, [[0, 3], [1, 2, 3]])
    next(losses(network)).backward()  # type: ignore[no-untyped-call]
    grown = [parameter.grad for name, parameter in network.encoder.named_parameters() if "attention" in name]
    assert all(gradient is not None and gradient.isfinite().all() for gradient in grown)
    again = AutoModel.from_config(BertConfig(**network.encoder.config.to_dict()), add_pooling_layer=False)  # type: ignore[no-untyped-call, union-attr, operator]
    shape_heads(again)
    again.load_state_dict(network.encoder.state_dict())
    assert count_heads(again) == 5


@pytest.mark.usefixtures("float32")
def test_the_export_has_as_many_heads(network: AttributionNetwork, tmp_path: Path) -> None:
    keep_heads(network.encoder, [[0, 3], [1]])
    exported = OnnxEncoder(export_encoder(network, tmp_path, quantise=False))
    ids, features, rows = np.arange(5, 25), np.zeros(20, dtype=np.int64), np.arange(0, 20, 3)
    wanted = TorchPieceEncoder(network)(ids, features, rows)
    assert np.abs(exported(ids, features, rows) - wanted).max() < 1e-4


@pytest.mark.parametrize("n_heads", [1, 9])
def test_too_few_or_too_many_heads_are_refused(n_heads: int, network: AttributionNetwork) -> None:
    with pytest.raises(ValueError, match="between 2, one per layer, and the encoder's 8, got"):
        cut_heads(network.encoder, n_heads, losses(network))


def test_other_encoders_keep_their_heads() -> None:
    encoder = AutoModel.from_config(DistilBertConfig(vocab_size=9, dim=8, n_layers=1, n_heads=2, hidden_dim=8))  # type: ignore[no-untyped-call]
    shape_heads(encoder)
    assert count_heads(encoder) == 0
    with pytest.raises(ValueError, match="BERT encoders only, got 'distilbert'"):
        cut_heads(encoder, 4, [])
