"""What MindSpore takes without an error, and computes in another way than PyTorch, converts to what is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mindspore")
torch = pytest.importorskip("torch")

from tests.conformance.torch_values import compare, to_target  # noqa: E402
from tests.conformance.torch_worker import Script  # noqa: E402

TRAPS = {
    "sizes": "x.size(), x.size(1), x.shape[0], x.ndim, x.dim(), x.numel(), x.to(x.dtype)",
    "full": "torch.full((2, 2), 0.5), torch.full((2,), True), torch.full_like(x, 2)",
    "spread": "x.std(), x.std(1), x.var(dim=0), x.var(0, unbiased=False), torch.std(x), torch.var(x, 1)",
    "extremes": "x.max(1)[0], x.max(1)[1], x.min(1), torch.max(x, 1), x.max(), x.argmax(1), x.argmin(1)",
    "axes": "x.transpose(0, 1), x.transpose(2, 0), x.permute(2, 0, 1), x.permute((1, 0, 2)), x.mT",
    "copies": "x.repeat(2, 1, 1), x.repeat(2, 1, 1, 2), x.expand(5, 2, 3, 4), x[:, :1].expand(-1, 3, -1), x.tile(2, 1)",
    "pieces": "x.chunk(3, -1), torch.chunk(x, 2, dim=1), x.split(2, -1), torch.split(x, [1, 3], -1), x.unsqueeze(1)",
    "view": "x.view(2, 12), x.view((3, 8)), x.reshape(-1), x.flatten(1), x.unsqueeze(-1).squeeze(-1)",
    "scatter": "torch.zeros(3).scatter_add(0, i, w), torch.zeros(3).index_add(0, i, w)",
    "many": "torch.zeros(3).scatter(0, i, w, reduce='add'), torch.zeros(3).index_put((i,), w, accumulate=True)",
    "select": "x.gather(2, k), x.index_select(1, i), torch.take(x, i), x[x > 0], x[..., None].shape[-1]",
    "whole": "torch.any(n), n.any(), torch.any(n, 0), torch.all(n), torch.any(n.double()), torch.count_nonzero(n)",
    "same": "x.equal(x), torch.equal(x, x + 1), torch.allclose(x, x)",
    "signs": "torch.signbit(z), torch.copysign(x[0, 0], z), torch.sign(z)",
    "order": "n.unique(), torch.sort(x, 1), x.argsort(1), torch.topk(x, 2), x.cummin(1), torch.bincount(i)",
    "integers": "n.int().cumsum(0), n.sum(), (n > 1).sum(), n.prod(), n / 2, n // 2, n % 3, -n // 2, -n % 3",
    "rest": "torch.fmod(-x, 0.3), x.remainder(-0.3), -x % 0.3, x // 0.3, torch.div(x, 0.3, rounding_mode='floor')",
    "small": "torch.det(x[:1, :1, 0]), torch.inverse(s), torch.det(s)",
    "norms": "torch.norm(x[0]), torch.norm(x[0], float('inf')), torch.linalg.norm(x[0], float('inf'))",
    "cross": "torch.linalg.cross(y, y.flip(1)), torch.cross(y, y.flip(1), dim=1), torch.rot90(x, 1, (0, 2))",
    "places": "torch.unravel_index(k.flatten(), (2, 3)), torch.nonzero(x > 0), torch.where(x > 0)",
    "broadcast": "torch.polar(x.abs(), x[:1]), F.cosine_similarity(x, x[:1] + 1, dim=-1), torch.nextafter(x, x[:1])",
    "complex": "c.real, c.imag, c.conj() * c, torch.view_as_real(c), torch.fft.fft2(x, dim=(0, 1))",
    "defaults": "F.leaky_relu(x), F.gelu(x), F.elu(x), F.smooth_l1_loss(x, x * 2), F.layer_norm(x, (3, 4))",
    "pools": "F.max_pool2d(x[None], 2), F.avg_pool2d(x[None], 2), F.avg_pool1d(x, 2), F.max_pool1d(x, 2)",
    "adaptive": "F.adaptive_avg_pool1d(x, 3), F.adaptive_avg_pool2d(x, (2, None)), F.adaptive_avg_pool3d(x[None], 2)",
    "highest": "F.adaptive_max_pool1d(x, 3), F.adaptive_max_pool2d(x, 2), F.adaptive_max_pool3d(x[None], (None, 2, 3))",
    "resize": "F.interpolate(x[None], size=(5, 6), mode='bicubic'), F.interpolate(x[None], scale_factor=2)",
    "normal": "F.batch_norm(x, None, None, training=True), F.group_norm(x, 3), F.instance_norm(x), F.normalize(x)",
    "still": "F.dropout(x, 0.3, training=False), F.dropout(x, 0.0), F.dropout(x, 1.0)",
    "lengths": "c.abs()",
    "operators": "n >> 1, n << 2, 1 << n % 3, 9 >> n % 3, ~n, ~(x > 0), 5 & n, 5 | n, 5 ^ n",
    "tiny": "torch.inverse(x[:1, :1, 0])",
}
"""Expressions where the target's function of the same name differs, by what they are about."""
KNOWN = {
    "lengths": "The absolute value of complex numbers stays complex, and that a tensor holds some is not followed.",
    "tiny": "The target inverts matrices of two rows or more, and sizes are not known.",
}


def inputs() -> dict[str, Any]:
    torch.manual_seed(0)
    return {
        "x": torch.randn(2, 3, 4),
        "y": torch.randn(4, 3),
        "w": torch.tensor([1.0, 2.0, 4.0, 8.0]),
        "z": torch.tensor([-0.0, 0.0, -1.0, 2.0]),
        "s": torch.tensor([[2.0, 1.0], [1.0, 3.0]]),
        "c": torch.tensor([1 + 2j, -3j]),
        "i": torch.tensor([0, 2, 2, 0]),
        "k": torch.tensor([[[0, 3], [1, 1], [2, 0]], [[3, 3], [0, 1], [2, 2]]]),
        "n": torch.tensor([256, 0, 7, 256]),
    }


@pytest.fixture(scope="module")
def script() -> tuple[Script, Mapping[str, Any], Mapping[str, Any]]:
    import mindspore

    mindspore.runtime.launch_blocking()
    head = "import torch.nn.functional as F\n"
    types = {"i": "torch.LongTensor", "k": "torch.LongTensor", "n": "torch.LongTensor"}
    parameters = ", ".join(f"{name}: {types.get(name, 'Tensor')}" for name in inputs())
    pieces = [f"def {name}({parameters}):\n    return {text}\n" for name, text in TRAPS.items()]
    made = Script([head + pieces[0], *pieces[1:]])
    return made, made.original(), made.run()


def marked(name: str) -> Any:
    gap = pytest.mark.xfail(reason=KNOWN[name], strict=True) if name in KNOWN else ()
    return pytest.param(name, marks=gap)


@pytest.mark.parametrize("name", [marked(name) for name in TRAPS])
def test_the_value_is_that_of_pytorch(name: str, script: Any) -> None:
    made, source, target = script
    assert not made.refused(list(TRAPS).index(name))
    expected = source[name](*inputs().values())
    compare(expected, target[name](*map(to_target, inputs().values())))


LAYERS = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.drop = nn.Dropout(0.3)
        self.norm = nn.BatchNorm1d(3, momentum=0.3)
        self.table = nn.Embedding(500, 20)
        self.dense = nn.Linear(100, 50)

    def forward(self, x):
        y = torch.nn.functional.dropout(x, 0.3, training=self.training)
        return self.drop(x), y, torch.nn.functional.dropout(x, p=0.3)


class Wide(Net):
    def __init__(self):
        super().__init__()
        self.more = nn.Conv2d(10, 50, 3)

    def forward(self, x):
        return (*super().forward(x), self.norm(x[:, :3]))
"""


def test_layers_draw_and_learn_as_those_of_pytorch() -> None:
    import mindspore

    made = Script([LAYERS])
    source, target = made.original()["Wide"](), made.run()["Wide"]()
    data = np.random.default_rng(0).standard_normal((40, 100)).astype(np.float32)
    mindspore.set_seed(0)
    for name, left in source.named_parameters():
        if not name.startswith("norm."):
            spread = dict(target.parameters_and_names())[
                name.replace("table.weight", "table.embedding_table")
            ].asnumpy()
            assert spread.shape == tuple(left.shape)
            assert spread.std() == pytest.approx(left.detach().std().item(), rel=0.25), name
    for training in (True, False):
        source.train(training)
        target.set_train(training)
        left, right = source(torch.from_numpy(data)), target(mindspore.Tensor(data))
        compare(left[3], right[3])
        shares = [float((part.asnumpy() == 0).mean()) for part in right[:3]]
        assert shares == pytest.approx([0.3 * training, 0.3 * training, 0.3], abs=0.03)
    running = dict(target.parameters_and_names())
    compare(source.norm.running_mean, running["norm.moving_mean"])
    compare(source.norm.running_var, running["norm.moving_variance"])
