"""The layers among the helpers compute what PyTorch's compute, with PyTorch's arguments; their gradients too."""

from __future__ import annotations

import warnings
from typing import Any

import mindspore
import numpy as np
import pytest
import torch

from tests.rules.helpers.load import close, data, gradients_close, helpers, same_weights

SEQUENCE, IMAGE, VOLUME = data(2, 4, 9), data(2, 4, 9, 8), data(1, 4, 5, 6, 7)
PLAIN = {"groups": 2, "bias": False}

LAYERS: list[tuple[str, str, tuple[Any, ...], dict[str, Any], tuple[Any, ...]]] = [
    ("convolution", "Conv1d", (4, 6, 3), {}, (SEQUENCE,)),
    ("convolution", "Conv1d", (4, 6, (3,), (2,), (1,)), PLAIN, (SEQUENCE,)),
    ("convolution", "Conv1d", (4, 6, 4), {"padding": "same"}, (SEQUENCE,)),
    ("convolution", "Conv1d", (4, 6, 3), {"padding": 2, "padding_mode": "circular"}, (SEQUENCE,)),
    ("convolution", "Conv2d", (4, 6, 3), {}, (IMAGE,)),
    ("convolution", "Conv2d", (4, 6, [3, 5], 2, (1, 2)), {"dilation": (1, 1)}, (IMAGE,)),
    ("convolution", "Conv2d", (4, 8, 3, (1, 2), 1), PLAIN, (IMAGE,)),
    ("convolution", "Conv2d", (4, 6, (4, 3)), {"padding": "same", "dilation": 2}, (IMAGE,)),
    ("convolution", "Conv2d", (4, 6, 3), {"padding": "valid"}, (IMAGE,)),
    ("convolution", "Conv2d", (4, 6, 3), {"padding": (1, 2), "padding_mode": "reflect"}, (IMAGE,)),
    ("convolution", "Conv2d", (4, 6, 4), {"padding": "same", "padding_mode": "replicate"}, (IMAGE,)),
    ("convolution", "Conv3d", (4, 2, 3), {"padding": (0, 1, 2)}, (VOLUME,)),
    ("convolution", "Conv3d", (4, 2, 3, 2), {"padding": 1, "bias": False}, (VOLUME,)),
    ("convolution", "ConvTranspose2d", (4, 6, 3, 2, 1, 1), {}, (IMAGE,)),
    ("convolution", "ConvTranspose2d", (4, 6, (5, 3), (3, 2), (2, 1), (2, 0)), {"groups": 2}, (IMAGE,)),
    ("dense", "Linear", (8, 5), {}, (IMAGE,)),
    ("dense", "Linear", (8, 5), {"bias": False}, (IMAGE,)),
    ("normalization", "BatchNorm1d", (4,), {"eps": 0.1}, (SEQUENCE,)),
    ("normalization", "BatchNorm2d", (4,), {"momentum": 0.3}, (IMAGE,)),
    ("normalization", "BatchNorm2d", (4,), {"affine": False}, (IMAGE,)),
    ("normalization", "BatchNorm3d", (4,), {}, (VOLUME,)),
    ("normalization", "GroupNorm", (2, 4), {"eps": 0.1}, (IMAGE,)),
    ("normalization", "LayerNorm", (8,), {}, (IMAGE,)),
    ("normalization", "LayerNorm", ([9, 8], 0.1), {}, (IMAGE,)),
    ("normalization", "LayerNorm", ((4, 9, 8),), {"elementwise_affine": False}, (IMAGE,)),
    ("normalization", "LayerNorm", ((8,),), {"bias": False}, (IMAGE,)),
    ("normalization", "RMSNorm", (8,), {}, (IMAGE,)),
    ("normalization", "RMSNorm", ((9, 8),), {"eps": 0.1, "elementwise_affine": False}, (IMAGE,)),
    ("normalization", "LocalResponseNorm", (3, 0.1, 0.5, 2.0), {}, (IMAGE,)),
    ("normalization", "LocalResponseNorm", (2,), {}, (SEQUENCE,)),
    ("pooling", "MaxPool1d", (3,), {"padding": 1, "ceil_mode": True}, (SEQUENCE,)),
    ("pooling", "MaxPool2d", (3, 2, 1), {}, (IMAGE,)),
    ("pooling", "MaxPool2d", ([2, 3], [1, 2], [1, 0]), {}, (IMAGE,)),
    ("pooling", "MaxPool2d", ((2, 3),), {"dilation": 2}, (IMAGE,)),
    ("pooling", "MaxPool3d", (2,), {}, (VOLUME,)),
    ("pooling", "AvgPool1d", (3, 2, 1), {"count_include_pad": False}, (SEQUENCE,)),
    ("pooling", "AvgPool2d", (3,), {"padding": 1, "ceil_mode": True, "count_include_pad": False}, (IMAGE,)),
    ("pooling", "AvgPool2d", ((2, 3), (1, 2)), {"divisor_override": 5}, (IMAGE,)),
    ("pooling", "AvgPool3d", (2, 2), {"padding": 1}, (VOLUME,)),
    ("pooling", "AdaptiveAvgPool1d", (4,), {}, (SEQUENCE,)),
    ("pooling", "AdaptiveAvgPool1d", ((9,),), {}, (SEQUENCE,)),
    ("pooling", "AdaptiveMaxPool1d", (4,), {}, (SEQUENCE,)),
    ("padding", "CircularPad1d", ((1, 2),), {}, (SEQUENCE,)),
    ("padding", "CircularPad2d", (2,), {}, (IMAGE,)),
    ("padding", "CircularPad3d", ((1, 0, 2, 1, 0, 1),), {}, (VOLUME,)),
    ("activation", "ReLU", (True,), {}, (IMAGE,)),
    ("activation", "ReLU6", (), {"inplace": True}, (IMAGE * 5,)),
    ("activation", "SiLU", (), {}, (IMAGE,)),
    ("activation", "Mish", (True,), {}, (IMAGE,)),
    ("activation", "Hardswish", (True,), {}, (IMAGE * 3,)),
    ("activation", "Hardsigmoid", (True,), {}, (IMAGE * 3,)),
    ("activation", "LeakyReLU", (), {}, (IMAGE,)),
    ("activation", "LeakyReLU", (0.3,), {"inplace": True}, (IMAGE,)),
    ("activation", "GELU", (), {}, (IMAGE,)),
    ("activation", "GELU", ("tanh",), {}, (IMAGE,)),
    ("activation", "ELU", (0.3,), {}, (IMAGE * 3,)),
    ("activation", "SELU", (), {}, (IMAGE * 3,)),
    ("activation", "Softplus", (2.0, 1.0), {}, (IMAGE * 3,)),
    ("vision", "Unfold", (3,), {"padding": 1, "stride": 2}, (IMAGE,)),
    ("vision", "Fold", ((4, 5), (2, 2)), {}, (data(2, 12, 12),)),
    ("vision", "Upsample", (), {"scale_factor": 2}, (IMAGE,)),
    ("vision", "Upsample", ((5, 7),), {"mode": "bilinear", "align_corners": True}, (IMAGE,)),
    ("loss", "CosineSimilarity", (2,), {}, (IMAGE, data(4, 2, 9, 8).reshape(2, 4, 9, 8))),
    ("loss", "PairwiseDistance", (2.0,), {"keepdim": True}, (data(4, 3), data(3, 4).T)),
    ("loss", "SoftMarginLoss", (), {"reduction": "sum"}, (data(4, 3), np.sign(data(3, 4).T).astype(int))),
    ("loss", "TripletMarginLoss", (0.5,), {"swap": True}, (data(4, 3), data(3, 4).T, data(4, 3) * 2)),
    ("loss", "KLDivLoss", (), {"reduction": "batchmean"}, (data(4, 3), np.maximum(data(3, 4).T, 0.01))),
    ("loss", "KLDivLoss", (), {"reduction": "none", "log_target": True}, (data(4, 3), data(3, 4).T)),
]


@pytest.mark.parametrize(("stem", "name", "arguments", "options", "inputs"), LAYERS)
def test_outputs_and_gradients_equal_pytorch(
    stem: str, name: str, arguments: tuple[Any, ...], options: dict[str, Any], inputs: tuple[Any, ...]
) -> None:
    torch.manual_seed(0)
    inputs = tuple(np.ascontiguousarray(array) for array in inputs)
    module = getattr(torch.nn, name)(*arguments, **{**options, "inplace": False} if "inplace" in options else options)
    if arguments == (True,):
        module = getattr(torch.nn, name)()
    cell = getattr(helpers(stem), name)(*arguments, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        same_weights(module, cell)
    for training in (False, True):
        module.train(training)
        cell.set_train(training)
        gradients_close(cell, module, inputs)


def test_layers_of_unknown_kind_have_the_weights_of_pytorch() -> None:
    for stem, name in (("normalization", "BatchNorm2d"), ("normalization", "LayerNorm"), ("embedding", "Embedding")):
        arguments = (4, 4) if name == "Embedding" else (4,)
        cell, module = getattr(helpers(stem), name)(*arguments), getattr(torch.nn, name)(*arguments)
        for path in module.state_dict():
            if path != "num_batches_tracked":
                assert tuple(getattr(cell, path).shape) == tuple(getattr(module, path).shape)


def test_the_weights_of_a_convolution_are_drawn_again() -> None:
    mindspore.set_seed(1)
    cell = helpers("convolution").Conv2d(4, 50, 3)
    before = cell.weight.asnumpy()
    cell.reset_parameters()
    limit = 1 / np.sqrt(4 * 9)
    for array in (cell.weight.asnumpy(), cell.bias.asnumpy()):
        assert 0.8 * limit < np.abs(array).max() <= limit
    assert not np.array_equal(cell.weight.asnumpy(), before)


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("Dense", (100, 50), {"weight": 0.1 / 3**0.5, "bias": 0.1 / 3**0.5}),
        ("Conv2d", (4, 50, 5), {"weight": 0.1 / 3**0.5}),
        ("BatchNorm2d", (3,), {"gamma": 0, "beta": 0, "moving_mean": 0, "moving_variance": 0}),
        ("Embedding", (100, 50), {"embedding_table": 1}),
    ],
)
def test_new_parameters_are_spread_as_in_pytorch(
    name: str, arguments: tuple[int, ...], expected: dict[str, float]
) -> None:
    mindspore.set_seed(1)
    cell = getattr(mindspore.nn, name)(*arguments)
    for parameter in cell.get_parameters():
        parameter.set_data(mindspore.Tensor(np.arange(parameter.size).reshape(parameter.shape), parameter.dtype))
    helpers("initialization").reset_parameters_of(cell)
    for path, parameter in cell.parameters_and_names():
        assert parameter.asnumpy().std() == pytest.approx(expected[path], rel=0.2)
        assert parameter.asnumpy().mean() == pytest.approx(float(path in ("gamma", "moving_variance")), abs=0.05)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_instance_norm_normalises_every_channel(rank: int) -> None:
    inputs = {1: SEQUENCE, 2: IMAGE, 3: VOLUME}[rank]
    module = getattr(torch.nn, f"InstanceNorm{rank}d")(4, affine=True)
    cell = getattr(helpers("normalization"), f"InstanceNorm{rank}d")(4, affine=True)
    gradients_close(cell, module, [inputs])


@pytest.mark.parametrize("name", ["BatchNorm1d", "BatchNorm2d", "BatchNorm3d"])
def test_running_statistics_move_as_in_pytorch(name: str) -> None:
    inputs = {"BatchNorm1d": SEQUENCE, "BatchNorm2d": IMAGE, "BatchNorm3d": VOLUME}[name]
    module, cell = getattr(torch.nn, name)(4, momentum=0.3), getattr(helpers("normalization"), name)(4, momentum=0.3)
    cell.set_train()
    module(torch.from_numpy(inputs))
    cell(mindspore.Tensor(inputs))
    values = {path.rpartition(".")[2]: parameter for path, parameter in cell.parameters_and_names()}
    close(values["moving_mean"], module.running_mean)
    close(values["moving_variance"], module.running_var)


def test_max_pooling_returns_indices() -> None:
    found = helpers("pooling").MaxPool2d(2, return_indices=True)(mindspore.Tensor(IMAGE))
    close(found, torch.nn.MaxPool2d(2, return_indices=True)(torch.from_numpy(IMAGE)))
    found = helpers("pooling").AdaptiveMaxPool1d(4, True)(mindspore.Tensor(SEQUENCE))
    close(found, torch.nn.AdaptiveMaxPool1d(4, True)(torch.from_numpy(SEQUENCE)))


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_plain_recurrence(nonlinearity: str, bidirectional: bool) -> None:
    module = torch.nn.RNN(4, 5, 2, nonlinearity, bidirectional=bidirectional)
    cell = helpers("recurrent").RNN(4, 5, 2, nonlinearity, bidirectional=bidirectional)
    same_weights(module, cell)
    gradients_close(lambda x: cell(x)[0], lambda x: module(x)[0], [data(3, 2, 4)])


@pytest.mark.parametrize("name", ["LSTMCell", "GRUCell", "RNNCell"])
def test_steps_start_from_zeros_or_a_given_state(name: str) -> None:
    module, cell = getattr(torch.nn, name)(4, 5), getattr(helpers("recurrent"), name)(4, 5)
    same_weights(module, cell)
    inputs, state = data(2, 4), data(2, 5)
    close(cell(mindspore.Tensor(inputs)), module(torch.from_numpy(inputs)))
    states = [make(state) for make in (mindspore.Tensor, torch.from_numpy)]
    left, right = (tuple([item] * 2) if name == "LSTMCell" else item for item in states)
    close(cell(mindspore.Tensor(inputs), left), module(torch.from_numpy(inputs), right))


def test_the_vector_of_the_padding_index_stays_zero() -> None:
    module = torch.nn.Embedding(7, 3, padding_idx=-2)
    cell = helpers("embedding").Embedding(7, 3, padding_idx=-2)
    same_weights(module, cell)
    ids = np.array([[5, 2], [0, 5]])
    weights = data(2, 2, 3)
    (module(torch.from_numpy(ids)) * torch.from_numpy(weights)).sum().backward()
    table = cell.embedding_table
    found = mindspore.grad(
        lambda: (cell(mindspore.Tensor(ids)) * mindspore.Tensor(weights)).sum(), None, mindspore.ParameterTuple([table])
    )()
    close(found[0], module.weight.grad)
    assert not cell.embedding_table.asnumpy()[5].any()


@pytest.mark.parametrize("batch_first", [False, True])
def test_attention_gives_its_weights_or_none(batch_first: bool) -> None:
    module = torch.nn.MultiheadAttention(8, 2, bias=False, batch_first=batch_first).eval()
    cell = helpers("attention").MultiheadAttention(8, 2, bias=False, batch_first=batch_first)
    cell.set_train(False)
    same_weights(module, cell)
    query, key = data(3, 2, 8), data(3, 2, 8) * 2
    tensors = [torch.from_numpy(array) for array in (query, key)]
    given = [mindspore.Tensor(array) for array in (query, key)]
    close(cell(*given, value=given[1]), module(*tensors, value=tensors[1]))
    output, weights = cell(query=given[0], key=given[1], value=given[1], need_weights=False, is_causal=False)
    close(output, module(*tensors, tensors[1])[0])
    assert weights is None


def test_labels_of_64_bits_and_probabilities() -> None:
    loss = helpers("loss").CrossEntropyLoss(ignore_index=1, label_smoothing=0.1)
    reference = torch.nn.CrossEntropyLoss(ignore_index=1, label_smoothing=0.1)
    gradients_close(loss, reference, [data(4, 3), np.array([0, 1, 2, 2])])
    gradients_close(loss, reference, [data(2, 3, 4, 5), np.random.default_rng(0).integers(0, 3, (2, 4, 5))])
    plain = helpers("loss").CrossEntropyLoss()
    gradients_close(plain, torch.nn.CrossEntropyLoss(), [data(4, 3), np.abs(data(3, 4).T).copy()])


def test_random_slopes_are_their_mean_in_evaluation_only() -> None:
    cell, module = helpers("activation").RReLU(0.1, 0.5), torch.nn.RReLU(0.1, 0.5).eval()
    gradients_close(cell, module, [IMAGE])
    cell.set_train()
    slopes = (cell(mindspore.Tensor(IMAGE)).asnumpy() / IMAGE)[IMAGE < 0]
    assert slopes.min() >= 0.1 - 1e-6
    assert slopes.max() <= 0.5 + 1e-6
    assert slopes.std() > 0.05


def test_dropout_keeps_the_mean_and_drops_the_share_that_it_names() -> None:
    cell = helpers("dropout").Dropout(0.3)
    cell.set_train()
    found = cell(mindspore.Tensor(np.ones(20000, np.float32))).asnumpy()
    assert abs((found == 0).mean() - 0.3) < 0.02
    assert abs(found.mean() - 1) < 0.03


@pytest.mark.parametrize(
    ("stem", "name", "arguments", "options"),
    [
        ("convolution", "Conv3d", (4, 2, 3), {"padding_mode": "reflect"}),
        ("normalization", "BatchNorm2d", (4,), {"bias": False}),
        ("embedding", "Embedding", (4, 2), {"max_norm": 1.0}),
    ],
)
def test_what_cannot_be_done_is_an_error(
    stem: str, name: str, arguments: tuple[Any, ...], options: dict[str, Any]
) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        getattr(helpers(stem), name)(*arguments, **options)


def test_lazy_layers_take_their_channels_from_the_first_input() -> None:
    class Net(mindspore.nn.Cell):
        def __init__(self) -> None:
            super().__init__()
            self.first = helpers("lazy").LazyConv2d(3, 3, padding=1)
            self.second = helpers("lazy").LazyConvTranspose2d(2, 2, stride=2, bias=False)

        def construct(self, x: mindspore.Tensor) -> mindspore.Tensor:
            return self.second(self.first(x))

    module = torch.nn.Sequential(
        torch.nn.LazyConv2d(3, 3, padding=1), torch.nn.LazyConvTranspose2d(2, 2, stride=2, bias=False)
    )
    expected = module(torch.from_numpy(IMAGE))
    cell = Net()
    cell(mindspore.Tensor(IMAGE))
    parameters = {parameter.name: parameter for parameter in cell.get_parameters()}
    assert set(parameters) == {"first.weight", "first.bias", "second.weight"}
    for name, place in (("first.weight", "0.weight"), ("first.bias", "0.bias"), ("second.weight", "1.weight")):
        parameters[name].set_data(mindspore.Tensor(module.state_dict()[place].numpy()))
    close(cell(mindspore.Tensor(IMAGE)), expected)


def test_lazy_normalisations_and_maps_are_those_of_the_first_input() -> None:
    class Net(mindspore.nn.Cell):
        def __init__(self) -> None:
            super().__init__()
            lazy = helpers("lazy")
            self.batch, self.single, self.map = lazy.LazyBatchNorm(), lazy.LazyInstanceNorm2d(), lazy.LazyLinear(5)

        def construct(self, x: mindspore.Tensor) -> mindspore.Tensor:
            return self.map(self.single(self.batch(x)))

    module = torch.nn.Sequential(torch.nn.LazyBatchNorm2d(), torch.nn.LazyInstanceNorm2d(), torch.nn.LazyLinear(5))
    cell = Net().set_train()
    module(torch.from_numpy(IMAGE))
    cell(mindspore.Tensor(IMAGE))
    parameters = {parameter.name: parameter for parameter in cell.get_parameters()}
    for name in ("weight", "bias"):
        parameters[f"map.{name}"].set_data(mindspore.Tensor(module.state_dict()[f"2.{name}"].numpy()))
    close(cell(mindspore.Tensor(IMAGE)), module(torch.from_numpy(IMAGE)))
    cell.set_train(False)
    close(cell(mindspore.Tensor(IMAGE)), module.eval()(torch.from_numpy(IMAGE)))


def test_bags_of_embeddings() -> None:
    functional, table = helpers("embedding"), data(6, 3)
    ids, offsets = np.array([1, 2, 5, 1, 0]), np.array([0, 2, 2, 5])
    arrays = (ids, table, offsets)
    for options in (
        {"mode": "mean", "padding_idx": 1},
        {"mode": "max"},
        {"mode": "sum", "include_last_offset": True},
    ):
        found = functional.embedding_bag(*map(mindspore.Tensor, arrays), **options)
        close(found, torch.nn.functional.embedding_bag(*map(torch.from_numpy, arrays), **options))
