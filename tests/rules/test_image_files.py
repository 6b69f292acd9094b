"""Files of images are read and written as Pillow does, and drawings are those of torchvision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.models import torchvision
from tests.source.conversion import convert, left


def run(code: str, **scope: Any) -> Any:
    exec(compile(code, "script.py", "exec"), scope)
    return scope["found"]


def test_files_hold_the_pixels(tmp_path: Path) -> None:
    from PIL import Image

    array = np.random.default_rng(0).integers(0, 256, (7, 5, 4), np.uint8)
    Image.fromarray(array).save(tmp_path / "a.png")
    Image.fromarray(array[..., 0]).convert("P").save(tmp_path / "p.png")
    found = convert(
        """\
from torchvision.io import ImageReadMode, decode_image, decode_jpeg, encode_jpeg, read_file, read_image, write_png
path = root + "/a.png"
image = read_image(path, ImageReadMode.RGB)
write_png(image, root + "/b.png")
found = [read_image(path), image, read_image(root + "/b.png"), read_image(path, mode=ImageReadMode.GRAY)]
found += [decode_image(read_file(path), mode="GRAY"), decode_jpeg(encode_jpeg(image, 90)), read_image(root + "/p.png")]
"""
    )
    assert left(found.diagnostics) == []
    assert "torch" not in found.code
    whole, colors, again, gray, other, near, palette = [item.asnumpy() for item in run(found.code, root=str(tmp_path))]
    assert whole.dtype == np.uint8
    assert np.array_equal(whole, array.transpose(2, 0, 1))
    assert np.array_equal(colors, whole[:3])
    assert np.array_equal(again, colors)
    expected = np.asarray(Image.fromarray(array).convert("L"))[None]
    assert np.array_equal(gray, expected)
    assert np.array_equal(other, expected)
    assert near.shape == colors.shape
    assert np.array_equal(palette, np.repeat(array[None, ..., 0], 3, 0))


def test_drawings_are_those_of_torchvision(tmp_path: Path) -> None:
    import mindspore
    import torch

    torchvision()
    code = """\
import torch
from torchvision.utils import draw_bounding_boxes, draw_keypoints, draw_segmentation_masks, make_grid, save_image
save_image(images, path, nrow=2, normalize=True)
boxes = draw_bounding_boxes(image, corners, ["a", "b"], colors=["red", (0, 90, 255)], width=2)
filled = draw_bounding_boxes(images[0, :1], corners, ["a", "b"], "lime", fill=True, fill_labels=True)
points = draw_keypoints(image, corners.reshape(1, 4, 2), [(0, 1), (2, 3)], colors="blue")
found = [boxes, filled, points, draw_segmentation_masks(image, masks, 0.6, colors=["#ff0080", "green"])]
"""
    head = "images: torch.Tensor\ncorners: torch.Tensor\n"
    found = convert(code.replace("import torch\n", f"import torch\n{head}", 1))
    assert left(found.diagnostics) == []
    random = np.random.default_rng(0)
    values = {
        "image": random.integers(0, 256, (3, 40, 50), np.uint8),
        "images": random.random((3, 3, 40, 50), np.float32),
        "corners": np.int64([[3, 4, 30, 20], [10, 2, 45, 36]]),
        "masks": random.random((2, 40, 50)) > 0.6,
    }
    before = run(
        code, path=str(tmp_path / "a.png"), **{name: torch.from_numpy(value) for name, value in values.items()}
    )
    after = run(found.code, path=str(tmp_path / "b.png"), **{name: mindspore.Tensor(v) for name, v in values.items()})
    for expected, result in zip(before, after, strict=True):
        np.testing.assert_allclose(result.asnumpy(), expected.numpy(), atol=1e-6)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
