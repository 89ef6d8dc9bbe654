"""A BERT encoder as an ONNX graph, written by hand.

`torch.onnx.export` spells attention out in many nodes, which no optimizer fuses again. The graph written by hand has a
single node for attention, computes the last layer only for the wanted rows, and keeps the names of the weights, so that
a network can be read back from its file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from inquit.training.network.quantisation import smoothing_scales

TRANSPOSED = ".T"
"""Suffix of the name of a matrix that is stored as ONNX multiplies it, (n_inputs, n_outputs), and not as in torch."""

SMOOTHED = "smoothed"
"""Suffix of the name of the factors for the inputs of a layer, or of all layers of a block; the rows of their matrices
are divided by these factors."""

_MICROSOFT = "com.microsoft"  # onnxruntime's own operators
_OPSETS = {"": 20, _MICROSOFT: 1}
_IR_VERSION = 9

Floats = NDArray[np.float32]


def has_hand_made_graph(config: Any) -> bool:
    """Whether `bert_graph` can write an encoder with this transformers configuration."""
    return (
        config.model_type == "bert"
        and config.hidden_act == "gelu"
        and getattr(config, "position_embedding_type", "absolute") == "absolute"
        and not config.is_decoder
    )


def bert_graph(
    weights: Mapping[str, Floats], config: Any, *, largest_inputs: Mapping[str, Floats] | None = None
) -> onnx.ModelProto:
    """Build the graph of an encoder.

    Its inputs are ``ids`` and ``features``, shape (1, n_pieces), and ``rows``, shape (n_rows,); its output is
    ``states``, shape (1, n_rows, n_hidden), of the given rows.

    Args:
        weights: by the names of `inquit.training.network.attribution_network.AttributionNetwork`; those of the heads
            are ignored.
        largest_inputs: the largest absolute input of each channel, by the name of the linear layer; if it is known, the
            layer's inputs are smoothed for 8 bits (`smoothing_scales`).
    """
    head_size = int(config.hidden_size) // int(config.num_attention_heads)
    graph = _Graph(weights, float(config.layer_norm_eps), head_size, largest_inputs or {})
    states = graph.embed()
    last = config.num_hidden_layers - 1
    for i in range(config.num_hidden_layers):
        states = graph.layer(f"encoder.encoder.layer.{i}.", states, only_rows=i == last)
    graph.node("Identity", [states], output="states")
    return graph.model(int(config.hidden_size))


class _Graph:
    """Collects nodes and weights; most methods add some and return the name of their output."""

    def __init__(
        self, weights: Mapping[str, Floats], epsilon: float, head_size: int, largest_inputs: Mapping[str, Floats]
    ) -> None:
        self._weights = weights
        self._largest_inputs = largest_inputs
        self._epsilon = epsilon
        self._head_size = head_size
        self._nodes: list[NodeProto] = []
        self._constants: dict[str, TensorProto] = {}

    def node(self, kind: str, inputs: list[str], *, domain: str = "", output: str = "", **attributes: Any) -> str:
        name = f"{kind}_{len(self._nodes)}"
        output = output or f"{name}_output"
        self._nodes.append(helper.make_node(kind, inputs, [output], name=name, domain=domain, **attributes))
        return output

    def constant(self, name: str, array: NDArray[Any]) -> str:
        self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def weight(self, name: str) -> str:
        return self.constant(name, self._weights[name])

    def embed(self) -> str:
        """Embed words, word features and positions; the type of every piece is 0."""
        start, end = (self.constant(f"{i}", np.array([i], dtype=np.int64)) for i in (0, 1))
        prefix = "encoder.embeddings."
        words = self.node("Gather", [self.weight(prefix + "word_embeddings.weight"), "ids"])
        features = self.node("Gather", [self.weight("word_features.weight"), "features"])
        n_pieces = self.node("Shape", ["ids"], start=1, end=2)
        positions = self.node("Slice", [self.weight(prefix + "position_embeddings.weight"), start, n_pieces, start])
        types = self.node("Slice", [self.weight(prefix + "token_type_embeddings.weight"), start, end, start])
        places = self.node("Add", [positions, types])
        return self.norm(prefix + "LayerNorm.", self.node("Add", [self.node("Add", [words, features]), places]))

    def layer(self, prefix: str, states: str, *, only_rows: bool) -> str:
        """Add a transformer layer; ``only_rows``: only for the wanted rows, which still attend to all pieces."""
        asking = self._wanted(states) if only_rows else states
        attention = prefix + "attention."
        of_attention = [f"{attention}self.{name}." for name in ("query", "key", "value")]
        smooth, scales = self.smooth(states, attention + "self.", of_attention)
        smooth_asking = self.smooth(asking, attention + "self.", of_attention)[0] if only_rows else smooth
        query, key, value = (
            self.linear(name, of_layer, scales)
            for name, of_layer in zip(of_attention, (smooth_asking, smooth, smooth), strict=True)
        )
        n_heads = len(self._weights[attention + "self.query.bias"]) // self._head_size
        context = self.node("MultiHeadAttention", [query, key, value], domain=_MICROSOFT, num_heads=n_heads)
        attended = self.linear(attention + "output.dense.", context)
        middle = self.norm(attention + "output.LayerNorm.", self.node("Add", [attended, asking]))
        inner = self.node("Gelu", [self.smoothed_linear(prefix + "intermediate.dense.", middle)])
        outer = self.smoothed_linear(prefix + "output.dense.", inner)
        return self.norm(prefix + "output.LayerNorm.", self.node("Add", [outer, middle]))

    def _wanted(self, states: str) -> str:
        """Select the states of ``rows``, with `GatherND` because a `Gather` would be quantised like the embeddings'."""
        rows = self.node("Unsqueeze", ["rows", self.constant("outer_axes", np.array([0, 2], dtype=np.int64))])
        return self.node("GatherND", [states, rows], batch_dims=1)

    def smooth(self, states: str, block: str, prefixes: list[str]) -> tuple[str, Floats | None]:
        """The states divided by the common scales of a block's layers, and the scales; None if these are unknown."""
        largest = self._largest_inputs.get(prefixes[0].removesuffix("."))
        if largest is None:
            return states, None
        matrices = np.concatenate([self._weights[prefix + "weight"] for prefix in prefixes])
        scales = smoothing_scales(largest, matrices)
        return self.node("Mul", [states, self.constant(block + SMOOTHED, 1 / scales)]), scales

    def smoothed_linear(self, prefix: str, states: str) -> str:
        return self.linear(prefix, *self.smooth(states, prefix, [prefix]))

    def linear(self, prefix: str, states: str, scales: Floats | None = None) -> str:
        matrix = self._weights[prefix + "weight"] * (1 if scales is None else scales)
        name = self.constant(f"{prefix}weight{TRANSPOSED}", matrix.T)
        return self.node("Add", [self.node("MatMul", [states, name]), self.weight(prefix + "bias")])

    def norm(self, prefix: str, states: str) -> str:
        inputs = [states, self.weight(prefix + "weight"), self.weight(prefix + "bias")]
        return self.node("LayerNormalization", inputs, epsilon=self._epsilon)

    def model(self, n_hidden: int) -> onnx.ModelProto:
        whole = [
            helper.make_tensor_value_info(name, TensorProto.INT64, [1, "n_pieces"]) for name in ("ids", "features")
        ]
        rows = helper.make_tensor_value_info("rows", TensorProto.INT64, ["n_rows"])
        states = helper.make_tensor_value_info("states", TensorProto.FLOAT, [1, "n_rows", n_hidden])
        graph = helper.make_graph(self._nodes, "encoder", [*whole, rows], [states], list(self._constants.values()))
        opsets = [helper.make_opsetid(domain, version) for domain, version in _OPSETS.items()]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
