"""The inverse of pooling."""

from mindspore import Tensor, int64, ops


def unpooled(x: Tensor, indices: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Put values back where a pool took them from; all others are zero.

    Args:
        x: The values.
        indices: The place of each in the whole result.
        shape: The shape of the result.
    """
    count = 1
    for size in shape:
        count *= size
    places = indices.astype(int64).reshape((-1, 1))
    return ops.tensor_scatter_update(ops.zeros((count,), x.dtype), places, x.reshape(-1)).reshape(shape)
