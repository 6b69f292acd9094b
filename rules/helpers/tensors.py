"""Casting and reshaping of tensors."""

import mindspore
from mindspore import Tensor


def to_type(tensor: Tensor, *args, **kwargs) -> Tensor:
    """Cast to a type or to that of another tensor; MindSpore chooses the device itself."""
    for target in (*args, *kwargs.values()):
        if isinstance(target, Tensor):
            target = target.dtype
        if isinstance(target, type(mindspore.float32)) or target is mindspore.bool_:
            return tensor.astype(target)
    return tensor


def unflatten(input: Tensor, dim: int, sizes) -> Tensor:
    """Split an axis into several."""
    axis = dim % input.ndim
    return input.reshape((*input.shape[:axis], *sizes, *input.shape[axis + 1 :]))
