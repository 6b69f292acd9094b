"""Operators whose shapes and bounds only the running model knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mindspore")
onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

HUGE = np.iinfo(np.int64).max
modes = pytest.mark.parametrize("graph", [False, True], ids=["pynative", "graph"])


def check(folder: Path, nodes: list[Any], inputs: dict[str, np.ndarray], *, graph: bool, **constants: Any) -> None:
    """Convert a model whose inputs' sizes are symbolic, except those of integers, and compare it with onnxruntime."""
    import mindspore

    from mindconverter import convert_model

    kinds = [
        onnx.helper.make_tensor_value_info(
            name,
            onnx.helper.np_dtype_to_tensor_dtype(array.dtype),
            array.shape if array.dtype == np.int64 else [f"{name}_{axis}" for axis in range(array.ndim)],
        )
        for name, array in inputs.items()
    ]
    held = [onnx.numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()]
    output = onnx.helper.make_empty_tensor_value_info("out")
    model = onnx.helper.make_model(
        onnx.helper.make_graph(nodes, "open", kinds, [output], held),
        opset_imports=[onnx.helper.make_opsetid("", 17)],
        ir_version=8,
    )
    file = folder / "open.onnx"
    onnx.save(onnx.shape_inference.infer_shapes(model), str(file))
    (wanted,) = onnxruntime.InferenceSession(str(file)).run(None, inputs)
    network = convert_model(file, output=folder).load()
    mindspore.set_context(mode=mindspore.GRAPH_MODE if graph else mindspore.PYNATIVE_MODE)
    try:
        found = network(*(mindspore.Tensor(array) for array in inputs.values())).asnumpy()
    finally:
        mindspore.set_context(mode=mindspore.PYNATIVE_MODE)
    assert found.dtype == wanted.dtype
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def values(*shape: int) -> np.ndarray:
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


@modes
def test_expand_to_the_shape_of_another_tensor(tmp_path: Path, graph: bool) -> None:
    nodes = [onnx.helper.make_node("Shape", ["y"], ["s"]), onnx.helper.make_node("Expand", ["x", "s"], ["out"])]
    check(tmp_path, nodes, {"x": values(3, 1), "y": values(2, 1, 4)}, graph=graph)


@modes
def test_expand_of_truth_values(tmp_path: Path, graph: bool) -> None:
    nodes = [onnx.helper.make_node("Shape", ["y"], ["s"]), onnx.helper.make_node("Expand", ["x", "s"], ["out"])]
    check(tmp_path, nodes, {"x": values(3, 1) > 1, "y": values(2, 3, 4)}, graph=graph)


@modes
def test_slice_up_to_the_size_of_another_tensor(tmp_path: Path, graph: bool) -> None:
    nodes = [
        onnx.helper.make_node("Shape", ["y"], ["s"]),
        onnx.helper.make_node("Slice", ["x", "start", "s", "axes"], ["out"]),
    ]
    inputs = {"x": values(2, 5), "y": values(3)}
    check(tmp_path, nodes, inputs, graph=graph, start=np.array([1]), axes=np.array([1]))


@modes
def test_slice_with_bounds_as_inputs(tmp_path: Path, graph: bool) -> None:
    nodes = [onnx.helper.make_node("Slice", ["x", "from", "to"], ["out"])]
    inputs = {"x": values(4, 5), "from": np.array([1, -3]), "to": np.array([HUGE, -1])}
    check(tmp_path, nodes, inputs, graph=graph)


@modes
@pytest.mark.parametrize("axis", [0, 1, 2, 3])
def test_flatten(tmp_path: Path, graph: bool, axis: int) -> None:
    check(tmp_path, [onnx.helper.make_node("Flatten", ["x"], ["out"], axis=axis)], {"x": values(2, 3, 4)}, graph=graph)


@modes
def test_reshape_keeps_an_unknown_size(tmp_path: Path, graph: bool) -> None:
    nodes = [onnx.helper.make_node("Reshape", ["x", "s"], ["out"])]
    check(tmp_path, nodes, {"x": values(2, 3, 4)}, graph=graph, s=np.array([0, 12]))


@modes
def test_reshape_to_the_shape_of_another_tensor(tmp_path: Path, graph: bool) -> None:
    nodes = [onnx.helper.make_node("Shape", ["y"], ["s"]), onnx.helper.make_node("Reshape", ["x", "s"], ["out"])]
    check(tmp_path, nodes, {"x": values(3, 4), "y": values(2, 6)}, graph=graph)


@modes
def test_split_an_unknown_size(tmp_path: Path, graph: bool) -> None:
    nodes = [
        onnx.helper.make_node("Split", ["x"], ["a", "b"], axis=1),
        onnx.helper.make_node("Sub", ["a", "b"], ["out"]),
    ]
    check(tmp_path, nodes, {"x": values(2, 6)}, graph=graph)


@modes
def test_reduce_and_transpose_at_unknown_sizes(tmp_path: Path, graph: bool) -> None:
    nodes = [
        onnx.helper.make_node("ReduceMean", ["x"], ["m"], axes=[1], keepdims=0),
        onnx.helper.make_node("Transpose", ["m"], ["out"]),
    ]
    check(tmp_path, nodes, {"x": values(2, 3, 4)}, graph=graph)


@modes
def test_a_row_that_is_wholly_masked_spoils_no_other(tmp_path: Path, graph: bool) -> None:
    nodes = [
        onnx.helper.make_node("Where", ["y", "x", "hidden"], ["masked"]),
        onnx.helper.make_node("Softmax", ["masked"], ["out"]),
    ]
    seen = np.array([[True, False, True], [False, False, False], [True, True, True]])
    check(tmp_path, nodes, {"x": values(3, 3), "y": seen}, graph=graph, hidden=np.float32(-np.inf))


def run_sizes(
    folder: Path, nodes: list[Any], feeds: list[dict[str, np.ndarray]], graph: bool, **constants: Any
) -> None:
    """Convert a model once and run it with inputs of several sizes."""
    import mindspore

    from mindconverter import convert_model

    kinds = [
        onnx.helper.make_tensor_value_info(
            name, onnx.helper.np_dtype_to_tensor_dtype(array.dtype), [f"{name}_{axis}" for axis in range(array.ndim)]
        )
        for name, array in feeds[0].items()
    ]
    held = [onnx.numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()]
    output = onnx.helper.make_empty_tensor_value_info("out")
    model = onnx.helper.make_model(
        onnx.helper.make_graph(nodes, "sizes", kinds, [output], held),
        opset_imports=[onnx.helper.make_opsetid("", 17)],
        ir_version=8,
    )
    file = folder / "sizes.onnx"
    onnx.save(onnx.shape_inference.infer_shapes(model), str(file))
    session = onnxruntime.InferenceSession(str(file))
    network = convert_model(file, output=folder).load()
    mindspore.set_context(mode=mindspore.GRAPH_MODE if graph else mindspore.PYNATIVE_MODE)
    try:
        for inputs in feeds:
            (wanted,) = session.run(None, inputs)
            found = network(*(mindspore.Tensor(array) for array in inputs.values())).asnumpy()
            assert found.dtype == wanted.dtype
            assert found.shape == wanted.shape
            np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)
    finally:
        mindspore.set_context(mode=mindspore.PYNATIVE_MODE)


def node(operator: str, inputs: str, output: str, **attributes: Any) -> Any:
    return onnx.helper.make_node(operator, inputs.split(), [output], **attributes)


ROWS = [node("Shape", "x", "shape"), node("Gather", "shape one", "columns"), node("Gather", "shape ones", "size")]
CONSTANTS = {
    "one": np.array(1),
    "ones": np.array([1]),
    "zeros": np.array([0]),
    "zero": np.array(0),
    "two": np.array([2]),
}
BY_SIZE = {
    "Slice": [node("Sub", "size ones", "end"), node("Slice", "x zeros end ones", "out")],
    "Pad": [node("Concat", "zeros ones zeros size", "pads", axis=0), node("Pad", "x pads", "out")],
    "Expand": [node("Concat", "two shape", "whole", axis=0), node("Expand", "x whole", "out")],
    "Tile": [node("Concat", "ones size", "repeats", axis=0), node("Tile", "x repeats", "out")],
    "TopK": [node("Div", "size two", "k"), onnx.helper.make_node("TopK", ["x", "k"], ["out", "places"])],
    "ConstantOfShape": [node("ConstantOfShape", "shape", "filled"), node("Add", "filled x", "out")],
    "Range": [
        node("Range", "zero columns one", "places"),
        node("Cast", "places", "p", to=1),
        node("Add", "x p", "out"),
    ],
    "OneHot": [node("Cast", "x", "places", to=7), node("OneHot", "places size values", "out")],
    "Reshape": [node("Concat", "size two", "whole", axis=0), node("Reshape", "x whole", "out")],
    "Resize": [
        node("Mul", "shape two", "grown"),
        node("Concat", "grown_unit grown", "whole", axis=0),
        node("Unsqueeze", "x both", "image"),
        node("Resize", "image nothing nothing whole", "out", mode="linear"),
    ],
    "Split": [node("Sub", "size ones", "rest"), node("Concat", "ones rest", "parts", axis=0)],
}
BY_SIZE["Split"].append(onnx.helper.make_node("Split", ["x", "parts"], ["first", "out"], axis=1))
BY_SIZE["Resize"][3].input[1] = BY_SIZE["Resize"][3].input[2] = ""


@modes
@pytest.mark.parametrize("operator", BY_SIZE)
def test_arguments_that_follow_the_size_of_the_input(tmp_path: Path, operator: str, graph: bool) -> None:
    constants = dict(CONSTANTS)
    constants |= {"values": np.array([0.5, 2.0], np.float32)} if operator == "OneHot" else {}
    constants |= {"grown_unit": np.array([1, 1]), "both": np.array([0, 1])} if operator == "Resize" else {}
    feeds = [{"x": values(2, columns) % columns} for columns in (4, 6)]
    run_sizes(tmp_path, [*ROWS, *BY_SIZE[operator]], feeds, graph, **constants)


COMPUTED = {
    "Slice": ("Slice", "x a b", {"a": [[1, 0], [0, 2]], "b": [[3, 4], [2, 5]]}),
    "Pad": ("Pad", "x a", {"a": [[0, 1, 2, 0], [1, 0, 0, 3]]}),
    "Expand": ("Expand", "x a", {"a": [[2, 3, 5], [1, 3, 5]]}),
    "Tile": ("Tile", "x a", {"a": [[2, 1], [1, 3]]}),
    "TopK": ("TopK", "x a", {"a": [[2], [4]]}),
    "Reshape": ("Reshape", "x a", {"a": [[5, 3], [-1, 15]]}),
}


@pytest.mark.parametrize("operator", COMPUTED)
def test_arguments_that_are_values_of_the_input(tmp_path: Path, operator: str) -> None:
    name, read, columns = COMPUTED[operator]
    feeds = []
    for row in (0, 1):
        feeds.append({"x": values(3, 5)} | {key: np.array(rows[row]) for key, rows in columns.items()})
    outputs = ["out", "places"] if name == "TopK" else ["out"]
    run_sizes(tmp_path, [onnx.helper.make_node(name, read.split(), outputs)], feeds, False)
