"""Boxes, distinct values and places that depend on the values."""

import numpy as np
from mindspore import Tensor, int64


def select_boxes(
    boxes: Tensor,
    scores: Tensor,
    max_output_boxes_per_class=None,
    iou_threshold=None,
    score_threshold=None,
    center_point_box: int = 0,
) -> Tensor:
    """Return rows of (batch, class, box) of the best boxes that do not overlap too much."""
    limit = 0 if max_output_boxes_per_class is None else int(max_output_boxes_per_class)
    overlap = 0.0 if iou_threshold is None else float(iou_threshold)
    values, corners = scores.asnumpy(), _corners(boxes.asnumpy(), bool(center_point_box))
    rows = []
    for batch, classes in enumerate(values):
        for number, row in enumerate(classes):
            kept: list[int] = []
            for box in np.argsort(-row, kind="stable"):
                if len(kept) == limit or (score_threshold is not None and row[box] <= float(score_threshold)):
                    break
                if all(_overlap(corners[batch, box], corners[batch, other]) <= overlap for other in kept):
                    kept.append(int(box))
            rows.extend([batch, number, box] for box in kept)
    return Tensor(np.array(rows, np.int64).reshape(-1, 3))


def _corners(boxes: np.ndarray, centered: bool) -> np.ndarray:
    """Return boxes as (lowest, lowest, highest, highest)."""
    if centered:
        half = boxes[..., 2:] / 2
        return np.concatenate([boxes[..., :2] - half, boxes[..., :2] + half], -1)
    return np.concatenate([np.minimum(boxes[..., :2], boxes[..., 2:]), np.maximum(boxes[..., :2], boxes[..., 2:])], -1)


def _overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Return the shared area over the whole area of two boxes."""
    sides = np.maximum(np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]), 0)
    shared = float(sides[0] * sides[1])
    whole = sum(float(np.prod(box[2:] - box[:2])) for box in (one, other)) - shared
    return shared / whole if whole > 0 else 0.0


def distinct_values(x: Tensor, axis=None, sort: bool = True) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return the distinct values or slices, where each comes first, which one each is, and how often it comes."""
    values, first, inverse, counts = np.unique(
        x.asnumpy(), return_index=True, return_inverse=True, return_counts=True, axis=axis
    )
    if not sort:
        order = np.argsort(first, kind="stable")
        values, first, counts = np.take(values, order, axis or 0), first[order], counts[order]
        inverse = np.argsort(order)[inverse]
    return Tensor(values), Tensor(first, int64), Tensor(inverse.reshape(-1), int64), Tensor(counts, int64)
