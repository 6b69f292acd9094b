"""Operators that are not converted leave a placeholder, a line in the report, and a script that loads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from mindconverter import convert_model
from mindconverter.graph.convert import ModelConversion
from mindconverter.report.diagnostics import Outcome
from tests.graph.graphs import kernel


@pytest.fixture
def converted(tmp_path: Path) -> ModelConversion:
    """Convert a convolution, an operator of an unknown domain with a weight and two outputs, and an activation."""
    nodes = [
        helper.make_node("Conv", ["x", "conv.weight"], ["a"], name="first", kernel_shape=[1, 1]),
        helper.make_node("Rotate", ["a", "angles"], ["b", "c"], name="turn", domain="project.own", speed=3),
        helper.make_node("Relu", ["b"], ["y"], name="last"),
    ]
    shape = [1, 3, 2, 2]
    graph = helper.make_graph(
        nodes,
        "main",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        [
            numpy_helper.from_array(kernel(), "conv.weight"),
            numpy_helper.from_array(np.arange(4, dtype=np.float32), "angles"),
        ],
        value_info=[helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in "abc"],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("project.own", 1)]
    path = tmp_path / "turned.onnx"
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
    return convert_model(path, output=tmp_path / "output")


def test_the_script_shows_the_shapes(converted: ModelConversion) -> None:
    text = converted.script.read_text()
    assert "onnx.Rotate(" in text
    assert "input_shape=(1, 3, 2, 2)" in text
    assert "output_shape=" in text
    compile(text, "turned.py", "exec")


def test_the_rest_is_converted(converted: ModelConversion) -> None:
    outcomes = {found.node: found.outcome for found in converted.diagnostics}
    assert outcomes == {"first": Outcome.CONVERTED, "turn": Outcome.UNCONVERTED, "last": Outcome.CONVERTED}


def test_the_report_points_at_the_placeholder(converted: ModelConversion) -> None:
    lines = converted.script.read_text().splitlines()
    number = next(index for index, line in enumerate(lines, 1) if "= onnx.Rotate(" in line)
    column = lines[number - 1].index("onnx.")
    assert f"line {number}:{column}: [UnConvert] 'Rotate' didn't convert. " in converted.report.read_text()


def test_the_script_loads_with_all_weights(converted: ModelConversion) -> None:
    network = converted.load()
    found = {name: value.asnumpy() for name, value in network.parameters_and_names()}
    assert len(found) == 2
    np.testing.assert_array_equal(found["conv.weight"], kernel())
    (own,) = (value for name, value in found.items() if name != "conv.weight")
    np.testing.assert_array_equal(own, np.arange(4))


def test_a_call_says_what_to_replace(converted: ModelConversion) -> None:
    import mindspore

    mindspore.set_context(mode=mindspore.PYNATIVE_MODE)
    with pytest.raises(RuntimeError, match=r"Rotate from \(1, 3, 2, 2\) to .* replace this cell by hand"):
        converted.load()(mindspore.Tensor(np.zeros((1, 3, 2, 2), np.float32)))


def test_a_model_without_any_standard_operator(tmp_path: Path) -> None:
    graph = helper.make_graph(
        [helper.make_node("Rotate", ["x"], ["y"], domain="project.own")],
        "main",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2])],
    )
    path = tmp_path / "own.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("project.own", 1)], ir_version=9), path)
    result = convert_model(path, output=tmp_path / "output")
    assert "onnx.Rotate(input_shape=(2,), output_shape=(2,))" in result.script.read_text()
    result.load()


def test_only_what_is_needed_is_written(tmp_path: Path) -> None:
    """A model that converts has no stand-ins."""
    graph = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"])],
        "main",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2])],
    )
    path = tmp_path / "plain.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    result = convert_model(path, output=tmp_path / "output")
    assert "class onnx" not in result.script.read_text()
    assert sorted(item.name for item in (tmp_path / "output").iterdir()) == [
        "plain.ckpt",
        "plain.py",
        "report_of_plain.txt",
        "weight_map_of_plain.json",
    ]
    import mindspore

    mindspore.set_context(mode=mindspore.PYNATIVE_MODE)
    found = result.load()(mindspore.Tensor(np.array([-1.0, 2.0], np.float32)))
    np.testing.assert_array_equal(found.asnumpy(), [0.0, 2.0])
