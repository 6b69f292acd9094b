"""The helpers that build, fill, describe and save models."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import Any

import mindspore
import numpy as np
import pytest
import torch
from mindspore import Parameter, Tensor, nn

from tests import models
from tests.rules.helpers.load import close, data, gradients_close, helpers, same_weights


def weight(*shape: int) -> Parameter:
    return Parameter(Tensor(np.full(shape, 7, np.float32)), name="weight")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("normal_", {"mean": 2.0, "std": 0.5}),
        ("trunc_normal_", {"std": 0.02}),
        ("trunc_normal_", {"mean": 0.5, "std": 1.0, "a": -1.0, "b": 1.0}),
        ("uniform_", {"a": -1.0, "b": 3.0}),
        ("uniform_", {}),
        ("kaiming_normal_", {"mode": "fan_out", "nonlinearity": "relu"}),
        ("kaiming_normal_", {}),
        ("kaiming_uniform_", {"a": math.sqrt(5)}),
        ("xavier_normal_", {"gain": 2.0}),
        ("xavier_uniform_", {}),
        ("orthogonal_", {"gain": 2.0}),
    ],
)
def test_random_values_have_the_mean_spread_and_range_of_pytorch(name: str, arguments: dict[str, Any]) -> None:
    torch.manual_seed(0)
    mindspore.set_seed(0)
    expected = getattr(torch.nn.init, name)(torch.empty(40, 30, 3, 3), **arguments).numpy()
    parameter = weight(40, 30, 3, 3)
    assert getattr(helpers("initialization"), name)(parameter, **arguments) is parameter
    found = parameter.asnumpy()
    spread = expected.std()
    assert abs(found.mean() - expected.mean()) < 0.05 * spread
    assert abs(found.std() - spread) < 0.03 * spread
    assert abs(found.min() - expected.min()) < 1.5 * spread
    if "uniform" in name or "a" in arguments:
        assert abs(found.max() - expected.max()) < 0.02 * (expected.max() - expected.min())


def test_fixed_values_and_plain_tensors() -> None:
    functions = helpers("initialization")
    assert (functions.zeros_(weight(2, 3)).asnumpy() == 0).all()
    assert (functions.ones_(weight(2, 3)).asnumpy() == 1).all()
    tensor = Tensor(np.zeros((2, 3), np.float32))
    assert functions.constant_(tensor, 0.5) is tensor
    assert (tensor.asnumpy() == 0.5).all()


def test_orthogonal_rows() -> None:
    found = helpers("initialization").orthogonal_(weight(4, 9)).asnumpy()
    np.testing.assert_allclose(found @ found.T, np.eye(4), atol=1e-5)


@pytest.mark.parametrize(
    ("nonlinearity", "parameter"),
    [
        ("linear", None),
        ("conv2d", None),
        ("sigmoid", None),
        ("tanh", None),
        ("relu", None),
        ("selu", None),
        ("leaky_relu", None),
        ("leaky_relu", 0.2),
    ],
)
def test_gains(nonlinearity: str, parameter: float | None) -> None:
    found = helpers("initialization").calculate_gain(nonlinearity, parameter)
    assert found == pytest.approx(torch.nn.init.calculate_gain(nonlinearity, parameter))


def test_a_sequence_runs_cells_that_become_attributes() -> None:
    class Target(helpers("container").Sequential):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Dense(4, 5)
            self.act = nn.ReLU()

    class Source(torch.nn.Sequential):
        def __init__(self) -> None:
            super().__init__()
            self.first = torch.nn.Linear(4, 5)
            self.act = torch.nn.ReLU()

    source, target = Source(), Target()
    same_weights(source, target)
    gradients_close(target, source, [data(2, 4)])
    target.act = nn.Sigmoid()
    source.act = torch.nn.Sigmoid()
    gradients_close(target, source, [data(2, 4)])
    assert [name for name, _ in target.parameters_and_names()] == ["first.weight", "first.bias"]


@pytest.mark.parametrize("mode", [mindspore.PYNATIVE_MODE, mindspore.GRAPH_MODE])
def test_a_named_container_runs_by_its_own_construct(mode: int) -> None:
    class Target(helpers("container").ModuleDict):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__()
            helpers("container").add_module(self, "first", nn.Dense(4, 4))
            self["second"] = nn.Dense(4, 4)

        def construct(self, x: Tensor) -> Tensor:
            for _, cell in self.items():
                x = cell(x)
            return x

    target = Target()
    source = torch.nn.ModuleDict({"first": torch.nn.Linear(4, 4), "second": torch.nn.Linear(4, 4)})
    same_weights(source, target)
    assert list(target) == list(target.keys()) == ["first", "second"]
    assert "first" in target
    assert len(target) == len(target.values()) == 2
    assert target["second"] is target.second
    target["third"] = nn.ReLU()
    assert isinstance(target.pop("third"), nn.ReLU)
    assert len(target) == 2
    network = nn.SequentialCell(target, nn.ReLU())
    mindspore.set_context(mode=mode)
    try:
        found = network(Tensor(data(2, 4)))
    finally:
        mindspore.set_context(mode=mindspore.PYNATIVE_MODE)
    close(found, source["second"](source["first"](torch.from_numpy(data(2, 4)))).relu())


def test_modules_are_added_under_their_names() -> None:
    add_module = helpers("container").add_module
    source, target = torch.nn.Sequential(torch.nn.Linear(4, 5)), nn.SequentialCell(nn.Dense(4, 5))
    source.add_module("norm", torch.nn.LayerNorm(5))
    add_module(target, "norm", nn.LayerNorm((5,), epsilon=1e-5))
    same_weights(source, target)
    gradients_close(target, source, [data(2, 4)])
    names = nn.CellDict()
    add_module(names, "layer1", nn.Dense(2, 2))
    assert list(names.keys()) == ["layer1"]


def test_freezing_leaves_statistics_alone() -> None:
    network = nn.SequentialCell(nn.Dense(4, 5), nn.BatchNorm1d(5))
    set_requires_grad = helpers("parameters").set_requires_grad
    assert set_requires_grad(network, False) is network
    assert not network.trainable_params()
    set_requires_grad(network)
    assert len(network.trainable_params()) == 4


def test_blocks_and_functions_without_gradients() -> None:
    no_grad = helpers("autograd").no_grad
    with no_grad():
        value = 1

    @no_grad()
    def function() -> int:
        return value + 1

    assert function() == 2


def test_a_checkpointed_call_is_a_call() -> None:
    checkpoint = helpers("checkpointing").checkpoint
    assert checkpoint(lambda a, b: a - b, 5, b=3, use_reentrant=False) == 2


def test_states_are_saved_with_plain_values_and_other_content_is_refused(tmp_path: Path) -> None:
    save_state, load_state = helpers("checkpoints").save_state, helpers("checkpoints").load_state
    cell = nn.Dense(2, 3)
    for name, state in (("cell", cell), ("dict", cell.state_dict())):
        save_state(state, tmp_path / f"{name}.ckpt")
        assert set(mindspore.load_checkpoint(str(tmp_path / f"{name}.ckpt"))) == {"weight", "bias"}
    several = {"epoch": 3, "model": cell.state_dict(), 2: [None, (1.5, "a")], "best": np.float32(0.5)}
    save_state(several, tmp_path / "other.pth.tar")
    found = load_state(tmp_path / "other.pth.tar")
    assert list(found) == ["epoch", "model", 2, "best"]
    assert (found["epoch"], found[2], found["best"]) == (3, [None, (1.5, "a")], 0.5)
    np.testing.assert_array_equal(found["model"]["weight"].asnumpy(), cell.weight.asnumpy())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cell.ckpt", "dict.ckpt", "other.pth.tar"]
    with pytest.raises(TypeError, match="model is Dense"):
        save_state({"epoch": 3, "model": cell}, tmp_path / "third.ckpt")


@pytest.mark.parametrize(("value", "divisor"), [(32 * 0.75, 8), (33, 8), (3, 8), (91, 10), (12, 5)])
def test_channel_counts_are_rounded_as_in_torchvision(value: float, divisor: int) -> None:
    reference = models.torchvision().models._utils._make_divisible
    assert helpers("image_models").make_divisible(value, divisor) == reference(value, divisor)
    assert helpers("image_models").make_divisible(value, divisor, 16) == reference(value, divisor, 16)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"kernel_size": (3, 5), "stride": 2},
        {"dilation": 2, "groups": 2},
        {"norm_layer": None},
        {"activation_layer": None},
        {"padding": 0, "bias": True},
    ],
)
def test_convolution_blocks(arguments: dict[str, Any]) -> None:
    reference = models.torchvision().ops.misc.Conv2dNormActivation(4, 6, **{"inplace": False, **arguments})
    cell = helpers("image_models").Conv2dNormActivation(4, 6, **arguments)
    same_weights(reference, cell)
    for training in (False, True):
        reference.train(training)
        cell.set_train(training)
        gradients_close(cell, reference, [data(2, 4, 9, 8)])
    assert cell.out_channels == 6


def test_squeeze_and_excitation() -> None:
    reference = models.torchvision().ops.misc.SqueezeExcitation(4, 2)
    cell = helpers("image_models").SqueezeExcitation(4, 2)
    same_weights(reference, cell)
    gradients_close(cell, reference, [data(2, 4, 9, 8)])


@pytest.mark.parametrize("size", [(40, 60), (70, 50), (32, 32)])
def test_images_are_prepared_as_in_torchvision(size: tuple[int, int]) -> None:
    from PIL import Image

    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    image = Image.fromarray(pixels)
    models.torchvision()
    from torchvision.transforms._presets import ImageClassification

    expected = ImageClassification(crop_size=28, resize_size=32)(image)
    close(helpers("image_models").ImageClassification(crop_size=28, resize_size=32)(image), expected)


def test_descriptions_of_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = helpers("pretrained_weights")

    class Members(module.WeightsEnum):  # type: ignore[misc,name-defined]
        V1 = module.Weights("https://example.org/net-1234.pth", partial(dict, size=3), meta={"categories": ["a"]})
        V2 = module.Weights(url="https://example.org/net-5678.pth", transforms=dict, meta={})
        DEFAULT = V2

    assert Members.verify(None) is None
    assert Members.verify("V1") is Members.V1
    assert Members.verify("Members.V1") is Members.V1
    assert Members.verify(Members.DEFAULT) is Members.V2
    assert Members.V1.meta["categories"] == ["a"]
    assert Members.V1.transforms() == {"size": 3}
    with pytest.raises(TypeError):
        Members.verify(3)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"net-1234\.ckpt"):
        Members.V1.get_state_dict(progress=True, check_hash=True)
    mindspore.save_checkpoint(nn.Dense(2, 2), "net-1234.ckpt")
    assert set(Members.V1.get_state_dict()) == {"weight", "bias"}


def test_parameters_that_are_set_twice_must_agree() -> None:
    options = {"width": 3}
    set_option = helpers("pretrained_weights").overwrite_named_param
    set_option(options, "width", 3)
    set_option(options, "depth", 2)
    assert options == {"width": 3, "depth": 2}
    with pytest.raises(ValueError, match="'width'"):
        set_option(options, "width", 4)
