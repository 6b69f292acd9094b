"""Operators of torchvision that are compiled give what ONNX Runtime's, or plain loops, give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.source.conversion import convert, left

BATCH, CHANNELS, HEIGHT, WIDTH = 2, 8, 7, 9
Array = np.ndarray[Any, Any]


def images() -> Array:
    return np.random.default_rng(0).standard_normal((BATCH, CHANNELS, HEIGHT, WIDTH), dtype=np.float32)


# Images, left, top, right and bottom; one lies partly outside, one is empty.
REGIONS = np.float32([[0, 1.2, 0.7, 11.5, 9.1], [1, 0, 0, 16, 12], [1, -3, 4, 5.5, 20], [0, 6, 6, 6, 6]])


def run(code: str, **inputs: Any) -> Any:
    """Convert a script with a function ``example``, and return what it gives under MindSpore, as arrays."""
    import mindspore

    mindspore.runtime.launch_blocking()
    names = (f"{name}: torch.Tensor" if isinstance(value, np.ndarray) else name for name, value in inputs.items())
    head = "import torch\nimport torchvision\nfrom torchvision import ops\n\n"
    code = f"{head}def example({', '.join(names)}):\n    {code}\n"
    found = convert(code)
    assert left(found.diagnostics) == []
    scope: dict[str, Any] = {}
    exec(compile(found.code, "example.py", "exec"), scope)
    tensors = {
        name: mindspore.Tensor(value) if isinstance(value, np.ndarray) else value for name, value in inputs.items()
    }
    result = scope["example"](**tensors)
    return [part.asnumpy() for part in result] if isinstance(result, (tuple, list)) else result.asnumpy()


def onnx(operator: str, inputs: dict[str, Array], **attributes: Any) -> Array:
    """Return what ONNX Runtime computes."""
    import onnxruntime
    from onnx import helper

    node = helper.make_node(operator, list(inputs), ["result"], **attributes)
    types = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)
        for name, value in inputs.items()
    ]
    result = helper.make_tensor_value_info("result", 7 if operator == "NonMaxSuppression" else 1, None)
    graph = helper.make_graph([node], "graph", types, [result])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, inputs)
    return np.asarray(found)


def some_boxes(count: int) -> tuple[Array, Array]:
    random = np.random.default_rng(1)
    corners = random.uniform(0, 6, (count, 2))
    boxes = np.concatenate((corners, corners + random.uniform(4, 6, (count, 2))), 1).astype(np.float32)
    return boxes, random.permutation(count).astype(np.float32)


@pytest.mark.parametrize("threshold", [0.2, 0.6])
def test_suppression_keeps_what_onnx_runtime_keeps(threshold: float) -> None:
    boxes, scores = some_boxes(40)
    expected = onnx(
        "NonMaxSuppression",
        {"boxes": boxes[None], "scores": scores[None, None], "most": np.int64([40]), "share": np.float32([threshold])},
    )[:, 2]
    kept = run(f"return ops.nms(boxes, scores, {threshold})", boxes=boxes, scores=scores)
    assert kept.dtype == np.int64
    assert 1 < len(kept) < 40
    assert kept.tolist() == expected.tolist()


def test_suppression_within_categories_keeps_the_best_of_each() -> None:
    boxes, scores = some_boxes(40)
    categories = np.arange(40) % 3
    kept = run(
        "return torchvision.ops.boxes.batched_nms(boxes, scores, labels, iou_threshold=0.3)",
        boxes=boxes,
        scores=scores,
        labels=categories,
    )
    expected: list[int] = []
    for category in range(3):
        own = np.flatnonzero(categories == category)
        expected += own[run("return ops.nms(boxes, scores, 0.3)", boxes=boxes[own], scores=scores[own])].tolist()
    assert kept.tolist() == sorted(expected, key=lambda place: -scores[place])


@pytest.mark.parametrize("aligned", [False, True])
@pytest.mark.parametrize("ratio", [-1, 2])
def test_aligned_regions_are_those_of_onnx_runtime(aligned: bool, ratio: int) -> None:
    mode = "half_pixel" if aligned else "output_half_pixel"
    expected = onnx(
        "RoiAlign",
        {"x": images(), "rois": REGIONS[:, 1:], "indices": REGIONS[:, 0].astype(np.int64)},
        coordinate_transformation_mode=mode,
        output_height=3,
        output_width=2,
        sampling_ratio=max(ratio, 0),
        spatial_scale=0.5,
    )
    whole, listed = run(
        f"return ops.roi_align(x, r, (3, 2), 0.5, {ratio}, aligned={aligned}),"
        f" ops.RoIAlign((3, 2), 0.5, {ratio}, {aligned})(x, [r[:1, 1:], r[1:2, 1:]])",
        x=images(),
        r=REGIONS,
    )
    np.testing.assert_allclose(whole, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(listed, expected[:2], rtol=1e-4, atol=1e-5)


def test_pooled_regions_are_those_of_onnx_runtime() -> None:
    expected = onnx("MaxRoiPool", {"x": images(), "rois": REGIONS[:3]}, pooled_shape=[3, 2], spatial_scale=0.5)
    found = run("return ops.roi_pool(x, r, (3, 2), 0.5)", x=images(), r=REGIONS[:3])
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_bins_of_a_region_with_channels_of_their_own() -> None:
    aligned, pooled = run(
        "return ops.ps_roi_align(x, r, 2, 0.5, 2), ops.PSRoIPool(2, 0.5)(x, r)", x=images(), r=REGIONS[:3]
    )
    every = onnx(
        "RoiAlign",
        {"x": images(), "rois": REGIONS[:3, 1:], "indices": REGIONS[:3, 0].astype(np.int64)},
        coordinate_transformation_mode="half_pixel",
        output_height=2,
        output_width=2,
        sampling_ratio=2,
        spatial_scale=0.5,
    )
    for region, channel, row, column in np.ndindex(3, 2, 2, 2):
        place = region, channel, row, column
        own = channel * 4 + row * 2 + column
        assert aligned[place] == pytest.approx(every[region, own, row, column], abs=1e-5)
        image, left_edge, top, right, bottom = (
            int(edge + np.copysign(0.5, edge)) for edge in REGIONS[region] * [1, *[0.5] * 4]
        )
        steps = max(bottom - top, 1) / 2, max(right - left_edge, 1) / 2
        ends = []
        for begin, step, index, length in ((top, steps[0], row, HEIGHT), (left_edge, steps[1], column, WIDTH)):
            edges = begin + np.floor(index * step), begin + np.ceil((index + 1) * step)
            ends.append([int(np.clip(edge, 0, length - 1)) for edge in edges])
        patch = images()[image, own, slice(*ends[0]), slice(*ends[1])]
        assert pooled[place] == pytest.approx(patch.mean() if patch.size else 0.0, abs=1e-5)


def test_each_region_comes_from_the_level_of_its_size() -> None:
    fine = np.random.default_rng(2).standard_normal((1, 3, 32, 32), dtype=np.float32)
    coarse = np.random.default_rng(3).standard_normal((1, 3, 16, 16), dtype=np.float32)
    boxes = np.float32([[0, 0, 100, 90], [10, 10, 14, 15], [8, 30, 120, 127]])
    found = run(
        "pool = ops.MultiScaleRoIAlign(['a', 'c'], 2, 2, canonical_scale=64, canonical_level=3)\n"
        "    return pool({'a': a, 'b': a, 'c': c}, [boxes], [(128, 128)])",
        a=fine,
        c=coarse,
        boxes=boxes,
    )
    for index, (level, scale) in enumerate(((coarse, 0.125), (fine, 0.25), (coarse, 0.125))):
        (expected,) = onnx(
            "RoiAlign",
            {"x": level, "rois": boxes[index : index + 1], "indices": np.int64([0])},
            coordinate_transformation_mode="output_half_pixel",
            output_height=2,
            output_width=2,
            sampling_ratio=2,
            spatial_scale=scale,
        )
        np.testing.assert_allclose(found[index], expected, rtol=1e-4, atol=1e-5)


def test_a_convolution_with_moving_taps() -> None:
    random = np.random.default_rng(4)
    weight = random.standard_normal((4, 4, 3, 3), dtype=np.float32)
    offset, mask = np.zeros((BATCH, 36, 4, 5), np.float32), np.full((BATCH, 18, 4, 5), 2, np.float32)
    moved = offset.copy()
    moved[:, 1::2] = 1.0  # all taps go one pixel to the right
    still, right = run(
        "return (ops.deform_conv2d(x, o, w, b, stride=2, padding=1, mask=m) - b.reshape(1, -1, 1, 1),"
        " ops.deform_conv2d(x, p, w, b, stride=2, padding=1, mask=m) - b.reshape(1, -1, 1, 1))",
        x=images(),
        o=offset,
        p=moved,
        w=weight,
        b=random.standard_normal(4, dtype=np.float32),
        m=mask,
    )
    shifted = np.zeros_like(images())
    shifted[..., :-1] = images()[..., 1:]
    for found, inputs in ((still, images()), (right, shifted)):
        expected = onnx("Conv", {"x": inputs, "w": 2 * weight}, group=2, strides=[2, 2], pads=[1, 1, 1, 1])
        inner = np.s_[..., 1:4] if found is right else np.s_[...]
        np.testing.assert_allclose(found[inner], expected[inner], rtol=1e-4, atol=1e-4)
