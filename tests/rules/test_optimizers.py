"""Optimizers and schedules step as PyTorch's do."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from tests.source.conversion import convert, left

OPTIMIZERS = (
    "torch.optim.SGD(weights, lr=0.1)",
    "torch.optim.SGD(weights, 0.1, 0.9, weight_decay=0.01, nesterov=True)",
    "torch.optim.SGD([{'params': weights[:1], 'lr': 0.5}, {'params': weights[1:]}], 0.1, maximize=True)",
    "torch.optim.Adam(weights, betas=(0.8, 0.99), weight_decay=0.1)",
    "torch.optim.Adam(weights, amsgrad=True, decoupled_weight_decay=True)",
    "torch.optim.AdamW(weights)",
    "torch.optim.RMSprop(weights, momentum=0.9, centered=True)",
    "torch.optim.Adagrad(weights, 0.1, lr_decay=0.1)",
    "torch.optim.Adadelta(weights)",
    "torch.optim.Adamax(weights)",
    "torch.optim.NAdam(weights)",
    "torch.optim.RAdam(weights, 0.01)",
    "torch.optim.RAdam(weights, weight_decay=0.1, decoupled_weight_decay=True, maximize=True)",
    "torch.optim.Adafactor(weights, weight_decay=0.1)",
    "torch.optim.Rprop(weights)",
    "torch.optim.ASGD(weights)",
)
SCHEDULES = (
    "StepLR(optimizer, 2)",
    "MultiStepLR(optimizer, [2, 3], gamma=0.5)",
    "ConstantLR(optimizer, total_iters=3)",
    "LinearLR(optimizer, 0.5, total_iters=4)",
    "ExponentialLR(optimizer, 0.9)",
    "PolynomialLR(optimizer, 4, power=2.0)",
    "CosineAnnealingLR(optimizer, T_max=4, eta_min=0.01)",
    "CosineAnnealingWarmRestarts(optimizer, 2, T_mult=2)",
    "LambdaLR(optimizer, lambda epoch: 0.9**epoch if epoch > 2 else 1.0)",
    "MultiplicativeLR(optimizer, lambda epoch: 0.9)",
    "CyclicLR(optimizer, 0.01, 0.1, 3, mode='triangular2', cycle_momentum=False)",
    "CyclicLR(optimizer, 0.01, [0.1], 2, 3, base_momentum=0.5)",
    "CyclicLR(optimizer, 0.01, 0.1, 2, mode='exp_range', gamma=0.9)",
    "OneCycleLR(optimizer, 0.5, total_steps=8)",
    "OneCycleLR(optimizer, 0.5, epochs=2, steps_per_epoch=5, anneal_strategy='linear', three_phase=True)",
    "SequentialLR(optimizer, [ConstantLR(optimizer, 0.1, 2), ExponentialLR(optimizer, 0.9)], [2])",
    "ChainedScheduler([ConstantLR(optimizer, 0.1, 2), ExponentialLR(optimizer, 0.9)])",
)
PLATEAUS = ("ReduceLROnPlateau(optimizer, patience=1)", "ReduceLROnPlateau(optimizer, 'max', 0.5, 0, cooldown=1)")
LOSSES = (1.0, 0.9, 0.95, 0.96, 0.97, 0.5, 0.6, 0.7)


def both(code: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a script defines, and what its conversion does."""
    found = convert(code)
    assert left(found.diagnostics) == []
    scopes: tuple[dict[str, Any], dict[str, Any]] = {"__name__": "source"}, {"__name__": "target"}
    exec(compile(code, "source.py", "exec"), scopes[0])
    exec(compile(found.code, "target.py", "exec"), scopes[1])
    return scopes


@pytest.mark.parametrize("text", OPTIMIZERS)
def test_an_optimizer_takes_the_steps_of_pytorch(text: str) -> None:
    import mindspore
    import torch

    mindspore.runtime.launch_blocking()
    source, target = both(f"import torch\n\ndef make(weights):\n    return {text}\n")
    random = np.random.default_rng(0)
    shapes = ((2, 3), (4,))
    arrays = [random.standard_normal(shape).astype(np.float32) for shape in shapes]
    expected = [torch.nn.Parameter(torch.from_numpy(array.copy())) for array in arrays]
    found = [mindspore.Parameter(mindspore.Tensor(array), name=f"w{index}") for index, array in enumerate(arrays)]
    left_optimizer, right_optimizer = source["make"](expected), target["make"](found)
    for _ in range(5):
        gradients = [random.standard_normal(shape).astype(np.float32) for shape in shapes]
        for weight, gradient in zip(expected, gradients, strict=True):
            weight.grad = torch.from_numpy(gradient)
        left_optimizer.step()
        right_optimizer(tuple(mindspore.Tensor(gradient) for gradient in gradients))
    for before, after in zip(expected, found, strict=True):
        np.testing.assert_allclose(after.asnumpy(), before.detach().numpy(), rtol=0, atol=2e-6)


@pytest.mark.parametrize("text", [*SCHEDULES, *PLATEAUS])
def test_a_schedule_gives_the_rates_of_pytorch(text: str) -> None:
    import mindspore
    import torch

    mindspore.runtime.launch_blocking()
    step = "scheduler.step(loss)" if text in PLATEAUS else "scheduler.step()"
    names = ", ".join(dict.fromkeys(re.findall(r"[A-Z]\w*(?=\()", text)))
    source, target = both(
        f"""\
import torch
from torch.optim import SGD
from torch.optim.lr_scheduler import {names}

def rates(weight, losses):
    optimizer = SGD([weight], 0.1, momentum=0.9)
    scheduler = {text}
    found = []
    momenta = []
    for loss in losses:
        {step}
        found.append(scheduler.get_last_lr()[0])
        momenta.append(optimizer.param_groups[0]["momentum"])
    return found, momenta
"""
    )
    expected = source["rates"](torch.nn.Parameter(torch.zeros(1)), LOSSES)
    found = target["rates"](mindspore.Parameter(mindspore.Tensor([0.0]), name="w"), LOSSES)
    assert all(type(rate) is float for rate in found[0])
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)


SEARCH = """\
import torch

def search(weight, loss_of, options):
    losses, places = [], []
    optimizer = torch.optim.LBFGS([weight], **options)

    def closure():
        optimizer.zero_grad()
        loss = loss_of(weight)
        loss.backward()
        return loss

    for _ in range(5):
        losses.append(optimizer.step(closure).item())
        places.append(weight.tolist())
    return losses, places

def quadratic(x):
    return ((x - torch.tensor([1.0, -2.0])) * torch.tensor([1.0, 10.0])).pow(2).sum()

def valley(x):
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2
"""


@pytest.mark.parametrize("loss", ["quadratic", "valley"])
def test_a_search_along_lines_goes_where_pytorch_goes(loss: str) -> None:
    import mindspore
    import torch

    mindspore.runtime.launch_blocking()
    source, target = both(SEARCH)
    for options in (
        {"lr": 0.05, "max_iter": 3},
        {"max_iter": 2, "line_search_fn": "strong_wolfe"},
        {"max_iter": 4, "line_search_fn": "strong_wolfe", "history_size": 2},
    ):
        start = np.array([-1.2, 1.0], np.float32)
        expected = source["search"](torch.nn.Parameter(torch.tensor(start)), source[loss], options)
        found = target["search"](mindspore.Parameter(mindspore.Tensor(start), name="w"), target[loss], options)
        np.testing.assert_allclose(found[0], expected[0], rtol=2e-3, atol=1e-4)
        np.testing.assert_allclose(found[1], expected[1], rtol=1e-3, atol=1e-4)
