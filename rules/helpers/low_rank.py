"""Decompositions cut off at a rank, products with reflections, and triangular systems in their old form."""

from typing import NamedTuple

from linear_algebra import Singular, solve_triangular, svd
from mindspore import Tensor, ops


class Solved(NamedTuple):
    """Hold the solution of a triangular system, and its matrix."""

    solution: Tensor
    cloned_coefficient: Tensor


def svd_lowrank(A: Tensor, q: int = 6, niter: int = 2, M: Tensor | None = None) -> Singular:
    """Return the largest singular values of matrices, and their vectors, by the whole decomposition."""
    left, values, right = svd(A if M is None else A - M)
    return Singular(left[..., :q], values[..., :q], right[..., :q])


def pca_lowrank(A: Tensor, q: int | None = None, center: bool = True, niter: int = 2) -> Singular:
    """Return the principal components of rows, by the whole decomposition."""
    count = min(6, *A.shape[-2:]) if q is None else q
    return svd_lowrank(A - ops.mean(A, -2, True) if center else A, count)


def ormqr(input: Tensor, tau: Tensor, other: Tensor, left: bool = True, transpose: bool = False) -> Tensor:
    """Multiply with the orthogonal matrix of reflections, as ``geqrf`` gives them."""
    result = other if left else other.swapaxes(-2, -1)
    vectors = ops.tril(input, -1) + ops.eye(*input.shape[-2:], input.dtype)
    order = list(range(tau.shape[-1]))
    for index in order if left == transpose else reversed(order):
        vector = vectors[..., index : index + 1]
        scale = ops.expand_dims(tau[..., index : index + 1], -1)
        result = result - scale * ops.matmul(vector, ops.matmul(vector.swapaxes(-2, -1), result))
    return result if left else result.swapaxes(-2, -1)


def triangular_solve(
    b: Tensor, A: Tensor, upper: bool = True, transpose: bool = False, unitriangular: bool = False
) -> Solved:
    """Return the solution X of A X = b for a triangular A, and A."""
    matrix, above = (A.swapaxes(-2, -1), not upper) if transpose else (A, upper)
    return Solved(solve_triangular(matrix, b, upper=above, unitriangular=unitriangular), A)


def cholesky_inverse(L: Tensor, upper: bool = False) -> Tensor:
    """Return the inverse of the matrices whose Cholesky factors are given."""
    factor = ops.triu(L) if upper else ops.tril(L)
    inverse = solve_triangular(factor, ops.broadcast_to(ops.eye(*L.shape[-2:], L.dtype), L.shape), upper=upper)
    transposed = inverse.swapaxes(-2, -1)
    return ops.matmul(inverse, transposed) if upper else ops.matmul(transposed, inverse)
