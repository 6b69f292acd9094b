"""From nodes to what the rules say: how inputs, constants and attributes reach a rule, and what is made of it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mindconverter.graph.ir import Graph
from mindconverter.graph.lower.lower import lower
from mindconverter.graph.lower.lowered import CELL, Bypass, Held, Operation
from mindconverter.rules.tables import RuleTables, load_tables
from mindconverter.rules.values import hole_name
from tests.graph.graphs import Op, graph, kernel

SHAPE = (1, 3, 4, 4)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> RuleTables:
    """Load the tables with rules for operators that are there for these tests alone."""
    folder = tmp_path_factory.mktemp("rules")
    (folder / "own.yaml").write_text(
        """
format: 1
rules:
  - onnx: Shrink
    since: [9]
    rewrite: "{input} * {lambd} + {bias}"
  - onnx: Expand
    since: [8, 13]
    const: [shape]
    rewrite: "mindspore.ops.broadcast_to({input}, {shape})"
  - onnx: Dropout
    since: [13]
    const: [ratio, training_mode]
    omit: [ratio, training_mode, seed]
    drop: true
  - onnx: TopK
    since: [11]
    const: [K]
    call: mindspore.ops.topk
    args: {input: "X", k: "K[0]", dim: "axis"}
    omit: [sorted, largest]
  - onnx: Selu
    since: [6]
    refuse:
      when: "rank(X) == 4"
      say: Four axes are too many here. Take fewer.
    call: mindspore.ops.selu
    args: {input_x: "X"}
  - onnx: Sum
    since: [13]
    rewrite: "sum({data_0})"
""",
        encoding="utf-8",
    )
    return load_tables([folder])


def one(tables: RuleTables, small: Graph) -> Operation:
    (found,) = lower(small, tables)
    assert isinstance(found, Operation)
    return found


def text(operation: Operation) -> str:
    """Return the code of an operation with the names of its operands."""

    class Writer(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            name = hole_name(node.id)
            if name is None:
                return node
            operand = operation.operands.get(name, name)
            return ast.Name(operand.initializer if isinstance(operand, Held) else operand)

    return ast.unparse(Writer().visit(operation.code))


def test_a_cell_gets_its_arguments_weights_and_input(tables: RuleTables) -> None:
    attributes = {"kernel_shape": (3, 3), "pads": (1, 1, 1, 1)}
    weights = {"w": np.zeros((5, 3, 3, 3), np.float32), "b": np.zeros(5, np.float32)}
    found = one(tables, graph([Op("Conv", ["x", "w", "b"], ["y"], attributes)], {"x": SHAPE}, ["y"], weights))
    assert found.cell is not None
    assert found.target == found.cell.target == "mindspore.nn.Conv2d"
    arguments = {item.parameter: item.value for item in found.cell.arguments}
    assert arguments == {
        "in_channels": 3, "out_channels": 5, "kernel_size": 3, "pad_mode": "pad", "padding": 1, "has_bias": True,
    }  # fmt: skip
    assert {name: source.initializers for name, source in found.cell.weights.items()} == {
        "weight": {"W": "w"},
        "bias": {"B": "b"},
    }
    assert text(found) == f"{CELL}(x)"


def test_an_absent_bias_has_no_weight(tables: RuleTables) -> None:
    small = graph([Op("Conv", ["x", "w"], ["y"], {"kernel_shape": (1, 1)})], {"x": SHAPE}, ["y"], {"w": kernel()})
    found = one(tables, small)
    assert found.cell is not None
    assert list(found.cell.weights) == ["weight"]


def test_attributes_have_the_defaults_of_the_specification(tables: RuleTables) -> None:
    assert text(one(tables, graph([Op("Shrink", ["x"], ["y"])], {"x": SHAPE}, ["y"]))) == "x * 0.5 + 0.0"


def test_numbers_of_single_precision_are_written_short(tables: RuleTables) -> None:
    attributes = {"lambd": float(np.float32(0.1)), "bias": float(np.float32(-1e-5))}
    found = one(tables, graph([Op("Shrink", ["x"], ["y"], attributes)], {"x": SHAPE}, ["y"]))
    assert text(found) == "x * 0.1 + -1e-05"


def test_a_constant_input_is_a_literal(tables: RuleTables) -> None:
    shape = np.array([2, 3, 4, 4])
    small = graph([Op("Expand", ["x", "shape"], ["y"])], {"x": SHAPE}, ["y"], constants={"shape": shape})
    assert text(one(tables, small)) == "mindspore.ops.broadcast_to(x, (2, 3, 4, 4))"


def test_a_scalar_constant_is_a_number_where_the_rule_takes_one(tables: RuleTables) -> None:
    small = graph([Op("Mul", ["x", "c"], ["y"])], {"x": SHAPE}, ["y"], constants={"c": np.float32(0.125)})
    assert text(one(tables, small)) == "x * 0.125"


@pytest.mark.parametrize(
    ("trained", "data", "is_parameter"),
    [
        (True, np.float32(2), True),
        (True, np.zeros((1, 3, 1, 1), np.float32), True),
        (False, np.zeros((1, 3, 1, 1), np.float32), False),
        (False, np.zeros(1000, np.float32), True),
    ],
)
def test_other_tensors_are_held(tables: RuleTables, trained: bool, data: Any, is_parameter: bool) -> None:
    own = {"weights" if trained else "constants": {"c": data}}
    found = one(tables, graph([Op("Mul", ["x", "c"], ["y"])], {"x": SHAPE}, ["y"], **own))
    assert found.operands == {"0": "x", "1": Held("c", is_parameter)}


def test_an_unread_mask_does_not_keep_a_node(tables: RuleTables) -> None:
    (found,) = lower(graph([Op("Dropout", ["x"], ["y", "mask"])], {"x": SHAPE}, ["y"]), tables)
    assert isinstance(found, Bypass)
    assert (found.source, found.output) == ("x", "y")


def test_a_mask_that_is_read_does(tables: RuleTables) -> None:
    found = one(tables, graph([Op("Dropout", ["x"], ["y", "mask"])], {"x": SHAPE}, ["y", "mask"]))
    assert found.refusal


@pytest.mark.parametrize(("outputs", "returns_tuple"), [(["values", "indices"], True), (["", "indices"], True)])
def test_several_outputs_are_a_tuple(tables: RuleTables, outputs: list[str], returns_tuple: bool) -> None:
    small = graph([Op("TopK", ["x", "k"], outputs)], {"x": SHAPE}, ["indices"], constants={"k": np.array([2])})
    found = one(tables, small)
    assert found.outputs == tuple(outputs)
    assert found.returns_tuple is returns_tuple


def test_a_variadic_input_is_a_tuple(tables: RuleTables) -> None:
    found = one(tables, graph([Op("Sum", ["x", "z", "x"], ["y"])], {"x": SHAPE, "z": SHAPE}, ["y"]))
    assert text(found) == "sum((x, z, x))"


@pytest.mark.parametrize(
    ("op", "say"),
    [
        (Op("Selu", ["x"], ["y"]), "Four axes are too many here."),
        (Op("Selu", ["x"], ["y"], domain="elsewhere"), "not in the specification"),
        (Op("NoSuchOperator", ["x"], ["y"]), "not in the specification"),
        (Op("Relu", ["x"], ["y"], {"speed": 1}), "'speed' is not in the specification"),
    ],
)
def test_what_is_not_converted_says_why(tables: RuleTables, op: Op, say: str) -> None:
    found = one(tables, graph([op], {"x": SHAPE}, ["y"]))
    assert say in found.refusal
    assert found.cell is not None
    assert found.cell.placeholder
    assert [item.value for item in found.cell.arguments] == [SHAPE, SHAPE]


def test_a_version_without_a_rule_is_not_converted(tables: RuleTables) -> None:
    found = one(
        tables, graph([Op("TopK", ["x", "k"], ["v", "i"])], {"x": SHAPE}, ["v"], {"k": np.array([1])}, opset=10)
    )
    assert "no rule" in found.refusal or found.rule is not None


def test_a_weight_that_is_computed_is_not_taken_for_one(tables: RuleTables, tmp_path: Path) -> None:
    small = graph([Op("Conv", ["x", "w"], ["y"], {"kernel_shape": (1, 1)})], {"x": SHAPE, "w": (5, 3, 1, 1)}, ["y"])
    found = one(tables, small)
    assert found.cell is None
    assert "w" in found.values
