"""Every kind of file that TensorFlow and Keras save: read, converted, and with the numbers of the source."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mindconverter.cli.main import main
from mindconverter.errors import BadParameterError, ModelLoadingError, ParameterMissingError, UnknownModelError
from mindconverter.graph.read import read_model
from mindconverter.graph.read_tf.keras_file import load_keras
from tests.graph.running import MODES, Array, check_outputs, check_report, convert, image, run_converted

SHAPE = (2, 16, 16, 3)


@pytest.fixture(scope="module")
def network() -> Any:
    """Build a network with a block of each common kind, whose layers have names and weights of their own."""
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(0)
    x = inputs = layers.Input((16, 16, 3), name="image")
    x = layers.Rescaling(1 / 255.0, name="scale")(x)
    x = layers.ZeroPadding2D(1, name="pad")(x)
    x = layers.Conv2D(8, 3, strides=2, use_bias=False, name="stem")(x)
    x = layers.BatchNormalization(name="stem_bn")(x)
    x = skip = layers.Activation("swish", name="stem_act")(x)
    x = layers.DepthwiseConv2D(3, padding="same", name="depth")(x)
    gate = layers.GlobalAveragePooling2D(keepdims=True, name="squeeze")(x)
    gate = layers.Conv2D(8, 1, activation="sigmoid", name="excite")(gate)
    x = layers.Multiply(name="gated")([x, gate])
    x = layers.Concatenate(name="join")([x, skip])
    x = layers.BatchNormalization(axis=3, scale=False, epsilon=0.01, name="join_bn")(x)
    x = layers.MaxPooling2D(name="pool")(x)
    kept = layers.Conv2D(4, 1, name="narrow")(x)
    x = layers.Flatten(name="flat")(kept)
    x = layers.Dropout(0.5, name="drop")(x)
    model = keras.Model(inputs, [layers.Dense(5, name="head")(x), kept])
    random = np.random.default_rng(0)
    for variable in model.weights:
        if len(variable.shape) == 1:
            variable.assign(random.uniform(0.8, 1.2, variable.shape))
    model.compile(optimizer="adam", loss="mse")
    return model


@pytest.fixture(scope="module")
def expected(network: Any) -> list[Array]:
    return [np.asarray(result) for result in network(image(SHAPE), training=False)]


def source_names(weight_map: Path) -> set[str]:
    (pairs,) = json.loads(weight_map.read_text()).values()
    return {pair["source_weight"]["name"] for pair in pairs}


@pytest.mark.parametrize("form", ["net.keras", "exported", "saved"])
def test_a_network_computes_the_same_from_every_file(
    network: Any, expected: list[Array], tmp_path: Path, form: str
) -> None:
    import tensorflow as tf

    path = tmp_path / form
    match form:
        case "exported":
            network.export(path, verbose=False)
        case "saved":
            tf.saved_model.save(network, str(path))
        case _:
            network.save(path)
    result = convert(tmp_path / "out", path)
    check_report(result)
    if form.startswith("net"):
        check_outputs(result, {"image": image(SHAPE)}, expected)
    else:
        for own, other in zip(run_converted(result, {"image": image(SHAPE)}, MODES[0]), expected, strict=True):
            np.testing.assert_allclose(own, other, rtol=1e-4, atol=1e-5)
    names = source_names(result.weight_map)
    assert {"depth/kernel", "depth/bias", "excite/kernel", "narrow/kernel", "head/kernel"} <= names
    assert {"stem_bn/gamma", "stem_bn/beta", "join_bn/moving_mean", "join_bn/moving_variance"} <= names
    script = result.script.read_text()
    assert "self.stem_bn = nn.BatchNorm2d(8, eps=0.001)" in script
    assert "self.join_bn = nn.BatchNorm2d(16, eps=0.01)" in script
    assert not any("adam" in name for name in names)


@pytest.mark.parametrize("form", ["net.keras", "net.h5"])
def test_layers_are_called_as_in_the_source(network: Any, tmp_path: Path, form: str) -> None:
    network.save(tmp_path / form)
    graph = read_model(tmp_path / form)
    assert graph.notes == ("The inputs are image:0.", "The outputs are head:0, narrow:0.")
    assert {node.scopes[0].name for node in graph.nodes if node.scopes} <= {layer.name for layer in network.layers}
    assert [value.name for value in graph.inputs] == ["image:0"]
    assert [value.name for value in graph.outputs] == ["head:0", "narrow:0"]
    assert graph.inputs[0].shape is not None
    assert not isinstance(graph.inputs[0].shape[0], int)


def test_counted_layers_keep_their_numbers(tmp_path: Path) -> None:
    import keras

    keras.utils.set_random_seed(0)
    names = ["conv", "conv_1", "conv_1_1", "conv_10"]
    keras.Sequential([keras.layers.Input((8, 8, 1)), *(keras.layers.Conv2D(2, 1, name=name) for name in names)]).save(
        tmp_path / "net.keras"
    )
    graph = read_model(tmp_path / "net.keras")
    assert [node.scopes[0].name for node in graph.nodes if node.op_type == "Conv"] == names


@pytest.mark.parametrize(("layer", "modes"), [("LSTM", MODES), ("GRU", MODES[:1])])
def test_recurrent_layers(tmp_path: Path, layer: str, modes: tuple[str, ...]) -> None:
    import keras

    keras.utils.set_random_seed(0)
    recurrent = getattr(keras.layers, layer)
    both = keras.layers.Bidirectional(recurrent(4, return_sequences=True, bias_initializer="uniform"))
    model = keras.Sequential([keras.layers.Input((6, 3)), both, recurrent(5), keras.layers.Dense(2)])
    model.save(tmp_path / "net.keras")
    result = convert(tmp_path / "out", tmp_path / "net.keras")
    check_report(result)
    assert ("self.layer = nn.LSTM(" in result.script.read_text()) is (layer == "LSTM")
    data = image((2, 6, 3))
    for mode in modes:
        (own,) = run_converted(result, {"x": data}, mode)
        np.testing.assert_allclose(own, np.asarray(model(data)), rtol=1e-4, atol=1e-5)


# --- what a file may not bring with it ---


def rewrite(path: Path, change: Any) -> Path:
    """Change the description of a model in its `.keras` file."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(parts["config.json"])
    change(config)
    parts["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    import keras

    path = tmp_path / "small.keras"
    keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(2, activation="relu", name="d")]).save(path)
    return path


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (
            {"class_name": "Lambda", "module": "keras.layers", "config": {"function": {"class_name": "__lambda__"}}},
            "a Python lambda",
        ),
        ({"class_name": "Popen", "module": "subprocess", "config": {"args": "true"}}, "subprocess.Popen"),
        ({"class_name": "TFSMLayer", "module": "keras.layers", "config": {"filepath": "x"}}, "the layer TFSMLayer"),
        ({"class_name": "function", "module": "keras.utils", "config": "get_file"}, "keras.utils.get_file"),
        ({"class_name": "Own", "module": "own", "registered_name": "p>Own", "config": {}}, "own.Own"),
        (
            {"class_name": "StringLookup", "module": "keras.layers", "config": {"vocabulary": "/etc/passwd"}},
            "a Python lambda",
        ),
    ],
)
def test_code_that_a_file_names_is_refused(small: Path, layer: dict[str, Any], said: str) -> None:
    path = rewrite(small, lambda config: config["config"]["layers"].append(layer))
    with pytest.raises(ModelLoadingError, match=said) as caught:
        read_model(path)
    assert "--project_path" in str(caught.value)


def test_a_lambda_in_an_old_file_is_refused(tmp_path: Path) -> None:
    import h5py

    layer = {"class_name": "Lambda", "config": {"name": "l", "function": ["code", None, None]}}
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"layers": [layer]}})
    with pytest.raises(ModelLoadingError, match="a Python lambda in l"):
        read_model(tmp_path / "m.h5")


def test_weights_in_other_files_are_refused(tmp_path: Path) -> None:
    import h5py

    with h5py.File(tmp_path / "m.h5", "w") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"layers": []}})
        file["model_weights"] = h5py.ExternalLink("/etc/secret.h5", "/")
    with pytest.raises(ModelLoadingError, match="another file"):
        read_model(tmp_path / "m.h5")


def test_weights_alone_are_refused_with_the_next_step(tmp_path: Path) -> None:
    import h5py

    with h5py.File(tmp_path / "m.h5", "w") as file:
        file["w"] = np.ones(3)
    with pytest.raises(ModelLoadingError, match="not its structure"):
        read_model(tmp_path / "m.h5")


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"nothing of the kind")
    with pytest.raises(ModelLoadingError, match="not a Keras model"):
        read_model(tmp_path / name)


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match="no SavedModel"):
        read_model(tmp_path)


def test_layers_of_the_project_are_taken_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    source = (
        "import keras\n\n\n"
        "class OwnScale(keras.layers.Layer):\n"
        "    def build(self, shape):\n"
        "        self.scale = self.add_weight(shape=(shape[-1],), initializer='random_normal', name='scale')\n\n"
        "    def call(self, x):\n"
        "        return x * self.scale\n\n\n"
        "def doubled(x):\n"
        "    return x + x\n"
    )
    project = tmp_path / "project"
    project.mkdir()
    (project / "own_layers_of_this_test.py").write_text(source)
    monkeypatch.syspath_prepend(str(project))
    import own_layers_of_this_test as own  # type: ignore[import-not-found]

    model = keras.Sequential([keras.layers.Input((4,)), own.OwnScale(), keras.layers.Lambda(own.doubled)])
    model.save(tmp_path / "own.keras")
    monkeypatch.undo()
    with pytest.raises(ModelLoadingError, match=r"doubled, own_layers_of_this_test\.OwnScale"):
        read_model(tmp_path / "own.keras")
    graph = read_model(tmp_path / "own.keras", project_path=project)
    assert [node.op_type for node in graph.nodes] == ["Mul", "Add"]
    with load_keras(tmp_path / "own.keras", project) as found:
        data = np.ones((1, 4), np.float32)
        np.testing.assert_array_equal(found(data), model(data))


# --- SavedModel and TensorFlow 1 ---


def test_a_signature_is_chosen_by_name(tmp_path: Path) -> None:
    import tensorflow as tf

    class Two(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((None, 2), tf.float32)])
        def double(self, x: Any) -> Any:
            return {"y": x * 2.0}

        @tf.function(input_signature=[tf.TensorSpec((None, 2), tf.float32)])
        def square(self, x: Any) -> Any:
            return {"y": x * x}

    module = Two()
    named = {"double": module.double, "square": module.square}
    tf.saved_model.save(module, str(tmp_path / "m"), signatures=named)
    with pytest.raises(BadParameterError, match=r"2 signatures: double, square.*--signature"):
        read_model(tmp_path / "m")
    with pytest.raises(BadParameterError, match=r"no signature 'cube'.*double, square"):
        read_model(tmp_path / "m", signature="cube")
    with pytest.raises(BadParameterError, match="Only a SavedModel"):
        read_model(tmp_path / "m.pb", signature="double")
    data = image((3, 2))
    for name, expected in (("double", 2 * data), ("square", data * data)):
        converted = convert(tmp_path, tmp_path / "m", signature=name)
        check_outputs(converted, {"x": data}, [expected])
        options = ["--model_file", str(tmp_path / "m"), "--signature", name, "--shape", "3,2", "--inner"]
        assert main(["verify", *options]) == 0
        (other,) = set(named) - {name}
        assert (
            f"The signature {name} was converted; --signature takes another: {other}." in converted.report.read_text()
        )


def test_a_saved_model_that_opens_files_is_refused(tmp_path: Path) -> None:
    import tensorflow as tf

    class Reader(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((), tf.string)])
        def read(self, name: Any) -> Any:
            return tf.io.read_file(name)

    module = Reader()
    tf.saved_model.save(module, str(tmp_path / "m"), signatures=module.read)
    with pytest.raises(ModelLoadingError, match="ReadFile, which run code or open files"):
        read_model(tmp_path / "m")


def test_a_damaged_saved_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"\x00nothing of the kind")
    for path in (tmp_path, tmp_path / "saved_model.pb"):
        with pytest.raises(ModelLoadingError, match="cannot load the SavedModel"):
            read_model(path)


@pytest.fixture(scope="module")
def first_generation(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Array]:
    """Write a graph of TensorFlow 1 as a SavedModel and frozen, with what it computes."""
    import tensorflow as tf

    v1 = tf.compat.v1
    folder = tmp_path_factory.mktemp("v1")
    with tf.Graph().as_default() as graph, v1.Session(graph=graph) as session:
        v1.set_random_seed(0)
        x = v1.placeholder(tf.float32, (None, 8, 8, 3), name="x")
        training = v1.placeholder_with_default(False, (), name="is_training")
        weight = v1.get_variable("conv/weights", (3, 3, 3, 4), use_resource=False)
        bias = v1.get_variable("conv/biases", initializer=np.arange(4, dtype=np.float32))
        net = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, weight, 2, "SAME"), bias), name="conv/relu")
        net = v1.cond(training, lambda: tf.nn.dropout(net, 0.5), lambda: net * 2.0)
        net = tf.reduce_mean(net, [1, 2], name="pool")
        y = tf.nn.softmax(net, name="y")
        v1.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(y))
        session.run(v1.global_variables_initializer())
        v1.saved_model.simple_save(session, str(folder / "saved"), {"image": x}, {"scores": y})
        v1.disable_control_flow_v2()
        expected = session.run(y, {x: image((2, 8, 8, 3))})
        frozen = v1.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), ["y"])
        (folder / "frozen.pb").write_bytes(frozen.SerializeToString())
    return folder / "saved", folder / "frozen.pb", expected


@pytest.mark.parametrize("form", [0, 1], ids=["saved", "frozen"])
def test_graphs_of_the_first_generation_compute_the_same(
    first_generation: tuple[Path, Path, Array], tmp_path: Path, form: int
) -> None:
    result = convert(tmp_path, first_generation[form])
    check_report(result)
    check_outputs(result, {"x": image((2, 8, 8, 3))}, [first_generation[2]])
    assert source_names(result.weight_map) == {"conv/weights", "conv/biases"}


def test_a_model_that_does_not_know_its_inputs_wants_a_shape(tmp_path: Path) -> None:
    import keras

    model = keras.Sequential([keras.layers.Dense(2)])
    model.save(tmp_path / "m.keras")
    with pytest.raises(ParameterMissingError, match="--shape"):
        read_model(tmp_path / "m.keras")
    assert read_model(tmp_path / "m.keras", shape=[(2, 4)]).outputs[0].shape == (2, 2)
