"""Write rule files and lint them as a user's tables."""

from __future__ import annotations

from pathlib import Path

from mindconverter.rules.lint import Finding, run_lint
from tests.rules.lint.broken import HEADER

HELPERS = '''
"""Helpers of the test."""


def halved(input):
    """Halve a tensor."""
    return input / 2


def absolute(input, *, out=None):
    """Take what torch.abs takes."""
    return abs(input)


def flat(input, start_dim=0, end_dim=-1):
    """Take what torch.flatten takes."""
    return input


def anything(*args, **kwargs):
    """Take anything."""


def method_abs(x):
    """Take what torch.Tensor.abs takes."""


class Layer:
    """Inherits what it takes."""


class Scaled:
    """Takes a number."""

    def __init__(self, factor: float, offset: float = 0.0) -> None:
        self.factor, self.offset = factor, offset
'''


def lint_text(folder: Path, text: str, name: str = "rules.yaml") -> tuple[Finding, ...]:
    """Lint the text of a rule file, or of records alone, in a folder of tables with helpers."""
    helpers = folder / "helpers"
    helpers.mkdir(exist_ok=True)
    (helpers / "functions.py").write_text(HELPERS)
    path = folder / name
    text = text.lstrip("\n")
    path.write_text(HEADER + text if text.startswith("- ") else text)
    return run_lint([path])
