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
