"""Operators that hold graphs or lists, at each of their versions; what the rules' own examples cannot say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import GraphProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from mindconverter import convert_model
from mindconverter.rules.tables import load_tables
from tests.graph.running import Array, check_report, run_converted, run_onnx

X = np.arange(6, dtype=np.float32).reshape(3, 2)
VERSIONS = (7, 11, 13, 16, 19, 21, 23, 24, 25)


def at(versions: tuple[int, ...]) -> pytest.MarkDecorator:
    """Run a test at each version, and in graph mode at the first and the last."""
    cases = [(version, "PYNATIVE_MODE") for version in versions]
    return pytest.mark.parametrize(("opset", "mode"), [*cases, *((cases[i][0], "GRAPH_MODE") for i in (0, -1))])


def tensor(name: str, shape: list[int] | None, kind: int = TensorProto.FLOAT) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def check(folder: Path, graph: GraphProto, opset: int, feeds: dict[str, Array], mode: str = "PYNATIVE_MODE") -> None:
    """Convert a model and compare its results with those of the runtime, or of ONNX's reference at new versions."""
    path = folder / "flow.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9), path)
    conversion = convert_model(path, output=folder / "output")
    check_report(conversion)
    for found, expected in zip(run_converted(conversion, feeds, mode), run_onnx(path, feeds), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def loop_body() -> GraphProto:
    nodes = [
        helper.make_node("Add", ["before", "x"], ["after"]),
        helper.make_node("Mul", ["after", "after"], ["kept"]),
        helper.make_node("Identity", ["going"], ["go"]),
    ]
    inputs = [tensor("number", [], TensorProto.INT64), tensor("going", [], TensorProto.BOOL), tensor("before", [3, 2])]
    return helper.make_graph(
        nodes, "body", inputs, [tensor("go", [], TensorProto.BOOL), tensor("after", [3, 2]), tensor("kept", [3, 2])]
    )


def branch(operator: str) -> GraphProto:
    node = helper.make_node(operator, ["last"], [f"{operator}_result"])
    return helper.make_graph([node], operator, [], [tensor(f"{operator}_result", [3, 2])])


def scan_body(shape: list[int]) -> GraphProto:
    nodes = [helper.make_node("Add", ["sum", "item"], ["total"]), helper.make_node("Neg", ["total"], ["row"])]
    inputs = [tensor("sum", shape), tensor("item", shape)]
    return helper.make_graph(nodes, "scan", inputs, [tensor("total", shape), tensor("row", shape)])


@at(VERSIONS)
def test_a_loop_and_a_branch(tmp_path: Path, opset: int, mode: str) -> None:
    count = numpy_helper.from_array(np.array(3), "count")
    true = numpy_helper.from_array(np.array(True), "true")
    nodes = [
        helper.make_node("Loop", ["count", "true", "x"], ["last", "all"], body=loop_body()),
        helper.make_node("If", ["flag"], ["y"], then_branch=branch("Neg"), else_branch=branch("Relu")),
    ]
    inputs = [tensor("x", [3, 2]), tensor("flag", [], TensorProto.BOOL)]
    graph = helper.make_graph(nodes, "main", inputs, [tensor("y", [3, 2]), tensor("all", [3, 3, 2])], [count, true])
    check(tmp_path, graph, opset, {"x": X - 2, "flag": np.array(True)}, mode)


@at((9, *VERSIONS[1:]))
def test_a_scan(tmp_path: Path, opset: int, mode: str) -> None:
    nodes = [helper.make_node("Scan", ["start", "x"], ["end", "rows"], body=scan_body([2]), num_scan_inputs=1)]
    outputs = [tensor("end", [2]), tensor("rows", [3, 2])]
    graph = helper.make_graph(nodes, "main", [tensor("start", [2]), tensor("x", [3, 2])], outputs)
    check(tmp_path, graph, opset, {"start": np.ones(2, np.float32), "x": X}, mode)


@pytest.mark.parametrize(
    ("lengths", "mode"), [(None, "PYNATIVE_MODE"), (None, "GRAPH_MODE"), ([3, 2], "PYNATIVE_MODE")]
)
def test_a_scan_of_a_batch(tmp_path: Path, lengths: list[int] | None, mode: str) -> None:
    """Version 8 has an axis for the batch, and lengths; the backward direction begins at a sequence's own end."""
    read = ["" if lengths is None else "lengths", "start", "x"]
    nodes = [helper.make_node("Scan", read, ["end", "rows"], body=scan_body([2]), num_scan_inputs=1, directions=[1])]
    outputs = [tensor("end", [2, 2]), tensor("rows", [2, 3, 2])]
    inputs = [tensor("start", [2, 2]), tensor("x", [2, 3, 2])]
    feeds: dict[str, Array] = {"start": np.ones((2, 2), np.float32), "x": np.stack((X, 2 * X))}
    if lengths is not None:
        inputs.append(tensor("lengths", [2], TensorProto.INT64))
        feeds["lengths"] = np.array(lengths)
    check(tmp_path, helper.make_graph(nodes, "main", inputs, outputs), 8, feeds, mode)


@at((11, 24))
def test_lists(tmp_path: Path, opset: int, mode: str) -> None:
    constants = [numpy_helper.from_array(np.array(value), name) for name, value in (("one", 1), ("zero", 0))]
    nodes: list[NodeProto] = [
        helper.make_node("SplitToSequence", ["x", "one"], ["rows"], axis=0),
        helper.make_node("SequenceConstruct", ["x", "x"], ["pair"]),
        helper.make_node("SequenceAt", ["pair", "one"], ["item"]),
        helper.make_node("SequenceInsert", ["rows", "item", "zero"], ["longer"]),
        helper.make_node("SequenceErase", ["longer", "one"], ["shorter"]),
        helper.make_node("ConcatFromSequence", ["shorter"], ["y"], axis=0),
        helper.make_node("SequenceLength", ["shorter"], ["length"]),
        helper.make_node("SequenceEmpty", [], ["empty"]),
        helper.make_node("SequenceInsert", ["empty", "x"], ["single"]),
        helper.make_node("ConcatFromSequence", ["single"], ["z"], axis=1, new_axis=1),
    ]
    outputs = [tensor("y", None), tensor("length", [], TensorProto.INT64), tensor("z", None)]
    graph = helper.make_graph(nodes, "main", [tensor("x", [3, 2])], outputs, constants)
    check(tmp_path, graph, opset, {"x": X}, mode)


def test_every_version_that_models_use_has_a_rule() -> None:
    """From opset 7 on, as converters write it; constants become part of the script before any rule is asked."""
    tables = load_tables()
    lacking = []
    for domain, oldest in (("ai.onnx", 7), ("ai.onnx.ml", 1)):
        for operator in tables.operators.domains[domain]:
            versions = tables.operators.versions(domain, operator)
            first = max((version for version in versions if version <= oldest), default=versions[0])
            lacking += [
                f"{operator} {version}"
                for version in versions
                if version >= first
                and operator != "Constant"
                and tables.operator_rule(domain, operator, version) is None
            ]
    assert not lacking
