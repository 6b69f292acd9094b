from __future__ import annotations

import pytest

from tests.source.conversion import check_converted, check_unchanged, convert, left


@pytest.mark.parametrize(
    ("imports", "use"),
    [
        ("import torch", "torch.nn.functional.relu(x)"),
        ("import torch as th", "th.nn.functional.relu(x)"),
        ("import torch.nn as nn", "nn.functional.relu(x)"),
        ("import torch.nn.functional as F", "F.relu(x)"),
        ("from torch.nn import functional", "functional.relu(x)"),
        ("from torch.nn.functional import relu", "relu(x)"),
        ("from torch.nn.functional import relu as act", "act(x)"),
        ("from torch.nn.functional import *", "relu(x)"),
        ("from torch import nn as N", "N.functional.relu(x)"),
        ("import torch.nn.functional", "torch.nn.functional.relu(x)"),
    ],
)
def test_every_way_to_import_a_function(imports: str, use: str) -> None:
    from tests.source.conversion import convert

    assert convert(f"{imports}\ny = {use}\n").code.endswith("y = ops.relu(x)\n")


def test_star_imports_bring_classes_and_hide_functions_of_python() -> None:
    found = check_converted(
        """\
        from torch.nn import *
        from torch import *


        class Net(Module):
            def forward(self, x):
                return max(sum(x, dim=1)) if len(x) else zeros(2)


        net = Net()
        net.eval()
        """,
        """\
        from mindspore import nn
        import mindspore
        from mindspore import ops


        class Net(nn.Cell):
            def construct(self, x):
                return ops.sum(x, dim=1).max() if len(x) else ops.zeros((2,))


        net = Net()
        net.set_train(False)
        """,
    )
    assert not left(found)


def test_a_star_import_stays_for_what_is_left() -> None:
    code = "from torch.nn import *\nx = NoSuchLayer(len(ReLU()))\n"
    assert "from torch.nn import *\n" in convert(code).code
    assert "torch" not in convert(code.replace("NoSuchLayer", "print")).code


def test_an_alias_of_a_private_module_path() -> None:
    check_converted(
        "from torch.nn.modules.conv import Conv2d\nc = Conv2d(1, 2, 3)\n",
        'from mindspore import nn\nc = nn.Conv2d(1, 2, 3, pad_mode="valid", has_bias=True)\n',
    )


@pytest.mark.parametrize(
    "code",
    [
        "def f(nn):\n    return nn.Conv2d(1, 2, 3)\n",
        "import nn\nx = nn.Conv2d(1, 2, 3)\n",
        "from mynet import nn\nx = nn.Conv2d(1, 2, 3)\n",
        "class nn:\n    ReLU = int\nx = nn.ReLU()\n",
        "from mytorch import torch\nx = torch.flatten(y)\n",
        "import torchmetrics\nx = torchmetrics.flatten(y)\n",
        "torch = load()\nx = torch.flatten(y)\n",
        "for torch in torches:\n    torch.flatten(y)\n",
        "x = [torch.flatten(y) for torch in torches]\n",
        "f = lambda torch: torch.flatten(y)\n",
        "with fire() as torch:\n    torch.flatten(y)\n",
        "if (torch := find()) is not None:\n    torch.flatten(y)\n",
        "try:\n    run()\nexcept Error as torch:\n    torch.flatten(y)\n",
        "match x:\n    case [torch]:\n        torch.flatten(y)\n",
        "def f(*torch, **nn):\n    return torch.flatten(nn.ReLU)\n",
        "print('torch.flatten(x)')  # torch.flatten(x)\n",
        '"""import torch"""\n',
    ],
)
def test_a_name_that_only_looks_like_the_framework(code: str) -> None:
    assert check_unchanged(code) == ()


def test_a_parameter_shadows_the_import_in_its_function_only() -> None:
    check_converted(
        """\
        import torch.nn.functional as F
        def f(F):
            return F.relu(1)
        def g(x):
            return F.relu(x)
        """,
        """\
        from mindspore import ops
        def f(F):
            return F.relu(1)
        def g(x):
            return ops.relu(x)
        """,
    )


def test_names_of_a_class_body_are_not_seen_in_its_methods() -> None:
    check_converted(
        """\
        import torch.nn.functional as F
        class A:
            F = None
            def g(self, x):
                return F.relu(x)
        """,
        """\
        from mindspore import ops
        class A:
            F = None
            def g(self, x):
                return ops.relu(x)
        """,
    )


@pytest.mark.parametrize(
    "code",
    [
        "try:\n    import torch\nexcept ImportError:\n    torch = None\nx = torch.flatten(y)\n",
        "import torch\nif fake:\n    torch = load()\nx = torch.flatten(y)\n",
        "import torch\nimport other as torch\nx = torch.flatten(y)\n",
        "import torch\ndef f():\n    global torch\n    torch = None\nx = torch.flatten(y)\n",
    ],
)
def test_a_name_with_two_meanings_is_left_and_reported(code: str) -> None:
    assert "torch.flatten" in left(check_unchanged(code))


def test_an_import_where_the_first_one_fails_has_the_same_meaning() -> None:
    check_converted(
        """
        try:
            from torch import flatten
        except ImportError:
            from .old import flatten
        x = flatten(y, 1)
        """,
        """
        try:
            from mindspore import ops
        except ImportError:
            from .old import flatten
        x = ops.flatten(y, start_dim=1)
        """,
    )


@pytest.mark.parametrize(
    "code",
    [
        "try:\n    from .old import flatten\nexcept ImportError:\n    from torch import flatten\nx = flatten(y)\n",
        "try:\n    pass\nexcept ImportError:\n    from old import flatten\nx = flatten(y)\n",
        "try:\n    from torch import flatten\nexcept ImportError:\n    flatten = 1\nx = flatten(y)\n",
    ],
)
def test_other_names_of_a_try_statement_keep_their_meanings(code: str) -> None:
    assert "x = flatten(y)\n" in convert(code).code


def test_the_same_import_twice_is_one_meaning() -> None:
    check_converted(
        "import torch\nimport torch.nn\nx = torch.flatten(y, 1)\n",
        "import mindspore\nfrom mindspore import nn\nfrom mindspore import ops\nx = ops.flatten(y, start_dim=1)\n",
    )


def test_an_import_within_a_function() -> None:
    check_converted(
        "def f(x):\n    import torch.nn.functional as F\n    return F.relu(x)\n",
        "from mindspore import ops\n\ndef f(x):\n    from mindspore import ops\n    return ops.relu(x)\n",
    )


def test_expressions_within_formatted_strings() -> None:
    check_converted(
        'import torch\nprint(f"{torch.flatten(x, 1)!r:>{width}} {{torch.flatten}}" f"{torch.flatten(z, 1)=}")\n',
        "import mindspore\nfrom mindspore import ops\n"
        'print(f"{ops.flatten(x, start_dim=1)!r:>{width}} {{torch.flatten}}" f"{ops.flatten(z, start_dim=1)=}")\n',
    )


def test_positions_behind_characters_outside_ascii() -> None:
    check_converted(
        "import torch.nn.functional as F\nx = 'åß∂ƒ字', F.relu(y)  # 字\n",
        "from mindspore import ops\nx = 'åß∂ƒ字', ops.relu(y)  # 字\n",
    )
