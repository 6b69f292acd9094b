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
