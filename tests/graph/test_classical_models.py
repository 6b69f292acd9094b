"""Models of classical machine learning: what they learned goes into the checkpoint, not into the script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

mindspore = pytest.importorskip("mindspore")
onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

FEATURES, DEPTH = 4, 5


def save(file: Path, operator: str, outputs: list[str], **attributes: Any) -> None:
    node = onnx.helper.make_node(operator, ["x"], outputs, domain="ai.onnx.ml", **attributes)
    graph = onnx.helper.make_graph(
        [node],
        "model",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["count", FEATURES])],
        [onnx.helper.make_empty_tensor_value_info(name) for name in outputs],
    )
    opsets = [onnx.helper.make_opsetid("", 17), onnx.helper.make_opsetid("ai.onnx.ml", 3)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=8)
    onnx.save(onnx.shape_inference.infer_shapes(model), str(file))


def forest(trees: int, classes: int) -> dict[str, Any]:
    """Return the attributes of full binary trees, whose nodes stand in depth-first order with breadth-first numbers."""
    random = np.random.default_rng(0)
    nodes: dict[str, list[Any]] = {name: [] for name in ("treeids", "nodeids", "featureids", "values", "modes")}
    nodes |= {"truenodeids": [], "falsenodeids": []}
    votes: dict[str, list[Any]] = {name: [] for name in ("treeids", "nodeids", "ids", "weights")}

    def grow(tree: int, number: int, depth: int) -> None:
        branch = depth < DEPTH
        own = (tree, number, int(random.integers(FEATURES)), float(random.normal()), "BRANCH_LT" if branch else "LEAF")
        for name, value in zip(("treeids", "nodeids", "featureids", "values", "modes"), own, strict=True):
            nodes[name].append(value)
        nodes["truenodeids"].append(2 * number + 1 if branch else 0)
        nodes["falsenodeids"].append(2 * number + 2 if branch else 0)
        if branch:
            grow(tree, 2 * number + 1, depth + 1)
            grow(tree, 2 * number + 2, depth + 1)
            return
        for label in range(classes):
            for name, value in zip(votes, (tree, number, label, float(random.normal())), strict=True):
                votes[name].append(value)

    for tree in range(trees):
        grow(tree, 0, 0)
    return {f"nodes_{name}": value for name, value in nodes.items()} | {
        f"class_{name}": value for name, value in votes.items()
    }


def test_a_forest_is_followed_as_the_runtime_does(tmp_path: Path) -> None:
    from mindconverter import convert_model

    file = tmp_path / "forest.onnx"
    save(file, "TreeEnsembleClassifier", ["label", "scores"], classlabels_int64s=[3, 5, 8], **forest(40, 3))
    conversion = convert_model(file, output=tmp_path)
    script = conversion.script.read_text(encoding="utf-8")
    assert "TreeClassifier(2520, 40, 3840, (3, 5, 8)" in script
    assert max(map(len, script.splitlines())) < 140
    network = conversion.load()
    for count in (1, 50):
        x = np.random.default_rng(count).normal(size=(count, FEATURES)).astype(np.float32)
        found = [item.asnumpy() for item in network(mindspore.Tensor(x))]
        wanted = onnxruntime.InferenceSession(str(file)).run(None, {"x": x})
        np.testing.assert_array_equal(found[0], wanted[0])
        np.testing.assert_allclose(found[1], wanted[1], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("operator", "outputs", "attributes", "advice"),
    [
        ("LinearClassifier", ["y", "z"], {"coefficients": [1.0] * 8, "classlabels_strings": ["a", "b"]}, "numbers"),
        ("ZipMap", ["y"], {"classlabels_int64s": [0, 1, 2, 3]}, "zipmap=False"),
        ("LabelEncoder", ["y"], {"keys_floats": [1.0], "values_strings": ["a"]}, "strings"),
    ],
)
def test_text_and_maps_are_refused_with_advice(
    tmp_path: Path, operator: str, outputs: list[str], attributes: dict[str, Any], advice: str
) -> None:
    from mindconverter import convert_model

    file = tmp_path / "text.onnx"
    save(file, operator, outputs, **attributes)
    (diagnostic,) = convert_model(file, output=tmp_path).diagnostics
    assert advice in diagnostic.say
