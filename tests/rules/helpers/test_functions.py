"""The functions among the helpers compute what PyTorch's compute, with PyTorch's arguments; their gradients too."""

from __future__ import annotations

from typing import Any

import mindspore
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tests.rules.helpers.load import close, data, gradients_close, helpers

SEQUENCE, IMAGE, VOLUME = data(2, 4, 9), data(2, 4, 9, 8), data(1, 4, 5, 6, 7)
QUERY, KEY, VALUE = data(2, 4, 5, 6), data(2, 4, 7, 6), data(2, 4, 7, 3)
MASK = data(5, 7) > -1
PAIR = (data(4, 3), np.ascontiguousarray(data(3, 4).T))

FUNCTIONS: list[tuple[str, str, tuple[Any, ...], tuple[Any, ...], dict[str, Any]]] = [
    ("activation", "elu", (IMAGE * 3,), (0.3,), {}),
    ("activation", "selu", (IMAGE * 3,), (), {}),
    ("activation", "leaky_relu", (IMAGE,), (), {}),
    ("activation", "leaky_relu", (IMAGE,), (0.3,), {}),
    ("attention", "scaled_dot_product_attention", (QUERY, KEY, VALUE), (), {}),
    ("attention", "scaled_dot_product_attention", (QUERY, KEY, VALUE), (), {"is_causal": True, "scale": 0.2}),
    ("attention", "scaled_dot_product_attention", (QUERY, KEY, VALUE, MASK), (), {}),
    ("attention", "scaled_dot_product_attention", (QUERY, KEY, VALUE, data(5, 7)), (), {}),
    (
        "attention",
        "scaled_dot_product_attention",
        (QUERY, np.ascontiguousarray(KEY[:, :2]), np.ascontiguousarray(VALUE[:, :2])),
        (),
        {"enable_gqa": True},
    ),
    ("convolution", "conv_transpose2d", (IMAGE, data(4, 3, 3, 3), data(3)), (2, 1, 1), {}),
    ("convolution", "conv_transpose2d", (IMAGE, data(4, 3, 3, 2)), (), {"stride": (1, 2), "groups": 2}),
    ("convolution", "conv_transpose2d", (IMAGE, data(4, 2, 3, 3)), (), {"padding": (0, 2), "dilation": 2}),
    ("loss", "kl_div", (PAIR[0], np.maximum(PAIR[1], 0.01)), (), {"reduction": "mean"}),
    ("loss", "kl_div", PAIR, (), {"reduction": "sum", "log_target": True}),
    ("loss", "soft_margin_loss", (PAIR[0], np.sign(PAIR[1]).astype(int)), (), {}),
    ("loss", "pairwise_distance", PAIR, (1.0,), {}),
    ("loss", "triplet_margin_loss", (*PAIR, PAIR[0] * 2), (), {"p": 2.0, "reduction": "none"}),
    ("loss", "cosine_similarity", PAIR, (), {"dim": -1}),
    ("normalization", "layer_norm", (IMAGE,), ((9, 8),), {}),
    ("normalization", "batch_norm", (IMAGE,), (None, None), {"training": True, "eps": 0.1}),
    ("normalization", "rms_norm", (IMAGE,), ((8,),), {"eps": 0.1}),
    ("normalization", "instance_norm", (IMAGE,), (), {"eps": 0.1}),
    ("normalization", "local_response_norm", (IMAGE,), (4,), {}),
    ("normalization", "normalize", (IMAGE,), (), {}),
    ("normalization", "normalize", (IMAGE,), (1.0, -1), {}),
    ("pooling", "max_pool1d", (SEQUENCE,), (3, 2, 1), {}),
    ("pooling", "avg_pool1d", (SEQUENCE,), (3,), {"padding": 1, "count_include_pad": False}),
    ("pooling", "avg_pool2d", (IMAGE,), ((2, 3),), {"ceil_mode": True}),
    ("pooling", "avg_pool3d", (VOLUME,), (2,), {}),
    ("pooling", "adaptive_avg_pool1d", (SEQUENCE,), (4,), {}),
    ("pooling", "adaptive_max_pool1d", (SEQUENCE,), (4,), {}),
    ("vision", "interpolate", (IMAGE,), ((5, 7),), {"mode": "bilinear"}),
    ("vision", "interpolate", (IMAGE,), (6,), {"mode": "nearest"}),
    ("vision", "interpolate", (IMAGE,), (), {"scale_factor": (2, 0.5), "mode": "bilinear", "align_corners": False}),
    ("vision", "interpolate", (SEQUENCE,), (), {"scale_factor": 2.0, "mode": "linear", "align_corners": True}),
    ("vision", "interpolate", (IMAGE,), ((12, 5), None, "bicubic"), {}),
    ("vision", "interpolate", (IMAGE,), ((4, 17), None, "bicubic", True), {}),
    ("vision", "interpolate", (IMAGE,), ((4, 9), None, "bicubic", False, None, True), {}),
    ("vision", "interpolate", (IMAGE,), ((1, 17), None, "bilinear", True, None, True), {}),
    ("vision", "fold", (data(2, 12, 12),), ((4, 5), (2, 2)), {}),
]


@pytest.mark.parametrize(("stem", "name", "inputs", "arguments", "options"), FUNCTIONS)
def test_outputs_and_gradients_equal_pytorch(
    stem: str, name: str, inputs: tuple[Any, ...], arguments: tuple[Any, ...], options: dict[str, Any]
) -> None:
    function, reference = getattr(helpers(stem), name), getattr(F, name)
    gradients_close(
        lambda *given: function(*given, *arguments, **options),
        lambda *given: reference(*given, *arguments, **options),
        [np.ascontiguousarray(array) for array in inputs],
    )


def test_layer_norm_with_weights() -> None:
    gradients_close(
        lambda x, w, b: helpers("normalization").layer_norm(x, (8,), w, b, 0.1),
        lambda x, w, b: F.layer_norm(x, (8,), w, b, 0.1),
        [IMAGE, data(8), data(8) * 2],
    )


@pytest.mark.parametrize("training", [False, True])
def test_running_statistics_are_used_or_moved(training: bool) -> None:
    arrays = data(4), np.abs(data(4)), data(4) * 2, data(4) * 3
    left = [mindspore.Tensor(array) for array in arrays]
    right = [torch.from_numpy(array.copy()) for array in arrays]
    found = helpers("normalization").batch_norm(mindspore.Tensor(IMAGE), *left, training, 0.3)
    close(found, F.batch_norm(torch.from_numpy(IMAGE), *right, training, 0.3))
    close(tuple(left[:2]), tuple(right[:2]))


def test_a_target_of_zero_adds_nothing_to_the_divergence() -> None:
    target = np.maximum(PAIR[1], 0)
    found = helpers("loss").kl_div(mindspore.Tensor(PAIR[0]), mindspore.Tensor(target), "batchmean")
    close(found, F.kl_div(torch.from_numpy(PAIR[0]), torch.from_numpy(target), reduction="batchmean"))


@pytest.mark.parametrize("classes", [-1, 6])
def test_one_hot(classes: int) -> None:
    numbers = np.array([[1, 4], [0, 2]])
    found = helpers("embedding").one_hot(mindspore.Tensor(numbers), classes)
    close(found, F.one_hot(torch.from_numpy(numbers), classes))


@pytest.mark.parametrize("largest", [False, True])
@pytest.mark.parametrize("dim", [0, 1, -1])
def test_orders_have_names_and_indices_of_64_bits(dim: int, largest: bool) -> None:
    left, right = mindspore.Tensor(data(3, 4)), torch.from_numpy(data(3, 4))
    found = helpers("sorting").topk(left, 2, dim, largest)
    close(tuple(found), tuple(torch.topk(right, 2, dim, largest)))
    close((found.values, found.indices), tuple(torch.topk(right, 2, dim, largest)))
    close(tuple(helpers("sorting").sort(left, dim, largest)), tuple(torch.sort(right, dim, largest)))
    close(helpers("sorting").argsort(left, dim, largest), torch.argsort(right, dim, largest))


@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize("dim", [None, 0, -1])
def test_argmin(dim: int | None, keepdim: bool) -> None:
    found = helpers("sorting").argmin(mindspore.Tensor(data(3, 4)), dim, keepdim)
    close(found, torch.argmin(torch.from_numpy(data(3, 4)), dim, keepdim))


@pytest.mark.parametrize("dim", [0, 1, -1])
def test_scattered_writes(dim: int) -> None:
    index = np.array([[0, 2], [1, 0]])
    left = [mindspore.Tensor(array) for array in (data(3, 4), index, data(3, 3))]
    right = [torch.from_numpy(array) for array in (data(3, 4), index, data(3, 3))]
    close(helpers("indexing").scatter(left[0], dim, *left[1:]), torch.scatter(right[0], dim, *right[1:]))
    close(helpers("indexing").scatter(left[0], dim, left[1], 7.0), torch.scatter(right[0], dim, right[1], 7.0))
    twice = [[0, 0], [1, 0]]
    found = helpers("indexing").scatter_add(left[0], dim, mindspore.Tensor(twice), left[2])
    close(found, torch.scatter_add(right[0], dim, torch.tensor(twice), right[2]))


@pytest.mark.parametrize("values", [[True, False], [0, 5, -7]])
def test_inversion_of_bits(values: list[Any]) -> None:
    close(helpers("tensors").bitwise_not(mindspore.Tensor(values)), torch.bitwise_not(torch.tensor(values)))


def test_splitting_an_axis() -> None:
    for dim, sizes in ((1, (2, 2)), (-1, [3, -1])):
        close(
            helpers("tensors").unflatten(mindspore.Tensor(SEQUENCE), dim, sizes),
            torch.from_numpy(SEQUENCE).unflatten(dim, sizes),
        )


def test_casts_follow_types_and_other_tensors_but_no_devices() -> None:
    to_type, tensor = helpers("tensors").to_type, mindspore.Tensor([1.5, 2.5])
    other = mindspore.Tensor([1])
    assert to_type(tensor, mindspore.int32).dtype == mindspore.int32
    assert to_type(tensor, other).dtype == mindspore.int64
    assert to_type(tensor, "CPU", mindspore.float16).dtype == mindspore.float16
    assert to_type(tensor, device="CPU", dtype=mindspore.bool_).dtype == mindspore.bool_
    assert to_type(tensor, "CPU") is tensor
    assert to_type(tensor, None, non_blocking=True) is tensor


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact", "bilinear", "bicubic", "area"])
def test_resizing_by_a_factor_that_gives_no_whole_size(mode: str) -> None:
    found = helpers("vision").interpolate(mindspore.Tensor(IMAGE), scale_factor=(1.7, 0.45), mode=mode)
    close(found, torch.nn.functional.interpolate(torch.from_numpy(IMAGE), scale_factor=(1.7, 0.45), mode=mode))


@pytest.mark.parametrize("mode", ["constant", "reflect", "replicate", "circular"])
def test_padding_that_the_target_does_not_take(mode: str) -> None:
    widths = (1, -2, 0, 1, 1, 2)
    found = helpers("padding").pad(mindspore.Tensor(VOLUME), widths, mode)
    close(found, torch.nn.functional.pad(torch.from_numpy(VOLUME), widths, mode))


@pytest.mark.parametrize(
    ("equation", "shapes"),
    [
        ("ij,jk->ik", [(3, 4), (4, 5)]),
        ("ij,jk", [(3, 4), (4, 5)]),
        ("bhid,bhjd->bhij", [(2, 3, 4, 5), (2, 3, 6, 5)]),
        ("bhij, bhjd -> bihd", [(2, 3, 4, 5), (2, 3, 5, 6)]),
        ("i,j->ij", [(3,), (4,)]),
        ("i,i->", [(3,), (3,)]),
        ("ij->ji", [(3, 4)]),
        ("ij->", [(3, 4)]),
        ("...ij,...jk->...ik", [(2, 3, 4), (2, 4, 5)]),
        ("...ij,jk->...ik", [(2, 3, 4), (4, 5)]),
        ("...d->...", [(2, 3, 4)]),
        ("bij,jk,kl->bil", [(2, 3, 4), (4, 5), (5, 6)]),
        ("bn,anm,bm->ba", [(2, 5), (3, 5, 6), (2, 6)]),
        ("nctkv,kvw->nctw", [(2, 3, 4, 2, 5), (2, 5, 6)]),
        ("ii->i", [(3, 3)]),
        ("aba,bd", [(3, 4, 3), (4, 5)]),
    ],
)
def test_sums_of_products(equation: str, shapes: list[tuple[int, ...]]) -> None:
    inputs = [data(*shape) for shape in shapes]
    einsum = helpers("contraction").einsum
    gradients_close(lambda *given: einsum(equation, *given), lambda *given: torch.einsum(equation, *given), inputs)
    listed = einsum(equation, [mindspore.Tensor(array) for array in inputs])
    close(listed, torch.einsum(equation, [torch.from_numpy(array) for array in inputs]))
