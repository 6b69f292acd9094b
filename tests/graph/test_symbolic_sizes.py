"""A network takes other sizes than those that it was converted with, where the model leaves them open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import mindspore
import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from mindconverter import convert_model
from tests import models


class Convolutions(nn.Module):
    """Turns pixels into tokens, so that the image's sizes are multiplied and laid out anew."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, 2, 1)
        self.linear = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.interpolate(self.conv(x), scale_factor=2.0)
        batch, channels, height, width = x.shape
        return self.linear(x.view(batch, channels, height * width).permute(0, 2, 1)).mean(1)


class Recurrent(nn.Module):
    """Starts from states whose shape the batch tells."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(20, 8)
        self.lstm = nn.LSTM(8, 6, 2, batch_first=True, bidirectional=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.lstm(self.embedding(x))[0][:, -1]


class Attention(nn.Module):
    """Splits heads, masks what comes later, and adds positions up to the sequence's length."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(20, 8)
        self.positions = nn.Parameter(torch.randn(1, 50, 8))
        self.projection = nn.Linear(8, 24)

    def forward(self, x: Tensor) -> Tensor:
        batch, length = x.shape
        tokens = self.embedding(x) + self.positions[:, :length]
        q, k, v = self.projection(tokens).view(batch, length, 3, 2, 4).permute(2, 0, 3, 1, 4)
        mask = torch.tril(torch.ones(length, length, dtype=torch.bool))
        scores = (q @ k.transpose(-1, -2) / 2.0).masked_fill(~mask, float("-inf")).softmax(-1)
        return (scores @ v).transpose(1, 2).reshape(batch, length, 8)


class Contracted(nn.Module):
    """Multiplies in Einstein's notation, as XLNet does."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(20, 8)
        self.heads = nn.Parameter(torch.randn(8, 2, 4))

    def forward(self, x: Tensor) -> Tensor:
        heads = torch.einsum("bih,hnd->ibnd", self.embedding(x), self.heads)
        return torch.einsum("ibnd,jbnd->bnij", heads, heads)


IMAGES = ({0: "batch", 2: "height", 3: "width"}, lambda *sizes: torch.randn(sizes[0], 3, *sizes[1:]), (2, 32, 32))
TOKENS = ({0: "batch", 1: "length"}, lambda *sizes: torch.randint(0, 20, sizes), (2, 7))
MODELS: dict[type[nn.Module], tuple[dict[int, str], Callable[..., Tensor], tuple[int, ...], tuple[int, ...]]] = {
    Convolutions: (*IMAGES, (3, 40, 24)),
    Recurrent: (*TOKENS, (3, 5)),
    Attention: (*TOKENS, (3, 5)),
    Contracted: ({0: "batch"}, TOKENS[1], (2, 7), (3, 7)),
}


@pytest.fixture(autouse=True)
def mode() -> Iterator[None]:
    mindspore.runtime.launch_blocking()
    yield
    mindspore.set_context(mode=mindspore.PYNATIVE_MODE)


def export(model: nn.Module, example: Tensor, axes: dict[int, str], path: Path, *, dynamo: bool) -> None:
    if dynamo:
        open_sizes = ({axis: torch.export.Dim(name, min=2, max=64) for axis, name in axes.items()},)
        if len(axes) > 2:
            open_sizes = (dict.fromkeys(axes, torch.export.Dim.DYNAMIC),)
        torch.onnx.export(model, (example,), path, dynamo=True, dynamic_shapes=open_sizes, input_names=["x"])
    else:
        torch.onnx.export(model, (example,), str(path), dynamo=False, dynamic_axes={"x": axes}, input_names=["x"])


@pytest.mark.parametrize("dynamo", [False, True], ids=["torchscript", "dynamo"])
@pytest.mark.parametrize("kind", MODELS, ids=lambda kind: kind.__name__)
def test_other_sizes_run(kind: type[nn.Module], dynamo: bool, tmp_path: Path) -> None:
    torch.manual_seed(0)
    axes, make, first, second = MODELS[kind]
    path = tmp_path / "model.onnx"
    export(kind().eval(), make(*first), axes, path, dynamo=dynamo)
    network = convert_model(path, output=tmp_path).load()
    session = onnxruntime.InferenceSession(path)
    for sizes in (first, second):
        data = make(*sizes).numpy()
        (wanted,) = session.run(None, {"x": data})
        for mode in (mindspore.PYNATIVE_MODE, mindspore.GRAPH_MODE):
            mindspore.set_context(mode=mode)
            np.testing.assert_allclose(network(mindspore.Tensor(data)).asnumpy(), wanted, rtol=1e-4, atol=1e-5)


def test_a_shape_is_written_as_an_engineer_would(tmp_path: Path) -> None:
    axes, make, first, _ = MODELS[Attention]
    export(Attention().eval(), make(*first), axes, tmp_path / "model.onnx", dynamo=True)
    conversion = convert_model(tmp_path / "model.onnx", output=tmp_path)
    code = conversion.script.read_text()
    assert "out = out.reshape((x.shape[0], x.shape[1], 3, 2, 4))" in code
    assert "self.positions[:, : x.shape[1]]" in code
    assert "mindspore.int64" not in code.partition("if __name__")[0]
    assert all(diagnostic.target for diagnostic in conversion.diagnostics)


def test_a_pinned_size_is_a_number(tmp_path: Path) -> None:
    axes, make, first, _ = MODELS[Attention]
    export(Attention().eval(), make(*first), axes, tmp_path / "model.onnx", dynamo=False)
    code = convert_model(tmp_path / "model.onnx", shape=[(2, 7)], output=tmp_path).script.read_text()
    assert ".reshape((-1, 7, 3, 2, 4))" in code
    assert ".shape[" not in code


class Masked(nn.Module):
    """Reads a mask by counted indices, as transformers does, beside a comparison that always holds."""

    def __init__(self, first: int, least: int) -> None:
        super().__init__()
        self.first, self.least = first, least

    def forward(self, x: Tensor) -> Tensor:
        batch, length = x.shape
        rows = torch.arange(batch)[:, None, None, None]
        places = torch.arange(self.first, length)
        kept = (places >= self.least)[None, None, :, None] & (x > 10)[rows, places[None, None, None, :]]
        mask = torch.where(kept.expand(batch, 1, length - self.first, length - self.first), 0.0, -3.0)
        return mask + places.float()[None, :, None]


def test_masks_by_counted_indices_are_the_masks(tmp_path: Path) -> None:
    """Where the indices leave out a place, or the comparison may fail, both stay."""
    for first, least, plain in ((0, 0, True), (1, 0, False), (0, 2, False)):
        model = Masked(first, least)
        path = tmp_path / f"masked_{first}_{least}.onnx"
        export(model, torch.randint(0, 20, (2, 5)), TOKENS[0], path, dynamo=True)
        conversion = convert_model(path, output=tmp_path)
        code = conversion.script.read_text()
        assert ("gather_nd" not in code and "broadcast" not in code and "logical_and" not in code) == plain
        data = torch.randint(0, 20, (3, 7))
        mindspore.set_context(mode=mindspore.PYNATIVE_MODE)
        found = conversion.load()(mindspore.Tensor(data.numpy())).asnumpy()
        np.testing.assert_array_equal(found, model(data).numpy())


class Unmasked(nn.Module):
    """Attends with a mask that hides nothing, and a bias that is zero before training."""

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Linear(4, 4)
        nn.init.zeros_(self.project.bias)

    def forward(self, x: Tensor) -> Tensor:
        query = self.project(x).view(-1, 5, 2, 2).transpose(1, 2)
        key, value = (query + number for number in (1.0, 2.0))
        mask = (torch.arange(5) >= 0)[None, None, :, None].expand(x.shape[0], 1, 5, 5)
        return nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)


def test_masks_that_hide_nothing_go_and_weights_of_zeros_stay(tmp_path: Path) -> None:
    model, path = Unmasked().eval(), tmp_path / "unmasked.onnx"
    export(model, torch.rand(2, 5, 4), {0: "batch"}, path, dynamo=True)
    conversion = convert_model(path, output=tmp_path)
    code = conversion.script.read_text()
    assert "where" not in code
    assert "isnan" not in code
    assert "swapaxes(-2, -1)) * " in code
    assert "nn.Dense(4, 4)" in code
    data = torch.rand(3, 5, 4)
    mindspore.set_context(mode=mindspore.GRAPH_MODE)
    found = conversion.load()(mindspore.Tensor(data.numpy())).asnumpy()
    np.testing.assert_allclose(found, model(data).detach().numpy(), rtol=1e-4, atol=1e-5)


def test_bert_with_open_sizes_is_as_short_as_with_fixed_ones(tmp_path: Path) -> None:
    models.torchvision()  # transformers imports it, if it is installed
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    model = BertModel(BertConfig(vocab_size=30, attn_implementation="eager", **sizes)).eval()
    axes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence", max=512)}
    ids, mask = torch.randint(0, 30, (2, 6)), torch.tensor([[1] * 6, [1] * 4 + [0] * 2])
    program = torch.export.export(
        model, (ids, mask), dynamic_shapes={"input_ids": axes, "attention_mask": axes}, strict=False
    )
    torch.onnx.export(program, (), str(tmp_path / "bert.onnx"), dynamo=True, optimize=False)
    conversion = convert_model(tmp_path / "bert.onnx", output=tmp_path)
    assert len(conversion.script.read_text().splitlines()) <= 150
    assert "gather_nd" not in conversion.script.read_text()
    network = conversion.load()
    for mode, rows in ((mindspore.PYNATIVE_MODE, slice(0, 2)), (mindspore.GRAPH_MODE, slice(1, 2))):
        mindspore.set_context(mode=mode)
        with torch.no_grad():
            wanted = model(ids[rows, 1:], mask[rows, 1:])
        found = network(mindspore.Tensor(ids[rows, 1:].numpy()), mindspore.Tensor(mask[rows, 1:].numpy()))
        for own, other in zip(found, wanted.values(), strict=True):
            np.testing.assert_allclose(own.asnumpy(), other.numpy(), rtol=1e-4, atol=1e-5)
