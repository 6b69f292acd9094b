"""A node whose rule says so becomes nodes of plainer operators, and shapes are known beyond it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from mindconverter.graph.convert import convert_model
from mindconverter.graph.ir import Graph
from mindconverter.graph.read_onnx.read import read_onnx
from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.tables import load_tables

MICROSOFT = "com.microsoft"


def save(
    path: Path,
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    outputs: list[str],
    weights: dict[str, Any] | None = None,
    opset: int = 17,
) -> Path:
    graph = helper.make_graph(
        nodes,
        "test",
        inputs,
        [helper.make_empty_tensor_value_info(name) for name in outputs],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in (weights or {}).items()],
    )
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid(MICROSOFT, 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), str(path))
    return path


def images(name: str = "x") -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 2, 8, 8])


def read(path: Path) -> Graph:
    return read_onnx(path, tables=load_tables())


KERNEL = {"w": np.ones((4, 2, 3, 3), np.float32)}
FUSED = {"domain": MICROSOFT, "activation": "Relu", "strides": [2, 2]}


def test_a_fused_layer_becomes_the_layer_and_its_activation(tmp_path: Path) -> None:
    nodes = [helper.make_node("FusedConv", ["x", "w"], ["y"], "first", **FUSED)]
    graph = read(save(tmp_path / "m.onnx", nodes, [images()], ["y"], KERNEL))
    assert [(node.op_type, node.domain) for node in graph.nodes] == [("Conv", ""), ("Relu", "")]
    assert graph.nodes[0].attributes["strides"] == (2, 2)
    assert graph.nodes[-1].name == "first"
    assert graph.nodes[-1].outputs == ("y",)


def test_shapes_are_known_beyond_it(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("FusedConv", ["x", "w"], ["c"], "first", **FUSED),
        helper.make_node("Shape", ["c"], ["y"]),
    ]
    graph = read(save(tmp_path / "m.onnx", nodes, [images()], ["y", "c"], KERNEL))
    assert graph.values["c"].shape == (1, 4, 3, 3)


def test_an_absent_input_stays_absent(tmp_path: Path) -> None:
    nodes = [helper.make_node("FusedConv", ["x", "w", "", "z"], ["y"], "first", **FUSED)]
    added = helper.make_tensor_value_info("z", TensorProto.FLOAT, [1, 4, 3, 3])
    graph = read(save(tmp_path / "m.onnx", nodes, [images(), added], ["y"], KERNEL))
    assert [node.op_type for node in graph.nodes] == ["Conv", "Add", "Relu"]
    assert graph.nodes[0].inputs == ("x", "w")
    assert set(graph.nodes[1].inputs) == {graph.nodes[0].outputs[0], "z"}


def test_what_comes_out_expands_again(tmp_path: Path) -> None:
    nodes = [helper.make_node("DynamicQuantizeMatMul", ["x", "q", "s"], ["y"], "product", domain=MICROSOFT)]
    matrix = {"q": np.ones((8, 3), np.uint8), "s": np.float32(0.5)}
    graph = read(save(tmp_path / "m.onnx", nodes, [images()], ["y"], matrix))
    assert [node.op_type for node in graph.nodes][:2] == ["DynamicQuantizeLinear", "MatMulInteger"]
    assert {node.domain for node in graph.nodes} == {""}
    assert graph.outputs[0].shape == (1, 2, 8, 3)


def test_the_bodies_of_control_flow_expand_too(tmp_path: Path) -> None:
    def body(name: str, node: onnx.NodeProto) -> onnx.GraphProto:
        return helper.make_graph([node], name, [], [helper.make_empty_tensor_value_info(node.output[0])])

    then = body("then", helper.make_node("FusedConv", ["x", "w"], ["a"], "first", **FUSED))
    other = body("other", helper.make_node("Conv", ["x", "w"], ["b"], "second", strides=[2, 2]))
    nodes = [helper.make_node("If", ["go"], ["y"], "choice", then_branch=then, else_branch=other)]
    go = helper.make_tensor_value_info("go", TensorProto.BOOL, [])
    graph = read(save(tmp_path / "m.onnx", nodes, [images(), go], ["y"], KERNEL))
    branch = graph.nodes[0].attributes["then_branch"]
    assert isinstance(branch, Graph)
    assert [node.op_type for node in branch.nodes] == ["Conv", "Relu"]


@pytest.mark.parametrize("opset", [9, 17])
def test_what_cannot_be_decided_stays_and_is_told(tmp_path: Path, opset: int) -> None:
    names = ["x", "s", "z", "s", "z"]
    nodes = [helper.make_node("QLinearGlobalAveragePool", names, ["y"], "pool", domain=MICROSOFT, channels_last=1)]
    free = helper.make_tensor_value_info("x", TensorProto.UINT8, None if opset == 17 else [1, 4, 4, 2])
    numbers = {"s": np.float32(0.5), "z": np.uint8(3)}
    path = save(tmp_path / "m.onnx", nodes, [free], ["y"], numbers, opset)
    assert [node.op_type for node in read(path).nodes] == ["QLinearGlobalAveragePool"]
    [found] = convert_model(path, output=tmp_path).diagnostics
    assert found.outcome is Outcome.UNCONVERTED
    assert "plainer operators" in found.say


def test_rules_tell_the_shapes_of_what_does_not_expand(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("QuickGelu", ["x"], ["g"], "gate", domain=MICROSOFT),
        helper.make_node("FusedMatMul", ["g", "m"], ["p"], "product", domain=MICROSOFT, transB=1),
        helper.make_node("Relu", ["p"], ["y"], "last"),
    ]
    free = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", None, 4, 8])
    graph = read(save(tmp_path / "m.onnx", nodes, [free], ["y"], {"m": np.ones((3, 8), np.float32)}))
    assert [node.op_type for node in graph.nodes] == ["QuickGelu", "FusedMatMul", "Relu"]
    for name, size in (("g", 8), ("p", 3)):
        value = graph.values[name]
        assert value.shape is not None
        assert value.shape[0] == "batch"
        assert value.shape[2:] == (4, size)
        assert value.dtype == "float32"


def test_without_tables_nothing_changes(tmp_path: Path) -> None:
    nodes = [helper.make_node("FusedConv", ["x", "w"], ["y"], "first", **FUSED)]
    graph = read_onnx(save(tmp_path / "m.onnx", nodes, [images()], ["y"], KERNEL))
    assert [node.op_type for node in graph.nodes] == ["FusedConv"]
