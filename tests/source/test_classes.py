"""Classes of modules, converted: hooks, buffers, containers, state, modes, derived classes, TorchScript, copies."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mindconverter import convert_checkpoint
from tests.source.class_scripts import SCRIPTS
from tests.source.conversion import convert, left

HEADER = """\
import copy
from collections import OrderedDict
from typing import *
import torch
from torch import nn
import torch.nn.functional as F

"""
SHAPES = {"initial weights": (2, 3, 6, 6)}


@pytest.fixture(scope="module", autouse=True)
def _blocking() -> None:
    import mindspore

    mindspore.runtime.launch_blocking()


@pytest.fixture
def modules(tmp_path: Path) -> Iterator[Any]:
    """Yield what makes a module of a text; it has a file, which TorchScript reads."""
    made: list[str] = []

    def make(name: str, code: str) -> types.ModuleType:
        file = tmp_path / f"{name}.py"
        file.write_text(code, encoding="utf-8")
        module = types.ModuleType(name)
        module.__file__ = str(file)
        sys.modules[name] = module
        made.append(name)
        exec(compile(code, str(file), "exec"), module.__dict__)  # the project's own text
        return module

    yield make
    for name in made:
        del sys.modules[name]


@pytest.mark.parametrize("name", SCRIPTS)
def test_both_sides_agree(name: str, modules: Any) -> None:
    import mindspore
    import torch

    code = HEADER + SCRIPTS[name]
    found = convert(code)
    assert not left(found.diagnostics)
    x = np.random.default_rng(0).standard_normal(SHAPES.get(name, (2, 4)), dtype=np.float32)

    torch.manual_seed(0)
    source = modules("class_source", code)
    net = source.make()
    state = {key: value.clone() for key, value in net.state_dict().items()}
    expected = source.run(net, torch.from_numpy(x))

    target = modules("class_target", found.code)
    net = target.make()
    if name != "initial weights":
        mindspore.load_param_into_net(net, convert_checkpoint(state, net), strict_load=True)
    _agree(target.run(net, mindspore.Tensor(x)), expected, name)


def _agree(found: Any, expected: Any, where: str) -> None:
    if isinstance(expected, dict):
        assert list(found) == list(expected), where
        found, expected = list(found.values()), list(expected.values())
    if isinstance(expected, (list, tuple)):
        assert len(found) == len(expected), where
        for index, (one, other) in enumerate(zip(found, expected, strict=True)):
            _agree(one, other, f"{where}[{index}]")
    elif hasattr(expected, "detach"):
        np.testing.assert_allclose(found.asnumpy(), expected.detach().numpy(), 1e-3, 1e-4, err_msg=where)
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-3), where
    else:
        assert found == expected, where


TRAINER = """\
import inspect
import torch
from models import build

def run(net, other, x):
    net.eval()
    net.train()
    other.train()
    inspect.signature(run).parameters
    return net.forward(x), x.relu().size(0), other.forward(x)

class Trainer:
    def __init__(self, model, loader):
        self.model = model
        self.loader = loader

    def fit(self):
        self.model.train()
        self.loader.train()
        for p in self.model.parameters():
            p.requires_grad_(False)

def main(trainer, model):
    trainer.train()
    model = model.train()
    model.parameters()
    net = build()
    net.train()
    return net.named_parameters()
"""


def test_a_method_that_only_modules_have_shows_what_a_value_is() -> None:
    found = convert(TRAINER)
    for line in (
        "net.set_train(False)",
        "net.set_train()",
        "other.train()",
        "inspect.signature(run).parameters\n",
        "return net.construct(x), ops.relu(x).shape[0], other.forward(x)",
        "self.model.set_train()",
        "self.loader.train()",
        "set_requires_grad(p, False)",
        "trainer.train()",
        "model = model.train()",
    ):
        assert f"    {line}" in found.code
    assert left(found.diagnostics) == [
        "other.train",
        "other.forward",
        "self.loader.train",
        "trainer.train",
        "model.train",
    ]


def test_a_method_is_read_from_the_class() -> None:
    code = "from torch import nn\n\nclass A(nn.Module):\n    def forward(self, x):\n        return x\n\n"
    code += "class B(A):\n    def forward(self, x):\n        return A.forward(self, x) + nn.Module.forward(self, x)\n"
    assert "return A.construct(self, x) + " in convert(code).code


def test_attributes_that_are_asked_for_while_an_instance_is_made_are_reviewed() -> None:
    code = "from torch import nn\n\nclass A(nn.Module):\n    def __getattr__(self, name):\n        return 1\n"
    (note,) = [item for item in convert(code).diagnostics if item.source == "__getattr__"]
    assert "while it is made" in note.say
