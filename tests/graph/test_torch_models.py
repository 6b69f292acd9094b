"""Whole models of torchvision and transformers, through both exporters and from whole modules."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mindconverter.graph.convert import ModelConversion
from tests import models
from tests.graph.running import (
    check_gradients,
    check_outputs,
    check_report,
    check_style,
    class_names,
    convert,
    image,
    line_count,
    run_onnx,
)

pytestmark = pytest.mark.slow
Exported = Callable[[str, models.Exporter], Path]

CLASSES = {
    "resnet50": ["Bottleneck", "ResNet"],
    "mobilenet_v2": [
        "Conv2dNormActivation",
        "InvertedResidual",
        "InvertedResidual2",
        "InvertedResidual3",
        "MobileNetV2",
    ],
    "vgg16": ["VGG"],
    "densenet121": ["Transition", "DenseNet"],
}
LONGEST = {"resnet50": 120, "mobilenet_v2": 130, "vgg16": 120, "densenet121": 260}


@pytest.mark.parametrize("exporter", ["dynamo", "torchscript"])
@pytest.mark.parametrize("name", models.TORCHVISION_MODELS)
def test_an_exported_network_computes_the_same(
    exported: Exported, tmp_path: Path, name: str, exporter: models.Exporter
) -> None:
    path = exported(name, exporter)
    result = convert(tmp_path, path)
    data = image(models.image_shape(name))
    expected = run_onnx(path, {_input_name(path): data})
    check_report(result)
    check_outputs(result, {"x": data}, expected)
    check_style(result)
    assert line_count(result.script) <= LONGEST[name]
    if exporter == "dynamo":
        found = class_names(result.script)
        assert [found.count(wanted) for wanted in CLASSES[name]] == [1] * len(CLASSES[name])


@pytest.mark.parametrize("name", models.TORCHVISION_MODELS)
def test_a_whole_module_keeps_its_structure_and_names(saved: Callable[[str], Path], tmp_path: Path, name: str) -> None:
    import torch

    module = models.torch_model(name)
    project = Path(models.torchvision().__file__).parent
    result = convert(tmp_path, saved(name), shape=[models.image_shape(name)], project_path=project)
    data = image(models.image_shape(name))
    with torch.no_grad():
        expected = [module(torch.from_numpy(data)).numpy()]
    check_report(result)
    check_outputs(result, {"x": data}, expected)
    check_style(result)
    assert line_count(result.script) <= LONGEST[name]
    found = class_names(result.script)
    assert [found.count(wanted) for wanted in CLASSES[name]] == [1] * len(CLASSES[name])
    assert found[-1] == type(module).__name__

    state = {key: value for key, value in module.state_dict().items() if not key.endswith("num_batches_tracked")}
    (entries,) = json.loads(result.weight_map.read_text()).values()
    sources = {entry["source_weight"]["name"]: entry["converted_weight"]["name"] for entry in entries}
    assert sources == {name: name for name in state}


@pytest.mark.parametrize("exporter", ["dynamo", "torchscript"])
def test_bert_computes_the_same(exported: Exported, tmp_path: Path, exporter: models.Exporter) -> None:
    path = exported("bert", exporter)
    result = convert(tmp_path, path)
    feeds = models.bert_inputs()
    check_report(result)
    check_outputs(result, feeds, run_onnx(path, feeds))
    check_style(result)
    assert line_count(result.script) <= 150
    text = result.script.read_text()
    assert "for layer in self.layer:" in text
    assert "def construct(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:" in text
    if exporter == "dynamo":
        found = class_names(result.script)
        wanted = ["BertEmbeddings", "BertSelfAttention", "BertLayer", "BertEncoder", "BertPooler", "BertModel"]
        assert [found.count(name) for name in wanted] == [1] * len(wanted)
        (entries,) = json.loads(result.weight_map.read_text()).values()
        pairs = [(entry["source_weight"]["name"], entry["converted_weight"]["name"]) for entry in entries]
        # What the exporter took out of a table of embeddings is no layer any more.
        folded = [f"bert.embeddings.{name}_embeddings.weight" for name in ("token_type", "position")]
        assert {source for source, converted in pairs if source != converted} <= set(folded)
        check_that_bert_trains(result)


def check_that_bert_trains(conversion: ModelConversion) -> None:
    """The first gradients are PyTorch's, and ten steps make the loss fall."""
    import mindspore
    import torch

    mindspore.set_context(mode=mindspore.PYNATIVE_MODE)
    source, (ids, mask) = models.bert(), models.bert_inputs().values()
    ids = np.concatenate([ids % 99 + 1, ids // 2 + 1])  # without the token of padding, which PyTorch does not train
    mask, labels = np.concatenate([mask, np.ones_like(mask)]), np.array([3, 8])
    found = source(torch.from_numpy(ids), torch.from_numpy(mask))[1]
    loss = torch.nn.functional.cross_entropy(found, torch.from_numpy(labels))
    loss.backward()

    network = conversion.load()
    parameters = network.trainable_params()

    def forward(ids: Any, mask: Any, labels: Any) -> Any:
        return mindspore.ops.cross_entropy(network(ids, mask)[1], labels)

    step = mindspore.value_and_grad(forward, None, parameters)
    inputs = *map(mindspore.Tensor, (ids, mask)), mindspore.Tensor(labels, mindspore.int32)
    first, gradients = step(*inputs)
    np.testing.assert_allclose(float(first), loss.item(), rtol=1e-4)
    check_gradients(conversion, parameters, gradients, source)
    network.set_train()
    optimizer = mindspore.nn.SGD(parameters, learning_rate=0.1)
    for _ in range(10):
        optimizer(gradients)
        last, gradients = step(*inputs)
    assert float(last) < 0.75 * float(first)


def _input_name(path: Path) -> str:
    import onnx

    return str(onnx.load(path, load_external_data=False).graph.input[0].name)
