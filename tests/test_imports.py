"""Importing the package and asking for help need none of the frameworks."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import mindconverter

HEAVY = ["torch", "tensorflow", "mindspore", "onnx", "onnxruntime", "numpy", "libcst", "yaml", "jsonschema", "rich"]


def modules_after(statement: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after ``statement``."""
    code = f"import sys, json\n{statement}\nprint(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(run.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "statement",
    [
        "import mindconverter",
        "import mindconverter; mindconverter.__version__; dir(mindconverter)",
        "import mindconverter.errors",
        "import mindconverter.cli.main",
        "from mindconverter.cli.main import main\ntry: main(['--help'])\nexcept SystemExit: pass",
        "from mindconverter.cli.main import main\ntry: main(['--version'])\nexcept SystemExit: pass",
    ],
)
def test_start_up_imports_nothing_heavy(statement: str) -> None:
    assert not modules_after(statement) & set(HEAVY)


@pytest.mark.parametrize("mode", ["source", "graph", "weights"])
def test_the_modes_import_frameworks_only_when_they_work(mode: str) -> None:
    loaded = modules_after(f"import mindconverter.{mode}.convert")
    assert not loaded & {"torch", "tensorflow", "mindspore", "onnx", "onnxruntime"}


@pytest.mark.parametrize("name", ["convert_source", "convert_script", "convert_model", "convert_checkpoint"])
def test_the_public_functions_are_at_the_top(name: str) -> None:
    assert getattr(mindconverter, name).__name__ == name
    assert name in dir(mindconverter)
    assert name in mindconverter.__all__


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="convert_everything"):
        _ = mindconverter.convert_everything
