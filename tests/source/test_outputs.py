"""Results that a call writes into its argument ``out``: where they go, in text and in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from mindconverter.report.diagnostics import Outcome
from tests.source.conversion import convert, left

FUNCTION = """\
import torch
def f(x: torch.Tensor, y: torch.Tensor, i, out=None):
    c = torch.empty(3)
    v, w = torch.empty(3), torch.empty(3, dtype=torch.int64)
    {}
    return c, v, w
"""
START = "v, w = ops.zeros((3,)), ops.zeros((3,), dtype=mindspore.int64)\n    "

ASSIGNED = [
    ("torch.add(x, y, out=c)", "c = ops.add(x, y)"),
    ("torch.add(out=c, input=x, other=y)", "c = ops.add(input=x, other=y)"),
    ("z = torch.add(x, y, out=c)", "z = c = ops.add(x, y)"),
    ("c = torch.add(x, y, out=c)", "c = ops.add(x, y)"),
    ("torch.add(c, 1, out=c)", "c = ops.add(c, 1)"),
    ("torch.add(x, y, out=None)", "ops.add(x, y)"),
    ("torch.gt(x, y, out=c)", "c = ops.gt(x, y).astype(c.dtype)"),
    ("torch.arange(3, out=c)", "c = ops.arange(3).astype(c.dtype)"),
    ("torch.arange(3, out=w)", "w = ops.arange(3)"),
    ("torch.sort(x, out=(v, w))", "v, w = sort(x)"),
    ("torch.max(x, 0, out=(v, w))", "v, w = ops.max(x, 0)"),
    ("r = torch.max(x, 0, out=[v, w])", "r = v, w = ops.max(x, 0)"),
    ("c[0] = 1; torch.add(x, y, out=c[1:])", "c[0] = 1; c[1:] = ops.add(x, y)"),
    ("torch.add(x, y, out=c).mul_(2)", "c = ops.add(x, y).mul(2)"),
    ("return torch.add(x, y, out=c)", "return ops.add(x, y)"),
    ("return torch.gt(x, y, out=c)", "return ops.gt(x, y).astype(c.dtype)"),
]
WRITTEN = [
    ("torch.add(x, y, out=x)", "write_into(x, ops.add(x, y))"),
    ("torch.add(x, y, out=out)", "write_into(out, ops.add(x, y))"),
    ("return torch.add(x, y, out=out)", "return write_into(out, ops.add(x, y))"),
    ("torch.add(x, y, out=i.buffer)", "write_into(i.buffer, ops.add(x, y))"),
    ("torch.add(x, y, out=x.T)", "write_into(x.T, ops.add(x, y))"),
    ("print(torch.add(x, y, out=c))", "print(write_into(c, ops.add(x, y)))"),
    ("z = c; torch.add(x, y, out=c); print(z)", "z = c; write_into(c, ops.add(x, y)); print(z)"),
    ("z = torch.add(x, y, out=c); z.mul_(2)", "z = c = ops.add(x, y); z[:] = z.mul(2)"),
    ("i([torch.exp(x, out=t) for t in i])", "i([write_into(t, ops.exp(x)) for t in i])"),
    ("i.apply(lambda t: torch.exp(x, out=t))", "i.apply(lambda t: write_into(t, ops.exp(x)))"),
    ("u = torch.add(x, y, out=c) if i else x", "u = write_into(c, ops.add(x, y)) if i else x"),
    ("torch.max(x, 0, out=(v, i))", "write_into((v, i), ops.max(x, 0))"),
    ("v = None; torch.add(x, y, out=v)", "v = None; write_into(v, ops.add(x, y))"),
]


@pytest.mark.parametrize(("before", "after"), [*ASSIGNED, *WRITTEN])
def test_the_result_goes_where_the_argument_says(before: str, after: str) -> None:
    found = convert(FUNCTION.format(before))
    assert not left(found.diagnostics)
    assert found.code.split(START)[1] == f"{after}\n    return c, v, w\n"


@pytest.mark.parametrize(
    "use",
    [
        "torch.add(x, y, out=x[y > 0])",  # a copy in PyTorch
        "torch.add(x, y, ot=c)",
        "torch.unique(x, out=c)",
        "torch.nn.functional.linear(x, y, out=c)",
        "options = {'out': c}; torch.add(x, y, **options)",
        "torch.add(x, y, *i, out=c)",
        "torch.geqrf_unknown(x, out=c)",
    ],
)
def test_what_has_no_place_is_left_with_advice(use: str) -> None:
    found = convert(FUNCTION.format(use))
    assert use in found.code
    assert left(found.diagnostics)


@pytest.mark.parametrize("use", ["i.add(x, y, out=c)", "print(x, y, file=c)", "i(x, out=c)", "x.foo(out=c)"])
def test_what_is_no_api_keeps_its_argument(use: str) -> None:
    assert use in convert(FUNCTION.format(use)).code


def test_a_parameter_of_forward_is_assigned_and_reviewed() -> None:
    code = """\
import torch
from torch import nn
class A(nn.Module):
    def forward(self, x):
        torch.mul(x, 2, out=x)
        return x
"""
    found = convert(code)
    assert "        x = ops.mul(x, 2)\n" in found.code
    assert [item.source for item in found.diagnostics if item.outcome is Outcome.REVIEW] == ["torch.mul"]


NUMBERS = """\
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("n", torch.zeros(3, 3))
        self.register_buffer("m", torch.empty(0))
        self.w = nn.Parameter(torch.ones(3, 3))
    def forward(self, x):
        torch.mul(x, 2, out=self.n)
        torch.sum(x, (0, 1), out=self.m)
        return self.n + self.m

def scaled(x: torch.Tensor, out=None):
    return torch.mul(x, 3, out=out)

def run(x: torch.Tensor, y: torch.Tensor):
    found = []
    c = torch.empty(3, 3)
    torch.add(x, y, out=c)
    found.append(c.clone())
    d = c
    torch.sub(x, y, alpha=2, out=c).mul_(2)
    torch.div(x[0], y[0], out=d[0])
    found += [c.clone(), d]
    e = torch.empty(0)
    f = e
    torch.mm(x, y, out=e)
    found += [e, f]
    values, places = torch.empty(3), torch.empty(3, dtype=torch.int64)
    r = torch.max(x, 1, out=(values, places))
    found += [values, places, r[0], r[1]]
    pair = [torch.empty(3), torch.empty(3, dtype=torch.int64)]
    torch.topk(x, 2, out=(pair[0], pair[1]))
    torch.arange(9, out=d)
    found += [*pair, d]
    g = torch.empty(9)
    found += [torch.arange(9, out=g) / 2, torch.gt(x, y, out=c), c]
    h = torch.zeros(3, 3)
    torch.mul(x, y, out=h.t())
    torch.add(h[1], 1, out=h[:, 2])
    found += [h, scaled(x), scaled(x, h), h]
    total = torch.tensor(0.0)
    again = total
    torch.sum(x, (0, 1), out=total)
    y.sum() if x is y else torch.amax(x, (0, 1), out=total)
    found += [total, again]
    with torch.no_grad():
        net = Net()
        torch.add(net.w, 1, out=net.w)
        found += [net(x), net(y), net.n, net.w]
    return found
"""


def _run(code: str, inputs: Mapping[str, Any]) -> list[Any]:
    scope: dict[str, Any] = {}
    exec(code, scope)  # the project's own text
    found = scope["run"](**inputs)
    return [item.detach().numpy() if hasattr(item, "detach") else item.asnumpy() for item in found]


@pytest.mark.filterwarnings("ignore:An output with one or more elements was resized")
def test_results_are_seen_by_all_who_see_them_in_pytorch() -> None:
    import mindspore
    import torch

    mindspore.runtime.launch_blocking()
    random = np.random.default_rng(0)
    x, y = (random.uniform(0.5, 2, (3, 3)).astype(np.float32) for _ in range(2))
    expected = _run(NUMBERS, {"x": torch.from_numpy(x), "y": torch.from_numpy(y)})
    found = convert(NUMBERS)
    assert not [item for item in found.diagnostics if item.outcome is Outcome.UNCONVERTED]
    result = _run(found.code, {"x": mindspore.Tensor(x), "y": mindspore.Tensor(y)})
    assert len(result) == len(expected)
    for one, other in zip(result, expected, strict=True):
        assert (one.shape, one.dtype) == (other.shape, other.dtype)
        np.testing.assert_allclose(one, other, 1e-5, 1e-6)
