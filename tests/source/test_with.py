"""Context managers and decorators that have no place in the target."""

from __future__ import annotations

import pytest

from mindconverter.report.diagnostics import Outcome
from tests.source.conversion import check_converted, check_unchanged, convert

HEAD = "import torch\n"


def converted(code: str) -> str:
    return convert(HEAD + code).code.removeprefix("import mindspore\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("with torch.no_grad():\n    f()\n", "f()\n"),
        ("with torch.no_grad():  # Comment.\n    f()\ng()\n", "f()\ng()\n"),
        ("with torch.no_grad():\n\n    # About f.\n    f()  # Here.\n    # Last.\n# Outer.\n",
         "\n# About f.\nf()  # Here.\n# Last.\n# Outer.\n"),
        ("with torch.no_grad(): f(); g()\n", "f(); g()\n"),
        ("with torch.no_grad():\n\tf()\n", "f()\n"),
        ("if x:\n  with torch.no_grad():\n      f()\n", "if x:\n  f()\n"),
        ("with (torch.no_grad()):\n    f()\n", "f()\n"),
        ("with torch.inference_mode(), torch.enable_grad():\n    f()\n", "f()\n"),
        ("with torch.set_grad_enabled(x):\n    f()\n", "f()\n"),
        ("with torch.autocast('cuda', enabled=x):\n    f()\n", "f()\n"),
        ("with torch.no_grad():\n    with torch.enable_grad():\n        f(\n            1,\n        )\n",
         "f(\n    1,\n)\n"),
        ("with torch.no_grad():\n    @g\n    def f(): ...\n", "@g\ndef f(): ...\n"),
        ("with torch.no_grad():\n    torch.cuda.empty_cache()\n", "pass\n"),
        ("with torch.no_grad(), open(x) as y:\n    f()\n", "with open(x) as y:\n    f()\n"),
        ("with open(x) as y, torch.no_grad():\n    f()\n", "with open(x) as y:\n    f()\n"),
        ("with (\n    torch.no_grad(),\n    open(x) as y,\n):\n    f()\n", "with (\n    open(x) as y,\n):\n    f()\n"),
        ("@torch.no_grad()\ndef f(): ...\n", "def f(): ...\n"),
        ("@torch.no_grad\n@g\ndef f(): ...\n", "@g\ndef f(): ...\n"),
    ],
)  # fmt: skip
def test_it_goes(before: str, after: str) -> None:
    assert converted(before) == after
    assert converted(before.replace("\n", "\r\n")).replace("\r\n", "\n").removeprefix("import mindspore\n") == after


def test_strings_over_several_lines_stay_as_they_are() -> None:
    check_converted(
        '''\
        import torch
        def f(x):
            with torch.no_grad():
                y = """a
                b
            c"""
                z = f"""{torch.relu(x)}
                    d""" \\
                    "e"
            return y, z
        ''',
        '''\
        import mindspore
        from mindspore import ops
        def f(x):
            y = """a
                b
            c"""
            z = f"""{ops.relu(x)}
                    d""" \\
                "e"
            return y, z
        ''',
    )


def test_calls_that_change_within_the_block_are_laid_out_for_their_new_place() -> None:
    check_converted(
        """\
        import torch
        from mindspore import ops
        if x:
            with torch.no_grad():
                y = torch.flatten(
                    z,
                    1,  # One.
                )
        """,
        """\
        import mindspore
        from mindspore import ops
        if x:
            y = ops.flatten(
                z,
                start_dim=1,  # One.
            )
        """,
    )


@pytest.mark.parametrize(
    ("use", "result"),
    [
        ("with torch.no_grad() as x: ...", "with no_grad() as x: ..."),
        ("with torch.no_grad() if x else y: ...", "with no_grad() if x else y: ..."),
        ("x = torch.no_grad()", "x = no_grad()"),
        ("x = torch.set_grad_enabled(y)", "x = no_grad(y)"),
        ("f = torch.no_grad()(f)", "f = no_grad()(f)"),
        ("f(torch.no_grad)", "f(no_grad)"),
    ],
)
def test_elsewhere_the_helper_takes_its_place(use: str, result: str) -> None:
    found = converted(f"{use}\n")
    assert result in found.splitlines()
    assert "class no_grad" in found


@pytest.mark.parametrize(
    "code",
    ["with torch.autocast('cuda') as x:\n    f()\n", "x = torch.autocast('cuda')\n", "with torch.foo():\n    f()\n"],
)
def test_what_cannot_go_is_reported(code: str) -> None:
    assert any(item.outcome is Outcome.UNCONVERTED for item in check_unchanged(HEAD + code))


def test_the_loss_of_mixed_precision_is_to_be_reviewed() -> None:
    found = convert(f"{HEAD}with torch.autocast('cuda'):\n    f()\n").diagnostics
    assert [item.source for item in found if item.outcome is Outcome.REVIEW] == ["torch.autocast"]
