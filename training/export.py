"""From a fitted network to a model folder: quantised ONNX, tokenizer, heads as arrays, manifest."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import Tensor, nn

from inquit.models.folder import ENCODER
from inquit.training.network import AttributionNetwork

logger = logging.getLogger(__name__)


class _Exported(nn.Module):
    """What the ONNX file computes: one window, no padding, so no attention mask."""

    def __init__(self, network: AttributionNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor, features: Tensor) -> Tensor:
        return self.network.encode(ids, features)


def export_encoder(network: AttributionNetwork, folder: Path, *, quantise: bool = True) -> Path:
    """Write the encoder to ``folder`` as ONNX, with 8-bit weights where ``quantise``."""
    path = folder / ENCODER
    plain = folder / f".plain-{ENCODER}"
    example = torch.zeros((1, 32), dtype=torch.int64)
    # Dropout stays in the graph of a module in training mode.
    module = _Exported(network).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            (example, example),
            str(plain),
            input_names=["ids", "features"],
            output_names=["states"],
            dynamic_axes={name: {1: "n_pieces"} for name in ("ids", "features", "states")},
            opset_version=17,
            dynamo=False,
        )
    if quantise:
        quantize_dynamic(
            plain, path, per_channel=True, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gather"]
        )
        plain.unlink()
    else:
        plain.replace(path)
    return path


def head_arrays(network: AttributionNetwork) -> dict[str, NDArray[np.float32]]:
    """All that is not the encoder, by name."""
    return {
        name: tensor.detach().numpy().astype(np.float32)
        for name, tensor in network.state_dict().items()
        if not name.startswith(("encoder.", "word_features."))
    }


def encoder_facts(network: AttributionNetwork, tokenizer: Tokenizer, special: tuple[int, int, int]) -> dict[str, Any]:
    """The manifest's ``encoder`` table, but for the windows."""
    return {
        "n_hidden": int(network.encoder.config.hidden_size),  # type: ignore[union-attr, arg-type]
        "first_piece": special[0],
        "last_piece": special[1],
        "vocabulary": tokenizer.get_vocab_size(),
        # What the encoder is rebuilt from when training goes on from the model folder alone.
        "architecture": network.encoder.config.to_dict(),  # type: ignore[union-attr, operator]
    }
