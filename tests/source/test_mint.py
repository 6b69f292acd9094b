"""The twins in mindspore.mint on request."""

from __future__ import annotations

from pathlib import Path

import pytest

from mindconverter import convert_script, convert_source
from mindconverter.errors import BadParameterError

SCRIPT = """\
import torch


def f(x: torch.Tensor):
    y = torch.cumsum(x, dim=1)
    return torch.flatten(y), x.unsqueeze(0)
"""


def test_calls_become_their_twins_on_request() -> None:
    mint = convert_source(SCRIPT, api="mint").code
    assert "mint.flatten(y)" in mint
    assert "ops.cumsum(x, axis=1)" in mint  # its rule names no twin


def test_nothing_becomes_its_twin_otherwise() -> None:
    assert "mint" not in convert_source(SCRIPT).code
    assert convert_source(SCRIPT, api="default").code == convert_source(SCRIPT).code


def test_an_unknown_choice_is_named() -> None:
    with pytest.raises(BadParameterError, match="numpy"):
        convert_source(SCRIPT, api="numpy")


def test_files_take_the_choice_too(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    convert_script(script, tmp_path / "out", api="mint")
    assert "mint.flatten" in (tmp_path / "out" / "script.py").read_text()
