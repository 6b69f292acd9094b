"""PyTorch's front doors: state dicts with a factory, several inputs and outputs, and dropout that survives."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mindconverter import convert_model
from mindconverter.cli.main import main
from mindconverter.errors import BadParameterError, MindConverterError, ModelLoadingError
from mindconverter.graph.convert import ModelConversion
from mindconverter.graph.read_torch.read import read_torch
from mindconverter.report.diagnostics import Outcome

SOURCE = '''
from argparse import Namespace
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F


class Head(nn.Module):
    """Two branches, of which one drops by function."""

    def __init__(self, classes, width=4):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3, padding=1)
        self.norm = nn.BatchNorm2d(width)
        self.drop = nn.Dropout(0.25)
        self.thin = nn.Dropout(0.125, inplace=True)
        self.fc = nn.Linear(width, classes)

    def forward(self, x):
        x = self.drop(self.thin(torch.relu(self.norm(self.conv(x))))).mean((2, 3))
        return self.fc(F.dropout(x, 0.5, training=self.training))


def build(classes=5, width=4):
    torch.manual_seed(0)
    model = Head(classes, width)
    model.norm.running_mean.normal_()
    return model


class Tied(nn.Module):
    """Words whose table gives the scores, too, and two equal layers that share all, and a buffer."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(7, 4)
        self.layers = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4)])
        self.layers[2].weight, self.layers[2].bias = self.layers[0].weight, self.layers[0].bias
        self.register_buffer("scale", torch.linspace(0.5, 1.5, 7))
        self.head = nn.Linear(4, 7, bias=False)
        self.head.weight = self.words.weight

    def forward(self, ids):
        x = self.words(ids)
        for layer in self.layers:
            x = torch.relu(layer(x)) + x
        return self.head(x) * self.scale


class Pair(nn.Module):
    def forward(self, x, y):
        return {"sum": x + y, "rest": [x - 2 * y]}


class Sides(NamedTuple):
    left: torch.Tensor
    right: torch.Tensor


class Nested(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(9, 4, padding_idx=0)

    def forward(self, images: list[tuple[torch.Tensor, torch.Tensor]], batch, scale=None, *, sides: Sides):
        (first,), (second, third) = images
        assert isinstance(images[1], tuple)
        x = self.words(batch["ids"]) + first - second
        x = torch.where(batch["more"]["mask"], x, third) + sides.left / sides.right
        return x if scale is None else x * scale


class Plain(Nested):
    def forward(self, images, batch):
        return super().forward(images, batch, sides=Sides(batch["left"], batch["right"]))


@dataclass
class Found:
    scores: torch.Tensor
    parts: tuple
    kind: str = "found"


class Reader(nn.Module):
    """Tokens with an optional mask of booleans and an optional scale, which comes last."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(8, 4)
        self.drop = nn.AlphaDropout(0.1)
        self.rate = nn.Dropout(0.1)  # whose probability is read only

    def forward(self, ids, mask=None, bias=None, *, scale=None):
        x = self.drop(self.table(ids))
        if bias is not None:
            x = x + bias
        if mask is not None:
            x = x.masked_fill(~mask.unsqueeze(-1), 0.0)
        if scale is not None:
            x = x * scale
        if self.training:
            x = x + torch.rand_like(x)
        return Found(x.sum(1), (x, {"first": x[:, 0], "none": None}))
'''


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "project"
    (folder / "mc_doors").mkdir(parents=True)
    (folder / "mc_doors" / "__init__.py").write_text("")
    (folder / "mc_doors" / "nets.py").write_text(SOURCE)
    before = set(sys.modules)
    yield folder
    for name in set(sys.modules) - before:
        if name.startswith("mc_"):
            del sys.modules[name]


def nets(project: Path) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "mc_test"}
    sys.modules["mc_test"] = sys  # dataclasses look their module up
    exec(compile(SOURCE, "nets.py", "exec"), names)
    return names


def run(conversion: ModelConversion, *inputs: torch.Tensor) -> list[np.ndarray]:
    import mindspore

    mindspore.runtime.launch_blocking()
    mindspore.set_context(mode=mindspore.PYNATIVE_MODE)
    result = conversion.load()(*(mindspore.Tensor(item.numpy()) for item in inputs))
    return [item.asnumpy() for item in (result if isinstance(result, tuple) else (result,))]


def check(conversion: ModelConversion, inputs: tuple[torch.Tensor, ...], expected: list[torch.Tensor]) -> None:
    found = run(conversion, *inputs)
    assert len(found) == len(expected)
    for own, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(own, other.detach().numpy(), rtol=1e-4, atol=1e-5)


def notes(conversion: ModelConversion) -> str:
    return "\n".join(item.say for item in conversion.diagnostics if item.outcome is Outcome.NOTE)


IMAGE = (2, 3, 6, 6)


def test_a_state_dict_gets_its_module_from_a_factory(project: Path, tmp_path: Path) -> None:
    source = nets(project)["build"](7).eval()
    state = {f"module.{name}": value for name, value in source.state_dict().items()}
    options = nets(project)["Namespace"](lr=0.1)
    torch.save({"epoch": 3, "model": {**state, "extra.weight": torch.ones(2)}, "args": options}, tmp_path / "net.pth")
    converted = convert_model(
        tmp_path / "net.pth",
        shape=[IMAGE],
        output=tmp_path / "out",
        project_path=project,
        model_entry="mc_doors.nets:build",
        model_args={"classes": 7},
    )
    image = torch.rand(IMAGE)
    check(converted, (image,), [source(image)])
    assert "left out: extra.weight" in notes(converted)
    assert "[Note] The checkpoint has weights" in converted.report.read_text()


def test_a_factory_may_lie_in_a_file_and_bring_its_weights(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--shape", "2,3,6,6", "--output", str(tmp_path / "out"), "--project-path", str(project)]
    assert main([*command, "--model-entry", "mc_doors/nets.py:build", "--model-args", "[6]"]) == 0
    assert "Converted mc_doors/nets.py:build to" in capsys.readouterr().out
    assert (tmp_path / "out" / "build.ckpt").is_file()
    script = (tmp_path / "out" / "build.py").read_text()
    assert script.startswith('"""mc_doors/nets.py:build, converted by mindconverter')
    assert "SHA-256" not in script
    assert "the weights are those that" in (tmp_path / "out" / "report_of_build.txt").read_text()


def test_what_does_not_fit_is_refused_by_name(project: Path, tmp_path: Path) -> None:
    def refused(content: object, **options: Any) -> str:
        torch.save(content, tmp_path / "net.pth")
        given = {"shape": [IMAGE], "project_path": project, "model_entry": "mc_doors.nets:build", **options}
        with pytest.raises(MindConverterError) as caught:
            convert_model(tmp_path / "net.pth", output=tmp_path / "out", **given)
        assert not (tmp_path / "out").exists()
        return str(caught.value)

    state = nets(project)["build"]().state_dict()
    assert "fc.weight (5, 4) for (9, 4)" in refused(state, model_args=[9])
    assert "no weights for fc.bias of what" in refused({k: v for k, v in state.items() if k != "fc.bias"})
    assert "quantised weights: fc.weight (torch.int8)" in refused(
        {**state, "fc.weight": state["fc.weight"].to(torch.int8)}
    )
    assert "keys epoch" in refused({"epoch": 3})
    assert "several state dicts: a, b" in refused({"a": state, "b": state})
    assert "TypeError" in refused(state, model_args={"depth": 3})
    assert "has no 'make'" in refused(state, model_entry="mc_doors.nets:make")
    assert "cannot be imported" in refused(state, model_entry="mc_absent:make")
    assert "no file" in refused(state, model_entry="absent.py:make")
    assert "gives a Found" in refused(state, model_entry="mc_doors.nets:Found", model_args=[1, 2])
    assert "does not name a factory" in refused(state, model_entry="mc_doors.nets")
    with pytest.raises(BadParameterError, match="model_entry"):
        convert_model(tmp_path / "net.pth", shape=[IMAGE], model_args=[1])
    with pytest.raises(MindConverterError, match="no model"):
        convert_model()


def test_dropout_and_batch_statistics_come_back_in_training(project: Path, tmp_path: Path) -> None:
    import mindspore

    converted = convert_model(shape=[IMAGE], output=tmp_path, project_path=project, model_entry="mc_doors.nets:build")
    script = converted.script.read_text()
    assert "nn.BatchNorm2d(4" in script
    assert "nn.Dropout(p=0.25)" in script
    assert "nn.Dropout(p=0.125)" in script
    assert "nn.Dropout(p=0.5)" in script or "nn.Dropout()" in script
    image = torch.rand(IMAGE)
    check(converted, (image,), [nets(project)["build"]().eval()(image)])

    mindspore.set_context(mode=mindspore.PYNATIVE_MODE)
    network = converted.load().set_train()
    data = mindspore.Tensor(image.numpy())
    before = {item.name: item.asnumpy().copy() for item in network.get_parameters()}
    first, second = network(data).asnumpy(), network(data).asnumpy()
    assert not np.allclose(first, second)
    after = {item.name: item.asnumpy() for item in network.get_parameters()}
    changed = {name for name in after if not np.array_equal(before[name], after[name])}
    assert {name.rpartition(".")[2] for name in changed} == {"running_mean", "running_var"}


def test_inputs_are_found_out_and_outputs_are_flat(project: Path, tmp_path: Path) -> None:
    torch.manual_seed(1)
    source = nets(project)["Reader"]().eval()
    torch.save(source.state_dict(), tmp_path / "reader.pth")
    given: dict[str, Any] = {
        "model_file": tmp_path / "reader.pth",
        "output": tmp_path / "out",
        "project_path": project,
        "model_entry": "mc_doors.nets:Reader",
    }
    ids = torch.tensor([[1, 2, 3], [4, 5, 6]])
    mask = torch.tensor([[True, True, False], [True, False, False]])
    scale = torch.rand(1)

    converted = convert_model(shape=[(2, 3), (1,), (2, 3)], input_nodes=["ids", "scale", "mask"], **given)
    result = source(ids, mask, scale=scale)
    check(converted, (ids, scale, mask), [result.scores, result.parts[0], result.parts[1]["first"]])
    told = notes(converted)
    assert "ids int64, scale float32, mask bool" in told
    assert "keep their defaults: bias." in told
    assert "gives a Found; the network gives its tensors in a tuple: scores, parts_0, parts_1_first" in told
    assert "no tensors: kind (str)" in told
    assert "not kept, as the exporter has no form for it: alpha_dropout, that inside Reader." in told
    assert "What Reader computes in training only is not in the network" in told

    names = {"input_nodes": ["ids", "scale", "mask"], "output_nodes": ["parts_1_first", "scores"]}
    converted = convert_model(shape=[(2, 3), (1,), (2, 3)], **names, **given)
    check(converted, (ids, scale, mask), [result.parts[1]["first"], result.scores])
    with pytest.raises(BadParameterError, match="gives 3 tensors: scores, parts_0, parts_1_first, but"):
        convert_model(shape=[(2, 3)], output_nodes=["scores", "first"], **given)

    converted = convert_model(shape=[(2, 3)], input_types=["int32"], **given)
    check(converted, (ids.int(),), [source(ids).scores, source(ids).parts[0], source(ids).parts[1]["first"]])
    with pytest.raises(BadParameterError, match="no type of inputs"):
        convert_model(shape=[(2, 3)], input_types=["int"], **given)
    with pytest.raises(BadParameterError, match=r"takes ids, mask \(optional\)"):
        convert_model(shape=[(2, 3)] * 5, **given)
    with pytest.raises(ModelLoadingError, match="--input_types"):
        convert_model(shape=[(2, 3), (7, 7)], **given)


@pytest.mark.parametrize("kind", ["scripted", "traced"])
def test_torchscript_keeps_modules_and_dropout(tmp_path: Path, kind: str) -> None:
    torch.manual_seed(0)
    layers = [torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Dropout(0.25), torch.nn.Dropout2d(0.5)]
    source = torch.nn.Sequential(*layers).eval()
    image = torch.rand(IMAGE)
    module: Any = torch.jit.script(source) if kind == "scripted" else torch.jit.trace(source, image)
    module.save(tmp_path / "net.pth")  # the content tells what it is
    converted = convert_model(tmp_path / "net.pth", shape=[IMAGE], output=tmp_path / "out")
    check(converted, (image,), [source(image)])
    script = converted.script.read_text()
    assert "nn.BatchNorm2d(4" in script
    assert "nn.Dropout(p=0.25)" in script
    assert "no form for it: Dropout2d" in notes(converted)
    if kind == "scripted":
        drop = torch.nn.functional

        class Dropping(torch.nn.Module):
            def forward(self, x: torch.Tensor) -> torch.Tensor:
                x = drop.dropout(drop.dropout(x, 0.375, self.training), p=0.75, training=self.training)
                return drop.dropout2d(x, 0.125, self.training)

        torch.jit.script(Dropping().eval()).save(tmp_path / "functions.pt")
        converted = convert_model(tmp_path / "functions.pt", shape=[IMAGE], output=tmp_path / "out")
        script = converted.script.read_text()
        assert script.count("nn.Dropout(p=0.375)") == script.count("nn.Dropout(p=0.75)") == 1
        assert "no form for it: dropout2d." in notes(converted)
        check(converted, (image,), [image])
    with pytest.raises(BadParameterError, match="no lists and dictionaries as inputs of TorchScript"):
        convert_model(tmp_path / "net.pth", shape=[IMAGE], input_nodes=["input.0"])
    with pytest.raises(MindConverterError, match="TorchScript"):
        convert_model(tmp_path / "net.pth", shape=[IMAGE], model_entry="a:b")


def test_an_exported_program_keeps_open_sizes(project: Path, tmp_path: Path) -> None:
    found = nets(project)
    source = found["build"](3).eval()
    image = torch.rand(IMAGE)
    batch = torch.export.Dim("batch")
    program = torch.export.export(source, (image,), dynamic_shapes=({0: batch},))
    torch.export.save(program, tmp_path / "net.pt2")
    converted = convert_model(tmp_path / "net.pt2", output=tmp_path / "out")
    for size in (2, 5):
        image = torch.rand(size, 3, 6, 6)
        check(converted, (image,), [source(image)])
    script = converted.script.read_text()
    assert "class Head(nn.Cell)" in script
    assert script.count("nn.Dropout(") == 2

    other = found["Pair"]()
    inputs = (torch.rand(1, 3), torch.rand(1, 3))
    torch.export.save(torch.export.export(other, inputs), tmp_path / "pair.pt2")
    converted = convert_model(tmp_path / "pair.pt2", input_nodes=["y", "x"], output=tmp_path / "out")
    result = other(*inputs)
    check(converted, inputs[::-1], [result["sum"], result["rest"][0]])
    assert "gives a dict; the network gives its tensors in a tuple: sum, rest_0" in notes(converted)
    with pytest.raises(BadParameterError, match="fixes dimension 1"):
        convert_model(tmp_path / "pair.pt2", shape=[(1, 4), (1, 4)])


def test_lists_and_dictionaries_of_inputs_are_flat(project: Path, tmp_path: Path) -> None:
    found = nets(project)
    source = found["Nested"]().eval()
    torch.save(source.state_dict(), tmp_path / "nested.pth")
    first, second, third, left = torch.rand(4, 2, 4)
    ids, mask, right = torch.tensor([3, 1]), torch.tensor([[True], [False]]), torch.rand(2, 4) + 1
    images, batch, sides = (
        [(first,), (second, third)],
        {"ids": ids, "more": {"mask": mask}},
        found["Sides"](left, right),
    )
    inputs = (ids, first, third, second, mask, right, left)
    names = ["batch.ids", "images.0.0", "images.1.1", "images.1.0", "batch.more.mask", "sides.right", "sides.left"]

    def convert(given: list[str], file: str = "nested.pth") -> ModelConversion:
        options: dict[str, Any] = {"project_path": project, "model_entry": "mc_doors.nets:Nested"}
        options = options if file.endswith("pth") else {}
        shapes = [tuple(item.shape) for item in inputs][: len(given)]
        return convert_model(tmp_path / file, shape=shapes, input_nodes=given, output=tmp_path / "out", **options)

    expected = source(images, batch, sides=sides)
    converted = convert(names)
    check(converted, inputs, [expected])
    assert "batch_ids int64" in notes(converted)
    assert "batch_more_mask bool" in notes(converted)
    assert "row of padding gets gradients in the network, unlike in the source: words" in notes(converted)
    plain = found["Plain"]().eval()
    plain.load_state_dict(source.state_dict())
    batch |= {"left": left, "right": right}  # torch.export itself does not save named tuples
    torch.export.save(torch.export.export(plain, (images, batch)), tmp_path / "nested.pt2")
    check(convert([name.replace("sides", "batch") for name in names], "nested.pt2"), inputs, [expected])
    for given, said in (
        (names[:1], "lack images, sides"),
        (["batch", *names[:1]], "is an item of 'batch', which is an input itself"),
        ([*names[:1], *names[:1]], "there twice"),
        ([*names, "off.x"], "have off, which"),
    ):
        with pytest.raises(BadParameterError, match=said):
            convert(given)


def test_half_precision_is_widened_and_said(tmp_path: Path) -> None:
    source = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.LayerNorm(4)).bfloat16().eval()
    torch.save(source, tmp_path / "net.pth")
    converted = convert_model(tmp_path / "net.pth", shape=[(2, 3)], output=tmp_path / "out")
    data = torch.rand(2, 3)
    check(converted, (data,), [source.float()(data)])
    assert "bfloat16 in the source; they are converted to float32" in notes(converted)
    torch.export.save(torch.export.export(source.half(), (data.half(),)), tmp_path / "net.pt2")
    converted = convert_model(tmp_path / "net.pt2", output=tmp_path / "out")
    check(converted, (data,), [source.float()(data)])
    assert "float16 in the source; they are converted to float32" in notes(converted)
    torch.export.save(torch.export.export(source.double(), (data.double(),)), tmp_path / "net.pt2")
    with pytest.raises(ModelLoadingError, match="float64"):
        convert_model(tmp_path / "net.pt2", output=tmp_path / "out")


def test_old_files_and_safetensors_hold_weights(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    source = torch.nn.Linear(3, 4)
    torch.save(source.state_dict(), tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    save_file(source.state_dict(), tmp_path / "new.safetensors")
    for name in ("old.pth", "new.safetensors"):
        graph = read_torch(tmp_path / name, [(2, 3)], model_entry="torch.nn:Linear", model_args=[3, 4])
        weights = {item.source_name: item.data for item in graph.initializers.values()}
        np.testing.assert_array_equal(weights["weight"], source.weight.detach().numpy())
        with pytest.raises(ModelLoadingError, match="--model_entry"):
            read_torch(tmp_path / name, [(2, 3)])


def test_tied_weights_are_one_parameter(project: Path, tmp_path: Path) -> None:
    import mindspore

    torch.manual_seed(0)
    source = nets(project)["Tied"]().eval()
    torch.save(source.state_dict(), tmp_path / "net.pth")
    converted = convert_model(
        tmp_path / "net.pth",
        shape=[(2, 3)],
        output=tmp_path / "out",
        project_path=project,
        model_entry="mc_doors.nets:Tied",
    )
    script = converted.script.read_text()
    assert "self.head.weight = self.words.embedding_table" in script
    assert "self.layers[2].weight = self.layers[0].weight" in script
    assert "self.layers[2].bias = self.layers[0].bias" in script
    assert "self.scale = Parameter(ops.zeros((7,), mindspore.float32), requires_grad=False)" in script
    assert "head.weight is words.embedding_table" in notes(converted)
    network = converted.load()
    assert len(network.trainable_params()) == len(list(source.parameters()))
    ids = torch.tensor([[1, 2, 3], [4, 5, 6]])
    check(converted, (ids,), [source(ids)])

    source(ids).square().sum().backward()
    step = mindspore.value_and_grad(lambda data: network(data).square().sum(), None, network.trainable_params())
    mindspore.set_context(mode=mindspore.PYNATIVE_MODE)
    _, gradients = step(mindspore.Tensor(ids.numpy()))
    for parameter, gradient in zip(network.trainable_params(), gradients, strict=True):
        if parameter.name == "words.embedding_table":
            np.testing.assert_allclose(gradient.asnumpy(), source.words.weight.grad.numpy(), rtol=1e-3, atol=1e-4)

    mindspore.set_context(mode=mindspore.GRAPH_MODE)
    try:
        result = converted.load()(mindspore.Tensor(ids.numpy()))
    finally:
        mindspore.set_context(mode=mindspore.PYNATIVE_MODE)
    np.testing.assert_allclose(result.asnumpy(), source(ids).detach().numpy(), rtol=1e-4, atol=1e-5)
