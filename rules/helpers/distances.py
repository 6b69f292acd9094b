"""Distances between vectors."""

import numpy as np
from mindspore import Tensor, ops


def cdist(x1: Tensor, x2: Tensor, p: float = 2.0) -> Tensor:
    """Return the distances between the rows of two batches of matrices, whose batch axes broadcast."""
    if x1.ndim <= 3 and x1.shape[:-2] == x2.shape[:-2]:
        return ops.cdist(x1, x2, p)
    batch = np.broadcast_shapes(x1.shape[:-2], x2.shape[:-2])
    rows = [ops.broadcast_to(x, (*batch, *x.shape[-2:])).reshape(-1, *x.shape[-2:]) for x in (x1, x2)]
    return ops.cdist(*rows, p).reshape(*batch, x1.shape[-2], x2.shape[-2])
