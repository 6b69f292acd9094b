"""Transforms of images give torchvision's pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.models import torchvision
from tests.source.conversion import convert, left

TRANSFORMS = (
    "T.Compose([T.Resize(8), T.CenterCrop((6, 4)), T.ToTensor(), T.Normalize([0.5, 0.4, 0.3], (0.1, 0.2, 0.3))])",
    "T.Compose([v2.Resize((7, 9)), v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])",
    "T.Compose([T.PILToTensor(), T.ConvertImageDtype(torch.float32), lambda x: x * 2])",
    "T.Compose([T.ToTensor(), T.RandomHorizontalFlip(1.0), T.CenterCrop((7, 9)), T.Pad(1), T.Normalize([0.5], [0.2])])",
    "T.Compose([T.ToTensor(), T.Resize((5, 6)), T.RandomApply([T.RandomVerticalFlip(1.0)], p=1.0)])",
    "T.Resize((5, 7), interpolation=T.InterpolationMode.BICUBIC)",
    "T.Resize(5, InterpolationMode.NEAREST)",
    "T.RandomHorizontalFlip(p=1.0)",
    "v2.RandomVerticalFlip(1)",
    "T.Pad((1, 2), fill=3)",
    "T.Pad(2, padding_mode='reflect')",
    "T.RandomCrop((9, 13), padding=None)",
    "T.Grayscale(3)",
    "T.RandomInvert(1.0)",
    "T.RandomAdjustSharpness(2, p=1.0)",
    "T.RandomApply([T.CenterCrop(3)], p=1.0)",
    "T.RandomRotation((90, 90), expand=True)",
    "T.Lambda(lambda image: image)",
    "lambda image: TF.normalize(TF.to_tensor(TF.hflip(TF.resize(image, [6, 8]))), [0.5], [0.2])",
)


@pytest.mark.parametrize("text", TRANSFORMS)
def test_a_transform_gives_the_pixels_of_torchvision(text: str) -> None:
    import torch
    from PIL import Image

    torchvision()
    code = f"""\
import torch
from torchvision import transforms as T
from torchvision.transforms import InterpolationMode, v2
import torchvision.transforms.functional as TF
transform = {text}
"""
    found = convert(code)
    assert left(found.diagnostics) == []
    assert "torch" not in found.code
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (9, 13, 3), np.uint8))
    source: dict[str, Any] = {}
    target: dict[str, Any] = {}
    exec(compile(code, "source.py", "exec"), source)
    exec(compile(found.code, "target.py", "exec"), target)
    expected, result = source["transform"](image), target["transform"](image)
    if isinstance(result, tuple):
        (result,) = result
    assert isinstance(expected, torch.Tensor) == (type(result).__name__ == "Tensor")
    before, after = np.asarray(expected), np.asarray(result.asnumpy() if hasattr(result, "asnumpy") else result)
    assert after.dtype == before.dtype
    np.testing.assert_allclose(after.astype(float), before.astype(float), atol=1e-6)


def test_the_arguments_of_random_transforms_keep_their_meaning() -> None:
    found = convert(
        """\
from torchvision import transforms
jitter = transforms.ColorJitter(0.4, contrast=(0.5, 1.5))
crop = transforms.RandomResizedCrop(224, interpolation=transforms.InterpolationMode.BICUBIC)
turn = transforms.RandomRotation(10)
erase = transforms.RandomErasing(p=0.25)
"""
    )
    assert found.code == (
        """\
from mindspore.dataset import vision
jitter = vision.RandomColorAdjust(0.4, contrast=(0.5, 1.5))
crop = vision.RandomResizedCrop(224, interpolation=vision.Inter.BICUBIC)
turn = vision.RandomRotation(10, resample=vision.Inter.NEAREST)
erase = vision.RandomErasing(prob=0.25)
"""
    )
