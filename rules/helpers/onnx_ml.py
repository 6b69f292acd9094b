"""Features and labels as the operators of classical machine learning in ONNX have them."""

import mindspore
from mindspore import Parameter, Tensor, nn, ops


class Scaler(nn.Cell):
    """Take an offset from the features, and multiply them."""

    def __init__(self, offsets: int, factors: int) -> None:
        super().__init__()
        self.offset = Parameter(ops.zeros(offsets, mindspore.float32), requires_grad=False)
        self.scale = Parameter(ops.ones(factors, mindspore.float32), requires_grad=False)

    def construct(self, x: Tensor) -> Tensor:
        return (x.astype(mindspore.float32) - self.offset) * self.scale


class LabelEncoder(nn.Cell):
    """Put the value of its key in the place of each element; the last of equal keys counts, and may be not a number."""

    def __init__(self, count: int, default: float, key_type: str, value_type: str) -> None:
        super().__init__()
        self.keys = Parameter(ops.zeros(count, getattr(mindspore, key_type)), requires_grad=False)
        self.values = Parameter(ops.zeros(count, getattr(mindspore, value_type)), requires_grad=False)
        self.default = Tensor(default, getattr(mindspore, value_type))

    def construct(self, x: Tensor) -> Tensor:
        item = x.expand_dims(-1).astype(self.keys.dtype)
        found = ops.logical_or(ops.equal(item, self.keys), ops.logical_and(item != item, self.keys != self.keys))
        places = ops.arange(1, self.keys.shape[0] + 1)
        place = (found.astype(mindspore.int64) * places).max(axis=-1)
        chosen = ops.gather(self.values, ops.maximum(place - 1, Tensor(0, mindspore.int64)), 0)
        return ops.where(place > 0, chosen, self.default)


def normalized_features(x: Tensor, norm: str) -> Tensor:
    """Divide each row by its largest value (MAX), the sum of magnitudes (L1), or its length (L2), unless that is 0."""
    x = x.astype(mindspore.float32)
    axis = -1 if x.ndim < 2 else 1
    if norm == "MAX":
        divisor = x.max(axis=axis, keepdims=True)
    elif norm == "L1":
        divisor = ops.abs(x).sum(axis, keepdims=True)
    else:
        divisor = ops.sqrt((x * x).sum(axis, keepdims=True))
    return x / ops.where(ops.equal(divisor, 0.0), ops.ones_like(divisor), divisor)


def replaced_features(x: Tensor, old: float, new: tuple) -> Tensor:
    """Put the value for its feature in the place of each one that equals ``old``, which may be not a number."""
    found = ops.isnan(x) if old != old else ops.equal(x, Tensor(old, x.dtype))
    return ops.where(found, Tensor(new, x.dtype), x)


def joined_features(features: tuple) -> Tensor:
    """Join features along the second axis, as numbers of single precision."""
    columns = [x.reshape((1, -1)) if x.ndim == 1 else x.reshape((x.shape[0], -1)) for x in features]
    return ops.cat([column.astype(mindspore.float32) for column in columns], 1)


def one_hot_categories(x: Tensor, categories: tuple, refuse_others: bool) -> Tensor:
    """Give each value a row with a one at the place of its category.

    Raises:
        ValueError: A value has no category, and ``refuse_others`` is set.
    """
    places = ops.equal(x.astype(mindspore.int64).expand_dims(-1), Tensor(categories, mindspore.int64))
    result = places.astype(mindspore.float32)
    if refuse_others and bool((result.sum(-1) < 1).any()):
        raise ValueError("A value is none of the categories. Call the model with known ones.")
    return result
