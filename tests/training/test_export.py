"""The ONNX file answers as the network does, whichever way its graph was made, and can be read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs inquit[train]")

from transformers import AutoModel, BertConfig, MPNetConfig, PretrainedConfig

from inquit.models.encoder import OnnxEncoder
from inquit.models.segmentation import N_WORD_FEATURES
from inquit.training import export
from inquit.training.build import TorchPieceEncoder
from inquit.training.export import export_encoder
from inquit.training.mpnet import use_fast_attention
from inquit.training.network import AttributionNetwork, without_pooler
from inquit.training.warm_start import read_weights

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
        parameter.data += 0.02 * torch.randn_like(parameter)  # biases and norms are zeros and ones at first
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


def test_weights_are_read_back_by_their_names(network: AttributionNetwork, tmp_path: Path) -> None:
    found = read_weights(export_encoder(network, tmp_path))
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
