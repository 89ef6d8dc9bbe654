"""Export a fitted network for a model folder: the encoder as quantised ONNX, the heads as arrays."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import Tensor, nn

from inquit.models.folder import ENCODER
from inquit.training.network.attribution_network import AttributionNetwork
from inquit.training.network.bert_graph import TRANSPOSED, bert_graph, has_hand_made_graph
from inquit.training.network.quantisation import LayerInputs, outlier_layers

logger = logging.getLogger(__name__)


class _Exported(nn.Module):
    """The function in the ONNX file: it encodes one window without padding, and so needs no attention mask."""

    def __init__(self, network: AttributionNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor, features: Tensor, rows: Tensor) -> Tensor:
        return self.network.encode(ids, features)[:, rows]


def export_encoder(
    network: AttributionNetwork,
    folder: Path,
    *,
    quantise: bool = True,
    inputs: Mapping[str, LayerInputs] | None = None,
) -> Path:
    """Write the encoder to ``folder`` as ONNX, with 8-bit weights if ``quantise``.

    If `bert_graph` knows the architecture, the graph is written by hand, otherwise PyTorch traces it. The answers are
    the same, but a traced graph takes a quarter more time.

    Args:
        inputs: the recorded inputs of the layers (`watch_inputs`): layers with outliers keep their precision, and in a
            graph written by hand the inputs of the other layers are smoothed.
    """
    inputs = inputs or {}
    path = folder / ENCODER
    plain = folder / f".plain-{ENCODER}"
    config = network.encoder.config
    if has_hand_made_graph(config):
        weights = {name: tensor.detach().float().numpy() for name, tensor in network.state_dict().items()}
        largest = {name: of_layer.largest for name, of_layer in inputs.items()}
        onnx.save(bert_graph(weights, config, largest_inputs=largest), plain)
    else:
        _trace(network, plain)
    if not quantise:
        return plain.replace(path)
    quantize_dynamic(
        plain,
        path,
        per_channel=True,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul", "Gather"],
        nodes_to_exclude=_products(onnx.load(plain).graph, outlier_layers(inputs)),
        # The quantiser does not know the types of outputs of onnxruntime's own operators.
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )
    plain.unlink()
    return path


def _products(graph: onnx.GraphProto, layers: Collection[str]) -> list[str]:
    """The nodes that multiply with the weights of these layers."""
    weights = {f"{layer}.weight{TRANSPOSED}" for layer in layers}
    # A traced node is named after its layer: "encoder.layer.7.output" is "/encoder/layer.7/output".
    traced = {"/" + re.sub(r"\.(?!\d)", "/", layer) + "/MatMul" for layer in layers}
    products = [node.name for node in graph.node if node.name in traced or not weights.isdisjoint(node.input)]
    if len(products) != len(layers):
        raise ValueError(f"of the layers {sorted(layers)}, only the products {products} are in the graph")
    return products


def _trace(network: AttributionNetwork, path: Path) -> None:
    example = torch.zeros((1, 32), dtype=torch.int64)
    # In training mode, dropout would become part of the graph.
    module = _Exported(network).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            (example, example, torch.arange(16)),
            str(path),
            input_names=["ids", "features", "rows"],
            output_names=["states"],
            dynamic_axes={
                "ids": {1: "n_pieces"},
                "features": {1: "n_pieces"},
                "rows": {0: "n_rows"},
                "states": {1: "n_rows"},
            },
            opset_version=17,
            dynamo=False,
        )


def head_arrays(network: AttributionNetwork) -> dict[str, NDArray[np.float32]]:
    """All arrays that do not belong to the encoder, by name."""
    return {
        name: tensor.detach().numpy().astype(np.float32)
        for name, tensor in network.state_dict().items()
        if not name.startswith(("encoder.", "word_features."))
    }


def encoder_facts(network: AttributionNetwork, tokenizer: Tokenizer, special: tuple[int, int, int]) -> dict[str, Any]:
    """The ``encoder`` table of the manifest, without the windows."""
    return {
        "n_hidden": int(network.encoder.config.hidden_size),  # type: ignore[union-attr, arg-type]
        "first_piece": special[0],
        "last_piece": special[1],
        "vocabulary": tokenizer.get_vocab_size(),
        # The encoder is rebuilt from this when training continues from a model folder without its run.
        "architecture": network.encoder.config.to_dict(),  # type: ignore[union-attr, operator]
    }
