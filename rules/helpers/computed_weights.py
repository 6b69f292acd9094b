"""Weights of layers that are computed from other parameters each time they are read."""

import numpy as np
from mindspore import Parameter, Tensor, nn, ops


def compute_weight(cell: nn.Cell, name: str, compute) -> nn.Cell:
    """Put a computed value in the place of a parameter of a cell; in PyNative mode."""
    layer = type(cell)
    del cell._params[name]
    cell.__class__ = type(layer.__name__, (layer,), {name: property(compute)})
    return cell


def keep_weight(cell: nn.Cell, name: str, sources: tuple) -> nn.Cell:
    """Put a parameter with the present value in the place of a computed weight; what it comes from goes."""
    value = Parameter(getattr(cell, name).copy())
    for source in sources:
        delattr(cell, source)
    cell.__class__ = type(cell).__bases__[0]
    setattr(cell, name, value)
    return cell


def plain_weight(cell: nn.Cell, name: str) -> Tensor:
    """Return a weight in PyTorch's shape: one-dimensional convolutions have an axis more here."""
    weight = getattr(cell, name)
    return weight.squeeze(2) if isinstance(cell, (nn.Conv1d, nn.Conv1dTranspose)) else weight


def own_shape(cell: nn.Cell, weight: Tensor) -> Tensor:
    """Return a weight of PyTorch's shape in the shape that the cell takes."""
    return weight.expand_dims(2) if isinstance(cell, (nn.Conv1d, nn.Conv1dTranspose)) else weight


def norm_except(weight: Tensor, dim) -> Tensor:
    """Return the norm over all axes but one, or over all of them."""
    if dim is None or dim == -1:
        return (weight * weight).sum().sqrt()
    axes = tuple(axis for axis in range(weight.ndim) if axis != dim)
    return (weight * weight).sum(axes, keepdims=True).sqrt()


def weight_norm(module: nn.Cell, name: str = "weight", dim=0) -> nn.Cell:
    """Let a weight be a direction times a length, which are the parameters ``weight_v`` and ``weight_g``."""
    weight = plain_weight(module, name).copy()
    setattr(module, f"{name}_g", Parameter(norm_except(weight, dim)))
    setattr(module, f"{name}_v", Parameter(weight))

    def compute(cell: nn.Cell) -> Tensor:
        length, direction = getattr(cell, f"{name}_g"), getattr(cell, f"{name}_v")
        return own_shape(cell, direction * (length / norm_except(direction, dim)))

    return compute_weight(module, name, compute)


def remove_weight_norm(module: nn.Cell, name: str = "weight") -> nn.Cell:
    """Let a weight be a parameter again."""
    return keep_weight(module, name, (f"{name}_g", f"{name}_v"))


def parametrize(module: nn.Cell, name: str) -> nn.Cell:
    """Return the cell that holds what a weight is computed from, under the names that PyTorch gives them."""
    if "parametrizations" not in module.name_cells():
        module.parametrizations = nn.Cell()
    source = nn.Cell()
    setattr(module.parametrizations, name, source)
    return source


def parametrized_weight_norm(module: nn.Cell, name: str = "weight", dim=0) -> nn.Cell:
    """Let a weight be a direction times a length, which are parameters below ``parametrizations``."""
    weight = plain_weight(module, name).copy()
    source = parametrize(module, name)
    source.original0 = Parameter(norm_except(weight, dim))
    source.original1 = Parameter(weight)

    def compute(cell: nn.Cell) -> Tensor:
        return own_shape(cell, source.original1 * (source.original0 / norm_except(source.original1, dim)))

    return compute_weight(module, name, compute)


def remove_parametrizations(module: nn.Cell, tensor_name: str, leave_parametrized: bool = True) -> nn.Cell:
    """Let a weight be a parameter again, with its present value."""
    if not leave_parametrized:
        raise ValueError("The value before the parametrization cannot be brought back; leave leave_parametrized out.")
    return keep_weight(module, tensor_name, ("parametrizations",))


def unit(vector: Tensor, eps: float) -> Tensor:
    """Return a vector at length one."""
    return vector / ops.maximum((vector * vector).sum().sqrt(), eps)


def as_matrix(weight: Tensor, dim: int) -> Tensor:
    """Return a weight as a matrix whose rows go along an axis."""
    axes = (dim, *(axis for axis in range(weight.ndim) if axis != dim))
    return weight.transpose(axes).reshape(weight.shape[dim], -1)


def output_axis(module: nn.Cell, dim) -> int:
    """Return the axis of the outputs in the weight of a layer, unless it is given."""
    return dim if dim is not None else int("Transpose" in type(module).__name__)


def start_of_iteration(weight: Tensor, dim: int, eps: float, steps: int) -> tuple:
    """Return vectors near the first singular ones of a weight."""
    matrix = as_matrix(weight, dim)
    u, v = (unit(Tensor(np.random.randn(size).astype(np.float32)), eps) for size in matrix.shape)
    return power_iteration(matrix, u, v, eps, steps)


def power_iteration(matrix: Tensor, u: Tensor, v: Tensor, eps: float, steps: int) -> tuple:
    """Return vectors that are nearer to the first singular ones of a matrix."""
    matrix = ops.stop_gradient(matrix)
    for _ in range(steps):
        v = unit(ops.matmul(matrix.T, u), eps)
        u = unit(ops.matmul(matrix, v), eps)
    return u, v


def spectral_norm(module: nn.Cell, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim=None):
    """Divide a weight by its largest singular value, which is looked for further in training at each use."""
    dim = output_axis(module, dim)
    weight = plain_weight(module, name).copy()
    setattr(module, f"{name}_orig", Parameter(weight))
    for buffer, value in zip("uv", start_of_iteration(weight, dim, eps, 1)):
        module.register_buffer(f"{name}_{buffer}", value)

    def compute(cell: nn.Cell) -> Tensor:
        weight, u, v = (getattr(cell, f"{name}_{part}") for part in ("orig", "u", "v"))
        matrix = as_matrix(weight, dim)
        if cell.training:
            u, v = power_iteration(matrix, u, v, eps, n_power_iterations)
            cell.register_buffer(f"{name}_u", u)
            cell.register_buffer(f"{name}_v", v)
        return own_shape(cell, weight / (u * ops.matmul(matrix, v)).sum())

    return compute_weight(module, name, compute)


def remove_spectral_norm(module: nn.Cell, name: str = "weight") -> nn.Cell:
    """Let a weight be a parameter again."""
    return keep_weight(module, name, (f"{name}_orig", f"{name}_u", f"{name}_v"))


def parametrized_spectral_norm(
    module: nn.Cell, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim=None
) -> nn.Cell:
    """Divide a weight by its largest singular value, with what that needs below ``parametrizations``."""
    dim = output_axis(module, dim)
    weight = plain_weight(module, name).copy()
    source, state = parametrize(module, name), nn.Cell()
    source.original = Parameter(weight)
    setattr(source, "0", state)
    if weight.ndim > 1:
        for buffer, value in zip(("_u", "_v"), start_of_iteration(weight, dim, eps, 15)):
            state.register_buffer(buffer, value)

    def compute(cell: nn.Cell) -> Tensor:
        weight = source.original
        if weight.ndim == 1:
            return unit(weight, eps)
        matrix, u, v = as_matrix(weight, dim), state._u, state._v
        if cell.training:
            u, v = power_iteration(matrix, u, v, eps, n_power_iterations)
            state.register_buffer("_u", u)
            state.register_buffer("_v", v)
        return own_shape(cell, weight / (u * ops.matmul(matrix, v)).sum())

    return compute_weight(module, name, compute)
