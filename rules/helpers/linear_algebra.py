"""Decompositions and solutions of linear systems, of batches of matrices and of 1 x 1 matrices too."""

import math
from typing import NamedTuple

import numpy as np
from mindspore import Tensor, float64, int32, int64, ops
from mindspore.scipy import linalg


class Eigen(NamedTuple):
    """Hold eigenvalues and eigenvectors."""

    eigenvalues: Tensor
    eigenvectors: Tensor


class Singular(NamedTuple):
    """Hold a singular value decomposition."""

    U: Tensor
    S: Tensor
    V: Tensor


class SignAndLog(NamedTuple):
    """Hold the sign of a determinant and the logarithm of its size."""

    sign: Tensor
    logabsdet: Tensor


class Factors(NamedTuple):
    """Hold the permutation and the triangular factors of a matrix."""

    P: Tensor
    L: Tensor
    U: Tensor


class Packed(NamedTuple):
    """Hold both triangular factors in one matrix, and the rows that were swapped."""

    LU: Tensor
    pivots: Tensor


class PackedInfo(NamedTuple):
    """Hold packed factors, with 0 where a factorization worked."""

    LU: Tensor
    pivots: Tensor
    info: Tensor


class Result(NamedTuple):
    """Hold a result, with 0 where it worked."""

    result: Tensor
    info: Tensor


class Inverse(NamedTuple):
    """Hold an inverse, with 0 where it worked."""

    inverse: Tensor
    info: Tensor


class Triangle(NamedTuple):
    """Hold a Cholesky factor, with 0 where the factorization worked."""

    L: Tensor
    info: Tensor


class LeastSquares(NamedTuple):
    """Hold the solution of a least squares problem, and what is known of it."""

    solution: Tensor
    residuals: Tensor
    rank: Tensor
    singular_values: Tensor


def each_matrix(function, input: Tensor, *others: Tensor):
    """Apply a function of matrices to every matrix of a batch, and stack what it gives."""
    if input.ndim == 2:
        return function(input, *others)
    batch = input.shape[:-2]
    flat = [x.reshape((math.prod(batch), *x.shape[len(batch) :])) for x in (input, *others)]
    results = [function(*parts) for parts in zip(*flat)]
    if isinstance(results[0], Tensor):
        stacked = ops.stack(results)
        return stacked.reshape((*batch, *stacked.shape[1:]))
    columns = [ops.stack(list(column)) for column in zip(*results)]
    return tuple(x.reshape((*batch, *x.shape[1:])) for x in columns)


def no_error(input: Tensor) -> Tensor:
    """Return 0 for every matrix."""
    return ops.zeros(input.shape[:-2], int32)


def inverse(A: Tensor) -> Tensor:
    """Return the inverse of matrices."""
    return 1 / A if A.shape[-1] == 1 else ops.inverse(A)


def inv_ex(A: Tensor, *, check_errors: bool = False) -> Inverse:
    """Return the inverse of matrices, with 0 for every one."""
    return Inverse(inverse(A), no_error(A))


def det(A: Tensor) -> Tensor:
    """Return the determinants of matrices."""
    return A[..., 0, 0] if A.shape[-1] == 1 else ops.det(A)


def slogdet(A: Tensor) -> SignAndLog:
    """Return the signs of determinants and the logarithms of their sizes."""
    if A.shape[-1] == 1:
        return SignAndLog(ops.sign(A[..., 0, 0]), ops.log(ops.abs(A[..., 0, 0])))
    return SignAndLog(*ops.slogdet(A))


def logdet(A: Tensor) -> Tensor:
    """Return the logarithms of determinants, NaN of negative ones."""
    sign, size = slogdet(A)
    return ops.where(sign < 0, float("nan"), size)


def solve(A: Tensor, B: Tensor, *, left: bool = True) -> Tensor:
    """Return the solution X of A X = B, or of X A = B; B may be a batch of vectors."""
    vector = left and (B.ndim == 1 or (B.ndim == A.ndim - 1 and B.shape == A.shape[:-1]))
    right = ops.expand_dims(B, -1) if vector else B
    product = ops.matmul(inverse(A), right) if left else ops.matmul(right, inverse(A))
    return product.squeeze(-1) if vector else product


def solve_ex(A: Tensor, B: Tensor, *, left: bool = True, check_errors: bool = False) -> Result:
    """Return the solution of linear systems, with 0 for every one."""
    return Result(solve(A, B, left=left), no_error(A))


def solve_triangular(A: Tensor, B: Tensor, *, upper: bool, left: bool = True, unitriangular: bool = False) -> Tensor:
    """Return the solution X of A X = B, or of X A = B, for a triangular A."""
    if unitriangular:
        identity = ops.eye(A.shape[-1], A.shape[-1], A.dtype)
        A = A * (1 - identity) + identity
    return solve(ops.triu(A) if upper else ops.tril(A), B, left=left)


def cholesky_ex(A: Tensor, *, upper: bool = False, check_errors: bool = False) -> Triangle:
    """Return the Cholesky factors of matrices, with 0 for every one."""
    return Triangle(ops.cholesky(A, upper), no_error(A))


def eigh(A: Tensor, UPLO: str = "L") -> Eigen:
    """Return the eigenvalues and eigenvectors of symmetric matrices, smallest first."""
    values, vectors = each_matrix(lambda x: linalg.eigh(x, lower=UPLO.upper() == "L"), A)
    return Eigen(values, vectors)


def eigvalsh(A: Tensor, UPLO: str = "L") -> Tensor:
    """Return the eigenvalues of symmetric matrices, smallest first."""
    return eigh(A, UPLO).eigenvalues


def eig(A: Tensor) -> Eigen:
    """Return the eigenvalues and eigenvectors of matrices."""
    return Eigen(*ops.eig(A))


def svd(input: Tensor, some: bool = True, compute_uv: bool = True) -> Singular:
    """Return singular value decompositions: U, S and V, whose columns are the right singular vectors."""
    if not compute_uv:
        rows, columns = input.shape[-2:]
        zeros = [ops.zeros((*input.shape[:-2], size, size), input.dtype) for size in (rows, columns)]
        return Singular(zeros[0], ops.svd(input, compute_uv=False), zeros[1])
    values, left, right = ops.svd(input, not some)
    return Singular(left, values, right)


class SingularH(NamedTuple):
    """Hold a singular value decomposition, the right vectors as rows."""

    U: Tensor
    S: Tensor
    Vh: Tensor


def linalg_svd(A: Tensor, full_matrices: bool = True, *, driver=None) -> SingularH:
    """Return singular value decompositions: U, S and the right singular vectors as rows."""
    values, left, right = ops.svd(A, full_matrices)
    return SingularH(left, values, right.swapaxes(-2, -1))


def svdvals(A: Tensor, *, driver=None) -> Tensor:
    """Return singular values, largest first."""
    return ops.svd(A, compute_uv=False)


def matrix_rank(A: Tensor, tol=None, hermitian: bool = False, *, atol=None, rtol=None) -> Tensor:
    """Return the number of singular values above a bound."""
    values = ops.svd(A, compute_uv=False)
    largest = ops.amax(values, -1, True)
    absolute = tol if tol is not None else 0.0 if atol is None else atol
    if tol is not None:
        relative = 0.0
    elif rtol is not None:
        relative = rtol
    else:
        relative = max(A.shape[-2:]) * float(np.finfo(values.asnumpy().dtype).eps) if atol is None else 0.0
    bound = ops.maximum(largest * relative, ops.zeros_like(largest) + absolute)
    return (values > bound).astype(int64).sum(-1)


def pinv(A: Tensor, rcond=None, hermitian: bool = False, *, atol=None, rtol=None) -> Tensor:
    """Return the pseudo-inverse, from the singular values above a bound; of a Hermitian one the lower half is read."""
    if hermitian:
        A = ops.tril(A) + ops.tril(A, -1).swapaxes(-2, -1)
    values, left, right = ops.svd(A, False)
    largest = ops.amax(values, -1, True)
    relative = rtol if rtol is not None else rcond
    if relative is None:
        relative = max(A.shape[-2:]) * float(np.finfo(values.asnumpy().dtype).eps) if atol is None else 0.0
    kept = values > ops.maximum(largest * per_matrix(relative), ops.zeros_like(largest) + per_matrix(atol or 0.0))
    factors = ops.where(kept, 1 / ops.where(kept, values, ops.ones_like(values)), ops.zeros_like(values))
    return ops.matmul(right * ops.expand_dims(factors, -2), left.swapaxes(-2, -1))


def per_matrix(bound):
    """Return a bound, or one for each matrix, so that it broadcasts against their values."""
    return ops.expand_dims(bound, -1) if isinstance(bound, Tensor) else bound


def lu_factor(A: Tensor, *, pivot: bool = True) -> Packed:
    """Return both triangular factors in one matrix, and the rows that were swapped, counted from 1."""
    packed, swapped = each_matrix(lu_of_any_shape, A)
    return Packed(packed, (swapped + 1).astype(int32))


def lu_of_any_shape(A: Tensor) -> tuple[Tensor, Tensor]:
    """Factor a matrix as if it were a part of a square one, since MindSpore factors no others."""
    rows, columns = A.shape
    if rows < columns:  # rows that are zero in the first columns are not swapped with the others
        A = ops.cat((A, ops.eye(columns, columns, A.dtype)[rows:]))
    elif rows > columns:
        A = ops.cat((A, Tensor(np.random.default_rng(0).standard_normal((rows, rows - columns))).astype(A.dtype)), 1)
    packed, swapped = linalg.lu_factor(A)
    order = np.arange(rows)
    for row in range(rows - 1, columns - 1, -1):  # undo the swaps of the steps that the matrix itself does not take
        other = int(swapped[row])
        order[[row, other]] = order[[other, row]]
    return packed[Tensor(order)][:, :columns], swapped[: min(rows, columns)]


def lu_factor_ex(A: Tensor, *, pivot: bool = True, check_errors: bool = False) -> PackedInfo:
    """Return packed factors, with 0 for every matrix."""
    return PackedInfo(*lu_factor(A), no_error(A))


def lu(A: Tensor, *, pivot: bool = True) -> Factors:
    """Return the permutation and the triangular factors of matrices."""
    return lu_unpack(*lu_factor(A))


def lu_unpack(LU_data: Tensor, LU_pivots: Tensor, unpack_data: bool = True, unpack_pivots: bool = True) -> Factors:
    """Return the permutation and the triangular factors from their packed form."""
    rows, columns = LU_data.shape[-2:]
    size = min(rows, columns)
    lower = ops.tril(LU_data, -1)[..., :, :size] + ops.eye(rows, size, LU_data.dtype)
    upper = ops.triu(LU_data)[..., :size, :]

    def permutation(swapped: Tensor) -> np.ndarray:
        order = np.arange(rows)
        for row, other in enumerate(swapped.tolist()):
            order[[row, other - 1]] = order[[other - 1, row]]
        return np.eye(rows)[:, order]

    pivots = LU_pivots.reshape(-1, LU_pivots.shape[-1])
    matrices = np.stack([permutation(pivots[index]) for index in range(pivots.shape[0])])
    moved = Tensor(matrices.reshape((*LU_pivots.shape[:-1], rows, rows))).astype(LU_data.dtype)
    return Factors(moved, lower, upper)


def lu_solve(LU: Tensor, pivots: Tensor, B: Tensor, *, left: bool = True, adjoint: bool = False) -> Tensor:
    """Return the solution of linear systems whose packed factors are known."""
    moved, lower, upper = lu_unpack(LU, pivots)
    matrix = ops.matmul(moved, ops.matmul(lower, upper))
    return solve(matrix.mT if adjoint else matrix, B, left=left)


def lstsq(A: Tensor, B: Tensor, rcond=None, *, driver: str | None = None) -> LeastSquares:
    """Return the solution of least squares problems by the pseudo-inverse, and what the driver tells besides."""
    driver = driver or "gelsy"
    vector = B.ndim == A.ndim - 1
    right = ops.expand_dims(B, -1) if vector else B
    solution = ops.matmul(pinv(A, rcond), right)
    rows, columns = A.shape[-2:]
    empty = ops.zeros((0,), A.dtype)
    rank = ops.zeros((0,), int64) if driver == "gels" else matrix_rank(A, rtol=rcond)
    full = rows > columns and driver != "gelsy" and (driver == "gels" or bool((rank == columns).all()))
    left_over = ops.square(ops.matmul(A, solution) - right).sum(-2) if full else empty
    values = svdvals(A) if driver in ("gelsd", "gelss") else empty
    return LeastSquares(solution.squeeze(-1) if vector else solution, left_over, rank, values)


def matrix_exp(A: Tensor) -> Tensor:
    """Return the exponential of matrices, by the series of a small multiple and repeated squaring."""
    size = float(ops.abs(A).sum(-1).max()) if A.numel() else 0.0
    halvings = max(0, math.ceil(math.log2(size)) + 2) if size > 0 else 0
    small = (A if A.is_complex() else A.astype(float64)) / 2**halvings  # squaring doubles what is rounded
    term = ops.broadcast_to(ops.eye(A.shape[-1], A.shape[-1], small.dtype), A.shape)
    total = term
    for order in range(1, 13):
        term = ops.matmul(term, small) / order
        total = total + term
    for _ in range(halvings):
        total = ops.matmul(total, total)
    return total.astype(A.dtype)


def multi_dot(tensors) -> Tensor:
    """Return the product of several matrices, of which the first and the last may be vectors."""
    result = tensors[0]
    for tensor in tensors[1:]:
        result = ops.matmul(result, tensor)
    return result


def matrix_power(input: Tensor, n: int) -> Tensor:
    """Return a power of square matrices, of the inverse for a negative one."""
    if n < 0:
        return matrix_power(inverse(input), -n)
    result = ops.broadcast_to(ops.eye(input.shape[-1], input.shape[-1], input.dtype), input.shape)
    for _ in range(n):
        result = ops.matmul(result, input)
    return result


def tensorinv(A: Tensor, ind: int = 2) -> Tensor:
    """Return the inverse for contractions over the axes from ``ind`` on."""
    rows = math.prod(A.shape[ind:])
    return inverse(A.reshape(-1, rows)).reshape((*A.shape[ind:], *A.shape[:ind]))


def tensorsolve(A: Tensor, B: Tensor, dims=None) -> Tensor:
    """Return the solution X of the contraction of A with X over the last axes of A."""
    if dims is not None:
        moved = [axis % A.ndim for axis in dims]
        A = ops.permute(A, (*[axis for axis in range(A.ndim) if axis not in moved], *moved))
    shape = A.shape[B.ndim :]
    return solve(A.reshape(B.numel(), -1), B.reshape(-1)).reshape(shape)


def vector_norm(x: Tensor, ord=2, dim=None, keepdim: bool = False, *, dtype=None) -> Tensor:
    """Return the norm of vectors along axes, or of all elements."""
    x = x if dtype is None else x.astype(dtype)
    axes = tuple(range(x.ndim)) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    size = ops.abs(x)
    if not axes:
        return (size != 0).astype(size.dtype) if ord == 0 else size
    if ord == math.inf:
        return ops.amax(size, axes, keepdim)
    if ord == -math.inf:
        return ops.amin(size, axes, keepdim)
    if ord == 0:
        return (size != 0).astype(size.dtype).sum(axes, keepdim=keepdim)
    if ord == 1:
        return size.sum(axes, keepdim=keepdim)
    if ord == 2:
        return ops.sqrt(ops.square(size).sum(axes, keepdim=keepdim))
    return ops.pow(ops.pow(size, ord).sum(axes, keepdim=keepdim), 1 / ord)


def linalg_vander(x: Tensor, N: int | None = None) -> Tensor:
    """Return the powers of numbers, one number a row, the lowest first."""
    x = x if x.ndim else x.reshape(1)
    powers = Tensor(np.arange(x.shape[-1] if N is None else N)).astype(x.dtype)
    return ops.pow(ops.expand_dims(x, -1), powers)


def cross(input: Tensor, other: Tensor, dim: int | None = None) -> Tensor:
    """Return the vector product along an axis, the first one of size 3 by default."""
    x, y = input + ops.zeros_like(other), other + ops.zeros_like(input)
    axis = dim if dim is not None else [size == 3 for size in x.shape].index(True)
    a, b = (ops.unbind(value, axis) for value in (x, y))
    parts = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    return ops.stack(parts, axis)
