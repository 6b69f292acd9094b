"""``mindconverter check`` and the hooks that other projects take from here."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import yaml

from mindconverter.cli.main import main

ROOT = Path(__file__).parents[2]
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}


def run_hook(name: str, *files: str) -> int:
    program, *arguments = shlex.split(HOOKS[name]["entry"])
    assert program == "mindconverter"
    return main([*arguments, *files])


def test_the_hook_tells_what_would_be_left_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.py").write_text("import torch\nx = torch.relu(torch.ones(3))\n")
    Path("bad.py").write_text("import torch\nx = torch.special.airy_ai(torch.ones(3))\n")
    Path("other.py").write_text("x = 1\n")
    assert run_hook("mindconverter", "good.py", "other.py") == 0
    assert capsys.readouterr().out == ""
    assert run_hook("mindconverter", "good.py", "bad.py") == 1
    assert "bad.py:2:4: torch.special.airy_ai would not be converted." in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.py", "good.py", "other.py"]


def test_the_hook_checks_rules(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.yaml").write_text("format: 1\nrules:\n  - {torch: torch.abs, to: mindspore.ops.absolutely}\n")
    assert run_hook("mindconverter-rules-lint", str(tmp_path / "mine.yaml")) == 1
    assert "R006" in capsys.readouterr().out
