"""PyTorch's classes of tensors whose elements have one type, as functions that make such tensors."""

import mindspore
import numpy as np
from mindspore import Tensor, ops


def tensor_of_type(dtype: mindspore.Type, args: tuple) -> Tensor:
    """Make zeros of sizes that are numbers, or a tensor of the content that is given."""
    if len(args) != 1 or isinstance(args[0], (int, np.integer)):
        return ops.zeros(tuple(map(int, args)) or (0,), dtype)
    if isinstance(args[0], tuple):
        raise TypeError("Give sizes one by one, as in kind(*x.shape), and content as a list.")
    return args[0].astype(dtype) if isinstance(args[0], Tensor) else Tensor(args[0], dtype)


def BFloat16Tensor(*args, device=None) -> Tensor:
    """Make a tensor of bfloat16."""
    return tensor_of_type(mindspore.bfloat16, args)


def BoolTensor(*args, device=None) -> Tensor:
    """Make a tensor of bool."""
    return tensor_of_type(mindspore.bool_, args)


def ByteTensor(*args, device=None) -> Tensor:
    """Make a tensor of uint8."""
    return tensor_of_type(mindspore.uint8, args)


def CharTensor(*args, device=None) -> Tensor:
    """Make a tensor of int8."""
    return tensor_of_type(mindspore.int8, args)


def DoubleTensor(*args, device=None) -> Tensor:
    """Make a tensor of float64."""
    return tensor_of_type(mindspore.float64, args)


def FloatTensor(*args, device=None) -> Tensor:
    """Make a tensor of float32."""
    return tensor_of_type(mindspore.float32, args)


def HalfTensor(*args, device=None) -> Tensor:
    """Make a tensor of float16."""
    return tensor_of_type(mindspore.float16, args)


def IntTensor(*args, device=None) -> Tensor:
    """Make a tensor of int32."""
    return tensor_of_type(mindspore.int32, args)


def LongTensor(*args, device=None) -> Tensor:
    """Make a tensor of int64."""
    return tensor_of_type(mindspore.int64, args)


def ShortTensor(*args, device=None) -> Tensor:
    """Make a tensor of int16."""
    return tensor_of_type(mindspore.int16, args)
