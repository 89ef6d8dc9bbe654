"""The ONNX file gives the network's answers, whether traced or written by hand, and can be read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

torch = pytest.importorskip("torch", reason="training needs inquit[train]")

from transformers import AutoModel, BertConfig, MPNetConfig, PretrainedConfig

from inquit.models.encoder import OnnxEncoder
from inquit.models.segmentation import N_WORD_FEATURES
from inquit.training.build import TorchPieceEncoder
from inquit.training.network import export
from inquit.training.network.attribution_network import AttributionNetwork, without_pooler
from inquit.training.network.export import export_encoder
from inquit.training.network.mpnet import use_fast_attention
from inquit.training.network.quantisation import LayerInputs, outlier_layers, watch_inputs
from inquit.training.network.warm_start import read_weights

SIZES = {
    "vocab_size": 90,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "attention_probs_dropout_prob": 0.0,
}
CONFIGS = {
    "by hand": BertConfig(**SIZES),
    "traced, another activation": BertConfig(**SIZES, hidden_act="relu"),
    "traced, relative positions": MPNetConfig(**SIZES),
}
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")


@pytest.fixture(params=CONFIGS.values(), ids=CONFIGS.keys(), scope="module")
def network(request: pytest.FixtureRequest) -> AttributionNetwork:
    config: PretrainedConfig = request.param
    torch.manual_seed(5)
    encoder = AutoModel.from_config(config, **without_pooler(config))  # type: ignore[no-untyped-call]
    use_fast_attention(encoder)
    network = AttributionNetwork(encoder, n_pair_dimensions=4, dropout=0.1)
    for parameter in network.parameters():
        parameter.data += 0.02 * torch.randn_like(parameter)  # biases and norms start as zeros and ones
    return network.eval()


@pytest.mark.usefixtures("float32")
@pytest.mark.parametrize(("quantise", "largest_difference"), [(False, 1e-4), (True, 0.2)])
def test_the_export_answers_as_the_network(
    quantise: bool, largest_difference: float, network: AttributionNetwork, tmp_path: Path
) -> None:
    random = np.random.default_rng(2)
    exported = OnnxEncoder(export_encoder(network, tmp_path, quantise=quantise))
    assert [path.name for path in tmp_path.iterdir()] == ["encoder.onnx"]
    for n_pieces in (5, 40):
        ids, features = random.integers(5, 90, n_pieces), random.integers(0, N_WORD_FEATURES, n_pieces)
        rows = np.sort(random.permutation(n_pieces)[: n_pieces // 2])
        wanted = TorchPieceEncoder(network)(ids, features, rows)
        found = exported(ids, features, rows)
        assert found.shape == (len(rows), 32)
        np.testing.assert_allclose(found, wanted, atol=largest_difference)


def read_some(network: AttributionNetwork) -> dict[str, LayerInputs]:
    random = np.random.default_rng(3)
    ids, features = random.integers(5, 90, 40), random.integers(0, N_WORD_FEATURES, 40)
    encoder = TorchPieceEncoder(network)
    return watch_inputs(network, lambda: [encoder(ids, features, np.arange(40)) for _ in range(2)] and None)


@pytest.mark.usefixtures("float32")
@pytest.mark.parametrize(("quantise", "largest_difference"), [(False, 1e-4), (True, 0.2)])
def test_smoothed_inputs_answer_the_same(
    quantise: bool, largest_difference: float, network: AttributionNetwork, tmp_path: Path
) -> None:
    inputs = read_some(network)
    exported = OnnxEncoder(export_encoder(network, tmp_path, quantise=quantise, inputs=inputs))
    ids, features, rows = np.arange(5, 35), np.zeros(30, dtype=np.int64), np.arange(0, 30, 2)
    wanted = TorchPieceEncoder(network)(ids, features, rows)
    np.testing.assert_allclose(exported(ids, features, rows), wanted, atol=largest_difference)


def test_a_layer_whose_inputs_have_outliers_keeps_its_precision(network: AttributionNetwork, tmp_path: Path) -> None:
    inputs = read_some(network)
    layer = next(name for name in inputs if name.endswith("1.output.dense"))
    assert layer not in outlier_layers(inputs)
    largest = inputs[layer].largest.copy()
    largest[3] = 100 * inputs[layer].usual
    inputs[layer] = replace(inputs[layer], largest=largest)
    assert outlier_layers(inputs) == {layer}
    nodes = onnx.load(export_encoder(network, tmp_path, inputs=inputs)).graph.node
    n_layers = sum(name.startswith("encoder.") for name in inputs)
    in_float = [node for node in nodes if node.op_type == "MatMul" and not is_attention(node)]
    assert len(in_float) == 1
    assert sum(node.op_type == "MatMulInteger" for node in nodes) >= n_layers - 1


def is_attention(node: onnx.NodeProto) -> bool:
    """Whether a node multiplies states with states, as in traced graphs, and not with weights."""
    return "/attn/MatMul" in node.name or "/self/MatMul" in node.name


@pytest.mark.parametrize("is_smoothed", [False, True])
def test_weights_are_read_back_by_their_names(network: AttributionNetwork, tmp_path: Path, is_smoothed: bool) -> None:
    found = read_weights(export_encoder(network, tmp_path, inputs=read_some(network) if is_smoothed else None))
    wanted = {
        name: tensor.numpy()
        for name, tensor in network.state_dict().items()
        if name.startswith(("encoder.", "word_features."))
    }
    assert set(found) == set(wanted)
    for name, array in wanted.items():
        np.testing.assert_allclose(found[name], array, atol=0.01 * np.abs(array).max(), err_msg=name)


def test_only_what_can_be_written_by_hand_is() -> None:
    assert [export.has_hand_made_graph(config) for config in CONFIGS.values()] == [True, False, False]
