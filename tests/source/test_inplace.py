"""Methods and functions that change a tensor in place: what is left of the change, in text and in numbers."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from mindconverter.report.diagnostics import Outcome
from mindconverter.verify.script_example import script_examples
from tests.rules.shipped import tables
from tests.source.conversion import convert, shipped

FUNCTION = """\
import torch
import torch.nn as nn
import torch.nn.functional as F
def f(x: torch.Tensor, y: torch.Tensor, i):
    a = x.clone()
    {}
    return a
"""

REBOUND = [
    ("a.add_(1)", "a = a.add(1)"),
    ("a.add_(1).mul_(y)", "a = a.add(1).mul(y)"),
    ("b = a.add_(1)", "b = a = a.add(1)"),
    ("a = a.add_(1)", "a = a.add(1)"),
    ("F.relu_(a)", "a = ops.relu(a)"),
    ("torch.exp_(a)", "a = ops.exp(a)"),
    ("a.t_()", "a = a.t()"),
    ("a.lt_(1)", "a = (a < 1).astype(a.dtype)"),
    ("return a.add_(1)", "return a.add(1)"),
    ("a = torch.randn(2).mul_(2)", "a = ops.randn(2).mul(2)"),
]
WRITTEN = [
    ("x.add_(1)", "x[:] = x.add(1)"),
    ("a[0].add_(1)", "a[0] = a[0].add(1)"),
    ("a[:, -1].add_(1)", "a[:, -1] = a[:, -1].add(1)"),
    ("i.w.add_(1)", "i.w.copy_(i.w.add(1))"),
    ("return x.add_(1)", "x[:] = x.add(1)\n    return x"),
    ("a.view(-1).add_(1)", "a.view(-1)[:] = a.view(-1).add(1)"),
    ("a[1].copy_(y)", "a[1][:] = y"),
    ("i.w.copy_(y, True)", "i.w.copy_(y)"),
    ("a.copy_(y + 1)", "a[:] = y + 1"),
    ("return a.copy_(y)", "a[:] = y\n    return a"),
    ("(a if i else x).copy_(y)", "(a if i else x)[:] = y"),
    ("print(a.add_(1))", "print(write_into(a, a.add(1)))"),
    ("if i: return x.add_(1)", "if i: return write_into(x, x.add(1))"),
    ("i([row.add_(1) for row in i])", "i([write_into(row, row.add(1)) for row in i])"),
    ("i.apply(lambda row: row.mul_(2))", "i.apply(lambda row: write_into(row, row.mul(2)))"),
    ("print(i.w.lt_(1))", "print(write_into(i.w, (i.w < 1).astype(i.w.dtype)))"),
    ("b = x; b.t_(); print(x)", "b = x; b.assign_value(b.t()); print(x)"),
    ("print(x.t_())", "print(x.assign_value(x.t()))"),
    ("b = x.t_().unsqueeze_(0)", "b = x.assign_value(x.t().unsqueeze(0))"),
    ("x[0].unsqueeze_(0)", "x[0].unsqueeze(0)"),
    ("b = a.add_(1); b.mul_(2)", "b = a = a.add(1); b[:] = b.mul(2)"),
]


@pytest.mark.parametrize(("before", "after"), REBOUND)
def test_a_tensor_without_another_name_gets_the_new_value(before: str, after: str) -> None:
    assert convert(FUNCTION.format(before)).code.split("a = x.copy()\n    ")[1] == f"{after}\n    return a\n"


@pytest.mark.parametrize(("before", "after"), WRITTEN)
def test_a_tensor_that_others_may_have_is_written(before: str, after: str) -> None:
    assert convert(FUNCTION.format(before)).code.split("a = x.copy()\n    ")[1] == f"{after}\n    return a\n"


@pytest.mark.parametrize(
    "use",
    [
        "a[y > 0].add_(1)",  # a copy in PyTorch
        "i.make(y).add_(1)",  # what is it?
    ],
)
def test_what_cannot_be_written_is_left_with_advice(use: str) -> None:
    found = convert(FUNCTION.format(use))
    assert use in found.code.replace("a = x.copy()", "a = x.clone()")
    assert [item for item in found.diagnostics if item.outcome is Outcome.UNCONVERTED]


def test_a_parameter_is_assigned_and_a_buffer_written() -> None:
    code = """\
import torch
from torch import nn
class A(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.ones(3))
        self.register_buffer("n", torch.zeros(3))
    def forward(self, x):
        self.w.mul_(0.9)
        self.n.add_(1)
        x.add_(1)
        return x
"""
    found = convert(code)
    assert "ops.assign(self.w, self.w.mul(0.9))\n" in found.code
    assert "self.n.copy_(self.n.add(1))\n" in found.code
    assert "x = x.add(1)\n" in found.code
    assert [item.source for item in found.diagnostics if item.outcome is Outcome.REVIEW] == ["x.add_"]


@pytest.mark.parametrize(
    ("use", "reviewed"),
    [("x += 1", ["x"]), ("b = a; b += 1; print(a)", ["b"]), ("a += 1", []), ("i += 1", []), ("i.w += x", [])],
)
def test_an_operator_that_assigns_is_reviewed_where_another_name_sees_it(use: str, reviewed: list[str]) -> None:
    found = convert(FUNCTION.format(use))
    assert use in found.code
    assert [item.source for item in found.diagnostics if item.outcome is Outcome.REVIEW] == reviewed


NUMBERS = """\
import torch
import torch.nn as nn
import torch.nn.functional as F

def init_(w):
    w.mul_(0.5)
    return w.add_(1)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.ones(3))
        self.register_buffer("n", torch.zeros(3))
        with torch.no_grad():
            self.w.data.fill_(2.0)
            init_(self.w)
            self.w.data.mul_(3)
    def forward(self, x):
        self.n.add_(1)
        self.n.sub_(x[0]).mul_(0.5)
        return x * self.w + self.n

def run(x: torch.Tensor):
    found = []
    a = x.clone()
    a.add_(1).mul_(2)
    b = a.sqrt_()
    found += [a.clone(), b.clone()]
    c = a
    c.neg_()
    found += [a.clone(), c.clone()]
    v = a[1]
    v.exp_()
    a[0, 1].sub_(2)
    a[:, -1].abs_()
    found.append(a.clone())
    w = x.clone()
    w.view(-1).mul_(2)
    w.t().add_(1)
    w.diagonal().mul_(-1)
    init_(w[0])
    found.append(w.clone())
    for row in w:
        row.clamp_(max=1)
    found.append(w.clone())
    d = x.clone()
    for _ in range(3):
        e = d
        d.add_(1)
        found.append(e.clone())
    d.unsqueeze_(0)
    found.append(d.transpose_(1, 2).clone())
    f = x.clone()
    g, v = f, f.view(-1)
    f.t_().unsqueeze_(0)
    v.mul_(2)
    f[0].unsqueeze_(0)
    found += [f.clone(), g.clone(), v.clone()]
    k = v
    v.resize_(2, 2)
    h = f.add_(1)
    h.neg_()
    found += [f, g, h, k]
    p = x.clone()
    q = [p, p.add_(1) + p.mul_(2), p * 2]
    r = [row.neg_() for row in p]
    found += [*q, *r, (lambda t: t.exp_())(p[0]), p]
    net = Net()
    found += [net(x), net(x), net.n, net.w]
    return found
"""


def _run(code: str, call: str, inputs: Mapping[str, Any]) -> Any:
    scope: dict[str, Any] = {}
    exec(code, scope)  # the project's own text
    return eval(call, scope | inputs)  # the same


def _arrays(found: Any) -> list[Any]:
    return [item.detach().numpy() if hasattr(item, "detach") else item.asnumpy() for item in found]


def test_changes_in_place_are_seen_by_all_who_see_them_in_pytorch() -> None:
    import mindspore
    import torch

    x = np.random.default_rng(0).uniform(0.5, 2, (3, 3)).astype(np.float32)
    expected = _arrays(_run(NUMBERS, "run(x)", {"x": torch.from_numpy(x.copy())}))
    found = convert(NUMBERS)
    assert not [item for item in found.diagnostics if item.outcome is Outcome.UNCONVERTED]
    result = _arrays(_run(found.code, "run(x)", {"x": mindspore.Tensor(x)}))
    assert len(result) == len(expected)
    for one, other in zip(result, expected, strict=True):
        np.testing.assert_allclose(one, other, 1e-5, 1e-6)


def _methods() -> list[Any]:
    """Return for each method in place an example of the rule that gives its value."""
    found = []
    examples = {case.rule.head: case for case in reversed(list(script_examples(tables()))) if case.example.runs}
    for head in sorted(shipped().heads):
        rule = shipped().api_rule(head)
        case = examples.get(rule.in_place_of) if rule is not None and rule.in_place_of is not None else None
        if rule is None or case is None or not head.startswith("torch.Tensor."):
            continue
        tree = ast.parse(case.example.source).body
        call = tree[0].value if len(tree) == 1 and isinstance(tree[0], ast.Expr) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "x":
            arguments = ast.unparse(call)[len(ast.unparse(call.func)) :]
            found.append(pytest.param(f"x.{head.rpartition('.')[2]}{arguments}", case, id=head))
    return found


@pytest.mark.parametrize(("call", "case"), _methods())
def test_a_method_in_place_gives_what_pytorch_gives(call: str, case: Any) -> None:
    import mindspore
    import torch

    inputs = case.inputs
    names = ", ".join(f"{name}: torch.Tensor" for name in inputs)
    code = f"import torch\ndef run({names}):\n    x = x.clone()\n    {call}\n    return x\n"
    call_text = f"run({', '.join(inputs)})"
    try:
        expected = _run(code, call_text, {name: torch.as_tensor(value) for name, value in inputs.items()})
    except RuntimeError as error:
        pytest.skip(f"PyTorch does not take this in place: {error}")
    result = _run(convert(code).code, call_text, {name: mindspore.Tensor(value) for name, value in inputs.items()})
    np.testing.assert_allclose(result.asnumpy(), expected.numpy(), 1e-4, 1e-5)
    assert result.shape == tuple(expected.shape)


def test_parentheses_around_a_statement_go_around_the_value() -> None:
    code = (
        "import torch\nimport torch.nn.functional as F\n\ny = torch.ones(2)\n(\n    y.add_(1)\n    .clamp_(0, 1)\n)\n"
    )
    found = convert(code + "(F.relu(y, inplace=True))\n").code
    assert "y = (\n    y.add(1)\n    .clamp(0, 1)\n)\ny = (ops.relu(y))\n" in found
