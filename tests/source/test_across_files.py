"""What a value is, followed into classes and functions of other files of a project."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from mindconverter import convert_script
from mindconverter.report.diagnostics import Outcome

FILES = {
    "pkg/__init__.py": "from .net import Net, mask\n",
    "pkg/net.py": """\
        from dataclasses import dataclass
        from typing import NamedTuple
        import torch
        from torch import nn

        class Net(nn.Module):
            def __init__(self, n):
                super().__init__()
                self.fc = nn.Linear(n, n)
                self.layers = nn.ModuleList([nn.Linear(2, 2)])
                self.register_buffer("table", torch.ones(2))

            def forward(self, x):
                return self.fc(x), [x]

            def split(self, sep):
                return sep.split(",")

        def mask(n):
            return torch.ones(n)

        def names():
            return "a,b"

        @dataclass
        class Batch:
            x: torch.Tensor
            y: "torch.Tensor | None" = None

        class Pair(NamedTuple):
            left: torch.Tensor
            right: str
        """,
    "main.py": """\
        import torch
        from pkg import Net, mask
        import pkg.net as inner

        def go(batch: inner.Batch, pair: inner.Pair, name):
            net = Net(3)
            y, rest = net(batch.x)
            {0}
        """,
}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("net.train()", "net.set_train()"),
        ("net.table.size(0)", "net.table.shape[0]"),
        ("net.fc.eval()", "net.fc.set_train(False)"),
        ("net.fc.in_features", "net.fc.in_channels"),
        ("for layer in net.layers: layer.train()", "for layer in net.layers: layer.set_train()"),
        ("mask(3).size(0)", "mask(3).shape[0]"),
        ("inner.mask(3).size(0)", "inner.mask(3).shape[0]"),
        ("batch.x.size(0)", "batch.x.shape[0]"),
        ("if batch.y is not None: batch.y.size(0)", "if batch.y is not None: batch.y.shape[0]"),
        ("pair.left.size(0)", "pair.left.shape[0]"),
        ("y.size(0), rest[0].size(0)", "y.shape[0], rest[0].shape[0]"),
        ("[item.size(0) for item in rest]", "[item.shape[0] for item in rest]"),
        ("pair.right.split(',')", "pair.right.split(',')"),
        ("inner.names().split(',')", "inner.names().split(',')"),
        ("net.split(name)", "net.split(name)"),
    ],
)
def test_what_other_files_tell(before: str, after: str, tmp_path: Path) -> None:
    for name, text in FILES.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).replace("{0}", before), encoding="utf-8")
    results = convert_script(tmp_path / "in", tmp_path / "out", workers=1)
    assert f"\n    {after}\n" in (tmp_path / "out" / "main.py").read_text(encoding="utf-8")
    assert not [item for result in results for item in result.diagnostics if item.outcome is Outcome.UNCONVERTED]


CALLED = {
    "__init__.py": "from .tools import size\n",
    "tools.py": """\
        import torch
        from torch import nn

        def size(x):
            {0}

        def other(x):
            return size_of(x)

        def size_of(x):
            return x.size(0)

        def rows(x):
            return x.size(0)

        class Holder:
            def __init__(self, table):
                self.table = table

            def width(self, y):
                return self.table.size(1), y.size(1)

        class Frame:
            def __init__(self, edge):
                self.edge = edge.size(0)

        class Wide(Frame):
            def __init__(self, more):
                super().__init__(more)
        """,
    "more.py": """\
        from . import tools
        from .main import go

        def again(x):
            return tools.rows(x)
        """,
    "main.py": """\
        import torch
        import {2}.tools
        from . import size, more
        from .tools import Holder as Kept, Wide

        def go(x: torch.Tensor, n: int, name: str, unseen, net: torch.nn.Module):
            {1}
        """,
}
BODY = "return x.size(0)"
GIVEN = {
    "size(x)": "def size(x):\n    return x.shape[0]\n",
    "{2}.tools.size(x=x.abs())": "def size(x):\n    return x.shape[0]\n",
    "size(x), size(None), size(x.int())": "def size(x):\n    return x.shape[0]\n",
    "{2}.tools.other(x)": "def size_of(x):\n    return x.shape[0]\n",
    "more.again(x)": "def rows(x):\n    return x.shape[0]\n",
    "Kept(x)": "return self.table.shape[1], y.size(1)\n",
    "Wide(x)": "self.edge = edge.shape[0]\n",
    "Kept(table=x).width(x + 1)": "return self.table.shape[1], y.shape[1]\n",
    "kept = Kept(unseen)\n    kept.width(x)": "return self.table.size(1), y.shape[1]\n",
}
LEFT = (
    (BODY, "size(unseen)"),
    (BODY, "size(x), size(unseen)"),
    (BODY, "size(x), size(n)"),
    (BODY, "size(*x), size(x)"),
    (BODY, "size(**unseen), size(x)"),
    (BODY, "size(x), map(size, unseen)"),
    (BODY, "size(x)\n    return {'size': size}"),
    (BODY, "size(None)"),
    (BODY, "size(n)"),
    ("return size.size(x)", "size(x)"),
    ("x = load(x)\n    return x.size(0)", "size(x)"),
    ("return x.split(',')", "size(name)"),
    ("return x.split(',')", "size(name), size(x)"),
    ("return x.format(1)", "size(name)"),
    ("return x.size(0)\n\nsize(load())", "size(x)"),
    ("return x.size(0)\n\nHANDLERS = [size]", "size(x)"),
    ("def size(x):\n        return x.size(0)", "size(x)"),
    (BODY, "from {2}.tools import size_of as size\n    size(x)"),
)


@pytest.fixture(scope="module")
def called(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the conversion of a package for each case, which are all converted together."""
    folder = tmp_path_factory.mktemp("called")
    cases = [*((f"given{index}", BODY, call) for index, call in enumerate(GIVEN))]
    cases += [(f"left{index}", body, call) for index, (body, call) in enumerate(LEFT)]
    for package, body, call in cases:
        for name, text in CALLED.items():
            path = folder / "in" / package / name
            path.parent.mkdir(parents=True, exist_ok=True)
            filled = dedent(text).replace("{0}", body).replace("{1}", call).replace("{2}", package)
            path.write_text(filled, encoding="utf-8")
    convert_script(folder / "in", folder / "out", workers=1)
    convert_script(folder / "in", folder / "again", workers=2)
    return folder


@pytest.mark.parametrize("index", range(len(GIVEN)), ids=GIVEN)
def test_what_calls_from_other_files_give(index: int, called: Path) -> None:
    code = (called / f"out/given{index}/tools.py").read_text(encoding="utf-8")
    assert list(GIVEN.values())[index] in code


@pytest.mark.parametrize("index", range(len(LEFT)), ids=lambda index: LEFT[index][1])
def test_what_calls_from_other_files_leave(index: int, called: Path) -> None:
    code = (called / f"out/left{index}/tools.py").read_text(encoding="utf-8")
    assert f"def size(x):\n    {LEFT[index][0]}\n" in code


def test_what_calls_give_is_known_in_every_process(called: Path) -> None:
    for path in (called / "out").rglob("*.*"):
        assert path.read_bytes() == (called / "again" / path.relative_to(called / "out")).read_bytes()
