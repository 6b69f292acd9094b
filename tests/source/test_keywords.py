"""Keywords that stand for parameters of other names: those of NumPy, and those of a module's forward."""

from __future__ import annotations

import pytest

from tests.source.conversion import convert, left

HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"


def converted(call: str) -> str:
    """Return what becomes of a call of tensors ``x`` and ``y``."""
    found = convert(f"{HEAD}def f(x: torch.Tensor, y: torch.Tensor, *args, **options):\n    {call}\n")
    return found.code.splitlines()[-1].strip()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("torch.cat((x, y), axis=1)", "ops.cat((x, y), axis=1)"),
        ("x.sum(axis=1, keepdims=True)", "x.sum(dim=1, keepdim=True)"),
        ("torch.add(x1=x, x2=y)", "ops.add(input=x, other=y)"),
        ("torch.mean(a=x, axis=(0, 1))", "ops.mean(x=x, axis=(0, 1))"),
        ("torch.topk(x, 2, axis=1)", "topk(x, 2, dim=1)"),
        ("torch.where(x > 0, input=x, other=y)", "ops.where(x > 0, input=x, other=y)"),
        ("x.unsqueeze(axis=0)", "x.unsqueeze(dim=0)"),
    ],
)
def test_the_words_of_numpy_bind(before: str, after: str) -> None:
    assert converted(before) == after


@pytest.mark.parametrize(
    "call",
    [
        "F.softmax(x, axis=1)",
        "F.relu(x1=x)",
        "nn.Softmax(axis=1)",
        "torch.cat((x, y), dims=1)",
        "torch.cat((x, y), dim=1, axis=1)",
        "torch.add(x3=x, x2=y)",
        "torch.add(x, y, x2=y)",
        "torch.utils.data.Subset(x=x, indices=y)",
        "x.sum(dims=1)",
    ],
)
def test_no_other_keyword_binds(call: str) -> None:
    found = convert(f"{HEAD}def f(x: torch.Tensor, y: torch.Tensor):\n    {call}\n")
    assert found.code.splitlines()[-1].strip() == call
    assert call.partition("(")[0] in left(found.diagnostics)


@pytest.mark.parametrize("call", ["x.numpy().sum(axis=1, keepdims=True)", "np.concatenate([x], axis=0)"])
def test_numpy_keeps_its_words(call: str) -> None:
    found = convert(f"import numpy as np\n{HEAD}def f(x: torch.Tensor):\n    {call}\n")
    assert "axis=" in found.code.splitlines()[-1]


NETWORK = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)
        self.loss = nn.CrossEntropyLoss()
        self.rnn = nn.LSTM(2, 2)
        self.own = Own()
        self.attention = nn.MultiheadAttention(2, 1)

    def forward(self, x, y):
        {}
class Own(nn.Module):
    def forward(self, input):
        return input
"""


def in_network(call: str) -> str:
    """Return what becomes of a statement of a network's ``forward``."""
    code = convert(HEAD + NETWORK.format(call)).code
    return code.split("def construct(self, x, y):\n")[-1].splitlines()[0].strip()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("self.fc(input=x)", "self.fc(x)"),
        ("self.loss(input=x, target=y)", "self.loss(x, y)"),
        ("self.loss(target=y, input=x)", "self.loss(x, y)"),
        ("self.loss(x, target=y)", "self.loss(x, y)"),
        ("self.rnn(input=x, hx=(y, y))", "self.rnn(x, (y, y))"),
        ("self.loss(self.fc(input=x), target=y)", "self.loss(self.fc(x), y)"),
    ],
)
def test_keywords_of_a_layer_become_places(before: str, after: str) -> None:
    assert in_network(before) == after


@pytest.mark.parametrize(
    "call",
    [
        "self.own(input=x)",
        "self.fc(x)",
        "self.fc(**x)",
        "self.loss(target=y)",
        "self.loss(x, reduction=y)",
        "self.loss(x, input=y)",
        "self.unknown(input=x)",
        "x(input=y)",
        "self.fc(x=y)",
        "self.attention(x, x, x, attn_mask=y)",
        "dict(input=x)",
    ],
)
def test_other_keywords_of_calls_stay(call: str) -> None:
    assert in_network(call) == call


def test_layers_called_by_keywords_compute_the_same() -> None:
    import numpy as np

    code = HEAD + (
        "x = torch.arange(12.0).reshape(3, 4)\n"
        "a = nn.CrossEntropyLoss()(target=torch.tensor([1, 0, 3]), input=x)\n"
        "b = nn.Softmax(dim=1)(input=x.sum(axis=0, keepdims=True))\n"
    )
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    exec(code, before)
    exec(convert(code).code, after)
    for name in "ab":
        np.testing.assert_allclose(after[name].asnumpy(), before[name].numpy(), rtol=1e-5)  # type: ignore[attr-defined]
