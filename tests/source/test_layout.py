"""Formatting survives: arguments are edited in place."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindconverter.report.diagnostics import Outcome
from tests.source.conversion import check_converted, check_unchanged, convert

HEAD = "from torch import nn\n"
NEW = "from mindspore import nn\n"


def check_call(before: str, after: str) -> None:
    check_converted(f"{HEAD}{before}\n", f"{NEW}{after}\n")


def test_arguments_on_lines_of_their_own_keep_their_comments() -> None:
    check_call(
        """\
x = nn.Conv2d(
    3,  # channels in
    64,  # channels out
    kernel_size=7,
    # halve the size
    stride=2,
    padding=3,
    bias=False,  # the normalisation has one
)""",
        """\
x = nn.Conv2d(
    3,  # channels in
    64,  # channels out
    kernel_size=7,
    # halve the size
    stride=2,
    pad_mode="pad",
    padding=3,
    has_bias=False,  # the normalisation has one
)""",
    )


def test_a_hanging_indent() -> None:
    check_call(
        """\
x = nn.Conv2d(3, 4,
              5,  # five
              padding=(1, 2),  # pad
              bias=False)""",
        """\
x = nn.Conv2d(3, 4,
              5,  # five
              pad_mode="pad",
              padding=(1, 1, 2, 2),
              has_bias=False)""",
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = nn.ReLU( inplace = True )", "x = nn.ReLU()"),
        ("x = nn.ReLU(True)", "x = nn.ReLU()"),
        ("x = nn.ReLU(\n    inplace=True,\n)", "x = nn.ReLU()"),
        ("x = nn.Linear(1, 2 , bias = False)", "x = nn.Dense(1, 2 , has_bias = False)"),
        ("x = nn.Linear(1, 2, bias=(False))", "x = nn.Dense(1, 2, has_bias=(False))"),
        ("x = nn.Linear((1), (2), False)", "x = nn.Dense((1), (2), has_bias=False)"),
        ("x = (nn.Linear)(1, 2)", "x = (nn.Dense)(1, 2)"),
        ("x = nn . Linear (1, 2)", "x = nn.Dense (1, 2)"),
        ("x = nn.Linear(1, 2)(y)", "x = nn.Dense(1, 2)(y)"),
        ("x = nn.Linear(\\\n 1, 2)", "x = nn.Dense(\\\n 1, 2)"),
        ("x = nn.Linear(1,\n\t2)", "x = nn.Dense(1,\n\t2)"),
        ("x = nn.Linear(a if b else c, 2)", "x = nn.Dense(a if b else c, 2)"),
        ("x = nn.Linear(lambda: (1, 2), 2)", "x = nn.Dense(lambda: (1, 2), 2)"),
    ],
)
def test_spacing_and_parentheses(before: str, after: str) -> None:
    check_call(before, after)


def test_quotation_marks_are_the_scripts_own() -> None:
    check_call("x = nn.Conv2d(1, 2, 3), 'a', 'b'", "x = nn.Conv2d(1, 2, 3, pad_mode='valid', has_bias=True), 'a', 'b'")


def test_calls_within_arguments_are_converted_too() -> None:
    check_call(
        "x = nn.Sequential(nn.Linear(1, 2), nn.Sequential(nn.ReLU(inplace=True)))",
        "x = nn.SequentialCell(nn.Dense(1, 2), nn.SequentialCell(nn.ReLU()))",
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("F.relu(y, inplace=True)", "ops.relu(y)"),
        ("F.relu(y, inplace=True,)", "ops.relu(y,)"),
        ("F.relu(y,  # in\n       inplace=True)", "ops.relu(y  # in\n       )"),
        ("F.relu(inplace=True, input=y)", "ops.relu(input=y)"),
        ("F.relu(\n    inplace=True,\n    input=y,\n)", "ops.relu(\n    input=y,\n)"),
        ("F.dropout(y, 0.5, inplace=True, training=z)", "ops.dropout(y, 0.5, training=z)"),
    ],
)
def test_an_argument_that_goes_takes_its_comma(before: str, after: str) -> None:
    check_converted(f"import torch.nn.functional as F\nx = {before}\n", f"from mindspore import ops\nx = {after}\n")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_endings(newline: str) -> None:
    before = [
        "# -*- coding: utf-8 -*-",
        "from torch import nn",
        "",
        "x = nn.ReLU(",
        "    inplace=True)",
        "y = 1\t# tab",
    ]
    found = convert(newline.join(before)).code
    assert found == newline.join(
        ["# -*- coding: utf-8 -*-", "from mindspore import nn", "", "x = nn.ReLU()", "y = 1\t# tab"]
    )


def test_a_script_without_a_newline_at_its_end() -> None:
    check_converted("import torch", "import mindspore")
    check_converted("import torch\nx = torch.flatten", "import mindspore\nfrom mindspore import ops\nx = ops.flatten")


def test_a_byte_order_mark_stays() -> None:
    assert convert("\ufeffimport torch\n").code == "\ufeffimport mindspore\n"


def test_form_feeds_and_unusual_line_separators_are_no_lines() -> None:
    before = "from torch import nn\n\x0c\nx = '\x0b \x1c \u2028'; y = nn.Linear(1, 2)\n"
    assert convert(before).code == before.replace("torch", "mindspore").replace("Linear", "Dense")


LICENCE = (
    "#!/usr/bin/env python\n# Copyright (c) somebody\n#\n#   Licence   text \t\n"
    '"""Docstring."""\nfrom __future__ import annotations\n\n'
)


def test_a_licence_header_survives() -> None:
    found = convert(f"{LICENCE}import torch\nx = torch.flatten(y, 1)\n").code
    assert found == f"{LICENCE}import mindspore\nfrom mindspore import ops\nx = ops.flatten(y, start_dim=1)\n"


def _is_plain(data: bytes) -> bool:
    try:
        ast.parse(data)
    except SyntaxError:
        return False
    return b"torch" not in data


SCRIPTS = sorted(path for path in Path(ast.__file__).parent.glob("*.py") if _is_plain(path.read_bytes()))


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(SCRIPTS))
def test_scripts_of_the_standard_library_are_unchanged(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", errors="replace")
    assert check_unchanged_text(text)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(SCRIPTS))
def test_nothing_of_another_library_is_taken_for_the_framework(path: Path) -> None:
    found = convert(path.read_bytes().decode("utf-8", errors="replace") + "\nimport torch\n")
    certain = [item.source for item in found.diagnostics if item.outcome is Outcome.CONVERTED]
    assert certain == ["import torch"]


def check_unchanged_text(text: str) -> bool:
    return convert(text).code == text


@pytest.mark.parametrize(
    "code",
    [
        "",
        "\n",
        "# torch\n",
        "x = 1\n",
        "def f():\n\treturn torch\n",
        "class A: pass  # torch\n",
        "x = (\n    1,\n    2)\n",
    ],
)
def test_a_script_without_the_framework(code: str) -> None:
    assert check_unchanged(code) == ()
