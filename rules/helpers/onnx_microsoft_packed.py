"""Matrices whose numbers are packed in bytes, with a scale for each block, as ONNX Runtime has them."""

from mindspore import Tensor, int32, ops, uint8


def unpacked(packed: Tensor, bits: int) -> Tensor:
    """Return the numbers of some bits in each byte, the lowest ones first, along the last axis."""
    rest, numbers = packed.astype(int32), []
    for _ in range(8 // bits):
        higher = ops.floor_divide(rest, 2**bits)
        numbers.append(rest - 2**bits * higher)
        rest = higher
    return ops.stack(numbers, -1).reshape(*packed.shape[:-1], -1)


def matmul_packed(
    x: Tensor,
    packed: Tensor,
    scales: Tensor,
    zero_points: Tensor | None,
    groups: Tensor | None,
    bias: Tensor | None,
    columns: int,
    rows: int,
    bits: int,
    block_size: int,
) -> Tensor:
    """Multiply by a matrix whose numbers are packed in bytes, with a scale and a zero point for each block.

    Args:
        x: The values, with ``rows`` of them on the last axis.
        packed: The matrix, of shape (columns, blocks, bytes of a block).
        scales: The scale of each block of each column.
        zero_points: Their zero points, as numbers or packed likewise; None for the middle.
        groups: The block whose scale and zero point a row has; None for the one that it lies in.
        bias: What is added; None for nothing.
        columns: The number of columns.
        rows: The number of rows.
        bits: How many bits a number has: 2, 4 or 8.
        block_size: How many numbers share a scale.
    """
    blocks = (rows + block_size - 1) // block_size
    numbers = unpacked(packed.reshape(columns, -1), bits)[:, :rows].astype(x.dtype)
    scales = scales.reshape(columns, blocks)
    if zero_points is None:
        zeros = ops.full_like(scales, float(2 ** (bits - 1)))
    elif zero_points.dtype == uint8:
        zeros = unpacked(zero_points.reshape(columns, -1), bits)[:, :blocks].astype(x.dtype)
    else:
        zeros = zero_points.reshape(columns, blocks)
    if groups is None:
        scales = ops.repeat_interleave(scales, block_size, 1)[:, :rows]
        zeros = ops.repeat_interleave(zeros, block_size, 1)[:, :rows]
    else:
        scales, zeros = ops.gather(scales, groups, 1), ops.gather(zeros, groups, 1)
    result = ops.matmul(x, ((numbers - zeros) * scales).swapaxes(0, 1))
    return result if bias is None else result + bias


def gather_packed(
    packed: Tensor, indices: Tensor, scales: Tensor, zero_points: Tensor | None, bits: int, block_size: int
) -> Tensor:
    """Take rows of a table whose numbers are packed in bytes, with a scale and a zero point for each block of a row.

    Args:
        packed: The table, packed along its last axis.
        indices: Which rows to take.
        scales: The scale of each block.
        zero_points: Their zero points, packed likewise; None for the middle.
        bits: How many bits a number has: 2, 4 or 8.
        block_size: How many numbers share a scale.
    """
    numbers = unpacked(ops.gather(packed, indices, 0), bits).astype(scales.dtype)
    factors = ops.gather(scales, indices, 0)
    if zero_points is None:
        zeros = ops.full_like(factors, float(2 ** (bits - 1)))
    else:
        zeros = unpacked(ops.gather(zero_points, indices, 0), bits)[..., : factors.shape[-1]].astype(scales.dtype)
    count = numbers.shape[-1]
    factors = ops.repeat_interleave(factors, block_size, -1)[..., :count]
    return (numbers - ops.repeat_interleave(zeros, block_size, -1)[..., :count]) * factors
