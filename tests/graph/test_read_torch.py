"""Reading whole modules: both exporters keep the modules, the weights and their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from mindconverter.errors import ModelLoadingError, ParameterMissingError
from mindconverter.graph.ir import Graph
from mindconverter.graph.read import read_model
from mindconverter.graph.read_torch.read import Exporter, export_module, read_torch
from tests import models

EXPORTERS: tuple[Exporter, ...] = ("dynamo", "torchscript")
WEIGHTLESS = ("num_batches_tracked",)


def package() -> Path:
    return Path(models.torchvision().__file__).parent


def owner(graph: Graph, index: int) -> str:
    return ".".join(scope.name for scope in graph.nodes[index].scopes)


def check_weights(graph: Graph, module: torch.nn.Module) -> None:
    """Every weight of the state dict is there under its name, with its value, and nothing else is a weight."""
    found = {item.source_name: item.data for item in graph.initializers.values() if item.is_weight}
    expected = {name: value for name, value in module.state_dict().items() if not name.endswith(WEIGHTLESS)}
    assert set(found) == set(expected)
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value.numpy())


@pytest.mark.parametrize("exporter", EXPORTERS)
@pytest.mark.parametrize("name", ["resnet50", "mobilenet_v2", "densenet121"])
def test_networks_keep_modules_and_weights(saved: Callable[[str], Path], name: str, exporter: Exporter) -> None:
    module = models.torch_model(name)
    graph = read_torch(saved(name), [models.image_shape(name)], package(), exporter=exporter)
    check_weights(graph, module)
    assert graph.root_class == type(module).__name__
    assert graph.source == str(saved(name))
    assert graph.notes == ()
    assert [value.name for value in graph.inputs] == ["x"]
    # Only the batch is open.
    sizes = {size for value in graph.values.values() for size in value.shape or (None,) if not isinstance(size, int)}
    assert sizes <= {"batch"}

    count = Counter(node.op_type for node in graph.nodes)
    parts = Counter(type(part).__name__ for part in module.modules())
    assert count["BatchNormalization"] == parts["BatchNorm2d"]
    assert count["Conv"] == parts["Conv2d"]
    assert not {"Identity", "Constant", "CastLike", "Expand", "Shape"} & set(count)
    classes = {name: type(part).__name__ for name, part in module.named_modules()}
    for node in graph.nodes:
        qualified = ""
        for scope in node.scopes:
            qualified = f"{qualified}.{scope.name}".lstrip(".")
            assert scope.class_name == classes[qualified]


def test_a_model_is_read_by_its_ending(saved: Callable[[str], Path]) -> None:
    graph = read_model(saved("mobilenet_v2"), shape=[(1, 3, 64, 64)], project_path=package())
    assert graph.producer.startswith("pytorch")
    assert graph.root_class == "MobileNetV2"


def test_inputs_and_outputs_take_the_names_given(saved: Callable[[str], Path]) -> None:
    graph = read_model(
        saved("mobilenet_v2"),
        shape=[(1, 3, 64, 64)],
        input_nodes=["image"],
        output_nodes=["logits"],
        project_path=package(),
    )
    assert [value.name for value in graph.inputs] == ["image"]
    assert [value.name for value in graph.outputs] == ["logits"]


class Block(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = torch.nn.Linear(4, 4)
        self.act = torch.nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.act(self.fc(self.act(x))) + x


class Net(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = Block()
        self.act_1 = torch.nn.ReLU()
        self.blocks = torch.nn.ModuleList([Block(), Block()])

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        x = self.act_1(self.first(self.first(x)) + y)
        for block in self.blocks:
            x = block(x)
        return x


@pytest.mark.parametrize("exporter", EXPORTERS)
def test_reuse_and_lists_of_modules_are_seen_alike(exporter: Exporter) -> None:
    graph = export_module(Net(), [(1, 4), (1, 4)], "net", exporter=exporter)
    block = ["act", "fc", "act", ""]
    expected = [f"{name}.{part}".rstrip(".") for name in ("first", "first") for part in block]
    expected += ["", "act_1"]
    expected += [f"{name}.{part}".rstrip(".") for name in ("blocks.0", "blocks.1") for part in block]
    assert [owner(graph, index) for index in range(len(graph.nodes))] == expected
    assert [scope.name for scope in graph.nodes[-1].scopes] == ["blocks.1"]
    assert graph.nodes[-1].scopes[0].class_name == "Block"
    assert [value.name for value in graph.inputs] == ["x", "y"]


class Switch(torch.nn.Module):
    """Branches on data, which only tracing can export."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + 1 if float(x.sum()) > -1e9 else x - 1


@pytest.mark.parametrize("exporter", EXPORTERS)
def test_weights_that_an_exporter_turns_know_their_shape_in_the_module(exporter: Exporter) -> None:
    graph = export_module(torch.nn.Sequential(torch.nn.Linear(3, 5)), [(2, 4, 3)], "module", exporter=exporter)
    (weight,) = [item for item in graph.initializers.values() if item.source_name == "0.weight"]
    assert weight.data.shape == (3, 5)
    assert weight.source_shape == (5, 3)


def test_the_older_exporter_takes_what_the_newer_cannot() -> None:
    graph = export_module(Switch(), [(1, 4)], "net")
    assert [node.op_type for node in graph.nodes] == ["Add"]
    with pytest.raises(ModelLoadingError, match="dynamo: "):
        export_module(Switch(), [(1, 4)], "net", exporter="dynamo")


class Tokens(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = torch.nn.Embedding(8, 4)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.table(ids)


@pytest.mark.parametrize("exporter", EXPORTERS)
def test_token_inputs_are_found_out(exporter: Exporter) -> None:
    graph = export_module(Tokens(), [(1, 5)], "net", exporter=exporter)
    assert graph.inputs[0].dtype == "int64"
    assert graph.initializers["table.weight"].is_weight


def test_the_exporters_are_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    for exporter in EXPORTERS:
        export_module(Block(), [(1, 4)], "net", exporter=exporter)
    told = capfd.readouterr()
    assert (told.out, told.err) == ("", "")


def test_a_shape_is_asked_for(saved: Callable[[str], Path]) -> None:
    with pytest.raises(ParameterMissingError, match="--shape"):
        read_torch(saved("mobilenet_v2"), None, package())


def test_a_shape_that_does_not_run_is_refused() -> None:
    with pytest.raises(ModelLoadingError, match="shape 1,5"):
        export_module(Block(), [(1, 5)], "net")


def test_a_module_that_no_exporter_takes_is_refused() -> None:
    class Odd(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> object:
            return {"a": torch.linalg.eig(x)[0]} if float(x.sum()) > -1e9 else x

    with pytest.raises(ModelLoadingError, match="cannot export the module"):
        export_module(Odd(), [(3, 3)], "net")
