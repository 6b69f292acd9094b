"""The weight map in the manual's form, and the checkpoint it describes."""

from __future__ import annotations

import json
from pathlib import Path

import ml_dtypes
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from mindconverter import convert_model
from mindconverter.errors import CheckpointGenerationError, WeightMapGenerationError
from mindconverter.weights.checkpoint import load_strictly, write_checkpoint
from mindconverter.weights.weight_map import Weight, render_weight_map, write_weight_map


def test_the_form_is_the_manuals() -> None:
    pair = (
        Weight("conv2d_0.weight", (64, 3, 7, 7), "float32"),
        Weight("conv1.weight", (64, 3, 7, 7), "float32"),
    )
    assert json.loads(render_weight_map("resnet50", [pair])) == {
        "resnet50": [
            {
                "converted_weight": {"name": "conv2d_0.weight", "shape": [64, 3, 7, 7], "data_type": "Float32"},
                "source_weight": {"name": "conv1.weight", "shape": [64, 3, 7, 7], "data_type": "float32"},
            }
        ]
    }


def test_a_model_without_weights_has_an_empty_map(tmp_path: Path) -> None:
    path = write_weight_map("bare", [], tmp_path / "new")
    assert path == tmp_path / "new" / "weight_map_of_bare.json"
    assert json.loads(path.read_text()) == {"bare": []}


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WeightMapGenerationError, match="2000005"):
        write_weight_map("bare", [], tmp_path / "file")
    with pytest.raises(CheckpointGenerationError, match="2000004"):
        write_checkpoint([], tmp_path / "file" / "bare.ckpt")


@pytest.mark.parametrize("dtype", ["float32", "float16", "float64", "int64", "int8", "uint8", "bool", "bfloat16"])
def test_a_checkpoint_keeps_values_and_types(tmp_path: Path, dtype: str) -> None:
    import mindspore

    data = np.array([[0, 1], [2, 3]]).astype(ml_dtypes.bfloat16 if dtype == "bfloat16" else dtype)
    data.flags.writeable = False
    write_checkpoint([("a.weight", data), ("b", data[1, 1]), ("c", data.T)], tmp_path / "own.ckpt")
    found = mindspore.load_checkpoint(str(tmp_path / "own.ckpt"))
    assert list(found) == ["a.weight", "b", "c"]
    for name, expected in (("a.weight", data), ("b", data[1, 1]), ("c", data.T)):
        assert str(found[name].dtype).lower() == ("bool" if dtype == "bool" else dtype)
        assert found[name].shape == expected.shape
        np.testing.assert_array_equal(found[name].float().asnumpy(), expected.astype(np.float32))


def test_a_failure_leaves_the_old_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "own.ckpt"
    write_checkpoint([("a", np.zeros(2, np.float32))], path)
    before = path.read_bytes()
    for data in (np.array(["text"]), np.array([1j])):
        with pytest.raises(CheckpointGenerationError, match="'b'"):
            write_checkpoint([("b", data)], path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("names", [["weight"], ["weight", "bias", "more"], ["weight", "other"], []])
def test_a_checkpoint_that_does_not_fit_is_refused(tmp_path: Path, names: list[str]) -> None:
    from mindspore import nn

    write_checkpoint([(name, np.zeros((2, 2), np.float32)) for name in names], tmp_path / "own.ckpt")
    with pytest.raises(CheckpointGenerationError, match="does not fit"):
        load_strictly(nn.Dense(2, 2), tmp_path / "own.ckpt")


def test_map_and_checkpoint_of_a_model_agree(tmp_path: Path) -> None:
    """A transposed weight has both its shapes and MindSpore's name; a normalisation has the names of the source."""
    import mindspore

    info = helper.make_tensor_value_info
    weights = {
        "norm.weight": np.array([1, 2, 3], np.float32),
        "norm.bias": np.array([4, 5, 6], np.float32),
        "norm.running_mean": np.array([7, 8, 9], np.float32),
        "norm.running_var": np.array([1, 2, 1], np.float32),
        "fc.kernel": np.arange(15, dtype=np.float32).reshape(3, 5),
    }
    graph = helper.make_graph(
        [
            helper.make_node("BatchNormalization", ["x", *list(weights)[:4]], ["a"], name="/norm/BatchNormalization"),
            helper.make_node("GlobalAveragePool", ["a"], ["b"]),
            helper.make_node("Flatten", ["b"], ["c"]),
            helper.make_node("MatMul", ["c", "fc.kernel"], ["y"], name="/fc/MatMul"),
        ],
        "main",
        [info("x", TensorProto.FLOAT, [2, 3, 4, 4])],
        [info("y", TensorProto.FLOAT, [2, 5])],
        [numpy_helper.from_array(data, name) for name, data in weights.items()],
    )
    path = tmp_path / "tiny.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    result = convert_model(path, output=tmp_path / "output")
    entries = json.loads(result.weight_map.read_text())["tiny"]
    pairs = {entry["converted_weight"]["name"]: entry["source_weight"]["name"] for entry in entries}
    assert pairs == {
        "norm.weight": "norm.weight",
        "norm.bias": "norm.bias",
        "norm.running_mean": "norm.running_mean",
        "norm.running_var": "norm.running_var",
        "fc.weight": "fc.kernel",
    }
    shapes = {entry["converted_weight"]["name"]: entry["converted_weight"]["shape"] for entry in entries}
    assert shapes["fc.weight"] == [5, 3]
    found = mindspore.load_checkpoint(str(result.checkpoint))
    assert {name: list(value.shape) for name, value in found.items()} == shapes
    np.testing.assert_array_equal(found["fc.weight"].asnumpy(), weights["fc.kernel"].T)
    network = result.load()
    assert {name: list(value.shape) for name, value in network.parameters_dict().items()} == shapes
    assert mindspore.load_param_into_net(network, found) == ([], [])
    assert network.norm.gamma is network.norm.weight  # the layer's own code reads it so
