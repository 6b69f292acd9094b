"""Minimization by a limited memory of gradients: a step evaluates the loss several times."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from mindspore import Tensor, ops
from mindspore.experimental import optim


class Point(NamedTuple):
    """A place along a direction: its distance, and there the loss, the gradient and the slope along the direction."""

    length: float
    loss: float
    gradient: Tensor
    slope: float


def product(first: Tensor, second: Tensor) -> float:
    """Return the inner product of two vectors."""
    return float((first * second).sum())


def largest(vector: Tensor) -> float:
    """Return the largest absolute value of a vector."""
    return float(vector.abs().max())


def between(first: Point, second: Point, bounds: tuple[float, float]) -> float:
    """Return where the cubic polynomial through two points is least, within bounds."""
    left, right = sorted((first, second), key=lambda point: point.length)
    width = right.length - left.length
    mean = left.slope + right.slope - 3 * (right.loss - left.loss) / width
    square = mean * mean - left.slope * right.slope
    if square < 0:
        return sum(bounds) / 2
    root = square**0.5
    least = right.length - width * (right.slope + root - mean) / (right.slope - left.slope + 2 * root)
    return min(max(least, bounds[0]), bounds[1])


def strong_wolfe(
    at: Callable[[float], Point], origin: Point, length: float, reach: float, tolerance: float, budget: int
) -> tuple[Point, int]:
    """Return a point whose loss and slope are small enough by Wolfe's conditions, and how many were looked at.

    Args:
        at: The point at a distance.
        origin: Where the search starts.
        length: The first distance to try.
        reach: The largest change of a parameter at distance one.
        tolerance: A change of parameters that does not count.
        budget: How many more points may be looked at.
    """

    def is_high(point: Point) -> bool:
        return point.loss > origin.loss + 1e-4 * point.length * origin.slope

    def is_flat(point: Point) -> bool:
        return abs(point.slope) <= -0.9 * origin.slope

    before, point, count = origin, at(length), 1
    while count <= budget:
        if is_high(point) or (count > 2 and point.loss >= before.loss):
            break
        if is_flat(point):
            return point, count
        if point.slope >= 0:
            break
        bounds = (point.length + 0.01 * (point.length - before.length), point.length * 10)
        before, point, count = point, at(between(before, point, bounds)), count + 1
    else:
        before = origin
    low, high = (before, point) if before.loss <= point.loss else (point, before)
    stays_near = False
    while count <= budget and abs(high.length - low.length) * reach >= tolerance:
        least, most = sorted((low.length, high.length))
        length, margin = between(low, high, (least, most)), 0.1 * (most - least)
        is_near = min(most - length, length - least) < margin
        if is_near and (stays_near or length in (least, most)):
            length = most - margin if most - length < length - least else least + margin
            is_near = False
        stays_near = is_near
        point, count = at(length), count + 1
        if is_high(point) or point.loss >= low.loss:
            high = point
            continue
        if is_flat(point):
            return point, count
        low, high = point, low if point.slope * (high.length - low.length) >= 0 else high
    return low, count


class LBFGS(optim.Optimizer):
    """Minimize by directions that the last gradients give; a step, minimize(closure), evaluates the loss repeatedly."""

    def __init__(
        self,
        params,
        lr=1.0,
        max_iter=20,
        max_eval=None,
        tolerance_grad=1e-7,
        tolerance_change=1e-9,
        history_size=100,
        line_search_fn=None,
    ) -> None:
        limits = {"max_iter": max_iter, "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval}
        tolerances = {"tolerance_grad": tolerance_grad, "tolerance_change": tolerance_change}
        options = {"history_size": history_size, "line_search_fn": line_search_fn}
        super().__init__(params, {"lr": lr, **limits, **tolerances, **options})
        if len(self.param_groups) != 1:
            raise ValueError("All parameters have the same options here. Give them in one group.")
        if line_search_fn not in (None, "strong_wolfe"):
            raise ValueError("The only search along a line is 'strong_wolfe'.")
        self.history = []
        self.scale = 1.0
        self.last = None

    def minimize(self, closure):
        """Make a step, for which a closure computes the loss and the gradients; return the loss before it."""
        group = self.param_groups[0]
        rate, small = float(group["lr"]), group["tolerance_change"]
        result = closure()
        loss, gradient, count = float(result), self.gradient(), 1
        if largest(gradient) <= group["tolerance_grad"]:
            return result
        for rounds in range(1, group["max_iter"] + 1):
            length = rate if self.last is not None else min(1.0, 1.0 / float(gradient.abs().sum())) * rate
            direction = self.direction(gradient)
            origin = Point(0.0, loss, gradient, product(gradient, direction))
            self.last = direction, length, gradient
            if origin.slope > -small:
                break
            start = [parameter.copy() for parameter in self.parameters]
            at = partial(self.at, closure, start, direction)
            if group["line_search_fn"] is not None:
                budget = group["max_eval"] - count
                point, used = strong_wolfe(at, origin, length, largest(direction), small, budget)
                self.move(start, direction, point.length)
            elif rounds < group["max_iter"]:
                point, used = at(length), 1
            else:
                self.move(start, direction, length)
                break
            self.last = direction, point.length, gradient
            loss, gradient, count = point.loss, point.gradient, count + used
            if count >= group["max_eval"] or largest(gradient) <= group["tolerance_grad"]:
                break
            if largest(direction) * point.length <= small or abs(loss - origin.loss) < small:
                break
        return result

    def gradient(self) -> Tensor:
        """Return the gradients of all parameters as one vector."""
        found = [(parameter, getattr(parameter, "grad", None)) for parameter in self.parameters]
        given = [ops.zeros_like(parameter) if gradient is None else gradient for parameter, gradient in found]
        return ops.cat([gradient.reshape(-1) for gradient in given])

    def direction(self, gradient: Tensor) -> Tensor:
        """Remember how the gradient changed with the last step, and return where to go next."""
        if self.last is None:
            return -gradient
        direction, length, before = self.last
        step, change = direction * length, gradient - before
        curvature = product(change, step)
        if curvature > 1e-10:
            size = self.param_groups[0]["history_size"]
            self.history = [*self.history, (step, change, 1.0 / curvature)][-size:]
            self.scale = curvature / product(change, change)
        result, shares = -gradient, []
        for step, change, weight in reversed(self.history):
            shares.append(weight * product(step, result))
            result = result - change * shares[-1]
        result = result * self.scale
        for (step, change, weight), share in zip(self.history, reversed(shares)):
            result = result + step * (share - weight * product(change, result))
        return result

    def move(self, start, direction: Tensor, length: float) -> None:
        """Put the parameters at a distance from where they were."""
        place = 0
        for parameter, value in zip(self.parameters, start):
            part = direction[place : place + parameter.size].reshape(parameter.shape)
            ops.assign(parameter, value + part * length)
            place += parameter.size

    def at(self, closure, start, direction: Tensor, length: float) -> Point:
        """Put the parameters at a distance, and evaluate the loss there."""
        self.move(start, direction, length)
        loss, gradient = float(closure()), self.gradient()
        return Point(length, loss, gradient, product(gradient, direction))
