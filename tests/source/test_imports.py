"""The imports of the result."""

from __future__ import annotations

import pytest

from mindconverter.report.diagnostics import Outcome
from tests.source.conversion import check_converted, check_unchanged, convert, report

USE = "x = F.relu(y)\n"


def imports(code: str) -> list[str]:
    return [line for line in convert(code).code.splitlines() if "import" in line]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import torch\n", ["import mindspore"]),
        ("import torch as th\n", ["import mindspore"]),
        ("import torch.nn as nn\n", ["from mindspore import nn"]),
        ("from torch import nn\n", ["from mindspore import nn"]),
        ("import torch.nn.functional as F\n", ["from mindspore import ops"]),
        ("import os, torch, sys\n", ["import os, sys", "import mindspore"]),
        ("from torch import nn, Tensor\nx: Tensor = nn.ReLU()\n", ["from mindspore import Tensor, nn"]),
        ("from torch import Tensor\n", []),
        ("import torch\nimport torch\n", ["import mindspore"]),
        ("import torch\nimport mindspore\n", ["import mindspore"]),
        ("if x:\n    import torch\n", ["    import mindspore"]),
        ("def f():\n    import torch\n", ["    import mindspore"]),
        ("import torch; import os\n", ["import mindspore; import os"]),
        ("from torch.nn import *\n", ["from mindspore import nn"]),
        ("import torch.utils.checkpoint as cp\nx = 1\n", []),
    ],
)
def test_what_becomes_of_an_import(before: str, after: list[str]) -> None:
    assert imports(before) == after


def test_a_missing_import_comes_below_the_last_one_at_the_top() -> None:
    found = check_converted(
        '''\
        """Docstring."""

        from __future__ import annotations

        import os
        import torch
        import sys

        x = torch.flatten(y, 1)

        import late
        ''',
        '''\
        """Docstring."""

        from __future__ import annotations

        import os
        import mindspore
        import sys
        from mindspore import ops

        x = ops.flatten(y, start_dim=1)

        import late
        ''',
    )
    assert report(found)[0] == "[Insert] 'from mindspore import ops' is inserted to the converted file."


def test_an_import_on_one_line_with_its_use() -> None:
    check_converted(
        "import os\nimport torch; x = torch.flatten(y, 1)\n",
        "import os\nfrom mindspore import ops\nimport mindspore; x = ops.flatten(y, start_dim=1)\n",
    )


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("import torch\nops = 1\nx = torch.flatten(y)\n", "ms_ops"),
        ("import torch\nfrom tools import ops\nx = torch.flatten(y)\n", "ms_ops"),
        ("import torch\ndef f(ops):\n    return torch.flatten(y)\n", "ms_ops"),
        ("import torch\nms_ops = ops = 1\nx = torch.flatten(y)\n", "ms_ms_ops"),
        ("import torch\nfrom mindspore import ops\nx = torch.flatten(y)\n", "ops"),
        ("import torch\nfrom mindspore import ops as P\nx = torch.flatten(y)\n", "P"),
        ("import torch\nself.ops = 1\nx = torch.flatten(y)\n", "ops"),
        ("import torch\nclass A:\n    def ops(self):\n        return torch.flatten(y)\n", "ops"),
    ],
)
def test_names_that_the_script_has_already(code: str, name: str) -> None:
    assert f"{name}.flatten(y" in convert(code).code.replace(f"ms_{name}", "")


def test_an_import_that_is_still_needed_stays_beside_its_successor() -> None:
    check_converted(
        "from torch.nn import Linear, Foo\nx = Linear(1, 2), Foo()\n",
        "from torch.nn import Foo\nfrom mindspore import nn\nx = nn.Dense(1, 2), Foo()\n",
    )


def test_what_is_left_gives_its_name_to_the_target() -> None:
    check_converted(
        "import torch.nn as nn\nx: 'nn.Foo' = nn.Linear(1, 2), nn.Foo(nn.ReLU())\n",
        "import torch.nn as torch_nn\nfrom mindspore import nn\n"
        "x: 'torch_nn.Foo' = nn.Dense(1, 2), torch_nn.Foo(nn.ReLU())\n",
    )


@pytest.mark.parametrize(
    "code",
    [
        "import torch.nn as nn\nx = nn.Foo()\n",
        "import torch.nn as nn\n__all__ = ['nn']\nx = nn.Linear(1, 2), nn.Foo()\n",
        "import torch.nn as nn\ndef f(nn):\n    pass\nx = nn.Linear(1, 2), nn.Foo()\n",
        "def f():\n    import torch.nn as nn\n    return nn.Linear(1, 2), nn.Foo()\n",
        "import torch.nn.functional as F\nx = F.relu(y), F.foo()\n",
    ],
)
def test_what_is_left_keeps_a_name_that_the_target_does_not_want_or_cannot_get(code: str) -> None:
    assert "torch_" not in convert(code).code


def test_names_that_all_lists_stay() -> None:
    assert check_unchanged("from torch.nn import Foo\n__all__ = ['Foo']\n")


@pytest.mark.parametrize(
    "code",
    [
        "import mindspore\nfrom mindspore import nn, ops\nx = nn.Dense(1, 2)\n",
        "from mindspore import nn\n\n\nclass A(nn.Cell):\n    def construct(self, x):\n        return x.view(-1)\n",
        "import os\n\n# torch\n",
        "from . import torch\ntorch.flatten(x)\n",
        "from .torch import nn\nnn.Linear(1, 2)\n",
    ],
)
def test_imports_of_others(code: str) -> None:
    assert check_unchanged(code) == ()


GUARDED = """\
{0}
def f(x: "T"):
    return torch.relu(x)
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "try:\n    import torch\nexcept ImportError:\n    there = False\n",
            "try:\n    from mindspore import ops\n    import mindspore\nexcept ImportError:\n    there = False\n",
        ),
        (
            "try:\n    import os\n    import torch\n    there = True\nexcept ImportError:\n    there = False\n",
            "try:\n    import os\n    from mindspore import ops\n    import mindspore\n    there = True\n"
            "except ImportError:\n    there = False\n",
        ),
        (
            "if has('torch'):\n    import torch\n    from torch import nn\n",
            "if has('torch'):\n    from mindspore import ops\n    import mindspore\n    from mindspore import nn\n",
        ),
    ],
)
def test_what_a_guarded_import_becomes_is_guarded_too(before: str, after: str) -> None:
    code = convert(GUARDED.replace("{0}", before)).code
    assert code == f'{after}\ndef f(x: "T"):\n    return ops.relu(x)\n'
    assert convert(code).code == code


@pytest.mark.parametrize(
    "before",
    [
        "try:\n    import torch\nexcept ImportError:\n    pass\nfrom torch import nn\n",
        "if TYPE_CHECKING:\n    import torch\n",
        "try: import torch\nexcept ImportError: pass\n",
        "try:\n    pass\nfinally:\n    import torch\n",
        "def g():\n    import torch\n    return torch.abs(1)\nimport torch\n",
        "if has('torch'):\n    if has('more'):\n        import torch\n",
    ],
)
def test_other_imports_leave_new_ones_at_the_top(before: str) -> None:
    assert "\nfrom mindspore import " in f"\n{convert(GUARDED.replace('{0}', before)).code}"


def test_an_import_that_may_fail() -> None:
    code = convert("try:\n    import torch\nexcept ImportError:\n    HAS = False\nx = torch.relu(y)\n").code
    assert "try:\n    from mindspore import ops\n    import mindspore\nexcept ImportError:\n    HAS = False\n" in code
    assert "x = ops.relu(y)" in code


def test_an_import_that_none_may_take_the_place_of_stays_and_is_reported() -> None:
    code = "try:\n    import torch\nexcept ImportError:\n    torch = None\nif torch:\n    x = torch.relu(y)\n"
    found = check_unchanged(code)
    assert [item.source for item in found] == ["import torch", "torch", "torch.relu"]
    assert all(item.outcome is Outcome.UNCONVERTED for item in found)
