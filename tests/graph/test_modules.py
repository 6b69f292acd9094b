"""Rebuilding modules: what becomes a class, what is shared, and that the numbers stay right whatever the scopes say."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import numpy as np
import pytest

from mindconverter.graph.convert import Conversion
from tests.graph.graphs import Op, conv, convert_small, graph, kernel, run_small

SHAPE = (1, 3, 2, 2)
DATA = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)


def classes(conversion: Conversion) -> list[str]:
    return [node.name for node in ast.parse(conversion.script.text).body if isinstance(node, ast.ClassDef)]


def check(conversion: Conversion, folder: Path, expected: np.ndarray, *arrays: np.ndarray) -> None:  # type: ignore[type-arg]
    """Both modes give the expected numbers."""
    for mode in ("PYNATIVE_MODE", "GRAPH_MODE"):
        found = run_small(conversion, folder, *arrays, mode=mode)[0]
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def apply(weight: np.ndarray, data: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    return np.einsum("oi,nihw->nohw", weight[:, :, 0, 0], data)


def test_modules_that_differ_by_numbers_share_a_class(tmp_path: Path) -> None:
    small = graph(
        [
            conv("a/conv", "x", "1", classes="Block/Conv2d"),
            Op("Relu", ["1"], ["2"], path="a", classes="Block"),
            conv("b/conv", "2", "3", classes="Block/Conv2d"),
            Op("Relu", ["3"], ["4"], path="b", classes="Block"),
        ],
        {"x": SHAPE},
        ["4"],
        {"a.conv.weight": kernel(5), "b.conv.weight": kernel(4, 5)},
        shapes={"1": (1, 5, 2, 2), "2": (1, 5, 2, 2), "3": (1, 4, 2, 2), "4": (1, 4, 2, 2)},
        root_class="Net",
    )
    result = convert_small(small)
    assert classes(result) == ["Block", "Net"]
    assert "self.a = Block(3, 5)" in result.script.text
    assert "self.b = Block(5, 4)" in result.script.text
    assert [entry.name for entry in result.entries] == ["a.conv.weight", "b.conv.weight"]
    middle = np.maximum(apply(kernel(5), DATA), 0)
    expected = np.maximum(apply(kernel(4, 5), middle), 0)
    check(result, tmp_path, expected, DATA)


@pytest.mark.parametrize(
    ("sides", "call"),
    [
        (["side"], "x if self.side is None else self.side(x)"),
        (["side", "last"], "x if self.side is None else self.last(self.side(x))"),
    ],
)
def test_a_branch_that_some_lack_is_an_optional_argument(tmp_path: Path, sides: list[str], call: str) -> None:
    ops = []
    weights = {"a.conv.weight": kernel(), "b.conv.weight": kernel() * 3}
    for name, source, branch in (("a", "x", sides), ("b", "a3", [])):
        ops.append(conv(f"{name}/conv", source, f"{name}1", classes="Block/Conv2d"))
        passed = source
        for side in branch:
            ops.append(conv(f"{name}/{side}", passed, f"{name}/{side}_out", classes="Block/Conv2d"))
            weights[f"{name}.{side}.weight"] = kernel() * 2
            passed = f"{name}/{side}_out"
        ops.append(Op("Add", [f"{name}1", passed], [f"{name}3"], path=name, classes="Block"))
    result = convert_small(graph(ops, {"x": SHAPE}, ["b3"], weights))
    assert classes(result) == ["Block", "Small"]
    assert call in result.script.text
    middle = apply(kernel(), DATA)
    shortcut = DATA
    for _ in sides:
        shortcut = apply(kernel() * 2, shortcut)
    middle = middle + shortcut
    check(result, tmp_path, apply(kernel() * 3, middle) + middle, DATA)


def test_a_layer_that_is_called_with_a_weight_is_no_branch(tmp_path: Path) -> None:
    table = (DATA * 3).astype(DATA.dtype)
    ops = []
    weights = {}
    for name, source in (("a", "x"), ("b", "a2")):
        weights |= {f"{name}.table": table, f"{name}.conv.weight": kernel()}
        ops.append(conv(f"{name}/conv", f"{name}.table", f"{name}1", classes="Block/Conv2d"))
        ops.append(Op("Add", [f"{name}.table", source], [f"{name}0"], path=name, classes="Block"))
        ops.append(Op("Add", [f"{name}1", f"{name}0"], [f"{name}2"], path=name, classes="Block"))
    result = convert_small(graph(ops, {"x": SHAPE}, ["b2"], weights))
    assert classes(result)[-2:] == ["Block", "Small"]
    check(result, tmp_path, 2 * (apply(kernel(), table) + table) + DATA, DATA)


@pytest.mark.parametrize("classes_of", [("Left", "Right"), ("Block", "Block")])
def test_modules_that_compute_something_else_do_not_share(classes_of: tuple[str, str]) -> None:
    left, right = classes_of
    small = graph(
        [
            conv("a/conv", "x", "1", classes=f"{left}/Conv2d"),
            Op("Relu", ["1"], ["2"], path="a", classes=left),
            conv("b/conv", "2", "3", classes=f"{right}/Conv2d"),
            Op("Sigmoid", ["3"], ["4"], path="b", classes=right),
        ],
        {"x": SHAPE},
        ["4"],
        {"a.conv.weight": kernel(), "b.conv.weight": kernel()},
    )
    names = classes(convert_small(small))
    assert len(set(names)) == 3
    assert names[0] == left
    assert names[1] == (right if left != right else "Block2")


def test_a_module_called_twice_is_held_once(tmp_path: Path) -> None:
    small = graph(
        [
            conv("conv", "x", "1"),
            Op("Relu", ["1"], ["2"]),
            conv("conv", "2", "3"),
        ],
        {"x": SHAPE},
        ["3"],
        {"conv.weight": kernel()},
    )
    result = convert_small(small)
    assert [entry.name for entry in result.entries] == ["conv.weight"]
    assert result.script.text.count("nn.Conv2d(") == 1
    expected = apply(kernel(), np.maximum(apply(kernel(), DATA), 0))
    check(result, tmp_path, expected, DATA)


def test_scopes_that_wait_for_each_other_are_taken_apart(tmp_path: Path) -> None:
    """The scope "a" needs what "b" computes from what "a" computed: no single call of it can be right."""
    small = graph(
        [
            conv("a/first", "x", "1"),
            conv("b/only", "1", "2"),
            Op("Relu", ["2"], ["3"], path="b"),
            conv("a/second", "3", "4"),
            Op("Add", ["1", "4"], ["5"], path="a"),
        ],
        {"x": SHAPE},
        ["5"],
        {"a.first.weight": kernel(), "b.only.weight": kernel() * 2, "a.second.weight": kernel() * 3},
    )
    result = convert_small(small)
    first = apply(kernel(), DATA)
    expected = first + apply(kernel() * 3, np.maximum(apply(kernel() * 2, first), 0))
    check(result, tmp_path, expected, DATA)


def test_a_chain_of_numbered_modules_is_a_sequence(tmp_path: Path) -> None:
    ops = [conv(f"body/{index}", str(index) if index else "x", str(index + 1)) for index in range(3)]
    weights = {f"body.{index}.weight": kernel() * (index + 1) for index in range(3)}
    result = convert_small(graph(ops, {"x": SHAPE}, ["3"], weights))
    assert classes(result) == ["Small"]
    assert 'nn.SequentialCell([nn.Conv2d(3, 3, 1, pad_mode="valid") for _ in range(3)])' in result.script.text
    assert [entry.name for entry in result.entries] == [f"body.{index}.weight" for index in range(3)]
    expected = apply(kernel() * 3, apply(kernel() * 2, apply(kernel(), DATA)))
    check(result, tmp_path, expected, DATA)


def test_a_sequence_with_gaps_keeps_the_names(tmp_path: Path) -> None:
    ops = [conv("body/1", "x", "1"), conv("body/4", "1", "2")]
    weights = {"body.1.weight": kernel(), "body.4.weight": kernel() * 2}
    result = convert_small(graph(ops, {"x": SHAPE}, ["2"], weights))
    assert [entry.name for entry in result.entries] == ["body.1.weight", "body.4.weight"]
    expected = apply(kernel() * 2, apply(kernel(), DATA))
    check(result, tmp_path, expected, DATA)


def test_a_list_of_modules_that_pass_a_value_on_is_a_loop(tmp_path: Path) -> None:
    ops = []
    for index in range(3):
        source = f"{index}b" if index else "x"
        ops += [
            conv(f"layer.{index}/conv", source, f"{index}a", classes="Layer/Conv2d"),
            Op("Add", [f"{index}a", "y"], [f"{index + 1}b"], path=f"layer.{index}", classes="Layer"),
        ]
    weights = {f"layer.{index}.conv.weight": kernel() * (index + 1) for index in range(3)}
    result = convert_small(graph(ops, {"x": SHAPE, "y": SHAPE}, ["3b"], weights))
    assert "for layer in self.layer:" in result.script.text
    assert "nn.CellList([Layer() for _ in range(3)])" in result.script.text
    assert [entry.name for entry in result.entries] == list(weights)
    expected = DATA
    for index in range(3):
        expected = apply(kernel() * (index + 1), expected) + 1
    check(result, tmp_path, expected, DATA, np.ones_like(DATA))


def test_growing_joins_are_written_once(tmp_path: Path) -> None:
    ops, known = [], ["x"]
    for index in range(4):
        ops += [
            Op("Concat", known, [f"{index}a"], {"axis": 1}, path=f"block/layer{index}", classes="Block/Layer"),
            conv(f"block/layer{index}/conv", f"{index}a", f"{index}b", classes="Block/Layer/Conv2d"),
        ]
        known = [*known, f"{index}b"]
    ops.append(Op("Concat", known, ["y"], {"axis": 1}, path="block", classes="Block"))
    weights = {f"block.layer{index}.conv.weight": kernel(3, 3 * (index + 1)) for index in range(4)}
    shapes = {f"{index}a": (1, 3 * (index + 1), 2, 2) for index in range(4)} | {"y": (1, 15, 2, 2)}
    result = convert_small(graph(ops, {"x": SHAPE}, ["y"], weights, shapes=shapes))
    assert classes(result) == ["Layer", "Block", "Small"]
    assert "inputs = (*inputs, self.layer1(inputs))" in result.script.text
    parts = DATA
    for index in range(4):
        parts = np.concatenate([parts, apply(kernel(3, 3 * (index + 1)), parts)], axis=1)
    check(result, tmp_path, parts, DATA)


def test_outputs_may_be_inputs_weights_or_named_twice(tmp_path: Path) -> None:
    small = graph(
        [Op("Relu", ["x"], ["y"])],
        {"x": SHAPE},
        ["y", "x", "y", "table"],
        {"table": np.arange(6, dtype=np.float32).reshape(2, 3)},
    )
    found = run_small(convert_small(small), tmp_path, DATA)
    np.testing.assert_array_equal(found[0], np.maximum(DATA, 0))
    np.testing.assert_array_equal(found[1], DATA)
    np.testing.assert_array_equal(found[2], found[0])
    np.testing.assert_array_equal(found[3], np.arange(6).reshape(2, 3))


@pytest.mark.parametrize("child", ["conv", "shape", "type"])
def test_literals_of_a_call_that_differ_are_attributes(tmp_path: Path, child: str) -> None:
    """Whatever the modules beside them are called."""
    ops = []
    for name, source in (("a", "x"), ("b", "a2")):
        ops += [
            conv(f"{name}/{child}", source, f"{name}1", classes="Block/Conv2d"),
            Op("Reshape", [f"{name}1", f"{name}s"], [f"{name}2"], path=name, classes="Block"),
        ]
    small = graph(
        ops,
        {"x": SHAPE},
        ["b2"],
        {f"a.{child}.weight": kernel(), f"b.{child}.weight": kernel()},
        {"as": np.array([1, 3, 4, 1]), "bs": np.array([1, 3, 1, 4])},
        {"a1": SHAPE, "a2": (1, 3, 4, 1), "b1": (1, 3, 4, 1), "b2": (1, 3, 1, 4)},
    )
    result = convert_small(small)
    assert classes(result) == ["Block", "Small"]
    expected = apply(kernel(), apply(kernel(), DATA).reshape(1, 3, 4, 1)).reshape(1, 3, 1, 4)
    check(result, tmp_path, expected, DATA)


def test_an_argument_does_not_hide_a_class(tmp_path: Path) -> None:
    """The optional branch is called "side", and so is its class, which another module beside it has as well."""
    ops = []
    for name, source, branch in (("a", "x", True), ("b", "a4", False)):
        ops += [
            conv(f"{name}/main/conv", source, f"{name}0", classes="Block/side/Conv2d"),
            Op("Relu", [f"{name}0"], [f"{name}1"], path=f"{name}/main", classes="Block/side"),
        ]
        if branch:
            ops += [
                conv(f"{name}/side/conv", source, f"{name}2", classes="Block/side/Conv2d"),
                Op("Relu", [f"{name}2"], [f"{name}3"], path=f"{name}/side", classes="Block/side"),
            ]
        ops.append(Op("Add", [f"{name}1", f"{name}3" if branch else source], [f"{name}4"], path=name, classes="Block"))
    weights = {"a.main.conv.weight": kernel(), "a.side.conv.weight": kernel() * 2, "b.main.conv.weight": kernel() * 3}
    result = convert_small(graph(ops, {"x": SHAPE}, ["b4"], weights))
    assert "side: nn.Cell | None = None" in result.script.text
    middle = np.maximum(apply(kernel(), DATA), 0) + np.maximum(apply(kernel() * 2, DATA), 0)
    expected = np.maximum(apply(kernel() * 3, middle), 0) + middle
    check(result, tmp_path, expected, DATA)


def test_the_order_of_independent_nodes_does_not_matter(tmp_path: Path) -> None:
    """Nodes of two modules may be mixed, as some exporters write them."""
    ops = [
        conv("a/conv", "x", "a1"),
        conv("b/conv", "x", "b1"),
        Op("Relu", ["a1"], ["a2"], path="a"),
        Op("Relu", ["b1"], ["b2"], path="b"),
        Op("Add", ["a2", "b2"], ["y"]),
    ]
    weights = {"a.conv.weight": kernel(), "b.conv.weight": kernel() * 2}
    result = convert_small(graph(ops, {"x": SHAPE}, ["y"], weights))
    assert len(classes(result)) == 2
    expected = np.maximum(apply(kernel(), DATA), 0) + np.maximum(apply(kernel() * 2, DATA), 0)
    check(result, tmp_path, expected, DATA)


def test_a_long_flat_graph_takes_seconds() -> None:
    ops, weights = [], {}
    for index in range(400):
        source = f"c{index - 1}" if index else "x"
        ops.append(Op("Conv", [source, f"w{index}"], [f"a{index}"], {"kernel_shape": (1, 1)}))
        ops.append(Op("Relu", [f"a{index}"], [f"b{index}"]))
        ops.append(Op("Add", [f"b{index}", source], [f"c{index}"]))
        weights[f"w{index}"] = kernel()
    start = time.process_time()
    result = convert_small(graph(ops, {"x": SHAPE}, ["c399"], weights))
    assert time.process_time() - start < 30
    assert len(result.entries) == 400


def test_what_repeats_without_names_of_modules_is_a_class(tmp_path: Path) -> None:
    ops, weights, value = [conv("stem", "x", "s")], {"stem.weight": kernel()}, "s"
    for index in range(4):
        for number, source in ((1, value), (2, f"{index}b")):
            weights[f"w{index}_{number}.weight"] = kernel() * (0.1 + 0.1 * index)
            ops.append(conv(f"w{index}_{number}", source, f"{index}{'ac'[number - 1]}"))
            if number == 1:
                ops.append(Op("Relu", [f"{index}a"], [f"{index}b"]))
        ops += [Op("Add", [f"{index}c", value], [f"{index}d"]), Op("Sigmoid", [f"{index}d"], [f"{index}e"])]
        value = f"{index}e"
    ops.append(Op("Tanh", [value], ["y"]))
    plain = [Op(op.op_type, op.inputs, op.outputs, op.attributes) for op in ops]
    result = convert_small(graph(plain, {"x": SHAPE}, ["y"], weights))
    assert result.script.text.count("class ") == 2
    assert "class Block(nn.Cell):" in result.script.text
    assert "self.blocks = nn.CellList([Block() for _ in range(4)])" in result.script.text
    assert "for block in self.blocks:" in result.script.text
    named = convert_small(graph(ops, {"x": SHAPE}, ["y"], weights))
    data = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
    (found,) = run_small(result, tmp_path, data)
    (right,) = run_small(named, tmp_path, data)
    np.testing.assert_allclose(found, right, rtol=1e-6)
