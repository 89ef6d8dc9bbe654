"""Start from a fitted network: a finished run, or a model folder, whose 8-bit weights are read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from transformers import AutoConfig, PretrainedConfig

from inquit.models.folder import ENCODER, HEADS, TRAINING_TEXTS, file_sha256, find_model, verify
from inquit.training.config import TrainingConfig, training_config_from_dict
from inquit.training.network.attribution_network import AttributionNetwork
from inquit.training.network.bert_graph import SMOOTHED, TRANSPOSED
from inquit.training.network.pretrained import find_encoder
from inquit.training.network.run_folder import CONFIG_FILE, load_network, load_tokenizer, network_file
from inquit.training.seen_texts import read_texts, seen_texts

Floats = NDArray[np.float32]

_PREFIX = "network."  # prefix of the names in a traced module
_OF_ENCODER = ("encoder.", "word_features.")
_QUANTISED, _SCALE, _ZERO = "_quantized", "_scale", "_zero_point"


def load_fitted(fitted: str | Path) -> tuple[AttributionNetwork, Tokenizer]:
    """Load the network and tokenizer of a finished run's folder, or of a model as ``--model`` names it.

    Raises:
        ModelError: there is no such run or model, or a file of the model is damaged.
    """
    run = Path(fitted) / "network"
    return load_network(run) if run.is_dir() else _load_model(find_model(fitted))


def config_of(fitted: str | Path) -> TrainingConfig:
    """The configuration that a run or a model was fitted with."""
    path = Path(fitted) / "network" / CONFIG_FILE
    if path.is_file():
        return training_config_from_dict(json.loads(path.read_text(encoding="utf-8")), str(path))
    manifest = verify(find_model(fitted))
    return training_config_from_dict(manifest.data["training"]["config"], str(manifest.folder))


def title_of(fitted: str | Path) -> str:
    """Name and version of a finished run or a model."""
    config = config_of(fitted)
    return f"{config.name}-{config.version}"


def weights_sha256(fitted: str | Path) -> str:
    """A digest that changes with the weights of a finished run or a model."""
    run = Path(fitted) / "network"
    return file_sha256(network_file(run)) if run.is_dir() else verify(find_model(fitted)).fingerprint


def texts_of(fitted: str | Path) -> frozenset[str]:
    """Hashes of the texts that a run or a model is known to be fitted on."""
    run = Path(fitted) / "network"
    if not run.is_dir():
        return seen_texts(verify(find_model(fitted)))
    return read_texts(run / TRAINING_TEXTS) if (run / TRAINING_TEXTS).is_file() else frozenset()


def _load_model(folder: Path) -> tuple[AttributionNetwork, Tokenizer]:
    manifest = verify(folder)
    config = config_of(folder)
    architecture = _architecture(manifest.data["encoder"], config)
    network = AttributionNetwork.from_config(
        architecture, n_pair_dimensions=config.n_pair_dimensions, dropout=config.optimizer.dropout
    )
    weights = read_weights(folder / ENCODER)
    heads = load_file(folder / HEADS)
    weights |= {name: heads[name] for name in network.state_dict() if name in heads}
    network.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in weights.items()})
    return network.eval(), load_tokenizer(folder)


def _architecture(encoder: Mapping[str, Any], config: TrainingConfig) -> PretrainedConfig:
    """The encoder's architecture from the manifest; in older models without it, from the encoder's name."""
    if "architecture" in encoder:
        return AutoConfig.for_model(**encoder["architecture"])
    architecture: PretrainedConfig = AutoConfig.from_pretrained(find_encoder(config.encoder))
    architecture.attention_probs_dropout_prob = 0.0
    return architecture


def read_weights(path: Path) -> dict[str, Floats]:
    """Read the weights of an exported encoder, by the network's own names.

    A graph written by hand keeps the names. A traced one keeps them for embeddings, norms and biases, but not for
    matrices: these are named here after the bias that is added to their product.
    """
    graph = onnx.load(path).graph
    arrays = {item.name: onnx.numpy_helper.to_array(item) for item in graph.initializer}
    user = {name: node for node in graph.node for name in node.input}
    weights: dict[str, Floats] = {}
    for name, array in arrays.items():
        if name.endswith((_SCALE, _ZERO, SMOOTHED)):
            continue
        if name.endswith(_QUANTISED):
            stem = name.removesuffix(_QUANTISED)
            array = (array.astype(np.float32) - arrays[stem + _ZERO]) * arrays[stem + _SCALE]
        own_name = name.removeprefix(_PREFIX).removesuffix(_QUANTISED)
        if own_name.endswith(TRANSPOSED):
            matrix = own_name.removesuffix(TRANSPOSED)
            layer, block = matrix.rsplit(".", 1)[0], matrix.rsplit(".", 2)[0]
            smoothed = arrays.get(f"{layer}.{SMOOTHED}", arrays.get(f"{block}.{SMOOTHED}", np.float32(1)))
            weights[matrix] = (array.T * smoothed).astype(np.float32)
        elif own_name.startswith(_OF_ENCODER):
            weights[own_name] = array.astype(np.float32)
        elif array.ndim == 2:
            bias = _added_bias(name, user, arrays)
            weights[bias.removeprefix(_PREFIX).removesuffix("bias") + "weight"] = array.T.astype(np.float32)
    return weights


def _added_bias(name: str, user: Mapping[str, onnx.NodeProto], arrays: Mapping[str, NDArray[Any]]) -> str:
    """The first bias that is added as a matrix's product passes through the graph."""
    while name in user:
        node = user[name]
        if node.op_type == "Add":
            for other in node.input:
                if other in arrays and other.endswith(".bias"):
                    return str(other)
        name = node.output[0]
    raise ValueError(f"no bias is added to the product with {name}: the encoder cannot be read back")
