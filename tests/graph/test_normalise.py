"""Normalising changes how a model is written, never what it computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from mindconverter.graph.normalise.normalise import normalise
from mindconverter.graph.onnx_model.onnx_file import LoadedModel, from_proto, load_onnx, to_proto
from mindconverter.graph.onnx_model.onnx_graph import sort_nodes
from mindconverter.graph.read_onnx.read import prepare
from tests import models

Arrays = Mapping[str, np.ndarray[Any, Any]]


def build(
    nodes: list[onnx.NodeProto],
    inputs: dict[str, list[int | str]],
    outputs: list[str],
    weights: Arrays | None = None,
    opset: int = 18,
) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()],
        [onnx.ValueInfoProto(name=name) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in (weights or {}).items()],
    )
    graph = onnx.shape_inference.infer_shapes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)]))
    graph.ir_version = 9
    return graph


def normalised(proto: onnx.ModelProto) -> LoadedModel:
    copy = onnx.ModelProto.FromString(proto.SerializeToString())
    model = from_proto(copy, "test.onnx")
    sort_nodes(model.proto.graph, "test.onnx")
    return normalise(model)


def run(proto: onnx.ModelProto, feeds: Arrays) -> list[np.ndarray[Any, Any]]:
    session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, dict(feeds))


def op_types(model: LoadedModel) -> list[str]:
    return [node.op_type for node in model.proto.graph.node]


def check_same(proto: onnx.ModelProto, feeds: Arrays) -> LoadedModel:
    """Normalise, and compare the outputs of both forms."""
    model = normalised(proto)
    for expected, found in zip(run(proto, feeds), run(to_proto(model), feeds), strict=True):
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    return model


X = np.random.default_rng(0).standard_normal((2, 3)).astype(np.float32)


@pytest.mark.parametrize("exporter", ["dynamo", "torchscript"])
def test_shape_arithmetic_of_bert_vanishes_once_its_shape_is_pinned(tmp_path: Path, exporter: models.Exporter) -> None:
    import torch

    inputs = models.bert_inputs()
    dynamic: dict[str, Any] = {"input_names": list(inputs)}
    if exporter == "dynamo":
        dynamic["dynamic_shapes"] = {name: {1: "length"} for name in inputs}
    else:
        dynamic["dynamic_axes"] = {name: {1: "length"} for name in inputs}
    arguments = tuple(torch.from_numpy(array) for array in inputs.values())
    path = models.export(models.bert(), arguments, tmp_path / "bert.onnx", exporter, **dynamic)
    before = onnx.load(path)
    assert "Shape" in {node.op_type for node in before.graph.node}

    model = prepare(load_onnx(path), str(path), [(1, 16), (1, 16)], None, None)
    assert not {"Shape", "Constant", "ConstantOfShape", "Range", "Concat", "Unsqueeze"} & set(op_types(model))
    shaped = {value.name: value for value in model.proto.graph.value_info}
    for node in model.proto.graph.node:
        for name in node.output:
            if name in shaped:
                assert all(item.dim_value for item in shaped[name].type.tensor_type.shape.dim), name
    for expected, found in zip(run(before, inputs), run(to_proto(model), inputs), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("exporter", ["dynamo", "torchscript"])
@pytest.mark.parametrize("name", ["mobilenet_v2", "densenet121"])
def test_networks_compute_the_same(
    exported: Callable[[str, models.Exporter], Path], name: str, exporter: models.Exporter
) -> None:
    proto = onnx.load(exported(name, exporter))
    image = np.random.default_rng(0).random(models.image_shape(name), dtype=np.float32)
    model = check_same(proto, {proto.graph.input[0].name: image})
    assert not {"Identity", "Constant"} & set(op_types(model))
    assert model.notes == ()


def test_a_transposed_weight_keeps_its_name() -> None:
    weight = np.ones((4, 3), np.float32)
    proto = build(
        [helper.make_node("Transpose", ["fc.weight"], ["wt"]), helper.make_node("MatMul", ["x", "wt"], ["y"])],
        {"x": [2, 3]},
        ["y"],
        {"fc.weight": weight},
    )
    model = check_same(proto, {"x": X})
    assert op_types(model) == ["MatMul"]
    assert model.sources["wt"] == "fc.weight"
    assert set(model.tensors) == {"wt"} == model.weights


def test_a_shape_of_a_static_value_is_a_constant_and_no_weight() -> None:
    proto = build(
        [
            helper.make_node("Shape", ["x"], ["s"], start=1),
            helper.make_node("Relu", ["x"], ["r"]),
            helper.make_node("Reshape", ["r", "s2"], ["y"]),
            helper.make_node("Concat", ["minus", "s"], ["s2"], axis=0),
        ],
        {"x": [2, 3]},
        ["y"],
        {"minus": np.array([-1])},
    )
    model = check_same(proto, {"x": X})
    assert op_types(model) == ["Relu", "Reshape"]
    assert model.tensors["s2"].tolist() == [-1, 3]
    assert model.weights == frozenset()


def test_a_shape_of_a_dynamic_value_stays() -> None:
    proto = build(
        [helper.make_node("Shape", ["x"], ["y"]), helper.make_node("Relu", ["x"], ["z"])],
        {"x": ["n", 3]},
        [
            "y",
            "z",
        ],
    )
    assert "Shape" in op_types(check_same(proto, {"x": X}))


def test_copies_vanish_and_outputs_keep_their_names() -> None:
    proto = build(
        [
            helper.make_node("Identity", ["x"], ["a"]),
            helper.make_node("Relu", ["a"], ["b"]),
            helper.make_node("Identity", ["b"], ["c"]),
            helper.make_node("Identity", ["c"], ["y"]),
            helper.make_node("Neg", ["c"], ["z"]),
        ],
        {"x": [2, 3]},
        ["y", "z"],
    )
    model = check_same(proto, {"x": X})
    assert op_types(model) == ["Relu", "Neg"]
    assert [value.name for value in model.proto.graph.output] == ["y", "z"]


def test_a_copy_of_an_input_that_is_an_output_stays() -> None:
    proto = build([helper.make_node("Identity", ["x"], ["y"])], {"x": [2, 3]}, ["y"])
    assert op_types(check_same(proto, {"x": X})) == ["Identity"]


def test_two_outputs_that_copy_one_value_both_stay() -> None:
    proto = build(
        [
            helper.make_node("Relu", ["x"], ["r"]),
            helper.make_node("Identity", ["r"], ["y"]),
            helper.make_node("Identity", ["r"], ["z"]),
        ],
        {"x": [2, 3]},
        ["y", "z"],
    )
    check_same(proto, {"x": X})


def test_a_copied_weight_becomes_a_weight_of_its_own() -> None:
    proto = build(
        [
            helper.make_node("Identity", ["a.bias"], ["b.bias"], name="Identity_0"),
            helper.make_node("Add", ["x", "a.bias"], ["h"]),
            helper.make_node("Add", ["h", "b.bias"], ["y"]),
        ],
        {"x": [2, 3]},
        ["y"],
        {"a.bias": np.arange(3, dtype=np.float32)},
    )
    model = check_same(proto, {"x": X})
    assert model.weights == {"a.bias", "b.bias"}
    assert "b.bias" not in model.sources


def test_what_no_output_needs_is_dropped() -> None:
    proto = build(
        [helper.make_node("Relu", ["x"], ["y"]), helper.make_node("Add", ["x", "w"], ["dead"])],
        {"x": [2, 3]},
        ["y"],
        {"w": np.ones(3, np.float32), "unused": np.ones(3, np.float32)},
    )
    model = check_same(proto, {"x": X})
    assert op_types(model) == ["Relu"]
    assert model.tensors == {}


def test_normalisation_and_dropout_are_left_alone() -> None:
    parameters = {name: np.full(3, value, np.float32) for name, value in zip("sbmv", (1, 0, 0, 1), strict=True)}
    proto = build(
        [
            helper.make_node("BatchNormalization", ["x", *"sbmv"], ["n"]),
            helper.make_node("Dropout", ["n", "ratio", "training"], ["y"]),
        ],
        {"x": [2, 3]},
        ["y"],
        parameters | {"ratio": np.float32(0.5), "training": np.array(False)},
    )
    model = check_same(proto, {"x": X})
    assert op_types(model) == ["BatchNormalization", "Dropout"]
    assert len(model.proto.graph.node[0].input) == 5


def test_random_numbers_are_not_folded() -> None:
    proto = build(
        [
            helper.make_node("RandomNormalLike", ["w"], ["r"]),
            helper.make_node("Add", ["x", "r"], ["y"]),
        ],
        {"x": [2, 3]},
        ["y"],
        {"w": np.ones(3, np.float32)},
    )
    assert op_types(normalised(proto)) == ["RandomNormalLike", "Add"]


def test_a_huge_result_of_a_small_constant_is_not_made() -> None:
    proto = build(
        [
            helper.make_node("ConstantOfShape", ["size"], ["big"]),
            helper.make_node("ReduceSum", ["big"], ["sum"], keepdims=0),
            helper.make_node("Add", ["x", "sum"], ["y"]),
        ],
        {"x": [2, 3]},
        ["y"],
        {"size": np.array([2**40, 2**10])},
    )
    assert op_types(normalised(proto)) == ["ConstantOfShape", "ReduceSum", "Add"]


def test_a_bias_of_zeros_that_the_source_lacks_is_dropped() -> None:
    weights = {"fc.weight": np.ones((4, 3), np.float32), "shape": np.array([4]), "zero": np.float32(0)}
    nodes = [
        helper.make_node("Expand", ["zero", "shape"], ["bias"]),
        helper.make_node("Gemm", ["x", "fc.weight", "bias"], ["y"], transB=1),
    ]
    model = check_same(build(nodes, {"x": [2, 3]}, ["y"], weights), {"x": X})
    assert list(model.proto.graph.node[0].input) == ["x", "fc.weight"]


def test_a_bias_of_zeros_that_the_source_has_is_kept() -> None:
    weights = {"fc.weight": np.ones((4, 3), np.float32), "fc.bias": np.zeros(4, np.float32)}
    nodes = [helper.make_node("Gemm", ["x", "fc.weight", "fc.bias"], ["y"], transB=1)]
    model = check_same(build(nodes, {"x": [2, 3]}, ["y"], weights), {"x": X})
    assert set(model.tensors) == {"fc.weight", "fc.bias"}


def test_a_limit_of_zero_is_kept() -> None:
    nodes = [helper.make_node("Clip", ["x", "low"], ["y"])]
    check_same(build(nodes, {"x": [2, 3]}, ["y"], {"low": np.float32(0)}), {"x": X})


def test_what_the_branches_of_a_condition_read_is_kept() -> None:
    def branch(name: str, op_type: str) -> onnx.GraphProto:
        node = helper.make_node(op_type, ["copy", "w"], [name])
        return helper.make_graph([node], name, [], [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2, 3])])

    proto = build(
        [
            helper.make_node("Neg", ["x"], ["h"]),
            helper.make_node("Identity", ["h"], ["copy"]),
            helper.make_node("ReduceSum", ["x"], ["sum"], keepdims=0),
            helper.make_node("Greater", ["sum", "zero"], ["positive"]),
            helper.make_node("If", ["positive"], ["y"], then_branch=branch("t", "Add"), else_branch=branch("e", "Mul")),
        ],
        {"x": [2, 3]},
        ["y"],
        {"w": np.full(3, 2, np.float32), "zero": np.float32(0)},
    )
    model = check_same(proto, {"x": X})
    assert "Identity" not in op_types(model)
    check_same(proto, {"x": -X})


@pytest.mark.parametrize("taken", [True, False])
def test_a_branch_that_is_always_taken_stands_in_the_graph(taken: bool) -> None:
    def branch(op_type: str, value: float) -> onnx.GraphProto:
        weight = numpy_helper.from_array(np.full(3, value, np.float32), "w")
        nodes = [helper.make_node(op_type, ["x", "w"], ["out"])]
        return helper.make_graph(nodes, "b", [], [onnx.ValueInfoProto(name="out")], [weight])

    def condition(output: str) -> onnx.NodeProto:
        then_branch, else_branch = branch("Add", 2), branch("Mul", 3)
        return helper.make_node("If", ["flag"], [output], then_branch=then_branch, else_branch=else_branch)

    nodes = [condition("a"), condition("b"), helper.make_node("Sub", ["a", "b"], ["d"])]
    nodes.append(helper.make_node("Add", ["a", "d"], ["y"]))
    model = check_same(build(nodes, {"x": [2, 3]}, ["y"], {"flag": np.bool_(taken)}), {"x": X})
    assert op_types(model) == [*["Add" if taken else "Mul"] * 2, "Sub", "Add"]
    assert len(model.weights) == 2


def test_local_functions_are_inlined() -> None:
    body = [helper.make_node("Relu", ["a"], ["b"]), helper.make_node("Neg", ["b"], ["c"])]
    opset = [helper.make_opsetid("", 18)]
    proto = build([], {"x": [2, 3]}, ["y"])
    proto.graph.node.append(helper.make_node("Twice", ["x"], ["y"], domain="own"))
    proto.opset_import.append(helper.make_opsetid("own", 1))
    proto.functions.append(helper.make_function("own", "Twice", ["a"], ["c"], body, opset))
    assert op_types(check_same(proto, {"x": X})) == ["Relu", "Neg"]


def test_an_unknown_operator_is_left_and_the_rest_is_inferred() -> None:
    proto = build([], {"x": [2, 3]}, ["y"])
    proto.opset_import.append(helper.make_opsetid("own", 1))
    proto.graph.node.append(helper.make_node("Relu", ["x"], ["h"]))
    proto.graph.node.append(helper.make_node("Mystery", ["h"], ["y"], domain="own"))
    model = normalised(proto)
    assert op_types(model) == ["Relu", "Mystery"]
    assert "h" in {value.name for value in model.proto.graph.value_info}
