"""Real scripts, converted twice."""

from __future__ import annotations

import ast
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.source.conversion import convert


def _scripts() -> list[Path]:
    spec = find_spec("torchvision")
    return sorted(Path(spec.origin).parent.glob("models/**/*.py")) if spec is not None and spec.origin else []


@pytest.mark.parametrize("path", _scripts(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_second_conversion_changes_nothing(path: Path) -> None:
    code = convert(path.read_text(encoding="utf-8")).code
    ast.parse(code)
    assert convert(code).code == code


@pytest.mark.parametrize("value", ["y", "None or y", "self.y"])
def test_an_output_argument_of_which_nothing_is_known_is_not_dropped(value: str) -> None:
    code = convert(f"import torch\ntorch.maximum(a, b, out={value})\n").code
    assert code.endswith(f"\nwrite_into({value}, ops.maximum(a, b))\n")
    assert convert(code).code == code
