"""Random operators draw values of the right shape, type and range."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mindspore")
onnx = pytest.importorskip("onnx")

COUNT = 4000


def drawn(operator: str, folder: Path, given: np.ndarray | None = None, **attributes: Any) -> np.ndarray:
    import mindspore

    from mindconverter import convert_model

    names = ["x"] if given is not None else []
    node = onnx.helper.make_node(operator, names, ["y"], **attributes)
    kind = [onnx.helper.make_tensor_value_info("x", 1, given.shape)] if given is not None else []
    graph = onnx.helper.make_graph([node], "one", kind, [onnx.helper.make_empty_tensor_value_info("y")])
    file = folder / "one.onnx"
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 15)], ir_version=8), str(file))
    conversion = convert_model(file, output=folder)
    assert any("generator" in diagnostic.say for diagnostic in conversion.diagnostics)
    network = conversion.load()
    result: np.ndarray = network(*([mindspore.Tensor(given)] if given is not None else [])).asnumpy()
    return result


def test_normal(tmp_path: Path) -> None:
    values = drawn("RandomNormal", tmp_path, shape=[COUNT, 2], mean=3.0, scale=2.0)
    assert values.shape == (COUNT, 2)
    assert values.dtype == np.float32
    assert abs(values.mean() - 3) < 0.2
    assert abs(values.std() - 2) < 0.2


def test_uniform(tmp_path: Path) -> None:
    values = drawn("RandomUniform", tmp_path, shape=[COUNT], low=2.0, high=4.0)
    assert values.shape == (COUNT,)
    assert values.min() >= 2
    assert values.max() <= 4
    assert abs(values.mean() - 3) < 0.1


def test_normal_like(tmp_path: Path) -> None:
    values = drawn("RandomNormalLike", tmp_path, np.zeros((COUNT, 2), np.float32), dtype=10)
    assert values.shape == (COUNT, 2)
    assert values.dtype == np.float16


def test_uniform_like(tmp_path: Path) -> None:
    values = drawn("RandomUniformLike", tmp_path, np.zeros((COUNT,), np.float32))
    assert values.shape == (COUNT,)
    assert 0 <= values.min() <= values.max() <= 1


def test_bernoulli(tmp_path: Path) -> None:
    values = drawn("Bernoulli", tmp_path, np.full((COUNT,), 0.25, np.float32), dtype=6)
    assert values.dtype == np.int32
    assert abs(values.mean() - 0.25) < 0.05


def test_multinomial(tmp_path: Path) -> None:
    values = drawn("Multinomial", tmp_path, np.log(np.array([[0.1, 0.9]], np.float32)), sample_size=COUNT)
    assert values.shape == (1, COUNT)
    assert values.dtype == np.int32
    assert abs(values.mean() - 0.9) < 0.05
