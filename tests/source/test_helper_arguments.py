"""Arguments of a call that becomes a helper: what it does not take goes where a rule or a policy speaks of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.source.conversion import convert, table

TABLE = """\
rules:
  - {torch: torch.hann_window, helper: bell, omit: layout}
  - {torch: torch.Tensor.cumsum, helper: sums}
"""
HELPERS = '''\
def bell(window_length, *, sym=True, device=None):
    """Return a bell."""


def sums(input, dim, **options):
    """Return sums."""
'''


@pytest.mark.parametrize(
    ("call", "result"),
    [
        ("torch.hann_window(6, layout=torch.strided)", "bell(6)"),
        ("torch.hann_window(6, pin_memory=False, device=d)", "bell(6, device=d)"),
        ("torch.hann_window(layout=torch.strided, window_length=6)", "bell(window_length=6)"),
    ],
)
def test_what_the_helper_lacks_goes(call: str, result: str, tmp_path: Path) -> None:
    assert convert(f"import torch\n{call}\n", table(tmp_path, TABLE, HELPERS)).code.endswith(f"\n{result}\n")


@pytest.mark.parametrize(
    ("call", "result"),
    [
        ("torch.hann_window(6)", "bell(6)"),
        ("torch.hann_window(6, device=d)", "bell(6, device=d)"),
        ("torch.hann_window(window_length=6)", "bell(window_length=6)"),
        ("torch.zeros(2).cumsum(0)", "sums(ops.zeros((2,)), 0)"),
        ("torch.zeros(2).cumsum(0, dtype=torch.float64)", "sums(ops.zeros((2,)), 0, dtype=mindspore.float64)"),
        ("torch.zeros(2).cumsum(dim=0)", "sums(ops.zeros((2,)), dim=0)"),
    ],
)
def test_what_the_helper_takes_stays(call: str, result: str, tmp_path: Path) -> None:
    assert convert(f"import torch\n{call}\n", table(tmp_path, TABLE, HELPERS)).code.endswith(f"\n{result}\n")
