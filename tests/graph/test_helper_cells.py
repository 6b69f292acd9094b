"""Cells whose class is a helper: how a rule makes them, and what the script and its checkpoint then hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

mindspore = pytest.importorskip("mindspore")
onnx = pytest.importorskip("onnx")

HELPER = '''
"""Helpers of the test."""

from mindspore import Tensor, nn


class ScaledDense(nn.Cell):
    """Multiply by a matrix, and by a number."""

    def __init__(self, inputs: int, outputs: int, factor: float = 1.0) -> None:
        super().__init__()
        self.factor = factor
        self.layer = nn.Dense(inputs, outputs, has_bias=False)

    def construct(self, x: Tensor) -> Tensor:
        return self.layer(x) * self.factor
'''
RULE = """
format: 1
rules:
  - onnx: Gemm
    since: [13]
    cell: ScaledDense
    helper: ScaledDense
    args: {inputs: "shape(B)[0]", outputs: "shape(B)[1]", factor: "alpha"}
    omit: [beta, transA, transB, C]
    weights: {layer.weight: "transpose(B)"}
"""


def convert(folder: Path, alphas: list[float]) -> tuple[str, np.ndarray, np.ndarray]:
    """Return the script for some products with the same helper, what it computes and what is right."""
    from mindconverter import convert_model

    rules = folder / "rules"
    (rules / "helpers").mkdir(parents=True)
    (rules / "helpers" / "own.py").write_text(HELPER, encoding="utf-8")
    (rules / "own.yaml").write_text(RULE, encoding="utf-8")
    random = np.random.default_rng(0)
    weights = [random.normal(size=(3, 3)).astype(np.float32) for _ in alphas]
    nodes = [
        onnx.helper.make_node("Gemm", [f"x{index}", f"w{index}"], [f"x{index + 1}"], alpha=alpha)
        for index, alpha in enumerate(alphas)
    ]
    ends = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [2, 3]) for name in ("x0", f"x{len(alphas)}")
    ]
    held = [onnx.numpy_helper.from_array(weight, f"w{index}") for index, weight in enumerate(weights)]
    graph = onnx.helper.make_graph(nodes, "products", ends[:1], ends[1:], held)
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)]), folder / "products.onnx")
    conversion = convert_model(folder / "products.onnx", output=folder / "out", rules=[rules])
    x = random.normal(size=(2, 3)).astype(np.float32)
    right = x
    for weight, alpha in zip(weights, alphas, strict=True):
        right = right @ weight * np.float32(alpha)
    return conversion.script.read_text(encoding="utf-8"), conversion.load()(mindspore.Tensor(x)).asnumpy(), right


def test_the_script_holds_the_class_and_the_checkpoint_its_weights(tmp_path: Path) -> None:
    script, found, right = convert(tmp_path, [2.0])
    assert script.count("class ScaledDense(nn.Cell)") == 1
    assert "ScaledDense(3, 3, factor=2.0)" in script
    assert "import ScaledDense" not in script
    np.testing.assert_allclose(found, right, rtol=1e-5, atol=1e-5)


def test_several_nodes_share_the_class_and_keep_their_own_weights(tmp_path: Path) -> None:
    script, found, right = convert(tmp_path, [1.0, 0.5, 3.0])
    assert script.count("class ScaledDense(nn.Cell)") == 1
    np.testing.assert_allclose(found, right, rtol=1e-5, atol=1e-5)


def test_a_default_of_the_helper_is_not_written(tmp_path: Path) -> None:
    script, _, _ = convert(tmp_path, [1.0])
    assert "ScaledDense(3, 3)" in script
