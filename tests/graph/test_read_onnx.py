"""Reading ONNX files: what arrives, what is refused, and what each refusal says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from mindconverter.errors import BadParameterError, ModelLoadingError, NodeLoadingError, UnknownModelError
from mindconverter.graph.ir import Graph, Node
from mindconverter.graph.read import read_model
from mindconverter.graph.read_onnx.read import read_onnx
from tests import models

Exported = Callable[[str, models.Exporter], Path]


def write(
    path: Path,
    nodes: list[onnx.NodeProto],
    inputs: dict[str, list[int | str | None]] | None = None,
    outputs: list[str] | None = None,
    weights: dict[str, np.ndarray[Any, Any]] | None = None,
    **options: Any,
) -> Path:
    graph = helper.make_graph(
        nodes,
        "test",
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in (inputs or {"x": [2, 3]}).items()
        ],
        [onnx.ValueInfoProto(name=name) for name in outputs or ["y"]],
        [numpy_helper.from_array(array, name) for name, array in (weights or {}).items()],
    )
    imports = options.pop("opset_imports", [helper.make_opsetid("", 18)])
    path.write_bytes(helper.make_model(graph, opset_imports=imports, ir_version=9, **options).SerializeToString())
    return path


def relu(name: str = "relu") -> onnx.NodeProto:
    return helper.make_node("Relu", ["x"], ["y"], name=name)


def path_of(node: Node) -> list[tuple[str, str | None]]:
    return [(scope.name, scope.class_name) for scope in node.scopes]


def check_consistent(graph: Graph) -> None:
    """Every name that is read was given or produced before, and every value is described."""
    known = {value.name for value in graph.inputs} | set(graph.initializers)
    for node in graph.nodes:
        assert all(name in known for name in node.inputs if name), node.name
        known |= set(node.outputs)
        assert all(name in graph.values for name in node.outputs if name)
    assert all(value.name in known for value in graph.outputs)
    assert len({node.name for node in graph.nodes}) == len(graph.nodes)


# --- networks ---


@pytest.mark.parametrize("exporter", ["dynamo", "torchscript"])
def test_resnet_has_its_modules(exported: Exported, exporter: models.Exporter) -> None:
    graph = read_onnx(exported("resnet50", exporter))
    check_consistent(graph)
    assert all(value.static_shape is not None and value.dtype == "float32" for value in graph.values.values())
    assert graph.outputs[0].shape == (1, 10)
    named = {
        "layer1": "Sequential",
        "0": "Bottleneck",
        "conv1": None,  # the exporter fused it, and wrote down the class of the other module
    }
    first = next(node for node in graph.nodes if [scope.name for scope in node.scopes] == list(named))
    assert first.op_type == "Conv"
    convolutions = [node for node in graph.nodes if node.op_type == "Conv"]
    assert len(convolutions) == 53
    owners = {".".join(scope.name for scope in node.scopes) for node in convolutions}
    assert {"conv1", "layer1.0.conv1", "layer4.2.conv3", "layer1.0.downsample.0"} <= owners
    for node in convolutions:
        owner = ".".join(scope.name for scope in node.scopes)
        assert graph.initializers[node.inputs[1]].source_name == f"{owner}.weight"
        assert graph.initializers[node.inputs[1]].is_weight
    blocks = {tuple(path_of(node)[:2]) for node in graph.nodes if len(node.scopes) > 2}
    assert len(blocks) == 16
    if exporter == "dynamo":
        assert graph.root_class == "ResNet"
        assert path_of(first) == list(named.items())
        assert first.scopes[1].source_class == "torchvision.models.resnet.Bottleneck"
        assert "resnet.py:" in next(node for node in graph.nodes if node.op_type == "Add").source_location
    relus = {tuple(path_of(node)) for node in graph.nodes if node.op_type == "Relu"}
    assert len(relus) == 17  # one module in the stem and one in each block, called three times there


@pytest.mark.parametrize("exporter", ["dynamo", "torchscript"])
def test_bert_has_its_modules(exported: Exported, exporter: models.Exporter) -> None:
    graph = read_onnx(exported("bert", exporter))
    check_consistent(graph)
    paths = {tuple(scope.name for scope in node.scopes) for node in graph.nodes}
    assert ("bert", "encoder", "layer.0", "attention", "self", "query") in paths
    assert ("bert", "encoder", "layer.1", "output", "LayerNorm") in paths
    names = {item.source_name for item in graph.initializers.values() if item.is_weight}
    assert "bert.embeddings.word_embeddings.weight" in names
    assert "bert.encoder.layer.1.attention.self.key.weight" in names
    assert [value.dtype for value in graph.inputs] == ["int64", "int64"]


def test_shape_constants_are_no_weights(exported: Exported) -> None:
    graph = read_onnx(exported("mobilenet_v2", "dynamo"))
    constants = [item for item in graph.initializers.values() if not item.is_weight]
    assert constants
    assert all(item.data.size <= 4 for item in constants)


# --- module paths ---


def names_of(tmp_path: Path, names: list[str], weights: list[str] | None = None, **options: Any) -> list[str]:
    nodes = []
    for index, name in enumerate(names):
        reads = [f"v{index - 1}" if index else "x"]
        op_type = "Relu"
        if weights and index < len(weights) and weights[index]:
            reads.append(weights[index])
            op_type = "Add"
        nodes.append(helper.make_node(op_type, reads, [f"v{index}"], name=name))
    given = {name: np.ones(3, np.float32) for name in weights or [] if name}
    path = write(tmp_path / "m.onnx", nodes, outputs=[f"v{len(names) - 1}"], weights=given, **options)
    return ["/".join(scope.name for scope in node.scopes) for node in read_onnx(path).nodes]


def test_repeated_calls_of_a_module_are_one_module(tmp_path: Path) -> None:
    assert names_of(tmp_path, ["/b/act/Relu", "/b/act_1/Relu", "/b/act_2/Relu"]) == ["b/act", "b/act", "b/act"]


def test_a_number_that_belongs_to_the_name_stays(tmp_path: Path) -> None:
    assert names_of(tmp_path, ["/conv_1/Relu", "/conv_2/Relu"]) == ["conv_1", "conv_2"]
    found = names_of(tmp_path, ["/fc/Add", "/fc_1/Add"], ["fc.weight", "fc_1.weight"])
    assert found == ["fc", "fc_1"]


def test_parts_lose_the_name_of_their_parent(tmp_path: Path) -> None:
    names = ["/features/features.1/conv/conv.0/conv.0.2/Relu", "/blocks.0/blocks.0.0/Relu", "/Relu", "plain"]
    assert names_of(tmp_path, names) == ["features/1/conv/0/2", "blocks.0/0", "", ""]


def test_tensorflow_names_are_split(tmp_path: Path) -> None:
    names = [
        "StatefulPartitionedCall/net_1/conv1_1/Relu__12",
        "StatefulPartitionedCall/net_1/bn1_1/batchnorm/mul",
        "net_1/block_1/inner/Relu",
        "Relu__3",
    ]
    assert names_of(tmp_path, names, producer_name="tf2onnx") == ["conv1", "bn1", "block/inner", ""]


@pytest.mark.parametrize(
    ("scopes", "classes"),
    [
        ("__import__('os').system('true')", "['a']"),
        ("[" * 5000, "['a', 'b']"),
        ("['', 'a', 'op']", "['Root']"),
        ("{'a': 1}", "{}"),
        ("['', 1, 'op']", "['a', 'b', 'c']"),
    ],
)
def test_odd_metadata_is_no_path(tmp_path: Path, scopes: str, classes: str) -> None:
    node = relu()
    for key, value in {"name_scopes": scopes, "class_hierarchy": classes}.items():
        node.metadata_props.add(key=f"pkg.torch.onnx.{key}", value=value)
    graph = read_onnx(write(tmp_path / "m.onnx", [node]))
    assert graph.nodes[0].scopes == ()
    assert graph.root_class is None


def test_names_of_a_model_are_only_data(tmp_path: Path) -> None:
    evil = 'x"); import os; os.system("id'
    graph = read_onnx(write(tmp_path / "m.onnx", [relu(evil)]))
    assert graph.nodes[0].name == evil


# --- inputs, outputs and shapes ---


def two_inputs(path: Path) -> Path:
    nodes = [
        helper.make_node("Add", ["a", "b:0"], ["sum"], name="adder"),
        helper.make_node("Relu", ["sum"], ["y"], name="last"),
        helper.make_node("Neg", ["b:0"], ["z"], name="side"),
    ]
    return write(path, nodes, {"a": ["n", 3], "b:0": ["n", 3]}, ["y", "z"])


def test_symbolic_sizes_stay_without_a_shape(tmp_path: Path) -> None:
    graph = read_onnx(two_inputs(tmp_path / "m.onnx"))
    assert graph.inputs[0].shape == ("n", 3)
    assert graph.outputs[0].shape == ("n", 3)


def test_a_shape_pins_every_value(tmp_path: Path) -> None:
    graph = read_onnx(two_inputs(tmp_path / "m.onnx"), [(4, 3), (4, 3)])
    assert {value.shape for value in graph.values.values()} == {(4, 3)}


def test_inputs_come_in_the_order_asked_for(tmp_path: Path) -> None:
    graph = read_onnx(two_inputs(tmp_path / "m.onnx"), [(4, 3), (4, 3)], ["b", "a:0"])
    assert [value.name for value in graph.inputs] == ["b:0", "a"]


@pytest.mark.parametrize("name", ["sum", "sum:0", "adder"])
def test_an_output_within_the_graph_cuts_it(tmp_path: Path, name: str) -> None:
    graph = read_onnx(two_inputs(tmp_path / "m.onnx"), output_nodes=[name])
    assert [node.op_type for node in graph.nodes] == ["Add"]
    assert [value.name for value in graph.outputs] == ["sum"]


@pytest.mark.parametrize("name", ["sum", "sum:0", "adder"])
def test_an_input_within_the_graph_cuts_it(tmp_path: Path, name: str) -> None:
    graph = read_onnx(two_inputs(tmp_path / "m.onnx"), [(4, 3)], [name], ["y"])
    assert [node.op_type for node in graph.nodes] == ["Relu"]
    assert [(value.name, value.shape) for value in graph.inputs] == [("sum", (4, 3))]


def test_an_input_that_is_needed_beside_the_cut_stays(tmp_path: Path) -> None:
    graph = read_onnx(two_inputs(tmp_path / "m.onnx"), None, ["sum"])
    assert [value.name for value in graph.inputs] == ["sum", "b:0"]
    assert graph.inputs[0].shape == ("n", 3)


def test_a_cut_at_a_value_of_unknown_type_is_refused(tmp_path: Path) -> None:
    nodes = [helper.make_node("Mystery", ["x"], ["h"], domain="own"), helper.make_node("Relu", ["h"], ["y"])]
    path = write(tmp_path / "m.onnx", nodes, opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid("own", 1)])
    with pytest.raises(BadParameterError, match="type of the value 'h' is not known"):
        read_onnx(path, None, ["h"])


def test_inputs_that_a_cut_left_unused_go(tmp_path: Path) -> None:
    graph = read_onnx(two_inputs(tmp_path / "m.onnx"), [(2, 3)], output_nodes=["z"])
    assert [value.name for value in graph.inputs] == ["b:0"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"input_nodes": ["aa"]}, "Did you mean: a"),
        ({"output_nodes": ["summ"]}, "Did you mean: sum"),
        ({"output_nodes": ["y", "y"]}, "given more than once"),
        ({"input_nodes": ["a", "a:0"]}, "given more than once"),
        ({"shape": [(1, 3)]}, "1 shape(s) for 2 input(s): a, b:0"),
        ({"shape": [(1, 3), (1, 3), (1, 3)]}, "3 shape(s) for 2 input(s)"),
        ({"shape": [(1, 3), (1, 3, 1)]}, "'b:0' has 2 dimension(s)"),
        ({"shape": [(1, 3), (2, 3)]}, "fixes dimension 0 of the input 'b:0' at 1"),
        ({"shape": [(1, 4), (1, 4)]}, "fixes dimension 1 of the input 'a' at 3"),
        ({"shape": [(-1, 3), (1, 3)]}, "negative size"),
    ],
)
def test_options_that_do_not_fit_are_refused_by_name(tmp_path: Path, options: dict[str, Any], said: str) -> None:
    with pytest.raises(BadParameterError) as caught:
        read_onnx(two_inputs(tmp_path / "m.onnx"), **options)
    assert said in str(caught.value)


def test_an_initializer_that_is_an_input_too_is_an_initializer(tmp_path: Path) -> None:
    node = helper.make_node("Add", ["x", "w"], ["y"])
    weights = {"w": np.ones(3, np.float32)}
    path = write(tmp_path / "m.onnx", [node], {"x": [2, 3], "w": [3]}, weights=weights)
    graph = read_onnx(path, [(2, 3)])
    assert [value.name for value in graph.inputs] == ["x"]
    assert graph.initializers["w"].is_weight


# --- data ---


def test_attributes_arrive_as_plain_values(tmp_path: Path) -> None:
    body = helper.make_graph([], "body", [], [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3])])
    node = helper.make_node(
        "Mystery",
        ["x", "", "x"],
        ["y"],
        domain="own",
        i=3,
        f=0.5,
        s="text",
        ints=[1, 2],
        floats=[0.5],
        strings=["a", "b"],
        t=numpy_helper.from_array(np.arange(3)),
        g=body,
        raw=b"\xff",
    )
    path = write(
        tmp_path / "m.onnx", [node], opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid("own", 7)]
    )
    found = read_onnx(path).nodes[0]
    assert (found.domain, found.opset, found.inputs) == ("own", 7, ("x", "", "x"))
    plain = {name: value for name, value in found.attributes.items() if name not in ("t", "g")}
    expected = {"i": 3, "f": 0.5, "s": "text", "ints": (1, 2), "floats": (0.5,), "strings": ("a", "b"), "raw": b"\xff"}
    assert plain == expected
    np.testing.assert_array_equal(found.attributes["t"], [0, 1, 2])
    assert isinstance(found.attributes["g"], Graph)


# Weights of half precision are widened, since layers compute in single precision on every device.
@pytest.mark.parametrize(
    ("kind", "read"),
    [
        ("bfloat16", "float32"),
        ("float16", "float32"),
        *((kind, kind) for kind in ("float8_e4m3fn", "int8", "float64")),
    ],
)
def test_element_types_are_named_as_numpy_names_them(tmp_path: Path, kind: str, read: str) -> None:
    types = {helper.tensor_dtype_to_np_dtype(number).name: number for number in helper.get_all_tensor_dtypes()}
    tensor = helper.make_tensor("w", types[kind], [2], [1, 2])
    graph = helper.make_graph(
        [helper.make_node("Identity", ["w"], ["y"])],
        "g",
        [],
        [helper.make_tensor_value_info("y", types[kind], [2])],
        [tensor],
    )
    path = tmp_path / "m.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10), path)
    found = read_onnx(path)
    assert found.outputs[0].dtype == read
    assert found.initializers["w"].data.dtype.name == read


def test_constants_become_initializers(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Constant", [], ["c"], value_float=2.0),
        helper.make_node("Mul", ["x", "c"], ["y"]),
    ]
    graph = read_onnx(write(tmp_path / "m.onnx", nodes))
    assert [node.op_type for node in graph.nodes] == ["Mul"]
    assert graph.initializers["c"].data == np.float32(2)
    assert not graph.initializers["c"].is_weight


def external(folder: Path) -> Path:
    path = folder / "m.onnx"
    write(
        path,
        [helper.make_node("Add", ["x", "w"], ["y"])],
        {"x": [1, 2000]},
        weights={"w": np.arange(2000.0, dtype=np.float32)},
    )
    onnx.save(onnx.load(path), path, save_as_external_data=True, location="m.data", size_threshold=0)
    return path


def test_external_data_are_read(tmp_path: Path) -> None:
    graph = read_onnx(external(tmp_path))
    np.testing.assert_array_equal(graph.initializers["w"].data, np.arange(2000.0, dtype=np.float32))


def test_external_data_beyond_two_gigabytes_are_read(tmp_path: Path) -> None:
    path = external(tmp_path)
    data = (tmp_path / "m.data").read_bytes()
    offset = 2**31 + 2**16
    with (tmp_path / "m.data").open("r+b") as file:  # a hole, which takes no room
        file.truncate(0)
        file.seek(offset)
        file.write(data)
    proto = onnx.load(path, load_external_data=False)
    tensor = proto.graph.initializer[0]
    del tensor.external_data[:]
    for key, value in {"location": "m.data", "offset": offset, "length": len(data)}.items():
        tensor.external_data.add(key=key, value=str(value))
    path.write_bytes(proto.SerializeToString())
    np.testing.assert_array_equal(read_onnx(path).initializers["w"].data, np.arange(2000.0, dtype=np.float32))


def test_missing_external_data_are_named(tmp_path: Path) -> None:
    path = external(tmp_path)
    (tmp_path / "m.data").unlink()
    with pytest.raises(ModelLoadingError, match="beside it"):
        read_onnx(path)


def test_external_data_that_are_cut_short_are_refused(tmp_path: Path) -> None:
    path = external(tmp_path)
    (tmp_path / "m.data").write_bytes(b"\0" * 100)
    with pytest.raises(ModelLoadingError):
        read_onnx(path)


def test_external_data_outside_the_folder_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\0" * 8000)
    inner = tmp_path / "inner"
    inner.mkdir()
    path = external(inner)
    proto = onnx.load(path, load_external_data=False)
    proto.graph.initializer[0].external_data[0].value = "../secret"
    path.write_bytes(proto.SerializeToString())
    with pytest.raises(ModelLoadingError):
        read_onnx(path)


# --- damaged files ---


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no graph"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
        (b"\x00\x01\x02 nothing of the kind", "not an ONNX model"),
    ],
)
def test_files_that_are_no_models_are_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelLoadingError, match=said):
        read_onnx(path)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "m.onnx", [relu()])
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ModelLoadingError):
        read_onnx(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadingError, match="no such file"):
        read_onnx(tmp_path / "m.onnx")


@pytest.mark.parametrize("dims", [[10**12], [2**62, 2**62], [-1], [3]])
def test_a_tensor_whose_data_do_not_fit_is_refused(tmp_path: Path, dims: list[int]) -> None:
    path = write(tmp_path / "m.onnx", [helper.make_node("Add", ["x", "w"], ["y"])])
    proto = onnx.load(path)
    proto.graph.initializer.append(
        onnx.TensorProto(name="w", data_type=TensorProto.FLOAT, dims=dims, raw_data=b"\0" * 8)
    )
    path.write_bytes(proto.SerializeToString())
    with pytest.raises(ModelLoadingError, match="'w'"):
        read_onnx(path)


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ([helper.make_node("Add", ["x", "nowhere"], ["y"], name="n")], "'nowhere', which nothing produces"),
        ([relu("a"), relu("b")], "Two nodes produce the value 'y'"),
        (
            [helper.make_node("Add", ["x", "b"], ["a"]), helper.make_node("Add", ["a", "x"], ["b"]), relu()],
            "cycle",
        ),
        ([helper.make_node("Relu", ["x"], ["other"])], "Nothing produces the output 'y'"),
    ],
)
def test_a_graph_that_cannot_run_is_refused(tmp_path: Path, nodes: list[onnx.NodeProto], said: str) -> None:
    with pytest.raises(ModelLoadingError, match=said):
        read_onnx(write(tmp_path / "m.onnx", nodes))


def test_an_attribute_of_an_unknown_kind_names_its_node(tmp_path: Path) -> None:
    node = helper.make_node("Mystery", ["x"], ["y"], name="odd", domain="own")
    node.attribute.append(onnx.AttributeProto(name="sparse", type=onnx.AttributeProto.SPARSE_TENSOR))
    with pytest.raises(NodeLoadingError, match="'odd'"):
        read_onnx(write(tmp_path / "m.onnx", [node]))


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match=r"\.tflite"):
        read_model(tmp_path / "model.tflite")


def test_nodes_without_names_get_unique_ones(tmp_path: Path) -> None:
    nodes = [helper.make_node("Relu", ["x"], ["h"], name="n"), helper.make_node("Neg", ["h"], ["y"], name="n")]
    names = [node.name for node in read_onnx(write(tmp_path / "m.onnx", nodes)).nodes]
    assert len(set(names)) == 2
    assert all(names)
