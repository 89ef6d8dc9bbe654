"""The encoder's matrix products, which must be the same on every processor."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from inquit.models.encoder import OnnxEncoder

N_PIECES, N_HIDDEN = 64, 16


@pytest.fixture
def product_of_ids(tmp_path: Path) -> Path:
    """A network whose states are an 8-bit product: the ids times the largest possible weight."""
    weights = np.full((N_PIECES, N_HIDDEN), 127, dtype=np.int8)
    nodes = [
        helper.make_node("Cast", ["ids"], ["bytes"], to=TensorProto.UINT8),
        helper.make_node("MatMulInteger", ["bytes", "weights"], ["sums"]),
        helper.make_node("Cast", ["sums"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["floats", "axis"], ["states"]),
    ]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, [1, "n"]) for name in ("ids", "features")]
    rows = helper.make_tensor_value_info("rows", TensorProto.INT64, ["n_rows"])
    states = helper.make_tensor_value_info("states", TensorProto.FLOAT, [1, 1, N_HIDDEN])
    constants = [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(np.array([0]), "axis")]
    graph = helper.make_graph(nodes, "product", [*inputs, rows], [states], constants)
    path = tmp_path / "encoder.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def test_sums_of_8_bit_products_are_exact(product_of_ids: Path) -> None:
    ids = np.full(N_PIECES, 255)
    states = OnnxEncoder(product_of_ids)(ids, np.zeros_like(ids), np.zeros(1, dtype=np.int64))
    np.testing.assert_array_equal(states, np.full((1, N_HIDDEN), 255 * 127 * N_PIECES))
