"""Boxes of objects in images: forms, areas, overlaps, the losses made of them, and what is kept of many boxes."""

import math

import numpy as np
from loss import reduced
from mindspore import Tensor, float16, float32, float64, int64, ops


def box_convert(boxes: Tensor, in_fmt: str, out_fmt: str) -> Tensor:
    """Bring boxes from one form to another: ``xyxy`` (corners), ``xywh`` or ``cxcywh`` (centre and size)."""
    forms = ("xyxy", "xywh", "cxcywh")
    if in_fmt not in forms or out_fmt not in forms:
        raise ValueError(f"The forms are {', '.join(forms)}, not {in_fmt!r} and {out_fmt!r}.")
    if in_fmt == out_fmt:
        return boxes.copy()
    begin, end = box_corners(boxes, in_fmt)
    if out_fmt == "xyxy":
        return ops.cat((begin, end), -1)
    return ops.cat((begin if out_fmt == "xywh" else (begin + end) / 2, end - begin), -1)


def box_corners(boxes: Tensor, fmt: str = "xyxy") -> tuple[Tensor, Tensor]:
    """Return the corners (left, top) and (right, bottom) of boxes."""
    first, second = boxes[..., :2], boxes[..., 2:]
    if fmt == "xyxy":
        return first, second
    begin = first if fmt == "xywh" else first - second / 2
    return begin, begin + second


def box_area(boxes: Tensor, fmt: str = "xyxy") -> Tensor:
    """Return the areas of boxes, which are computed in single precision at least."""
    boxes = boxes.astype(float32) if boxes.dtype == float16 else boxes
    size = boxes[..., 2:] - boxes[..., :2] if fmt == "xyxy" else boxes[..., 2:]
    return size[..., 0] * size[..., 1]


def overlaps_and_unions(boxes1: Tensor, boxes2: Tensor, fmt: str = "xyxy") -> tuple[Tensor, Tensor]:
    """Return the area that each box of one set shares with each of another, and the area of both together."""
    begin1, end1 = box_corners(boxes1, fmt)
    begin2, end2 = box_corners(boxes2, fmt)
    size = ops.minimum(end1.expand_dims(-2), end2.expand_dims(-3))
    size = size - ops.maximum(begin1.expand_dims(-2), begin2.expand_dims(-3))
    size = ops.maximum(size.astype(float32) if size.dtype == float16 else size, 0)
    shared = size[..., 0] * size[..., 1]
    return shared, box_area(boxes1, fmt).expand_dims(-1) + box_area(boxes2, fmt).expand_dims(-2) - shared


def surrounding_sizes(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """Return the width and height of what surrounds each box of one set together with each of another."""
    begin = ops.minimum(boxes1[..., :2].expand_dims(-2), boxes2[..., :2].expand_dims(-3))
    end = ops.maximum(boxes1[..., 2:].expand_dims(-2), boxes2[..., 2:].expand_dims(-3))
    return ops.maximum(end - begin, 0)


def box_iou(boxes1: Tensor, boxes2: Tensor, fmt: str = "xyxy") -> Tensor:
    """Return the intersection over the union of each box of one set with each of another."""
    shared, union = overlaps_and_unions(boxes1, boxes2, fmt)
    return shared / union


def generalized_box_iou(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """Return the intersection over the union, less what lies idle in the box around both."""
    shared, union = overlaps_and_unions(boxes1, boxes2)
    around = surrounding_sizes(boxes1, boxes2)
    area = around[..., 0] * around[..., 1]
    return shared / union - (area - union) / area


def distance_box_iou(boxes1: Tensor, boxes2: Tensor, eps: float = 1e-7) -> Tensor:
    """Return the intersection over the union, less the distance of the centres over that of the outer corners."""
    diagonal = ops.square(surrounding_sizes(boxes1, boxes2)).sum(-1) + eps
    centers1 = (boxes1[..., :2] + boxes1[..., 2:]) / 2
    centers2 = (boxes2[..., :2] + boxes2[..., 2:]) / 2
    distance = ops.square(centers1.expand_dims(-2) - centers2.expand_dims(-3)).sum(-1)
    return box_iou(boxes1, boxes2) - distance / diagonal


def complete_box_iou(boxes1: Tensor, boxes2: Tensor, eps: float = 1e-7) -> Tensor:
    """Return what ``distance_box_iou`` does, less a penalty for sides in another proportion."""
    slants = [ops.atan((box[..., 2] - box[..., 0]) / (box[..., 3] - box[..., 1])) for box in (boxes1, boxes2)]
    penalty = 4 / math.pi**2 * ops.square(slants[0].expand_dims(-1) - slants[1].expand_dims(-2))
    share = ops.stop_gradient(penalty / (1 - box_iou(boxes1, boxes2) + penalty + eps))
    return distance_box_iou(boxes1, boxes2, eps) - share * penalty


def paired_overlaps(boxes1: Tensor, boxes2: Tensor) -> tuple[Tensor, Tensor]:
    """Return the area that each box shares with its partner, and the area of both together."""
    size = ops.minimum(boxes1[..., 2:], boxes2[..., 2:]) - ops.maximum(boxes1[..., :2], boxes2[..., :2])
    size = ops.relu(size)
    shared = size[..., 0] * size[..., 1]
    return shared, box_area(boxes1) + box_area(boxes2) - shared


def paired_surroundings(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """Return the width and height of what surrounds each box together with its partner."""
    return ops.maximum(boxes1[..., 2:], boxes2[..., 2:]) - ops.minimum(boxes1[..., :2], boxes2[..., :2])


def generalized_box_iou_loss(boxes1: Tensor, boxes2: Tensor, reduction: str = "none", eps: float = 1e-7) -> Tensor:
    """Return one less the generalised overlap of each box with its partner."""
    boxes1, boxes2 = single_precision(boxes1), single_precision(boxes2)
    shared, union = paired_overlaps(boxes1, boxes2)
    around = paired_surroundings(boxes1, boxes2)
    area = around[..., 0] * around[..., 1]
    return reduced(1 - shared / (union + eps) + (area - union) / (area + eps), reduction)


def distance_box_iou_loss(boxes1: Tensor, boxes2: Tensor, reduction: str = "none", eps: float = 1e-7) -> Tensor:
    """Return one less the overlap of each box with its partner, and the share that their centres are apart."""
    boxes1, boxes2 = single_precision(boxes1), single_precision(boxes2)
    shared, union = paired_overlaps(boxes1, boxes2)
    diagonal = ops.square(paired_surroundings(boxes1, boxes2)).sum(-1) + eps
    apart = ops.square((boxes1[..., :2] + boxes1[..., 2:] - boxes2[..., :2] - boxes2[..., 2:]) / 2).sum(-1)
    return reduced(1 - shared / (union + eps) + apart / diagonal, reduction)


def complete_box_iou_loss(boxes1: Tensor, boxes2: Tensor, reduction: str = "none", eps: float = 1e-7) -> Tensor:
    """Return what ``distance_box_iou_loss`` does, and a penalty for sides in another proportion."""
    boxes1, boxes2 = single_precision(boxes1), single_precision(boxes2)
    shared, union = paired_overlaps(boxes1, boxes2)
    slants = [ops.atan((box[..., 2] - box[..., 0]) / (box[..., 3] - box[..., 1])) for box in (boxes1, boxes2)]
    penalty = 4 / math.pi**2 * ops.square(slants[1] - slants[0])
    share = ops.stop_gradient(penalty / (1 - shared / (union + 1e-7) + penalty + eps))
    return reduced(distance_box_iou_loss(boxes1, boxes2) + share * penalty, reduction)


def single_precision(boxes: Tensor) -> Tensor:
    """Return boxes whose numbers are of single precision at least."""
    return boxes if boxes.dtype in (float32, float64) else boxes.astype(float32)


def sigmoid_focal_loss(
    inputs: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2, reduction: str = "none"
) -> Tensor:
    """Return the cross entropy of logits with targets of 0 and 1, where what is easy to tell counts less."""
    likely = ops.sigmoid(inputs)
    entropy = ops.relu(inputs) - inputs * targets + ops.log(1 + ops.exp(-ops.abs(inputs)))
    loss = entropy * ops.pow(likely + targets - 2 * likely * targets, gamma)
    if alpha >= 0:
        loss = loss * (alpha * targets + (1 - alpha) * (1 - targets))
    return reduced(loss, reduction)


def clip_boxes_to_image(boxes: Tensor, size) -> Tensor:
    """Move the corners of boxes into an image of the size (height, width)."""
    height, width = size
    return ops.clamp(boxes, Tensor(0, boxes.dtype), Tensor([width, height, width, height], boxes.dtype))


def remove_small_boxes(boxes: Tensor, min_size: float) -> Tensor:
    """Return the places of the boxes whose sides both have a length at least."""
    numbers = boxes.asnumpy()
    return Tensor(np.flatnonzero((numbers[:, 2:] - numbers[:, :2] >= min_size).all(1)), int64)


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """Return the places of boxes, best scores first, without those that overlap a better one by more than a share."""
    corners = boxes.asnumpy()
    areas = (corners[:, 2:] - corners[:, :2]).prod(1)
    order = np.argsort(-scores.asnumpy(), kind="stable")
    kept = []
    while order.size:
        best, order = order[0], order[1:]
        kept.append(best)
        size = np.minimum(corners[best, 2:], corners[order, 2:]) - np.maximum(corners[best, :2], corners[order, :2])
        shared = np.maximum(size, 0).prod(1)
        with np.errstate(divide="ignore", invalid="ignore"):
            order = order[~(shared / (areas[best] + areas[order] - shared) > iou_threshold)]
    return Tensor(np.array(kept, np.int64))


def batched_nms(boxes: Tensor, scores: Tensor, idxs: Tensor, iou_threshold: float) -> Tensor:
    """Return the places that ``nms`` keeps within each category, best scores first."""
    if boxes.shape[0] == 0:
        return Tensor(np.zeros(0, np.int64))
    categories, values = idxs.asnumpy(), scores.asnumpy()
    kept = []
    for category in np.unique(categories):
        places = np.flatnonzero(categories == category)
        found = nms(Tensor(boxes.asnumpy()[places]), Tensor(values[places]), iou_threshold)
        kept.append(places[found.asnumpy()])
    places = np.sort(np.concatenate(kept))
    return Tensor(places[np.argsort(-values[places], kind="stable")].astype(np.int64))


def masks_to_boxes(masks: Tensor) -> Tensor:
    """Return the box around each mask, which has corners of its pixels; an empty mask has the box of zeros."""
    filled = masks.asnumpy().astype(bool)
    boxes = np.zeros((len(filled), 4), np.float32)
    for box, mask in zip(boxes, filled):
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        if rows.size:
            box[:] = columns[0], rows[0], columns[-1], rows[-1]
    return Tensor(boxes)
