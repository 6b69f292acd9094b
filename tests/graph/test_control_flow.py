"""Bodies of control flow become modules of their own, run by what Python has for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import GraphProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from mindconverter import convert_model
from mindconverter.graph.convert import ModelConversion
from mindconverter.report.diagnostics import Outcome
from tests.graph.running import Array, check_outputs, check_report, run_converted, run_onnx

SHAPE = [2, 3]
X = np.arange(6, dtype=np.float32).reshape(2, 3)


def tensor(name: str, shape: Sequence[int] | None = SHAPE, kind: int = TensorProto.FLOAT) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def body(nodes: Sequence[NodeProto], inputs: Sequence[ValueInfoProto], outputs: Sequence[ValueInfoProto]) -> GraphProto:
    return helper.make_graph(nodes, "body", inputs, outputs)


def save(path: Path, graph: GraphProto, opset: int = 17) -> Path:
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("project.own", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
    return path


def convert(tmp_path: Path, graph: GraphProto) -> tuple[Path, ModelConversion]:
    path = save(tmp_path / "flow.onnx", graph)
    return path, convert_model(path, output=tmp_path / "output")


def branching() -> GraphProto:
    """Return a model that multiplies by a weight or adds one, as the first item of its input says."""
    then_branch = helper.make_graph(
        [
            helper.make_node("MatMul", ["a", "layer.weight"], ["product"]),
            helper.make_node("Relu", ["product"], ["then"]),
        ],
        "then",
        [],
        [tensor("then")],
        [numpy_helper.from_array(np.linspace(-1, 1, 9, dtype=np.float32).reshape(3, 3), "layer.weight")],
    )
    one = helper.make_node("Constant", [], ["one"], value_float=1.0)
    else_branch = body([one, helper.make_node("Add", ["x", "one"], ["else"])], [], [tensor("else")])
    nodes = [
        helper.make_node("Neg", ["x"], ["a"]),
        helper.make_node("ReduceMax", ["x"], ["most"], keepdims=0),
        helper.make_node("Greater", ["most", "limit"], ["cond"]),
        helper.make_node("If", ["cond"], ["b"], name="choice", then_branch=then_branch, else_branch=else_branch),
        helper.make_node("Mul", ["b", "a"], ["y"]),
    ]
    limit = numpy_helper.from_array(np.float32(10), "limit")
    return helper.make_graph(nodes, "main", [tensor("x")], [tensor("y")], [limit])


def test_if(tmp_path: Path) -> None:
    path, conversion = convert(tmp_path, branching())
    check_report(conversion)
    for feed in (X, X * 10):
        check_outputs(conversion, {"x": feed}, run_onnx(path, {"x": feed}))
    text = conversion.script.read_text()
    assert "self.then_branch(" in text
    assert " else self.else_branch(" in text
    assert '"then_branch.dense.weight"' in conversion.weight_map.read_text()


def test_what_a_branch_cannot_convert_is_a_placeholder_in_it(tmp_path: Path) -> None:
    turned = body([helper.make_node("Rotate", ["x"], ["t"], name="turn", domain="project.own")], [], [tensor("t")])
    plain = body([helper.make_node("Relu", ["x"], ["e"])], [], [tensor("e")])
    graph = helper.make_graph(
        [helper.make_node("If", ["flag"], ["y"], name="choice", then_branch=turned, else_branch=plain)],
        "main",
        [tensor("x"), tensor("flag", [], TensorProto.BOOL)],
        [tensor("y")],
    )
    _, conversion = convert(tmp_path, graph)
    outcomes = {found.node: found.outcome for found in conversion.diagnostics}
    assert outcomes == {"choice": Outcome.CONVERTED, "turn": Outcome.UNCONVERTED, "Relu_0": Outcome.CONVERTED}
    (found,) = run_converted(conversion, {"x": -X, "flag": np.array(False)}, "PYNATIVE_MODE")
    np.testing.assert_array_equal(found, np.zeros_like(X))
    with pytest.raises(RuntimeError, match="Rotate"):
        run_converted(conversion, {"x": X, "flag": np.array(True)}, "PYNATIVE_MODE")


def test_names_within_a_body_are_data(tmp_path: Path) -> None:
    """A name in the file cannot become code, and names may be the same in two bodies."""
    evil = 'w"); import os; os.abort() #\n'

    def branch(op_type: str, value: float) -> GraphProto:
        weight = numpy_helper.from_array(np.full(SHAPE, value, np.float32), evil)
        nodes = [helper.make_node(op_type, [f"{evil}x", evil], ["class"], name=evil)]
        return helper.make_graph(nodes, evil, [], [tensor("class")], [weight])

    graph = helper.make_graph(
        [helper.make_node("If", ["flag"], [evil + "y"], then_branch=branch("Add", 2), else_branch=branch("Mul", 3))],
        "main",
        [tensor(f"{evil}x"), tensor("flag", [], TensorProto.BOOL)],
        [tensor(evil + "y")],
    )
    _, conversion = convert(tmp_path, graph)
    assert "os.abort" not in conversion.script.read_text()
    for flag, expected in ((True, X + 2), (False, X * 3)):
        (found,) = run_converted(conversion, {"x": X, "flag": np.array(flag)}, "PYNATIVE_MODE")
        np.testing.assert_array_equal(found, expected)


def counted_loop() -> GraphProto:
    """Return a model that doubles its input a number of times, until the sum is too large, and keeps each value."""
    inside = body(
        [
            helper.make_node("MatMul", ["before", "layer.weight"], ["product"]),
            helper.make_node("Add", ["product", "a"], ["after"]),
            helper.make_node("ReduceSum", ["after"], ["sum"], keepdims=0),
            helper.make_node("Less", ["sum", "limit"], ["go"]),
            helper.make_node("Identity", ["after"], ["kept"]),
            helper.make_node("Cast", ["number"], ["counted"], to=TensorProto.FLOAT),
        ],
        [tensor("number", [], TensorProto.INT64), tensor("going", [], TensorProto.BOOL), tensor("before")],
        [tensor("go", [], TensorProto.BOOL), tensor("after"), tensor("kept"), tensor("counted", [])],
    )
    nodes = [
        helper.make_node("Neg", ["x"], ["a"]),
        helper.make_node("Loop", ["count", "", "x"], ["last", "all", "numbers"], name="loop", body=inside),
    ]
    outputs = [tensor("last"), tensor("all", [None, *SHAPE]), tensor("numbers", [None])]
    weights = {"layer.weight": 2 * np.eye(3, dtype=np.float32), "limit": np.float32(100)}
    stored = [numpy_helper.from_array(data, name) for name, data in weights.items()]
    return helper.make_graph(nodes, "main", [tensor("x"), tensor("count", [], TensorProto.INT64)], outputs, stored)


@pytest.mark.parametrize("count", [0, 2, 9])
def test_loop(tmp_path: Path, count: int) -> None:
    path, conversion = convert(tmp_path, counted_loop())
    check_report(conversion)
    feeds: dict[str, Array] = {"x": X + 1, "count": np.array(count)}
    for found, expected in zip(run_converted(conversion, feeds, "PYNATIVE_MODE"), run_onnx(path, feeds), strict=True):
        assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_allclose(found, expected)
    assert '"body.dense.weight"' in conversion.weight_map.read_text()


def test_a_loop_without_end_but_its_condition_has_a_branch_inside(tmp_path: Path) -> None:
    """The branch reads a value of the loop, one of the model, and gives one as it is."""
    then_branch = body([helper.make_node("Add", ["before", "a"], ["t"])], [], [tensor("t")])
    else_branch = body([], [], [tensor("before")])
    inside = body(
        [
            helper.make_node("Equal", ["number", "one"], ["second"]),
            helper.make_node("If", ["second"], ["after"], then_branch=then_branch, else_branch=else_branch),
            helper.make_node("Less", ["number", "one"], ["go"]),
        ],
        [tensor("number", [], TensorProto.INT64), tensor("going", [], TensorProto.BOOL), tensor("before")],
        [tensor("go", [], TensorProto.BOOL), tensor("after")],
    )
    nodes = [
        helper.make_node("Neg", ["x"], ["a"]),
        helper.make_node("Loop", ["", "start", "x"], ["y"], body=inside),
    ]
    graph = helper.make_graph(
        nodes,
        "main",
        [tensor("x"), tensor("start", [], TensorProto.BOOL)],
        [tensor("y")],
        [numpy_helper.from_array(np.array(1), "one")],
    )
    _, conversion = convert(tmp_path, graph)
    check_report(conversion)
    for start, expected in ((True, np.zeros_like(X)), (False, X)):
        check_outputs(conversion, {"x": X, "start": np.array(start)}, [expected])


def test_scan_with_two_states(tmp_path: Path) -> None:
    """The columns are gone along from the last to the first."""
    column = [2]
    inside = body(
        [
            helper.make_node("Add", ["sum", "item"], ["sum_out"]),
            helper.make_node("Mul", ["product", "item"], ["product_out"]),
            helper.make_node("Sub", ["sum_out", "a"], ["row"]),
        ],
        [tensor(name, column) for name in ("sum", "product", "item")],
        [tensor(name, column) for name in ("sum_out", "product_out", "row")],
    )
    attributes = {"scan_input_axes": [1], "scan_input_directions": [1], "scan_output_axes": [1]}
    nodes = [
        helper.make_node("Neg", ["s"], ["a"]),
        helper.make_node("Scan", ["s", "p", "x"], ["u", "v", "w"], body=inside, num_scan_inputs=1, **attributes),
    ]
    inputs = [tensor("s", column), tensor("p", column), tensor("x")]
    outputs = [tensor("u", column), tensor("v", column), tensor("w")]
    path, conversion = convert(tmp_path, helper.make_graph(nodes, "main", inputs, outputs))
    check_report(conversion)
    ones = np.ones(2, np.float32)
    feeds: dict[str, Array] = {"s": ones, "p": 2 * ones, "x": X + 1}
    check_outputs(conversion, feeds, run_onnx(path, feeds))


def running_sum() -> GraphProto:
    """Return a body that adds an item to a state, and gives the sum besides."""
    return body(
        [helper.make_node("Add", ["sum", "item"], ["sum_out"]), helper.make_node("Mul", ["sum", "item"], ["row"])],
        [tensor(name, [3]) for name in ("sum", "item")],
        [tensor(name, [3]) for name in ("sum_out", "row")],
    )


def test_scan_over_no_items(tmp_path: Path) -> None:
    node = helper.make_node("Scan", ["s", "x"], ["last", "all"], body=running_sum(), num_scan_inputs=1)
    graph = helper.make_graph(
        [node], "main", [tensor("s", [3]), tensor("x", ["n", 3])], [tensor("last", [3]), tensor("all", ["n", 3])]
    )
    _, conversion = convert(tmp_path, graph)
    check_report(conversion)
    state = np.arange(3, dtype=np.float32)
    feeds: dict[str, Array] = {"s": state, "x": np.zeros((0, 3), np.float32)}
    last, gathered = run_converted(conversion, feeds, "PYNATIVE_MODE")
    np.testing.assert_array_equal(last, state)
    assert (gathered.shape, gathered.dtype) == ((0, 3), np.float32)


def test_scan_of_sequences_with_lengths(tmp_path: Path) -> None:
    node = helper.make_node("Scan", ["n", "s", "x"], ["last", "all"], body=running_sum(), num_scan_inputs=1)
    inputs = [tensor("n", [2], TensorProto.INT64), tensor("s"), tensor("x", [2, 4, 3])]
    graph = helper.make_graph([node], "main", inputs, [tensor("last"), tensor("all", [2, 4, 3])])
    path = save(tmp_path / "flow.onnx", graph, opset=8)
    conversion = convert_model(path, output=tmp_path / "output")
    check_report(conversion)
    data = np.arange(24, dtype=np.float32).reshape(2, 4, 3)
    feeds: dict[str, Array] = {"n": np.array([2, 4]), "s": X, "x": data}
    for found, expected in zip(run_converted(conversion, feeds, "PYNATIVE_MODE"), run_onnx(path, feeds), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_a_weight_of_two_bodies_is_stored_once(tmp_path: Path) -> None:
    def branch(op_type: str) -> GraphProto:
        nodes = [helper.make_node("MatMul", ["x", "shared.weight"], ["p"]), helper.make_node(op_type, ["p"], ["r"])]
        return body(nodes, [], [tensor("r")])

    node = helper.make_node("If", ["flag"], ["y"], then_branch=branch("Relu"), else_branch=branch("Neg"))
    weight = numpy_helper.from_array(np.linspace(-1, 1, 9, dtype=np.float32).reshape(3, 3), "shared.weight")
    graph = helper.make_graph(
        [node], "main", [tensor("x"), tensor("flag", [], TensorProto.BOOL)], [tensor("y")], [weight]
    )
    _, conversion = convert(tmp_path, graph)
    assert conversion.weight_map.read_text().count('"shared.weight"') == 1
    assert len(conversion.load().trainable_params()) == 1


def test_what_exporters_decompose_is_one_operator_in_a_body_too(tmp_path: Path) -> None:
    def branch(least: float) -> GraphProto:
        constants = [numpy_helper.from_array(np.float32(value), name) for name, value in (("a", least), ("b", 0.5))]
        nodes = [
            helper.make_node("Mul", ["x", "b"], ["scaled"], name="scale"),
            helper.make_node("Add", ["scaled", "a"], ["line"], name="shift"),
            helper.make_node("Clip", ["line", "zero", "limit"], ["r"], name="clip"),
        ]
        return helper.make_graph(nodes, "branch", [], [tensor("r")], constants)

    node = helper.make_node("If", ["flag"], ["y"], name="choice", then_branch=branch(0.25), else_branch=branch(0.75))
    graph = helper.make_graph(
        [node],
        "main",
        [tensor("x"), tensor("flag", [], TensorProto.BOOL)],
        [tensor("y")],
        [numpy_helper.from_array(np.float32(value), name) for name, value in (("zero", 0), ("limit", 1))],
    )
    path, conversion = convert(tmp_path, graph)
    assert [found.source for found in conversion.diagnostics].count("HardSigmoid of 3 nodes") == 2
    for flag in (True, False):
        feeds: dict[str, Array] = {"x": X / 5, "flag": np.array(flag)}
        (found,) = run_converted(conversion, feeds, "PYNATIVE_MODE")
        np.testing.assert_allclose(found, run_onnx(path, feeds)[0], rtol=1e-6)
