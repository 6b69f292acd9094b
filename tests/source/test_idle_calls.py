"""Calls that become the value whose method they call, and the statements that held them."""

from __future__ import annotations

import pytest

from tests.source.conversion import check_converted, convert


def test_statements_that_would_do_nothing_go() -> None:
    check_converted(
        """\
        import torch
        from torch import nn


        def prepare(net: nn.Module, x: torch.Tensor, y: torch.Tensor):
            net.to("cuda")  # where it runs
            net.to(memory_format=torch.channels_last)
            x = x.cuda()
            x, y = x.to("cuda"), y.cpu().cuda()
            if len(x):
                net.cuda()
            if torch.cuda.is_available():
                if not y:
                    net.cuda()
            if y:
                return y
            elif x:
                net.cpu()
            return net(x)
        """,
        """\
        import mindspore
        from mindspore import nn
        from mindspore import Tensor


        def prepare(net: nn.Cell, x: Tensor, y: Tensor):
            if len(x):
                pass
            if y:
                return y
            elif x:
                pass
            return net(x)
        """,
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("y = x.cuda()", "y = x"),
        ("x, y = y.cuda(), x.cuda()", "x, y = y, x"),
        ("x, y = x.cuda(), 2", "x, y = x, 2"),
        ("x = y = x.cuda()", "x = y = x"),
        ("x = x.cuda().abs()", "x = x.abs()"),
        ("x.abs().cuda()", "x.abs()"),
        ("x = x", "x = x"),
    ],
)
def test_statements_that_do_something_stay(before: str, after: str) -> None:
    code = f"import torch\nx, y = torch.ones(2), torch.zeros(2)\n{before}\n"
    assert convert(code).code.endswith(f"\n{after}\n")
