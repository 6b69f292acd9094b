"""Methods and attributes of values, and what is known of those."""

from __future__ import annotations

from pathlib import Path

import pytest

from mindconverter.report.diagnostics import Outcome
from tests.source.conversion import check_converted, check_unchanged, convert, left, table

TENSOR = """\
rules:
  - torch: torch.Tensor.unsqueeze
    rewrite: "mindspore.ops.unsqueeze({self}, {dim})"
    receiver: any
    returns: torch.Tensor
  - torch: torch.Tensor.repeat
    to: mindspore.Tensor.tile
    args: {reps: "repeats"}
    returns: torch.Tensor
    overloads:
      - signature: "(*repeats: int)"
        to: mindspore.Tensor.tile
        args: {reps: "repeats"}
  - torch: torch.Tensor.T
    rewrite: "mindspore.ops.t({self})"
"""


def lines(code: str, rules: list[Path]) -> list[str]:
    return convert(code, rules).code.splitlines()


def test_the_forward_method_of_a_module_and_its_calls() -> None:
    check_converted(
        """\
        from torch import nn
        class A(nn.Module):
            def forward(self, x):
                return x
        class B(A):
            def forward(self, x, *, y=None):
                if y: return self.forward(y)
                return super().forward(x)
            def other(self): return self.forward
        a = A()
        a.forward(1)
        """,
        """\
        from mindspore import nn
        class A(nn.Cell):
            def construct(self, x):
                return x
        class B(A):
            def construct(self, x, *, y=None):
                if y: return self.construct(y)
                return super().construct(x)
            def other(self): return self.construct
        a = A()
        a.construct(1)
        """,
    )


@pytest.mark.parametrize(
    "code",
    [
        "class A:\n    def forward(self, x):\n        return self.forward(x)\n",
        "def forward(x):\n    return forward(x)\n",
        "class A:\n    class nn:\n        Module = object\n    class B(nn.Module):\n        def forward(self): pass\n",
        "car.forward()\n",
        "class Car:\n    def forward(self): pass\nCar().forward()\n",
    ],
)
def test_a_method_called_forward_elsewhere(code: str) -> None:
    assert check_unchanged(f"# No torch.\n{code}") == ()


def test_a_class_within_a_function() -> None:
    check_converted(
        """\
        from torch import nn
        def f():
            class A(nn.Module):
                async def forward(self): pass
            return A().forward()
        """,
        """\
        from mindspore import nn
        def f():
            class A(nn.Cell):
                async def construct(self): pass
            return A().construct()
        """,
    )


def test_a_class_whose_base_is_not_known_is_reported() -> None:
    found = check_unchanged(
        "import torch\nfrom bases import Base\nclass A(Base):\n    def forward(self, x): return torch.foo\n"
    )
    assert "forward" in left(found)


KNOWN = [
    "def f(x: Tensor):\n    return x.unsqueeze(0)",
    "def f(x: 'torch.Tensor'):\n    return x.unsqueeze(0)",
    "def f(x: Optional[Tensor]):\n    return x.unsqueeze(0)",
    "def f(x: Tensor | None = None):\n    return x.unsqueeze(0)",
    "class A(nn.Module):\n    def forward(self, x):\n        return x.unsqueeze(0)",
    "class A(nn.Module):\n    def forward(self, x):\n        return (x + 1).unsqueeze(0)",
    "class A(nn.Module):\n    def forward(self, x):\n        x = 2 * x[0]\n        return x.unsqueeze(0)",
    "class A(nn.Module):\n    def forward(self, x):\n        for y in x:\n            y = y.unsqueeze(0)",
    "class A(nn.Module):\n    def __init__(self):\n        self.a = nn.ReLU()\n"
    "    def forward(self, x):\n        return self.a(x).unsqueeze(0)",
    "x = torch.flatten(y)\nz = x.unsqueeze(0)",
    "x = torch.cat([a, b])\nif x is not None:\n    z = x.unsqueeze(0)",
    "def f(x):\n    if isinstance(x, Tensor):\n        return x.unsqueeze(0)",
    "def f(x):\n    if not isinstance(x, torch.Tensor):\n        raise TypeError\n    return x.unsqueeze(0)",
    "def f(xs: list[Tensor]):\n    return [x.unsqueeze(0) for x in xs]",
    "def f(xs: tuple[int, Tensor]):\n    a, b = xs\n    return b.unsqueeze(0)",
    "def f() -> Tensor: ...\nx = f().unsqueeze(0)",
    "p = nn.Parameter(x)\nq = p.unsqueeze(0)",
]


@pytest.mark.parametrize("code", KNOWN)
def test_a_value_that_is_known_to_be_a_tensor(code: str, tmp_path: Path) -> None:
    head = "import torch\nfrom torch import Tensor, nn\nfrom typing import Optional\n"
    found = convert(f"{head}{code}\n", table(tmp_path, TENSOR))
    assert "ops.unsqueeze(" in found.code
    assert not [item for item in found.diagnostics if item.outcome is Outcome.WARNED], "the kind is known"


def test_a_value_of_which_nothing_is_known(tmp_path: Path) -> None:
    found = convert("import torch\nz = x.unsqueeze(0)\n", table(tmp_path, TENSOR))
    assert found.code.endswith("z = ops.unsqueeze(x, 0)\n")
    assert [item.outcome for item in found.diagnostics if item.source == "x.unsqueeze"] == [Outcome.WARNED]


def test_a_method_that_others_may_have_is_left_and_reported(tmp_path: Path) -> None:
    assert left(check_unchanged("import torch\nz = torch.foo\ny = x.repeat(2)\n", rules=table(tmp_path, TENSOR))) == [
        "import torch",
        "torch.foo",
        "x.repeat",
    ]


@pytest.mark.parametrize(
    "code",
    [
        "z = 'a b'.split(' ')",
        "z = []\nz.append(1)\nz.sort()",
        "z = {}\nz.update(a=1)\nfor k, v in z.items(): pass",
        "z = open(p)\nz.read()",
        "class A:\n    def unsqueeze(self, x): return x\nA().unsqueeze(0)",
        "class A:\n    def f(self): return self.unsqueeze(0)\n    def unsqueeze(self, x): return x",
        "def f(s: str): return s.repeat(1)",
        "n = 1\nm = (n + 2).T",
        "x.shape, x.dtype, x.copy(), x.T",
    ],
)
def test_values_that_are_no_tensors(code: str, tmp_path: Path) -> None:
    assert check_unchanged(f"# No torch.\n{code}\n", rules=table(tmp_path, TENSOR)) == ()


def test_an_attribute_that_becomes_a_call(tmp_path: Path) -> None:
    assert lines("import torch\nx = torch.flatten(y).T @ z\n", table(tmp_path, TENSOR))[-1] == (
        "x = ops.t(ops.flatten(y, start_dim=0)) @ z"
    )


LAYERS = """\
import torch
from torch import nn
class A(nn.Module):
    def __init__(self, norm=None):
        super().__init__()
        if norm is None:
            norm = nn.BatchNorm2d
        self.conv = nn.Conv2d(1, 2, 3)
        self.bn = nn.BatchNorm2d(1)
        self.any = norm(1)
    def init(self):
        {}
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("self.bn.weight", "self.bn.gamma"),
        ("self.bn.bias.data", "self.bn.beta.data"),
        ("self.bn.running_mean", "self.bn.moving_mean"),
        ("self.conv.weight", "self.conv.weight"),
        ("self.weight", "self.weight"),
        ("other.weight", "other.weight"),
        ("self.bn.eps", "self.bn.eps"),
        ("[m.bias for m in self.modules() if isinstance(m, (nn.BatchNorm2d, nn.GroupNorm))]", "m.beta for m in"),
        ("[m.bias for m in self.modules() if isinstance(m, nn.Conv2d)]", "m.bias for m in"),
        ("self.any.weight", "self.any.gamma"),
    ],
)
def test_parameters_of_layers(before: str, after: str) -> None:
    assert after in convert(LAYERS.format(before)).code


def test_parameters_of_layers_that_may_be_of_several_kinds() -> None:
    found = convert(LAYERS.format("[m.bias for m in self.modules() if isinstance(m, (nn.BatchNorm2d, nn.Conv2d))]"))
    assert "m.bias" in left(found.diagnostics)


@pytest.mark.parametrize("parameter", ["norm=None", "norm: Callable[..., nn.Module] | None = None"])
def test_a_layer_that_a_caller_may_replace_is_to_be_reviewed(parameter: str) -> None:
    code = LAYERS.format("self.any.weight").replace("norm=None", parameter)
    found = convert(f"from typing import Callable\n{code}")
    assert "self.any.gamma" in found.code
    assert [item.source for item in found.diagnostics if item.outcome is Outcome.REVIEW] == ["self.any.weight"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def __init__(self, a):\n        super().__init__(a, a, 3, padding=1)", "super().__init__(a, a, 3, pad_mode="),
        ("def __init__(self, a, **kw):\n        super().__init__(a, a, 3, **kw)", "super().__init__(a, a, 3, **kw)"),
        ("pass", "pass"),
    ],
)
def test_the_initialiser_of_a_layer_that_is_derived_from(before: str, after: str) -> None:
    found = convert(f"from torch import nn\nclass A(nn.Conv2d):\n    {before}\n").code
    assert after in found
    # Who makes an instance of a class without an initialiser gives the source's arguments.
    assert ("class A(Conv2d)" in found) == ("**kw" in before or before == "pass")


def test_a_sequence_with_attributes_needs_the_helper() -> None:
    body = "def __init__(self):\n        super().__init__()\n        self.a = nn.ReLU()\n"
    found = convert(f"from torch import nn\nclass A(nn.Sequential):\n    {body}")
    assert found.helpers == ("Sequential",)
    assert "class A(Sequential):" in found.code


@pytest.mark.parametrize(
    "use",
    ["detach()", "transpose(0, 'c')", "cpu()", "gather(1, y)", "scatter(1, y, z)", "nonzero()", "expand(2)"],
)
def test_methods_that_not_only_tensors_have_need_a_known_receiver(use: str) -> None:
    assert f"x.{use}" in convert(f"import torch\nx = socket(torch.foo)\nx.{use}\n").code
    assert f"x.{use.partition('(')[0]}" in left(convert(f"import torch\nx = socket(torch.foo)\nx.{use}\n").diagnostics)
    known = convert(f"import torch\nx = torch.relu(y)\nx.{use}\n".replace("'c'", "-1"))
    assert f"x.{use.partition('(')[0]}" not in left(known.diagnostics)


def test_methods_that_are_read_from_a_class() -> None:
    found = convert(
        """\
from torch import nn
class A(nn.Conv2d):
    def forward(self, x):
        nn.Conv2d.reset_parameters(self)
        return nn.Conv2d.forward(self, x)
class B(nn.Embedding):
    pass
e = B.from_pretrained(w)
"""
    )
    assert "return Conv2d.construct(self, x)" in found.code
    assert left(found.diagnostics)[1:] == ["nn.Conv2d.reset_parameters", "B.from_pretrained"]


def test_what_all_of_several_layers_have() -> None:
    found = convert(
        """\
from torch import nn
def reset(net: nn.Module):
    for m in net.modules():
        if isinstance(m, (nn.Linear, nn.BatchNorm2d)):
            m.reset_parameters()
"""
    )
    assert "            reset_parameters_of(m)\n" in found.code
    assert not left(found.diagnostics)


def test_the_inside_of_a_layer_is_refused_with_advice_on_the_class() -> None:
    found = convert(
        "from torch import nn\nlstm = nn.LSTM(3, 4)\nlstm.check_input(x, None)\nlstm.flatten_parameters()\n"
    )
    assert "lstm.flatten_parameters" not in found.code
    (remark,) = [item.say for item in found.diagnostics if item.outcome is Outcome.UNCONVERTED]
    assert "named_parameters gives the weights" in remark


def test_operators_that_the_tensors_of_the_target_lack() -> None:
    found = convert(
        """\
import torch
def f(x: torch.Tensor, n: int):
    a = torch.arange(4)
    a >>= n
    a[0] <<= 1
    return ~a, ~(x > 0), ~x, 2 & a, n >> 1, (1 << a) + x, ((a >> 1) >> n).sum(), not(a >> 1), f((a >> 1) & 1)
"""
    )
    assert "    a = ops.bitwise_right_shift(a, n)\n    a[0] <<= 1\n" in found.code
    assert "return bitwise_not(a), ~(x > 0), ~x, a & 2, n >> 1, ops.bitwise_left_shift(1, a) + x, " in found.code
    nested = "ops.bitwise_right_shift(ops.bitwise_right_shift(a, 1), n).sum()"
    assert f"{nested}, not(ops.bitwise_right_shift(a, 1)), f(ops.bitwise_right_shift(a, 1) & 1)" in found.code
    assert left(found.diagnostics) == ["a[0]"]
    assert [item.source for item in found.diagnostics if item.outcome is Outcome.REVIEW] == ["~x"]


def test_members_of_types_that_are_named() -> None:
    found = convert("import torch\nx = torch.int32.is_complex\n")
    assert "x = mindspore.int32 in (mindspore.complex64, mindspore.complex128)" in found.code
