"""The network's file: what is asked of it, and what earlier versions wrote."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inquit.models.encoder import OnnxEncoder


def test_a_file_that_gives_the_states_of_all_pieces_is_read(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx", reason="needs inquit[train]")
    from onnx import TensorProto, helper

    axis = onnx.numpy_helper.from_array(np.array([2]), "axis")
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, [1, "n"]) for name in ("ids", "features")]
    nodes = [
        helper.make_node("Add", ["ids", "features"], ["sum"]),
        helper.make_node("Cast", ["sum"], ["number"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["number", "axis"], ["states"]),
    ]
    states = helper.make_tensor_value_info("states", TensorProto.FLOAT, [1, "n", 1])
    model = helper.make_model(
        helper.make_graph(nodes, "old", inputs, [states], [axis]),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    onnx.save(model, tmp_path / "old.onnx")
    network = OnnxEncoder(tmp_path / "old.onnx")
    ids, features = np.array([3, 5, 7]), np.array([0, 1, 0])
    assert network(ids, features, np.array([0, 1])).tolist() == [[3], [6]]
