"""Run converted models, and what they were converted from."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mindconverter import convert_model
from mindconverter.graph.convert import ModelConversion
from mindconverter.report.diagnostics import Outcome

Array = npt.NDArray[Any]
MODES = ("PYNATIVE_MODE", "GRAPH_MODE")


def run_onnx(path: Path, feeds: Mapping[str, Array]) -> list[Array]:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return list(session.run(None, dict(feeds)))


def run_frozen(path: Path, data: Array) -> Array:
    """Run a frozen graph under TensorFlow."""
    import tensorflow as tf

    definition = tf.compat.v1.GraphDef()
    definition.ParseFromString(path.read_bytes())
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
        with tf.compat.v1.Session(graph=graph) as session:
            return np.asarray(session.run("Identity:0", {"input_1:0": data}))


def run_converted(conversion: ModelConversion, feeds: Mapping[str, Array], mode: str) -> list[Array]:
    import mindspore

    mindspore.runtime.launch_blocking()
    mindspore.set_context(mode=getattr(mindspore, mode))
    result = conversion.load()(*(mindspore.Tensor(array) for array in feeds.values()))
    return [item.asnumpy() for item in (result if isinstance(result, tuple) else (result,))]


def check_outputs(conversion: ModelConversion, feeds: Mapping[str, Array], expected: list[Array]) -> None:
    """Both modes give what the source gives."""
    for mode in MODES:
        found = run_converted(conversion, feeds, mode)
        assert len(found) == len(expected)
        for own, other in zip(found, expected, strict=True):
            assert own.shape == other.shape
            assert own.dtype == other.dtype
            np.testing.assert_allclose(own, other, rtol=1e-4, atol=1e-4 * float(np.abs(other).max()))


def check_gradients(
    conversion: ModelConversion, parameters: Sequence[Any], gradients: Sequence[Any], source: Any
) -> None:
    """The gradients are those that the parameters of the source, a module of PyTorch, have.

    Of what an exporter took out of a table, only the sum is compared.
    """
    (entries,) = json.loads(conversion.weight_map.read_text()).values()
    names = {entry["converted_weight"]["name"]: entry["source_weight"]["name"] for entry in entries}
    expected = {name: parameter.grad.numpy() for name, parameter in source.named_parameters()}
    assert {names[parameter.name] for parameter in parameters} == set(expected)
    largest = max(float(np.abs(gradient).max()) for gradient in expected.values())
    for parameter, gradient in zip(parameters, gradients, strict=True):
        own, other = gradient.asnumpy(), expected[names[parameter.name]]
        if own.shape != other.shape:
            own, other = (item.reshape(-1, item.shape[-1]).sum(0) for item in (own, other))
        noise = (
            1e-6 * largest
        )  # what has no influence at all, as a bias before a softmax, has gradients of nothing else
        np.testing.assert_allclose(
            own, other, rtol=1e-3, atol=1e-3 * float(np.abs(other).max()) + noise, err_msg=parameter.name
        )


def image(shape: tuple[int, ...]) -> Array:
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def class_names(script: Path) -> list[str]:
    return [node.name for node in ast.parse(script.read_text()).body if isinstance(node, ast.ClassDef)]


def line_count(script: Path) -> int:
    return len(script.read_text().splitlines())


def check_report(conversion: ModelConversion) -> None:
    """Every node is converted, at the place in the script that the report says."""
    lines = conversion.script.read_text().splitlines()
    for found in conversion.diagnostics:
        assert found.outcome is not Outcome.UNCONVERTED, found
        if found.line:
            name = found.target.rpartition(".")[2]
            assert not name.isidentifier() or name in "\n".join(lines[found.line - 1 : found.line + 8]), found


def convert(tmp_path: Path, model: Path, **options: Any) -> ModelConversion:
    return convert_model(model, output=tmp_path, **options)


def check_style(conversion: ModelConversion) -> None:
    """The script is what `ruff format` would make of it, and `ruff check` finds nothing."""
    for command in (["format", "--diff", "--line-length", "120"], ["check", "--quiet"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--isolated", str(conversion.script)]
        done = subprocess.run(ruff, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
