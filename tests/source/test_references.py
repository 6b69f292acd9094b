"""APIs that are named without a call."""

from __future__ import annotations

import pytest

from mindconverter.report.diagnostics import Outcome
from tests.source.conversion import check_unchanged, convert, left

HEAD = "import torch\nfrom torch import nn, Tensor\nfrom functools import partial\n"


def last(code: str) -> str:
    return convert(f"{HEAD}{code}\n").code.splitlines()[-1]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x: nn.BatchNorm2d = y", "x: nn.BatchNorm2d = y"),
        ("def f(x: Tensor) -> nn.Linear: ...", "def f(x: Tensor) -> nn.Dense: ..."),
        ("def f(x: list[nn.Linear] | None): ...", "def f(x: list[nn.Dense] | None): ..."),
        ("isinstance(x, nn.Linear)", "isinstance(x, nn.Dense)"),
        ("isinstance(x, (nn.Linear, nn.BatchNorm2d))", "isinstance(x, (nn.Dense, nn.BatchNorm2d))"),
        ("issubclass(x, nn.Linear)", "issubclass(x, nn.Dense)"),
        ("type(x) is nn.Linear", "type(x) is nn.Dense"),
        ("class A(nn.Module): ...", "class A(nn.Cell): ..."),
        ("def f(x: 'nn.Linear', *y: list['Tensor']): ...", "def f(x: 'nn.Dense', *y: list['Tensor']): ..."),
        ("x: 'dict[str, torch.nn.Linear | None]'", "x: 'dict[str, nn.Dense | None]'"),
        ("def f() -> 'nn.BatchNorm2d': ...", "def f() -> 'nn.BatchNorm2d': ..."),
        ("x: torch.jit.Final[bool]", "x: Final[bool]"),
        ("class A(torch.utils.data.Sampler[int]): ...", "class A(Sampler[int]): ..."),
    ],
)
def test_types_become_the_targets_types(before: str, after: str) -> None:
    assert last(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = nn.BatchNorm2d", "x = BatchNorm2d"),
        ("x = partial(nn.BatchNorm2d, eps=1e-3)", "x = partial(BatchNorm2d, eps=1e-3)"),
        ("def f(x=nn.BatchNorm2d): ...", "def f(x=BatchNorm2d): ..."),
        ("x = [nn.BatchNorm2d]", "x = [BatchNorm2d]"),
        ("x = nn.Module", "x = nn.Cell"),
    ],
)
def test_classes_that_are_passed_around_keep_the_sources_arguments(before: str, after: str) -> None:
    assert last(before) == after


def test_a_module_as_a_value_is_to_be_reviewed() -> None:
    found = convert("import torch.nn.functional as F\nf = getattr(F, name)\n")
    assert found.code == "from mindspore import ops\nf = getattr(ops, name)\n"
    assert [item.source for item in found.diagnostics if item.outcome is Outcome.REVIEW] == ["F"]


@pytest.mark.parametrize(
    "use", ["torch.version.cuda", "torch.backends.cudnn.benchmark", "torch.no_such_thing", "nn.Foo.bar"]
)
def test_what_no_rule_covers_stays(use: str) -> None:
    assert use in left(check_unchanged(f"import torch, torch.nn as nn\nx = torch.foo, {use}, nn.Foo\n"))


def test_advice_names_the_targets_api_of_the_same_name() -> None:
    found = check_unchanged("import torch\nx = torch.nn.CellDict\n")
    assert any("Maybe could convert to mindspore.nn.CellDict." in item.say for item in found)


@pytest.mark.parametrize(
    "code",
    [
        "x: Literal['torch.Tensor'] = 'torch.Tensor'",
        "x: 'torch.Tensor is not Python'",
        "x: 'A' = torch_",
        'x: """\ntorch.Tensor"""',
    ],
)
def test_strings_that_are_no_annotations(code: str) -> None:
    assert check_unchanged(f"{code}\n") == ()


def test_a_constant_in_a_comparison_is_no_type() -> None:
    assert last("low = x == -torch.inf or torch.nan != y") == 'low = x == -float("inf") or float("nan") != y'


def test_marks_for_the_tracer_go() -> None:
    code = "import torch\n@torch.fx.wrap\ndef f(x):\n    return x\ntorch.fx.wrap('g')\n"
    assert convert(code).code == "import mindspore\ndef f(x):\n    return x\n"
    assert left(convert("import torch.fx\ng = torch.fx.wrap\n").diagnostics) == ["import torch.fx", "torch.fx.wrap"]


def test_datasets_and_samplers_take_the_type_of_their_items() -> None:
    names = ("Dataset", "IterableDataset", "Subset", "ConcatDataset", "DataLoader", "Sampler")
    source = "from torch.utils import data\n" + "".join(f"class {x}(data.{x}[int]): ...\n" for x in names)
    exec(convert(source).code, {"__name__": "converted"})  # the project's own text


def test_classes_to_test_for_are_no_base() -> None:
    code = "from torch import nn\nclass A(nn.modules.batchnorm._BatchNorm): ...\n"
    assert left(check_unchanged(code)) == ["from torch import nn", "nn.modules.batchnorm._BatchNorm"]
