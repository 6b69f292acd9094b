"""What holds for every script: the result is Python, a second conversion changes nothing, and other scripts stay."""

from __future__ import annotations

import ast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.source.conversion import convert

_IMPORTS = (
    "import torch",
    "import torch as th",
    "from torch import nn",
    "import torch.nn.functional as F",
    "import os, torch",
)
_VALUES = st.recursive(
    st.sampled_from(
        ["x", "x.weight", "self.a[0]", "2", "(-1)", "'a'", "None", "*rest", "(x, 1)", "lambda x: x.size(0)"]
    ),
    lambda inner: st.one_of(
        st.builds(
            "{}({})".format,
            st.sampled_from(
                ["torch.relu", "F.softmax", "torch.cat", "nn.Linear", "nn.LSTM", "torch.zeros", "torch.foo", "f"]
            ),
            st.lists(inner, max_size=2).map(", ".join),
        ),
        st.builds("x.{}({})".format, st.sampled_from(["view", "size", "add_", "max", "to", "split"]), inner),
        st.builds("[{} for x in {}]".format, inner.filter(lambda text: text[0] != "*"), st.sampled_from(["x", "y"])),
        st.builds("({} if x else y)".format, inner.filter(lambda text: text[0] != "*")),
    ),
    max_leaves=4,
)
_PLAIN = _VALUES.filter(lambda text: text[0] != "*")
_STATEMENTS = st.one_of(
    st.builds("y = {}".format, _PLAIN),
    st.builds("{}  # {}".format, _PLAIN, st.sampled_from(["torch", "é"])),
    st.builds("x += {}".format, _PLAIN),
    st.builds("x[{}] = {}".format, _PLAIN, _PLAIN),
    st.builds("return {}".format, _PLAIN),
    st.sampled_from(["loss.backward()", "with torch.no_grad(): x.add_(1)", "del x; pass", "pass", "net.train()"]),
)


def _script(imports: list[str], head: str, body: list[str], newline: str) -> str:
    inner = [f"        {line}" for line in body]
    lines = [
        *imports,
        "",
        head,
        "    def forward(self, x, *rest, dim=1):",
        *inner,
        "",
        "x = 1",
        *(b for b in body if "return" not in b),
    ]
    return newline.join([*lines, ""])


_HEADS = st.sampled_from(["class A(nn.Module):", "class A(torch.nn.Module, B):", "class A:"])
_NEWLINES = st.sampled_from(["\n", "\r\n"])
_BODIES = st.lists(_STATEMENTS, min_size=1, max_size=3)
_FEW = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@_FEW
@given(st.builds(_script, st.lists(st.sampled_from(_IMPORTS), unique=True, max_size=3), _HEADS, _BODIES, _NEWLINES))
def test_a_result_is_python_and_a_second_conversion_changes_nothing(code: str) -> None:
    ast.parse(code)
    result = convert(code).code
    ast.parse(result)
    assert convert(result).code == result


@_FEW
@given(st.builds(_script, st.just(["import numpy as torch_like"]), st.just("class A:"), _BODIES, _NEWLINES))
def test_a_script_without_the_framework_stays(code: str) -> None:
    plain = code.replace("torch.", "np.")
    assert convert(plain).code == plain
