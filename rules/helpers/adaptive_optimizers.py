"""Optimizers that MindSpore lacks, or has without some of PyTorch's options."""

import math

import numpy as np
from mindspore import ParameterTuple, Tensor, bfloat16, float32, ops
from mindspore.experimental import optim


def shrink(optimizer, decays) -> None:
    """Multiply the parameters of every group with one minus the rate times the group's decay."""
    for group, decay in zip(optimizer.param_groups, decays):
        for parameter in group["params"] if decay else ():
            ops.assign(parameter, parameter * (1 - group["lr"] * decay))


def take_decays(optimizer, decoupled: bool) -> list:
    """Return the decays of the groups, which the step then leaves out, or zeros."""
    decays = [group["weight_decay"] if decoupled else 0.0 for group in optimizer.param_groups]
    for group in optimizer.param_groups if decoupled else ():
        group["weight_decay"] = 0.0
    return decays


class SGD(optim.SGD):
    """Gradient descent with PyTorch's defaults and arguments; those that choose an implementation have no effect."""

    def __init__(
        self,
        params,
        lr=1e-3,
        momentum=0,
        dampening=0,
        weight_decay=0,
        nesterov=False,
        *,
        maximize=False,
        foreach=None,
        differentiable=False,
        fused=None,
    ) -> None:
        super().__init__(params, lr, momentum, dampening, weight_decay, nesterov, maximize=maximize)


class Adam(optim.Adam):
    """Adam with PyTorch's arguments; those that choose an implementation have no effect."""

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0,
        amsgrad=False,
        *,
        foreach=None,
        maximize=False,
        capturable=False,
        differentiable=False,
        fused=None,
        decoupled_weight_decay=False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize)
        self.decays = take_decays(self, decoupled_weight_decay)

    def construct(self, gradients):
        shrink(self, self.decays)
        return super().construct(gradients)


class AdamW(optim.AdamW):
    """Adam with decoupled weight decay and PyTorch's arguments; those that choose an implementation have no effect."""

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0.01,
        amsgrad=False,
        *,
        maximize=False,
        foreach=None,
        capturable=False,
        differentiable=False,
        fused=None,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize)


class NAdam(optim.NAdam):
    """Adam with Nesterov's momentum, also with decoupled weight decay, and to maximize."""

    def __init__(
        self,
        params,
        lr=2e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0.0,
        momentum_decay=4e-3,
        decoupled_weight_decay=False,
        *,
        foreach=None,
        maximize=False,
        capturable=False,
        differentiable=False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, momentum_decay)
        self.sign = -1 if maximize else 1
        self.decays = take_decays(self, decoupled_weight_decay)

    def construct(self, gradients):
        shrink(self, self.decays)
        return super().construct(tuple(gradient * self.sign for gradient in gradients))


class RAdam(optim.RAdam):
    """Adam with a rectified rate, also with decoupled weight decay, and to maximize."""

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0.0,
        decoupled_weight_decay=False,
        *,
        foreach=None,
        maximize=False,
        capturable=False,
        differentiable=False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay)
        self.sign = -1 if maximize else 1
        self.decays = take_decays(self, decoupled_weight_decay)

    def construct(self, gradients):
        shrink(self, self.decays)
        return super().construct(tuple(gradient * self.sign for gradient in gradients))


class Adafactor(optim.Optimizer):
    """Scale gradients by second moments that are kept by row and by column."""

    def __init__(
        self,
        params,
        lr=1e-2,
        beta2_decay=-0.8,
        eps=(None, 1e-3),
        d=1.0,
        weight_decay=0.0,
        *,
        foreach=None,
        maximize=False,
    ) -> None:
        defaults = {"lr": lr, "beta2_decay": beta2_decay, "eps": eps, "d": d, "weight_decay": weight_decay}
        super().__init__(params, {**defaults, "maximize": maximize})
        self.steps = 0
        self.moments = [
            [ops.zeros((*p.shape[:-1], 1), float32), ops.zeros((*p.shape[:-2], 1, p.shape[-1]), float32)]
            if p.ndim > 1
            else [ops.zeros(p.shape, float32)]
            for p in self.parameters
        ]

    def construct(self, gradients):
        self.steps += 1
        for index, group in enumerate(self.param_groups):
            start = self.group_start_id[index]
            for place, parameter in enumerate(group["params"], start):
                self._step(group, parameter, gradients[place], self.moments[place])
        return True

    def _step(self, group, parameter, gradient, moments) -> None:
        lr, (small, least) = float(group["lr"]), group["eps"]
        small = float(np.finfo(np.float32).eps) if small is None else small
        gradient = -gradient if group["maximize"] else gradient
        share = self.steps ** group["beta2_decay"]
        size = parameter.size**0.5
        rate = max(least, float(ops.norm(parameter)) / size) * min(lr, 1 / self.steps**0.5)
        squares = ops.square(gradient)
        if gradient.ndim > 1:
            moments[0] += (squares.mean(-1, True) - moments[0]) * share
            moments[1] += (squares.mean(-2, True) - moments[1]) * share
            variance = ops.matmul(moments[0], moments[1]) / ops.clamp(moments[0].mean(-2, True), min=small)
        else:
            moments[0] += (squares - moments[0]) * share
            variance = moments[0]
        update = gradient * ops.rsqrt(ops.clamp(variance, min=small**2))
        rate = rate / max(1.0, float(ops.norm(update)) / (size * group["d"]))
        ops.assign(parameter, parameter * (1 - lr * group["weight_decay"]) - update * rate)


class Muon(optim.Optimizer):
    """Move matrices along momenta that are made orthogonal."""

    def __init__(
        self,
        params,
        lr=1e-3,
        weight_decay=0.1,
        momentum=0.95,
        nesterov=True,
        ns_coefficients=(3.4445, -4.775, 2.0315),
        eps=1e-7,
        ns_steps=5,
        adjust_lr_fn=None,
    ) -> None:
        defaults = {"lr": lr, "weight_decay": weight_decay, "momentum": momentum, "nesterov": nesterov, "eps": eps}
        super().__init__(
            params, {**defaults, "coefficients": ns_coefficients, "steps": ns_steps, "adjustment": adjust_lr_fn}
        )
        if any(parameter.ndim != 2 for parameter in self.parameters):
            raise ValueError("Only matrices can be made orthogonal; give the other parameters to another optimizer.")
        self.momenta = ParameterTuple(self.parameters).clone(prefix="momentum", init="zeros")

    def construct(self, gradients):
        for index, group in enumerate(self.param_groups):
            start = self.group_start_id[index]
            for place, parameter in enumerate(group["params"], start):
                gradient, momentum, share = gradients[place], self.momenta[place], group["momentum"]
                ops.assign(momentum, momentum * share + gradient * (1 - share))
                update = gradient + (momentum - gradient) * share if group["nesterov"] else momentum
                update = orthogonalized(update, group["coefficients"], group["steps"], group["eps"])
                rows, columns = parameter.shape
                scale = 0.2 * math.sqrt(max(rows, columns))
                if group["adjustment"] in (None, "original"):
                    scale = math.sqrt(max(1, rows / columns))
                kept = parameter * (1 - group["lr"] * group["weight_decay"])
                ops.assign(parameter, kept - update * (group["lr"] * scale))
        return True


def rounded(x: Tensor) -> Tensor:
    """Return what remains of numbers in bfloat16."""
    return x.astype(bfloat16).astype(float32)


def orthogonalized(matrix: Tensor, coefficients, steps: int, eps: float) -> Tensor:
    """Bring the singular values of a matrix near one, by iterations of Newton and Schulz in bfloat16."""
    first, second, third = coefficients
    tall = matrix.shape[0] > matrix.shape[1]
    x = rounded(matrix.swapaxes(0, 1) if tall else matrix)
    x = rounded(x / ops.clamp(rounded(ops.norm(x)), min=eps))
    for _ in range(steps):
        gram = rounded(ops.matmul(x, x.swapaxes(0, 1)))
        x = rounded(first * x + ops.matmul(rounded(second * gram + third * ops.matmul(gram, gram)), x))
    return x.swapaxes(0, 1) if tall else x
