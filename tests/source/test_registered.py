"""Assignments to attributes that a method registers, such as buffers, which the target takes by that method only."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.source.conversion import convert

NET = """\
import torch
from torch import nn

class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("n", torch.zeros(()))

class Net(Base):
    def __init__(self, base=None):
        super().__init__()
        self.register_buffer("m", None, persistent=False)
        self.register_buffer(name="k", tensor=torch.ones(3), persistent=True)
        self.w = nn.Parameter(torch.ones(3))
        self.plain = torch.ones(3)

    def forward(self, x):
        {0}
        return x
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("self.n = x.mean()", 'self.register_buffer("n", x.mean())'),
        ("self.m = torch.relu(x)", 'self.register_buffer("m", ops.relu(x), persistent=False)'),
        ("self.k = x", 'self.register_buffer("k", x, persistent=True)'),
        ("self.n += x", 'self.register_buffer("n", self.n + x)'),
        ("self.n += (1)", 'self.register_buffer("n", self.n + (1))'),
        ("self.n //= (x +\n            1)", 'self.register_buffer("n", self.n // (x +\n            1))'),
        ("self.n *= x.mean() + 1", 'self.register_buffer("n", self.n * (x.mean() + 1))'),
        ("self.n = self.n * 2 + (\n            1)", 'self.register_buffer("n", self.n * 2 + (\n            1))'),
    ],
)
def test_an_assignment_registers_again(before: str, after: str) -> None:
    assert f"        {after}\n        return x" in convert(NET.replace("{0}", before)).code


@pytest.mark.parametrize(
    "code",
    [
        "self.m = None",
        "self.plain = x",
        "self.plain += 1",
        "self.w = Parameter(x)",
        "self.other = x",
        "n = x",
        "x.n = x",
        "self.plain.n = x",
        "self.n, y = x, 1",
        "print(self.n)",
    ],
)
def test_other_assignments_stay(code: str) -> None:
    assert f"        {code}\n" in convert(NET.replace("{0}", code)).code


def test_the_buffers_of_both_frameworks_move_alike() -> None:
    import mindspore
    import torch

    mindspore.runtime.launch_blocking()
    steps = (
        "self.n += x.mean()\n        self.m = x if self.m is None else self.m + x\n        self.k = self.k[:2] * self.n"
    )
    code = NET.replace("{0}", steps)
    x = np.arange(3, dtype=np.float32)
    found: list[list[Any]] = []
    for text, make in ((code, torch.from_numpy), (convert(code).code, mindspore.Tensor)):
        scope: dict[str, Any] = {}
        exec(text, scope)  # the project's own text
        net = scope["Net"]()
        net(make(x))
        net(make(x))
        found.append([net.n, net.m, net.k])
    for expected, got in zip(*found, strict=True):
        np.testing.assert_allclose(got.asnumpy(), expected.numpy())
