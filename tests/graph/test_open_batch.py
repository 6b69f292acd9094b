"""A network takes batches of other sizes than the one that its module was converted with, where the module does."""

from __future__ import annotations

from pathlib import Path

import mindspore
import numpy as np
import torch

from mindconverter import convert_model

SOURCE = """
import torch
from torch import nn


class Tokens(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 8, 4, 4)
        self.class_token = nn.Parameter(torch.randn(1, 1, 8))
        self.positions = nn.Parameter(torch.randn(1, 5, 8))
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, 0.25, activation="gelu", batch_first=True)
        self.drop = nn.Dropout(0.5)
        self.pool = nn.AdaptiveAvgPool1d(1)
        self.grid = nn.AdaptiveAvgPool2d((2, 3))
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        tokens = torch.roll(self.patches(x), (1, -1), (2, 3)).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.class_token.expand(x.shape[0], -1, -1), tokens], 1) + self.positions
        tokens = self.layer(tokens)
        pooled = self.pool(tokens.transpose(1, 2)).squeeze(-1) + self.grid(tokens).sum((1, 2))[:, None]
        return self.head(self.drop(tokens[:, 0] + pooled))


class Squeezed(nn.Module):
    def forward(self, x):
        return x.squeeze() * 2
"""


def test_other_batches_run_where_the_module_takes_them(tmp_path: Path) -> None:
    (tmp_path / "open_nets.py").write_text(SOURCE)
    torch.manual_seed(0)
    names: dict[str, type[torch.nn.Module]] = {}
    exec(SOURCE, names)
    model = names["Tokens"]().eval()
    torch.save(model.state_dict(), tmp_path / "tokens.pth")
    conversion = convert_model(
        tmp_path / "tokens.pth",
        [(1, 3, 8, 8)],
        model_entry="open_nets.py:Tokens",
        project_path=tmp_path,
        output=tmp_path / "out",
    )
    script = conversion.script.read_text()
    assert "(batch, 3, 8, 8)" in script
    assert "nn.AdaptiveAvgPool2d((2, 3))" in script
    network = conversion.load()
    for mode, size in ((mindspore.PYNATIVE_MODE, 3), (mindspore.GRAPH_MODE, 1), (mindspore.GRAPH_MODE, 2)):
        mindspore.set_context(mode=mode)
        data = torch.randn(size, 3, 8, 8)
        found = network(mindspore.Tensor(data.numpy())).asnumpy()
        np.testing.assert_allclose(found, model(data).detach().numpy(), rtol=1e-4, atol=1e-5)
    mindspore.set_context(mode=mindspore.PYNATIVE_MODE)
    same = mindspore.Tensor(np.ones((2, 3, 8, 8), np.float32))
    assert not np.allclose(network.set_train()(same).asnumpy(), network(same).asnumpy())  # dropout came along


def test_a_batch_that_the_code_asks_for_stays(tmp_path: Path) -> None:
    """A batch of one loses its axis, others do not: what was traced with two is no network for one."""
    (tmp_path / "squeezed_nets.py").write_text(SOURCE)
    conversion = convert_model(
        shape=[(1, 3)], model_entry="squeezed_nets.py:Squeezed", project_path=tmp_path, output=tmp_path / "out"
    )
    found = conversion.load()(mindspore.Tensor(np.ones((1, 3), np.float32)))
    np.testing.assert_array_equal(found.asnumpy(), np.full(3, 2, np.float32))
