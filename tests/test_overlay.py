"""The example of tables for a library of one's own: it converts and runs, by a folder and as an installed package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mindconverter import convert_checkpoint, convert_model, convert_source
from mindconverter.rules.lint import run_lint

EXAMPLE = Path(__file__).parents[1] / "examples" / "overlay"
TABLES = EXAMPLE / "acme_rules" / "tables"
SCRIPT = (EXAMPLE / "classifier.py").read_text()


def test_lint_finds_nothing_in_the_tables() -> None:
    assert run_lint([TABLES]) == ()


def test_a_script_that_uses_the_library_computes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    import mindspore
    import torch

    monkeypatch.syspath_prepend(EXAMPLE)
    found = convert_source(SCRIPT, rules=[TABLES])
    assert "import acme_layers" not in found.code
    assert "torch" not in found.code
    assert found.helpers == ("GatedLinear",)
    before: dict[str, object] = {"__name__": "before"}
    after: dict[str, object] = {"__name__": "after"}
    exec(SCRIPT, before)
    exec(found.code, after)
    torch.manual_seed(0)
    source = before["Classifier"]().eval()  # type: ignore[operator]
    for parameter in source.parameters():
        torch.nn.init.normal_(parameter)
    result = after["Classifier"]()  # type: ignore[operator]
    weights = convert_checkpoint(source.state_dict(), result, rules=[TABLES])
    assert mindspore.load_param_into_net(result, weights, strict_load=True) == ([], [])
    x = np.random.default_rng(0).normal(size=(4, 8)).astype(np.float32)
    expected = source(torch.from_numpy(x)).detach().numpy()
    np.testing.assert_allclose(result(mindspore.Tensor(x)).asnumpy(), expected, rtol=1e-4, atol=1e-5)


def test_what_the_target_cannot_do_is_refused() -> None:
    code = "import acme_layers\n\n\ndef f(x):\n    return acme_layers.soft_threshold(x, inplace=True)\n"
    found = convert_source(code, rules=[TABLES])
    assert found.code == code
    (reason,) = (item for item in found.diagnostics if "soft_threshold" in item.source)
    assert reason.say == "The result is a new tensor here. Call it without inplace, and assign the result."
    assert reason.rule.startswith(f"{TABLES}/acme_layers.yaml:")


def test_a_model_with_an_operator_of_the_library_computes_the_same(tmp_path: Path) -> None:
    import mindspore
    import onnx
    from onnx import TensorProto, helper

    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, (2, 3)) for name in "xy")
    node = helper.make_node("SoftThreshold", ["x"], ["y"], domain="acme", amount=0.25)
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("acme", 1)]
    onnx.save(helper.make_model(helper.make_graph([node], "g", [x], [y]), opset_imports=opsets), tmp_path / "m.onnx")
    values = np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3)
    found = convert_model(tmp_path / "m.onnx", output=tmp_path, rules=[TABLES]).load()(mindspore.Tensor(values))
    expected = np.sign(values) * np.maximum(np.abs(values) - 0.25, 0)
    np.testing.assert_allclose(found.asnumpy(), expected, rtol=1e-6, atol=1e-7)


def test_an_installed_package_brings_its_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flags = ["--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check", "--quiet"]
    command = [sys.executable, "-m", "pip", "install", *flags, "--target", str(tmp_path / "site"), str(EXAMPLE)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    monkeypatch.syspath_prepend(tmp_path / "site")
    for name in ("acme_rules", "acme_layers"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert convert_source(SCRIPT).code == convert_source(SCRIPT, rules=[TABLES]).code
    assert "acme_layers" not in sys.modules  # the tables are found without importing the library and PyTorch with it
