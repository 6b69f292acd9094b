"""Small PyTorch models with what real ones have, for the tools that rewrite exported models."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

IMAGES, TOKENS = (2, 3, 16, 16), (2, 5, 16)
WORDS = (2, 6)


def build(name: str) -> tuple[Any, tuple[Any, ...], list[str]]:
    """Return a model, what it is exported with, and the names of its inputs."""
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self, channels: int) -> None:
            super().__init__()
            self.first = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
            self.norm = nn.BatchNorm2d(channels)
            self.second = nn.Conv2d(channels, channels, 3, padding=1, groups=2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.relu(x + self.second(torch.relu(self.norm(self.first(x)))))

    class Images(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
            self.leaky = nn.LeakyReLU(0.1)
            self.pool = nn.MaxPool2d(3, 2, 1)
            self.block = Block(8)
            self.average = nn.AvgPool2d(2)
            self.whole = nn.AdaptiveAvgPool2d(1)
            self.hidden = nn.Linear(16, 12)
            self.head = nn.Linear(12, 10)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = self.average(self.block(self.pool(self.leaky(self.stem(x)))))
            y = torch.cat([y, y * torch.sigmoid(y)], 1)
            return self.head(torch.relu(self.hidden(self.whole(y).flatten(1))))

    class Layer(nn.Module):
        def __init__(self, width: int = 16, heads: int = 2) -> None:
            super().__init__()
            self.heads = heads
            self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
            self.out = nn.Linear(width, width)
            self.wide, self.narrow = nn.Linear(width, 32), nn.Linear(32, width)
            self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)

        def apart(self, x: torch.Tensor) -> torch.Tensor:
            return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            query, key, value = self.apart(self.query(x)), self.apart(self.key(x)), self.apart(self.value(x))
            weights = torch.softmax(query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5, -1)
            x = self.first(x + self.out((weights @ value).transpose(1, 2).reshape(x.shape)))
            return self.second(x + self.narrow(nn.functional.gelu(self.wide(x))))

    class Encoder(nn.Module):
        def __init__(self, width: int = 16) -> None:
            super().__init__()
            self.words, self.kinds, self.places = (nn.Embedding(size, width) for size in (30, 2, 8))
            self.norm = nn.LayerNorm(width)
            self.layers = nn.Sequential(Layer(width), Layer(width))
            self.pooler = nn.Linear(width, width)

        def forward(self, ids: torch.Tensor, kinds: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            places = torch.arange(ids.shape[1]).unsqueeze(0)
            x = self.layers(self.norm(self.words(ids) + self.kinds(kinds) + self.places(places)))
            return x, torch.tanh(self.pooler(x[:, 0]))

    torch.manual_seed(0)
    match name:
        case "images":
            model, inputs, names = Images(), (torch.randn(IMAGES),), ["x"]
            model.block.norm.running_mean.normal_()
        case "transformer":
            model, inputs, names = Layer(), (torch.randn(TOKENS),), ["x"]  # type: ignore[assignment]
        case _:
            ids = (torch.randint(0, 30, WORDS), torch.randint(0, 2, WORDS))
            model, inputs, names = Encoder(), ids, ["ids", "kinds"]  # type: ignore[assignment]
    return model.eval(), inputs, names


def export(name: str, folder: Path) -> Path:
    """Export a model with the exporter that ONNX Runtime's tools know best."""
    import torch

    model, inputs, names = build(name)
    path = folder / f"{name}.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(model, inputs, str(path), input_names=names, dynamo=False, opset_version=17)
    return path
