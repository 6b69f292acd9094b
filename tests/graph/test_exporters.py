"""Models in the forms that exporters of all ages write: each converts, and computes what onnxruntime does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.graph.running import Array, check_outputs, check_report, convert, run_onnx

Node = onnx.NodeProto
node = helper.make_node
FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


def random(*shape: int) -> Array:
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(np.float32)


def save(
    path: Path,
    nodes: Sequence[Node],
    shape: Sequence[int | str | None],
    outputs: Sequence[str],
    weights: dict[str, Any],
    *,
    opsets: Sequence[tuple[str, int]],
    ir_version: int,
    weights_are_inputs: bool = False,
    functions: Sequence[onnx.FunctionProto] = (),
    external: bool = False,
) -> Path:
    """Write a model whose first input is `x`, without any `value_info`, and whose outputs have a type but no shape."""
    tensors = [numpy_helper.from_array(np.asarray(array), name) for name, array in weights.items()]
    inputs = [helper.make_tensor_value_info("x", FLOAT, shape)]
    if weights_are_inputs:
        inputs += [helper.make_tensor_value_info(item.name, item.data_type, item.dims) for item in tensors]
    results = [helper.make_tensor_value_info(name, INT64 if name == "label" else FLOAT, None) for name in outputs]
    graph = helper.make_graph(nodes, "torch-jit-export", inputs, results, tensors)
    imports = [helper.make_opsetid(*opset) for opset in opsets]
    model = helper.make_model(graph, opset_imports=imports, ir_version=ir_version, functions=functions)
    options: dict[str, Any] = {"save_as_external_data": True, "location": "w.bin", "size_threshold": 0}
    onnx.save(model, str(path), **(options if external else {}))
    return path


def statistics(name: str, count: int) -> dict[str, Array]:
    return {f"{name}.{part}": np.abs(random(count, index + 1)[:, 0]) + 0.5 for index, part in enumerate("wbmv")}


def first_pytorch(path: Path) -> dict[str, Array]:
    """Write a network as PyTorch 1.0 did: numbers for names, weights among the inputs, attributes for constants."""
    norm = statistics("norm", 4)
    nodes = [
        node("Conv", ["x", "conv.weight"], ["11"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[1, 1], group=1),
        node("BatchNormalization", ["11", *norm], ["12"], epsilon=1e-5, momentum=0.9),
        node("Clip", ["12"], ["13"], min=0.0, max=6.0),
        node("Dropout", ["13"], ["14", "15"], ratio=0.5),
        node("Upsample", ["14"], ["16"], mode="nearest", scales=[1.0, 1.0, 2.0, 2.0]),
        node("Pad", ["16"], ["17"], mode="constant", pads=[0, 0, 1, 1, 0, 0, 1, 1], value=0.0),
        node("AveragePool", ["17"], ["18"], kernel_shape=[2, 2], strides=[2, 2]),
        node("Slice", ["18"], ["19"], axes=[2, 3], starts=[0, 1], ends=[4, 9223372036854775807]),
        node("Split", ["19"], ["20", "21"], axis=1, split=[2, 2]),
        node("Concat", ["21", "20"], ["22"], axis=1),
        node("ReduceMean", ["22"], ["23"], axes=[3], keepdims=1),
        node("Squeeze", ["23"], ["24"], axes=[3]),
        node("Constant", [], ["25"], value=numpy_helper.from_array(np.array([0, -1]))),
        node("Reshape", ["24", "25"], ["26"]),
        node("Gemm", ["26", "fc.weight", "fc.bias"], ["27"], alpha=1.0, beta=1.0, transB=1),
        node("TopK", ["27"], ["28", "29"], axis=1, k=2),
        node("Softmax", ["28"], ["30"], axis=1),
    ]
    weights = {"conv.weight": random(4, 3, 3, 3), **norm, "fc.weight": random(5, 16), "fc.bias": random(5)}
    save(path, nodes, [2, 3, 4, 4], ["30", "27"], weights, opsets=[("", 7)], ir_version=3, weights_are_inputs=True)
    return {"x": random(2, 3, 4, 4)}


def keras_names(path: Path) -> dict[str, Array]:
    """Write a network as keras2onnx did: layers with slashes and numbers, and layouts changed around each."""
    norm = statistics("model/bn1/ReadVariableOp", 4)
    last = {"model/dense/kernel:0": random(4, 3), "model/dense/bias:0": random(3)}
    convolution = {"model/conv1/kernel:0": random(4, 3, 3, 3), "model/conv1/bias:0": random(4)}
    nodes = [
        node("Transpose", ["x"], ["model/conv1/t:0"], "model/conv1/transpose", perm=[0, 3, 1, 2]),
        node(
            "Conv", ["model/conv1/t:0", *convolution], ["model/conv1/c:0"], "model/conv1/Conv2D", auto_pad="SAME_UPPER"
        ),
        node("Transpose", ["model/conv1/c:0"], ["model/conv1/y:0"], "model/conv1/back", perm=[0, 2, 3, 1]),
        node("Transpose", ["model/conv1/y:0"], ["model/bn1/t:0"], "model/bn1/transpose", perm=[0, 3, 1, 2]),
        node(
            "BatchNormalization",
            ["model/bn1/t:0", *norm],
            ["model/bn1/c:0"],
            "model/bn1/FusedBatchNormV3",
            epsilon=1e-3,
        ),
        node("Transpose", ["model/bn1/c:0"], ["model/bn1/y:0"], "model/bn1/back", perm=[0, 2, 3, 1]),
        node("LeakyRelu", ["model/bn1/y:0"], ["model/act/y:0"], "model/act/LeakyRelu", alpha=0.3),
        node("ReduceMean", ["model/act/y:0"], ["model/gap/y:0"], "model/gap/Mean", axes=[1, 2], keepdims=0),
        node("MatMul", ["model/gap/y:0", "model/dense/kernel:0"], ["model/dense/m:0"], "model/dense/MatMul"),
        node("Add", ["model/dense/m:0", "model/dense/bias:0"], ["dense/BiasAdd:0"], "model/dense/BiasAdd"),
    ]
    weights = {**convolution, **norm, **last}
    save(path, nodes, ["N", 6, 6, 3], ["dense/BiasAdd:0"], weights, opsets=[("", 11)], ir_version=6)
    return {"x": random(2, 6, 6, 3)}


def functions(path: Path) -> dict[str, Array]:
    """Write functions that call each other, with attributes, as exporters of PyTorch 2 and ONNX Script do."""
    scale = node("Constant", [], ["factor"])
    scale.attribute.append(
        onnx.AttributeProto(name="value_float", ref_attr_name="alpha", type=onnx.AttributeProto.FLOAT)
    )
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]
    swish = [scale, node("Mul", ["a", "factor"], ["b"]), node("Sigmoid", ["b"], ["s"]), node("Mul", ["a", "s"], ["y"])]
    dense = [
        node("Gemm", ["a", "w", "b"], ["g"], transB=1),
        node("swish", ["g"], ["y"], domain="own", alpha=1.5),
    ]
    made = [
        helper.make_function("own", "swish", ["a"], ["y"], swish, opsets, ["alpha"]),
        helper.make_function("own", "dense", ["a", "w", "b"], ["y"], dense, opsets),
    ]
    nodes = [
        node("dense", ["x", "w1", "b1"], ["h"], domain="own", name="fc1"),
        node("dense", ["h", "w2", "b2"], ["k"], domain="own", name="fc2"),
        node("Shape", ["x"], ["size"]),
        node("Gather", ["size", "zero"], ["rows"], axis=0),
        node("Concat", ["rows", "rest"], ["shape"], axis=0),
        node("Reshape", ["k", "shape"], ["y"]),
    ]
    weights = {"w1": random(6, 4), "b1": random(6), "w2": random(4, 6), "b2": random(4)}
    weights |= {"zero": np.array([0]), "rest": np.array([2, -1])}
    domains = [("", 18), ("own", 1)]
    save(path, nodes, ["rows", 4], ["y"], weights, opsets=domains, ir_version=8, functions=made, external=True)
    return {"x": random(3, 4)}


def pipeline(path: Path) -> dict[str, Array]:
    """Write a pipeline as skl2onnx does: what is lacking is put in, scaled, and scored; the best gives the label."""
    ml = "ai.onnx.ml"
    nodes = [
        node("Imputer", ["x"], ["whole"], domain=ml, imputed_value_floats=[0.5], replaced_value_float=float("nan")),
        node("Scaler", ["whole"], ["scaled"], domain=ml, offset=[0.1, 0.2, 0.3, 0.4], scale=[1.0, 2.0, 0.5, 1.5]),
        node("Normalizer", ["scaled"], ["even"], domain=ml, norm="L2"),
        node("Cast", ["even"], ["single"], to=FLOAT),
        node("MatMul", ["single", "coefficients"], ["products"]),
        node("Add", ["products", "intercepts"], ["scores"]),
        node("ArgMax", ["scores"], ["best"], axis=1),
        node("ArrayFeatureExtractor", ["classes", "best"], ["label"], domain=ml),
        node("Softmax", ["scores"], ["probabilities"], axis=1),
    ]
    weights = {"coefficients": random(4, 3), "intercepts": random(3), "classes": np.array([4, 6, 9])}
    opsets = [("", 15), (ml, 1)]
    save(path, nodes, [None, 4], ["label", "probabilities"], weights, opsets=opsets, ir_version=8)
    data = random(5, 4)
    data[1, 2] = np.nan
    return {"x": data}


FORMS: list[Callable[[Path], dict[str, Array]]] = [first_pytorch, keras_names, functions, pipeline]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_a_form_of_an_exporter_computes_the_same(tmp_path: Path, form: Callable[[Path], dict[str, Array]]) -> None:
    path = tmp_path / "model.onnx"
    feeds = form(path)
    conversion = convert(tmp_path / "out", path)
    check_report(conversion)
    check_outputs(conversion, feeds, run_onnx(path, feeds))
    script = conversion.script.read_text()
    match form.__name__:
        case "first_pytorch":
            assert "nn.BatchNorm2d(4" in script
            assert "nn.Dense(16, 5)" in script
        case "keras_names":
            assert script.count("ops.transpose(") == 2  # not around each layer
        case "pipeline":
            assert not [found.say for found in conversion.diagnostics if found.say and found.line]
