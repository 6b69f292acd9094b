"""Converting a file: where things go, what options do, and how failures end."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from mindconverter import convert_model
from mindconverter.errors import (
    CheckpointGenerationError,
    MindConverterError,
    ModelLoadingError,
    ReportGenerationError,
    ScriptGenerationError,
)
from mindconverter.report.diagnostics import Outcome
from tests.graph.graphs import kernel
from tests.graph.running import MODES, run_converted

SHAPE = [1, 3, 2, 2]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "w"], ["a"], kernel_shape=[1, 1]), helper.make_node("Relu", ["a"], ["y"])],
        "main",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, SHAPE)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, SHAPE)],
        [numpy_helper.from_array(kernel(), "w")],
    )
    path = tmp_path / "small.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path


def files(folder: Path) -> list[str]:
    return sorted(item.name for item in folder.iterdir()) if folder.is_dir() else []


def test_everything_goes_to_the_output_folder(model: Path, tmp_path: Path) -> None:
    result = convert_model(str(model), output=str(tmp_path / "out" / "deep"))
    assert files(tmp_path / "out" / "deep") == [
        "report_of_small.txt",
        "small.ckpt",
        "small.py",
        "weight_map_of_small.json",
    ]
    assert result.script == tmp_path / "out" / "deep" / "small.py"
    assert [found.outcome for found in result.diagnostics] == [Outcome.CONVERTED] * 2


def test_the_report_may_go_elsewhere(model: Path, tmp_path: Path) -> None:
    result = convert_model(model, output=tmp_path / "out", report=tmp_path / "reports", report_format="json,sarif,html")
    assert result.report == tmp_path / "reports" / "report_of_small.txt"
    assert len(files(tmp_path / "reports")) == 4
    page = (tmp_path / "reports" / "report_of_small.html").read_text()
    assert "small.onnx" in page
    assert re.search(r'<mark class="converted" title="Relu: converted[^"]*">[^<]*relu', page)
    assert "report_of_small.txt" not in files(tmp_path / "out")
    assert result.report.read_text().startswith("[Start Convert]\n[Note] The target is mindspore 2.10.0.\nline ")


def test_the_script_says_where_it_came_from(model: Path, tmp_path: Path) -> None:
    import hashlib

    head = convert_model(model, output=tmp_path / "out").script.read_text().split('"""')[1]
    assert "small.onnx" in head
    assert hashlib.sha256(model.read_bytes()).hexdigest() in head
    assert "ai.onnx 17" in head


@pytest.mark.parametrize("half", [TensorProto.FLOAT16, TensorProto.BFLOAT16])
def test_weights_of_half_precision_are_widened(tmp_path: Path, half: int) -> None:
    def tensor(array: np.ndarray[Any, Any], name: str = "") -> onnx.TensorProto:
        return helper.make_tensor(name, half, array.shape, array.ravel().tolist())

    random = np.random.default_rng(0)
    weights = {"w": random.normal(size=(4, 3, 1, 1)), "scale": np.ones(4) * 1.5, "shift": random.normal(size=4)}
    body = helper.make_graph(
        [helper.make_node("Mul", ["a", "two"], ["b"])],
        "body",
        [],
        [helper.make_tensor_value_info("b", half, None)],
        [tensor(np.array([2.0]), "two")],
    )
    nodes = [
        helper.make_node("Cast", ["x"], ["half"], to=half),
        helper.make_node("Conv", ["half", "w"], ["c"]),
        helper.make_node("BatchNormalization", ["c", "scale", "shift", "shift", "scale"], ["n"]),
        helper.make_node("ConstantOfShape", ["size"], ["ones"], value=tensor(np.array([1.0]))),
        helper.make_node("Add", ["n", "ones"], ["a"]),
        helper.make_node("If", ["yes"], ["y"], then_branch=body, else_branch=body),
    ]
    graph = helper.make_graph(
        nodes,
        "main",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, SHAPE), helper.make_tensor_value_info("yes", 9, [])],
        [helper.make_tensor_value_info("y", half, [1, 4, 2, 2])],
        [*(tensor(data, name) for name, data in weights.items()), helper.make_tensor("size", 7, [1], [2])],
    )
    path = tmp_path / "half.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    result = convert_model(path, output=tmp_path / "out")
    assert any("are converted to float32" in found.say for found in result.diagnostics)
    data = {"x": random.normal(size=SHAPE).astype("f"), "yes": np.array(True)}
    (found,) = run_converted(result, data, MODES[0])
    (expected,) = ReferenceEvaluator(str(path)).run(None, data)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected.astype("f"), atol=0.01 if half == TensorProto.FLOAT16 else 0.1)


def test_a_second_conversion_writes_the_same(model: Path, tmp_path: Path) -> None:
    first = convert_model(model, output=tmp_path / "first")
    second = convert_model(model, output=tmp_path / "second")
    for one, other in (
        (first.script, second.script),
        (first.weight_map, second.weight_map),
        (first.report, second.report),
        (first.checkpoint, second.checkpoint),
    ):
        assert one.read_bytes() == other.read_bytes()


def test_progress_is_told(model: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    convert_model(model, output=tmp_path / "out", progress=lambda *step: told.append(step))
    assert told[0][1:] == (0, 1)
    assert all(0 <= done <= total for _, done, total in told)
    assert {what for what, done, total in told if done == total} == {what for what, _, _ in told}


def test_own_rules_win(model: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "own.yaml").write_text(
        'format: 1\nrules:\n  - onnx: Relu\n    since: [14]\n    rewrite: "mindspore.ops.abs({X})"\n', encoding="utf-8"
    )
    assert "ops.abs(" in convert_model(model, output=tmp_path / "out", rules=[rules]).script.read_text()
    assert "ops.relu(" in convert_model(model, output=tmp_path / "out").script.read_text()


def test_loading_leaves_no_trace(model: Path, tmp_path: Path) -> None:
    """Networks of several conversions live side by side, and the search path stays."""
    import mindspore

    mindspore.set_context(mode=mindspore.PYNATIVE_MODE)
    path = list(sys.path)
    first = convert_model(model, output=tmp_path / "first").load()
    second = convert_model(model, output=tmp_path / "second").load()
    assert sys.path == path
    assert "small" not in sys.modules
    assert type(first) is not type(second)
    assert not first.training
    data = mindspore.Tensor(np.ones(SHAPE, np.float32))
    np.testing.assert_array_equal(first(data).asnumpy(), second(data).asnumpy())


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"output": "file"}, MindConverterError),
        ({"report": "file"}, ReportGenerationError),
    ],
)
def test_a_folder_that_cannot_be_written(
    model: Path, tmp_path: Path, options: dict[str, str], error: type[MindConverterError]
) -> None:
    (tmp_path / "file").write_text("in the way")
    folders = {"output": tmp_path / "out", **{key: tmp_path / value for key, value in options.items()}}
    with pytest.raises(error) as caught:
        convert_model(model, **folders)
    assert caught.value.code in (ScriptGenerationError.code, CheckpointGenerationError.code, ReportGenerationError.code)
    assert caught.value.advice
    assert not [name for name in files(tmp_path / "out") if name.startswith(".")]


def test_a_file_that_is_no_model_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"nothing")
    with pytest.raises(ModelLoadingError):
        convert_model(tmp_path / "broken.onnx", output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_checkpoint_of_another_conversion_is_refused(model: Path, tmp_path: Path) -> None:
    result = convert_model(model, output=tmp_path / "out")
    text = result.script.read_text()
    result.script.write_text(text.replace("self.conv2d", "self.other"))
    with pytest.raises(CheckpointGenerationError, match="does not fit"):
        result.load()


def test_the_network_runs_without_the_tool(model: Path, tmp_path: Path) -> None:
    """The script needs nothing but the target framework."""
    result = convert_model(model, output=tmp_path / "out")
    code = (
        "import sys, mindspore, small\n"
        f"network = small.{result.network}()\n"
        "parameters = mindspore.load_checkpoint('small.ckpt')\n"
        "assert mindspore.load_param_into_net(network, parameters) == ([], [])\n"
        "assert not [name for name in sys.modules if name.startswith('mindconverter')]\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path / "out", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_report_names_the_inputs_of_an_expression(tmp_path: Path) -> None:
    node = helper.make_node("Add", ["left", "right"], ["sum"])
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2, 3]) for name in ("left", "right", "sum")]
    path = tmp_path / "adding.onnx"
    onnx.save(helper.make_model(helper.make_graph([node], "g", values[:2], values[2:])), path)
    report = convert_model(path, output=tmp_path / "output").report.read_text()
    assert "[Convert] 'Add' is converted to 'A + B'." in report
