"""Functions of images give torchvision's pixels, for images of Pillow and for tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.models import torchvision
from tests.source.conversion import convert, left

BOTH = (
    "F.get_dimensions(image), F.get_image_size(image), F.get_image_num_channels(image)",
    "F.hflip(image)",
    "F.vflip(img=image)",
    "F.crop(image, -1, 2, 6, 20)",
    "F.center_crop(image, [4, 5])",
    "F.center_crop(image, 12)",
    "F.pad(image, 2, fill=7)",
    "F.pad(image, [1, 2], padding_mode='reflect')",
    "F.pad(image, [1, 2, 3, 0], padding_mode='symmetric')",
    "F.resize(image, 5)",
    "F.resize(image, [6, 20], InterpolationMode.BICUBIC)",
    "F.resize(image, size=[6, 4], interpolation=InterpolationMode.NEAREST)",
    "F.resized_crop(image, 1, 2, 5, 6, [8, 9])",
    "F.five_crop(image, 4) + F.ten_crop(image, (3, 4), vertical_flip=True)",
    "F.adjust_brightness(image, 1.5)",
    "F.adjust_contrast(image, 0.4)",
    "F.adjust_saturation(image, 1.7)",
    "F.adjust_gamma(image, 0.7, gain=1.1)",
    "F.rgb_to_grayscale(image), F.rgb_to_grayscale(image, 3)",
    "F.invert(image), F.posterize(image, 3), F.solarize(image, 100)",
    "F.gaussian_blur(image, [3, 5], [0.8, 1.2]), F.gaussian_blur(image, 3)",
)
PILLOW = (
    "F.to_grayscale(image, 3)",
    "F.adjust_hue(image, 0.3), F.adjust_sharpness(image, 1.6)",
    "F.autocontrast(image), F.equalize(image)",
    "F.rotate(image, 30, fill=9), F.rotate(image, -20, InterpolationMode.BILINEAR, True, [1, 2])",
    "F.affine(image, 25, [1, 2], 1.2, [10, 5])",
    "F.affine(image, -9, (0, 1), 0.8, 4, InterpolationMode.BICUBIC, center=[3, 4])",
    "F.perspective(image, [[0, 0], [12, 0], [12, 8], [0, 8]], [[1, 1], [11, 0], [12, 7], [0, 8]])",
    "F.to_tensor(image), F.pil_to_tensor(image)",
)
TENSOR = (
    "F.erase(image, 1, 2, 3, 4, 5)",
    "F.to_pil_image(image)",
    "F.to_pil_image(F.convert_image_dtype(image)), T.ToPILImage('HSV')(image)",
    "F.convert_image_dtype(image, torch.float32), F.convert_image_dtype(image, torch.int32)",
    "F.normalize(F.convert_image_dtype(image), [0.5], [0.2])",
)
PRESETS = (
    "SemanticSegmentation(resize_size=6)(image)",
    "ObjectDetection()(image)",
    "VideoClassification(crop_size=(4, 5), resize_size=(6, 7))(torch.stack([image, image]))",
    "OpticalFlow()(image, image)",
)
SECOND = ("F.horizontal_flip(inpt=image)", "F.resize(image, [5], antialias=True)", "F.rotate(image, 90, expand=True)")
HEAD = """\
import torch
import torchvision.transforms as T
import torchvision.transforms.functional as F
from torchvision.transforms import InterpolationMode
"""


def plain(value: Any) -> list[Any]:
    """Return images as arrays, with what they were."""
    from PIL import Image

    if isinstance(value, tuple):
        return [item for part in value for item in plain(part)]
    if isinstance(value, list):
        return [("list", np.asarray(value))]
    if isinstance(value, Image.Image):
        return [(value.mode, np.asarray(value))]
    return [("tensor" if hasattr(value, "shape") else "number", np.asarray(getattr(value, "asnumpy", lambda: value)()))]


def check(texts: tuple[str, ...], *, pillow: bool, head: str = HEAD) -> None:
    """Convert functions of an image, and compare what they give."""
    import mindspore
    import torch
    from PIL import Image

    torchvision()
    code = head + "functions = [\n" + "".join(f"    lambda image: ({text}),\n" for text in texts) + "]\n"
    found = convert(code)
    assert left(found.diagnostics) == []
    assert "torch" not in found.code
    scopes: list[dict[str, Any]] = [{}, {}]
    for scope, script in zip(scopes, (code, found.code), strict=True):
        exec(compile(script, "script.py", "exec"), scope)
    array = np.random.default_rng(0).integers(0, 256, (9, 13, 3), np.uint8)
    image, first = np.ascontiguousarray(array.transpose(2, 0, 1)), Image.fromarray(array)
    sides = (first, first) if pillow else (torch.from_numpy(image), mindspore.Tensor(image))
    for text, before, after in zip(texts, scopes[0]["functions"], scopes[1]["functions"], strict=True):
        expected, result = plain(before(sides[0])), plain(after(sides[1]))
        assert [(kind, value.dtype) for kind, value in result] == [(kind, value.dtype) for kind, value in expected], (
            text
        )
        for (_, old), (_, new) in zip(expected, result, strict=True):
            # Rounding may fall to either side where tensors of bytes are computed in single precision.
            step = 0 if pillow or old.dtype.kind == "f" else 1
            np.testing.assert_allclose(new.astype(float), old.astype(float), atol=step + 1e-6, err_msg=text)
            assert step == 0 or np.mean(new != old) < 0.02, text


def test_images_of_pillow() -> None:
    check(BOTH + PILLOW, pillow=True)


def test_tensors() -> None:
    check(BOTH + TENSOR, pillow=False)


def test_what_prepares_the_inputs_of_models() -> None:
    names = "ObjectDetection, OpticalFlow, SemanticSegmentation, VideoClassification"
    check(PRESETS, pillow=False, head=f"{HEAD}from torchvision.transforms._presets import {names}\n")


def test_the_second_version_of_the_functions() -> None:
    check(SECOND, pillow=True, head=HEAD.replace("transforms.functional", "transforms.v2.functional"))


def test_what_takes_only_images_of_pillow_says_so() -> None:
    import mindspore

    scope: dict[str, Any] = {}
    exec(convert(f"{HEAD}turn = lambda image: F.rotate(image, 30)\n").code, scope)
    with pytest.raises(TypeError, match=r"rotate takes an image of Pillow here: give it to_pil_image"):
        scope["turn"](mindspore.Tensor(np.zeros((3, 4, 4), np.uint8)))
