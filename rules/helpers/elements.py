"""Functions of single elements, which run outside of MindSpore."""

from collections.abc import Callable

import numpy as np
from mindspore import Tensor


def map_elements(function: Callable, input: Tensor, *others: Tensor) -> Tensor:
    """Return what a function of numbers gives for each element of a tensor, with those of others of its shape."""
    arrays = np.broadcast_arrays(*(tensor.asnumpy() for tensor in (input, *others)))
    values = [function(*items) for items in zip(*(array.reshape(-1).tolist() for array in arrays), strict=True)]
    return Tensor(np.array(values).reshape(input.shape), input.dtype)
