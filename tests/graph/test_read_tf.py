"""Reading frozen TensorFlow graphs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mindconverter.errors import BadParameterError, MissingDependencyError, ModelLoadingError
from mindconverter.graph.read import read_model
from mindconverter.graph.read_tf.read import read_tf
from tests import models

Frozen = Callable[[str], Path]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Freeze a graph with two inputs and two ends."""
    import tensorflow as tf

    with tf.Graph().as_default() as graph:
        a = tf.compat.v1.placeholder(tf.float32, (None, 3), name="a")
        b = tf.compat.v1.placeholder(tf.float32, (None, 3), name="b")
        total = tf.add(a, b, name="body/total")
        tf.nn.relu(total, name="head/relu")
        tf.negative(total, name="head/negative")
    path = tmp_path_factory.mktemp("small") / "small.pb"
    path.write_bytes(graph.as_graph_def().SerializeToString())
    return path


@pytest.mark.parametrize("name", list(models.KERAS_MODELS))
def test_networks_are_read(frozen: Frozen, name: str) -> None:
    graph = read_model(frozen(name), shape=[(1, 64, 64, 3)], input_nodes=["input_1:0"], output_nodes=["Identity:0"])
    assert graph.producer.startswith("tf2onnx")
    assert [(value.name, value.shape) for value in graph.inputs] == [("input_1:0", (1, 64, 64, 3))]
    assert [(value.name, value.shape) for value in graph.outputs] == [("Identity:0", (1, 10))]
    assert all(value.static_shape is not None for value in graph.values.values())
    assert graph.notes == ()
    assert [node.op_type for node in graph.nodes].count("Transpose") == 1
    layers = {node.scopes[0].name for node in graph.nodes if node.scopes}
    assert {"ResNet50": {"conv1_conv", "conv5_block3_add"}, "MobileNetV2": {"Conv1", "block_16_project"}}[
        name
    ] <= layers


def test_inputs_and_outputs_are_found(frozen: Frozen) -> None:
    graph = read_tf(frozen("MobileNetV2"))
    assert [value.name for value in graph.inputs] == ["input_1:0"]
    assert [value.name for value in graph.outputs] == ["Identity:0"]
    size = graph.inputs[0].shape
    assert size is not None
    assert size[1:] == (64, 64, 3)
    assert not isinstance(size[0], int)


def test_names_do_without_their_number(small: Path) -> None:
    graph = read_tf(small, [(2, 3), (2, 3)], ["b", "a:0"], ["head/relu"])
    assert [value.name for value in graph.inputs] == ["b:0", "a:0"]
    assert [value.name for value in graph.outputs] == ["head/relu:0"]
    assert {value.shape for value in graph.values.values()} == {(2, 3)}


def test_several_outputs_come_in_the_order_asked_for(small: Path) -> None:
    graph = read_tf(small, [(2, 3), (2, 3)], None, ["head/negative:0", "head/relu:0"])
    assert [value.name for value in graph.outputs] == ["head/negative:0", "head/relu:0"]


def test_an_output_within_the_graph_cuts_it(small: Path) -> None:
    graph = read_tf(small, [(2, 3), (2, 3)], output_nodes=["body/total"])
    assert [node.op_type for node in graph.nodes] == ["Add"]


def test_every_end_that_the_inputs_lead_to_is_an_output(small: Path) -> None:
    assert [value.name for value in read_tf(small).outputs] == ["head/relu:0", "head/negative:0"]


def test_an_input_within_the_graph_cuts_it(small: Path) -> None:
    graph = read_tf(small, [(2, 3)], ["body/total"], ["head/relu"])
    assert [node.op_type for node in graph.nodes] == ["Relu"]
    assert [(value.name, value.shape) for value in graph.inputs] == [("body/total/input_0:0", (2, 3))]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"output_nodes": ["head/rely"]}, "head/relu"),
        ({"input_nodes": ["aa"], "output_nodes": ["head/relu"]}, "Did you mean: a"),
        ({"shape": [(1, 3)], "output_nodes": ["head/relu"]}, r"1 shape\(s\) for 2 input\(s\): a:0, b:0"),
    ],
)
def test_options_that_do_not_fit_are_refused_by_name(small: Path, options: dict[str, list[str]], said: str) -> None:
    with pytest.raises(BadParameterError, match=said):
        read_tf(small, **options)


def test_a_graph_with_variables_is_refused(tmp_path: Path) -> None:
    import tensorflow as tf

    with tf.Graph().as_default() as graph:
        tf.compat.v1.get_variable("weight", (3,))
    path = tmp_path / "m.pb"
    path.write_bytes(graph.as_graph_def().SerializeToString())
    with pytest.raises(ModelLoadingError, match="weight is a variable"):
        read_tf(path)


@pytest.mark.parametrize("content", [b"", b"\x00nothing of the kind"])
def test_files_that_are_no_graphs_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.pb"
    path.write_bytes(content)
    with pytest.raises(ModelLoadingError):
        read_tf(path)


def test_a_missing_package_is_answered_with_one_command(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "mindconverter\[tensorflow\]"'):
        read_tf(small)


def test_tensorflow_is_quiet(small: Path) -> None:
    code = f"from mindconverter.graph.read_tf.read import read_tf; read_tf({str(small)!r}, None, None, ['head/relu'])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (told.stdout, told.stderr) == ("", "")


def test_the_graph_computes_what_tensorflow_computes(frozen: Frozen) -> None:
    import onnxruntime
    import tensorflow as tf

    from mindconverter.graph.onnx_model.onnx_file import from_proto, to_proto
    from mindconverter.graph.read_onnx.read import prepare
    from mindconverter.graph.read_tf.read import convert_graph

    path = frozen("MobileNetV2")
    image = np.random.default_rng(0).random((1, 64, 64, 3), dtype=np.float32)
    definition = tf.compat.v1.GraphDef.FromString(path.read_bytes())
    with tf.Graph().as_default() as graph, tf.compat.v1.Session(graph=graph) as session:
        tf.import_graph_def(definition, name="")
        expected = session.run("Identity:0", {"input_1:0": image})
    proto = convert_graph(definition, ["input_1:0"], ["Identity:0"], {"input_1:0": [1, 64, 64, 3]}, path)
    model = to_proto(prepare(from_proto(proto, "m"), "m", None, None, None))
    runner = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(runner.run(None, {"input_1:0": image})[0], expected, rtol=1e-4, atol=1e-6)
