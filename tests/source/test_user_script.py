"""A script as users write them converts, and trains as PyTorch does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mindconverter import convert_checkpoint, convert_source
from mindconverter.report.diagnostics import Outcome

SCRIPT = '''\
"""A small classifier."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class ConvBNReLU(nn.Sequential):
    def __init__(self, in_planes, out_planes, kernel_size=3, stride=1, groups=1):
        padding = (kernel_size - 1) // 2
        super(ConvBNReLU, self).__init__(
            nn.Conv2d(in_planes, out_planes, kernel_size, stride, padding, groups=groups, bias=False),
            nn.BatchNorm2d(out_planes),
            nn.ReLU6(inplace=True)
        )


class Attention(nn.Module):
    """Gate channels."""

    def __init__(self, channels, reduction=4):
        super().__init__()
        hidden = channels // reduction
        self.fc = nn.Sequential(nn.Linear(channels, hidden), nn.SiLU(), nn.Linear(hidden, channels))

    def forward(self, x):
        n, c, _, _ = x.shape
        gate = torch.sigmoid(self.fc(F.adaptive_avg_pool2d(x, 1).view(n, c)))
        return x * gate.view(n, c, 1, 1)  # broadcast


class Net(nn.Module):
    def __init__(self, num_classes=5):
        super().__init__()
        self.stem = ConvBNReLU(3, 8, stride=2)
        self.blocks = nn.ModuleList([ConvBNReLU(8, 8, groups=8), ConvBNReLU(8, 8, 1)])
        self.attention = Attention(8)
        self.norm = nn.LayerNorm(8)
        self.head = nn.Linear(8, num_classes)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = x + block(x)
        x = self.attention(x)
        x = x.flatten(2).transpose(1, 2)
        x = self.norm(x).mean(dim=1)
        return F.log_softmax(self.head(x), dim=-1)
'''


@pytest.fixture(scope="module")
def sides() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the script and its conversion define."""
    result = convert_source(SCRIPT)
    left = [finding for finding in result.diagnostics if finding.outcome is Outcome.UNCONVERTED]
    assert not left, left
    source: dict[str, Any] = {"__name__": "source"}
    target: dict[str, Any] = {"__name__": "target"}
    exec(compile(SCRIPT, "source.py", "exec"), source)
    exec(compile(result.code, "target.py", "exec"), target)
    return source, target


def test_the_class_that_derives_from_a_container_stays_one(sides: tuple[dict[str, Any], dict[str, Any]]) -> None:
    import mindspore

    _, target = sides
    assert issubclass(target["ConvBNReLU"], mindspore.nn.SequentialCell)
    assert not [name for name, value in target.items() if getattr(value, "__name__", "").startswith("torch")]


def test_outputs_gradients_and_statistics_of_a_training_step_equal_pytorch(
    sides: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    import mindspore
    import torch

    mindspore.runtime.launch_blocking()
    source, target = sides
    torch.manual_seed(0)
    model = source["Net"]().train()
    network = target["Net"]()
    mindspore.load_param_into_net(network, convert_checkpoint(model.state_dict(), network), strict_load=True)
    network.set_train()
    generator = np.random.default_rng(0)
    inputs = generator.standard_normal((4, 3, 16, 16), dtype=np.float32)
    labels = generator.integers(0, 5, 4)

    loss = torch.nn.functional.nll_loss(model(torch.from_numpy(inputs)), torch.from_numpy(labels))
    loss.backward()

    def forward(data: mindspore.Tensor, wanted: mindspore.Tensor) -> mindspore.Tensor:
        return mindspore.ops.nll_loss(network(data), wanted)

    parameters = mindspore.ParameterTuple(network.trainable_params())
    step = mindspore.value_and_grad(forward, None, parameters)
    found, gradients = step(mindspore.Tensor(inputs), mindspore.Tensor(labels.astype(np.int32)))
    np.testing.assert_allclose(found.asnumpy(), loss.item(), rtol=1e-4)

    # The gradients and the statistics of both sides, by the names of PyTorch: the converter itself pairs them.
    paths = {id(parameter): path for path, parameter in network.parameters_and_names()}
    by_path = {
        paths[id(parameter)]: gradient.asnumpy() for parameter, gradient in zip(parameters, gradients, strict=True)
    }
    expected = {name: parameter.grad.numpy() for name, parameter in model.named_parameters()}
    expected |= {name: tensor.numpy() for name, tensor in model.named_buffers()}
    by_path |= {path: value.asnumpy() for path, value in network.parameters_and_names() if path not in by_path}
    wanted = convert_checkpoint(expected, network)
    assert set(wanted) == {parameter.name for parameter in network.get_parameters()}
    for path, parameter in network.parameters_and_names():
        want = wanted[parameter.name].asnumpy()
        np.testing.assert_allclose(by_path[path], want, rtol=1e-3, atol=1e-3 * np.abs(want).max(), err_msg=path)
