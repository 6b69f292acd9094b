"""Steps of optimizers that a training graph holds."""

from mindspore import Tensor, float32, ops


def adagrad_step(
    rate: Tensor, count: Tensor, tensors, decay_factor: float, epsilon: float, norm_coefficient: float
) -> tuple[Tensor, ...]:
    """Return new values and sums of squares, given the values, their gradients and the sums so far."""
    n = len(tensors) // 3
    rate = rate / (1 + count.astype(float32) * decay_factor)
    values, squares = [], []
    for value, gradient, square in zip(tensors[:n], tensors[n : 2 * n], tensors[2 * n :]):
        slope = norm_coefficient * value + gradient
        square = square + slope * slope
        values.append(value - rate * slope / (ops.sqrt(square) + epsilon))
        squares.append(square)
    return (*values, *squares)


def adam_step(
    rate: Tensor,
    count: Tensor,
    tensors,
    alpha: float,
    beta: float,
    epsilon: float,
    norm_coefficient: float,
    norm_coefficient_post: float,
) -> tuple[Tensor, ...]:
    """Return new values and moments, given the values, their gradients and the first and second moments so far."""
    n = len(tensors) // 4
    steps = count.astype(float32)
    later = ops.clamp(steps, 1.0)
    corrected = rate * ops.sqrt(1 - beta**later) / (1 - alpha**later)
    rate = ops.where(steps > 0, corrected, rate)
    values, means, squares = [], [], []
    for place in range(n):
        value, gradient, mean, square = tensors[place::n]
        slope = norm_coefficient * value + gradient
        mean = alpha * mean + (1 - alpha) * slope
        square = beta * square + (1 - beta) * slope * slope
        new = value - rate * mean / (ops.sqrt(square) + epsilon)
        values.append((1 - norm_coefficient_post) * new)
        means.append(mean)
        squares.append(square)
    return (*values, *means, *squares)


def momentum_step(
    rate: Tensor, count: Tensor, tensors, alpha: float, beta: float, nesterov: bool, norm_coefficient: float
) -> tuple[Tensor, ...]:
    """Return new values and velocities, given the values, their gradients and the velocities so far."""
    n = len(tensors) // 3
    share = ops.where(count > 0, Tensor(beta, float32), Tensor(1.0, float32))
    values, velocities = [], []
    for value, gradient, velocity in zip(tensors[:n], tensors[n : 2 * n], tensors[2 * n :]):
        slope = norm_coefficient * value + gradient
        velocity = alpha * velocity + share * slope
        values.append(value - rate * (slope + alpha * velocity if nesterov else velocity))
        velocities.append(velocity)
    return (*values, *velocities)
