"""What a user does with a generated script: runs it, reads it, changes it and trains the network."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mindconverter.graph.convert import ModelConversion
from mindconverter.weights.rename import compare_networks
from mindconverter.weights.script_tree import read_network
from tests import models
from tests.graph.running import check_gradients, check_style, convert

SHAPE = (8, 3, 32, 32)


@pytest.fixture(scope="module")
def resnet18() -> Any:
    return models.torch_model("resnet18")


@pytest.fixture(scope="module")
def converted(resnet18: Any, tmp_path_factory: pytest.TempPathFactory) -> ModelConversion:
    import torch

    folder = tmp_path_factory.mktemp("resnet18")
    torch.save(resnet18, folder / "resnet18.pth")
    project = Path(models.torchvision().__file__).parent
    return convert(folder, folder / "resnet18.pth", shape=[SHAPE], project_path=project)


def test_a_script_runs_by_itself(converted: ModelConversion) -> None:
    check_style(converted)
    done = subprocess.run([sys.executable, converted.script], capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout == "(8, 10) Float32\n"


def test_names_may_be_changed(converted: ModelConversion, tmp_path: Path) -> None:
    names = {"BasicBlock": "Residual", "ResNet": "Own", "layer2": "stage", "bn1": "norm", "downsample": "shortcut"}

    def renamed(text: str) -> str:
        return re.sub(r"\w+", lambda match: names.get(match[0], match[0]), text)

    (tmp_path / "own.py").write_text(renamed(converted.script.read_text()))
    renaming = compare_networks(read_network(converted.script), read_network(tmp_path / "own.py"))
    (entries,) = json.loads(converted.weight_map.read_text()).values()
    found = [entry["converted_weight"]["name"] for entry in entries]
    assert [renaming.name(name) for name in found] == [renamed(name) for name in found]
    assert not renaming.gone
    assert not renaming.added


def test_a_converted_network_trains_as_its_source(resnet18: Any, converted: ModelConversion) -> None:
    """Gradients of all parameters are PyTorch's, and ten steps make the loss fall; dropout and statistics are back."""
    import mindspore
    import torch

    mindspore.runtime.launch_blocking()
    random = np.random.default_rng(0)
    images = random.normal(size=SHAPE).astype(np.float32)
    labels = random.integers(0, 10, SHAPE[0])

    resnet18.train()
    loss = torch.nn.functional.cross_entropy(resnet18(torch.from_numpy(images)), torch.from_numpy(labels))
    loss.backward()
    resnet18.eval()

    network = converted.load()
    network.set_train()
    parameters = network.trainable_params()
    inputs = mindspore.Tensor(images), mindspore.Tensor(labels, mindspore.int32)

    def forward(x: Any, y: Any) -> Any:
        return mindspore.ops.cross_entropy(network(x), y)

    step = mindspore.value_and_grad(forward, None, parameters)
    first, gradients = step(*inputs)
    np.testing.assert_allclose(float(first), loss.item(), rtol=1e-4)
    (entries,) = json.loads(converted.weight_map.read_text()).values()
    sources = {entry["converted_weight"]["name"]: entry["source_weight"]["name"] for entry in entries}
    state, own = resnet18.state_dict(), {parameter.name: parameter for parameter in network.get_parameters()}
    for name, source in sources.items():
        if source.endswith(("running_mean", "running_var")):  # one step further than in the checkpoint
            np.testing.assert_allclose(own[name].asnumpy(), state[source].numpy(), rtol=1e-4, atol=1e-4)
    check_gradients(converted, parameters, gradients, resnet18)

    optimizer = mindspore.nn.SGD(parameters, learning_rate=0.02)
    losses = [float(first)]
    for _ in range(10):
        optimizer(gradients)
        value, gradients = step(*inputs)
        losses.append(float(value))
    assert losses[-1] < losses[0] / 2, losses

    mindspore.set_context(mode=mindspore.GRAPH_MODE)
    network.set_train(False)
    assert network(mindspore.Tensor(images[:3])).shape == (3, 10)
