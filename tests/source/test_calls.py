"""What rules decide comes into the text."""

from __future__ import annotations

from pathlib import Path

import pytest

from mindconverter.report.diagnostics import Outcome
from tests.source.conversion import check_converted, check_unchanged, convert, left, report, table

DROP = """\
rules:
  - {torch: torch.manual_seed, drop: true}
  - {torch: torch.jit.script, drop: true}
"""


def test_a_call_that_is_dropped_takes_its_line(tmp_path: Path) -> None:
    check_converted(
        """\
        import torch
        x = 1
        torch.manual_seed(0)  # repeatable
        y = 2
        """,
        """\
        import mindspore
        x = 1
        y = 2
        """,
        rules=table(tmp_path, DROP),
    )


def test_a_block_that_would_be_empty_gets_pass(tmp_path: Path) -> None:
    check_converted(
        """\
        import torch
        def f():
            torch.manual_seed(0)
        if x(): torch.manual_seed(1)
        try:
            torch.manual_seed(2); torch.manual_seed(3)
        finally:
            y = 1; torch.manual_seed(4)
        """,
        """\
        import mindspore
        def f():
            pass
        if x(): pass
        try:
            pass; pass
        finally:
            y = 1; pass
        """,
        rules=table(tmp_path, DROP),
    )


def test_a_decorator_that_is_dropped_takes_its_line(tmp_path: Path) -> None:
    check_converted(
        """\
        import torch
        @torch.jit.script  # fast
        @property
        def f(x):
            return x
        """,
        """\
        import mindspore
        @property
        def f(x):
            return x
        """,
        rules=table(tmp_path, DROP),
    )


def test_a_dropped_call_whose_result_is_used_stays(tmp_path: Path) -> None:
    code = "import torch\nx = torch.manual_seed(0)\n"
    assert left(check_unchanged(code, rules=table(tmp_path, DROP))) == ["import torch", "torch.manual_seed"]


REWRITE = """\
rules:
  - torch: torch.addcmul
    rewrite: "{input} + {value} * {tensor1} * {tensor2}"
    omit: out
  - torch: torch.trace
    rewrite: "twice({input})"
    helper: twice
"""
TWICE = '''\
import math
from mindspore import ops

FACTOR = 2


def once(x):
    """Return x."""
    return ops.mul(x, math.e)


def twice(x):
    """Return x twice."""
    return once(x) * FACTOR
'''


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("torch.addcmul(a, b, c)", "a + 1 * b * c"),
        ("torch.addcmul(a + 1, b if c else d, -c)", "(a + 1) + 1 * (b if c else d) * (-c)"),
        ("torch.addcmul(a.b, b[0], f(c), value=v)", "a.b + v * b[0] * f(c)"),
        ("2 * torch.addcmul(a, b, c)", "2 * (a + 1 * b * c)"),
        ("torch.addcmul(a, b, c).x", "(a + 1 * b * c).x"),
        ("torch.addcmul(a, b, c)[0]", "(a + 1 * b * c)[0]"),
        ("-torch.addcmul(a, b, c)", "-(a + 1 * b * c)"),
        ("f(torch.addcmul(a, b, c))", "f(a + 1 * b * c)"),
        ("[torch.addcmul(a, b, torch.addcmul(c, d, e))]", "[a + 1 * b * (c + 1 * d * e)]"),
    ],
)
def test_parentheses_where_a_template_needs_them(before: str, after: str, tmp_path: Path) -> None:
    rules = table(tmp_path, REWRITE, TWICE)
    check_converted(f"import torch\nx = {before}\n", f"import mindspore\nx = {after}\n", rules=rules)


def test_a_helper_comes_with_what_it_uses(tmp_path: Path) -> None:
    check_converted(
        "import torch\n\nx = torch.trace(y)\n",
        '''\
        import mindspore
        import math
        from mindspore import ops


        def once(x):
            """Return x."""
            return ops.mul(x, math.e)


        FACTOR = 2


        def twice(x):
            """Return x twice."""
            return once(x) * FACTOR

        x = twice(y)
        ''',
        rules=table(tmp_path, REWRITE, TWICE),
    )


def test_a_helper_keeps_clear_of_the_names_of_the_script(tmp_path: Path) -> None:
    found = convert("import torch\ndef once(math): return math\nx = torch.trace(y)\n", table(tmp_path, REWRITE, TWICE))
    assert "def ms_once(x):\n" in found.code
    assert "return ms_once(x) * FACTOR\n" in found.code
    assert "ops.mul(x, ms_math.e)" in found.code
    assert found.helpers == ("twice",)


def test_a_call_in_place_whose_result_is_not_used_becomes_an_assignment() -> None:
    check_converted(
        """\
        import torch.nn.functional as F
        def f(x):
            F.relu(x, inplace=True)
            F.relu(x)
            return F.relu(x, inplace=True)
        """,
        """\
        from mindspore import ops
        def f(x):
            x = ops.relu(x)
            ops.relu(x)
            return ops.relu(x)
        """,
    )


@pytest.mark.parametrize("call", ["F.relu(x[0], inplace=True)", "F.relu(self.x, inplace=True)", "F.relu(x, inplace=y)"])
def test_a_call_in_place_of_more_than_a_name_is_to_be_reviewed(call: str) -> None:
    found = convert(f"import torch.nn.functional as F\n{call}\n").diagnostics
    assert [item.source for item in found if item.outcome is Outcome.REVIEW] == ["F.relu"]


@pytest.mark.parametrize("quote", ["'", '"'])
def test_strings_within_a_formatted_one_have_other_quotation_marks(quote: str) -> None:
    text = "f{0}{{x.device.type}} {{torch.cuda.is_available():>{{len(str(x.device.type))}}}}{0}"
    code = convert(f"import torch\ndef f(x: torch.Tensor):\n    return {text.format(quote)}\n").code
    compile(code, "converted", "exec")
    other = "'" if quote == '"' else '"'
    assert f"x.device.partition({other}:{other})[0]" in code
    assert f"mindspore.get_context({other}device_target{other}) != {other}CPU{other}:" in code


@pytest.mark.parametrize(
    "call",
    [
        "nn.Conv2d(*sizes)",
        "nn.Conv2d(1, 2, 3, **options)",
        "nn.BatchNorm2d(**options)",
        "nn.RMSNorm(*sizes, **options)",
    ],
)
def test_arguments_known_at_run_time_go_to_the_helper(call: str) -> None:
    found = convert(f"from torch import nn\nx = {call}\n")
    assert found.code.endswith(f"\nx = {call.removeprefix('nn.')}\n")
    assert found.helpers == (call[3 : call.index("(")],)


@pytest.mark.parametrize(
    "call",
    [
        "nn.Linear(1)",
        "nn.Linear(1, 2, 3, 4, 5, 6)",
        "nn.Linear(1, 2, biass=True)",
        "nn.NoSuchLayer()",
    ],
)
def test_what_cannot_be_converted_stays_with_its_import(call: str) -> None:
    found = check_unchanged(f"from torch import nn\nx = {call}\n")
    assert left(found) == ["from torch import nn", call.partition("(")[0]]
    assert all(item.say for item in found)


def test_an_argument_that_goes_is_reported_with_the_apis_in_it() -> None:
    found = check_converted(
        "import torch\nfrom torch import nn\nx = nn.Linear(1, 2, device=torch.device('cpu'))\n",
        "import mindspore\nfrom mindspore import nn\nx = nn.Dense(1, 2)\n",
    )
    assert "line 3:27: [Convert] 'torch.device' is removed. The argument that it stood in is gone." in report(found)


def test_positions_are_those_of_the_source() -> None:
    body = "class A(nn.Module):\n    x = [nn.Linear(1, 2), nn.Foo(1)]\n"
    found = convert(f"import torch\nfrom torch import nn\n\n\n{body}")
    assert report(found.diagnostics) == [
        "[Insert] 'from mindspore import nn' is inserted to the converted file.",
        "line 1:0: [Convert] 'import torch' is converted to 'import mindspore'.",
        "line 2:0: [UnConvert] 'from torch import nn' didn't convert. It stays, as torch_nn, for what is not"
        " converted.",
        "line 5:8: [Convert] 'nn.Module' is converted to 'nn.Cell'.",
        "line 6:9: [Convert] 'nn.Linear' is converted to 'nn.Dense'.",
        "line 6:26: [UnConvert] 'nn.Foo' didn't convert. There is no rule for torch.nn.Foo. Convert it by hand, or add"
        " a rule by --rules.",
    ]


def test_arguments_in_the_targets_order(tmp_path: Path) -> None:
    rules = """\
    rules:
      - torch: torch.outer
        to: mindspore.ops.outer
        args: {input: "vec2", vec2: "input"}
        omit: out
    """
    check_converted(
        "import torch\nx = torch.outer(a, (b))\ny = torch.outer(input=a, vec2=b)\n",
        "import mindspore\nfrom mindspore import ops\nx = ops.outer((b), a)\ny = ops.outer(vec2=a, input=b)\n",
        rules=table(tmp_path, rules),
    )
