"""Numbers: their signs, complex parts and neighbours."""

import math
from typing import NamedTuple

import numpy as np
from mindspore import Tensor, float32, float64, int32, ops


class Parts(NamedTuple):
    """Hold fractions and powers of two."""

    mantissa: Tensor
    exponent: Tensor


def angle(input: Tensor) -> Tensor:
    """Return the angle of complex numbers; 0 or pi of real ones."""
    if input.is_complex():
        return ops.angle(input)
    real = input if input.is_floating_point() else input.astype(float32)
    return ops.where(real < 0, math.pi, ops.where(real >= 0, ops.zeros_like(real), real))


def complex_of(real: Tensor, imag: Tensor) -> Tensor:
    """Return complex numbers of their parts, which may differ in shape."""
    shape = np.broadcast_shapes(real.shape, imag.shape)
    return ops.Complex()(ops.broadcast_to(real, shape), ops.broadcast_to(imag, shape))


def polar(abs: Tensor, angle: Tensor) -> Tensor:
    """Return complex numbers of their lengths and angles."""
    return ops.Complex()(abs * ops.cos(angle), abs * ops.sin(angle))


def view_as_complex(input: Tensor) -> Tensor:
    """Return complex numbers of the pairs along the last axis."""
    return ops.Complex()(input[..., 0], input[..., 1])


def real_part(input: Tensor) -> Tensor:
    """Return the real parts of complex numbers, and real numbers as they are."""
    return ops.real(input) if input.is_complex() else input


def signbit(input: Tensor) -> Tensor:
    """Tell which numbers have a minus sign, -0.0 among them."""
    if not input.is_floating_point():
        return input < 0
    return ops.logical_or(input < 0, ops.logical_and(input == 0, ops.reciprocal(input) < 0))


def copysign(input: Tensor, other) -> Tensor:
    """Return the numbers with the signs of others, -0.0 among them."""
    length = ops.abs(input if input.is_floating_point() else input.astype(float32))
    if not isinstance(other, Tensor):
        return length * math.copysign(1.0, other)
    return ops.where(signbit(other), -length, length)


def fmin(input: Tensor, other: Tensor) -> Tensor:
    """Return the smaller numbers; of a number and a NaN, the number."""
    return ops.where(input != input, other, ops.where(other != other, input, ops.minimum(input, other)))


def frexp(input: Tensor) -> Parts:
    """Return fractions from 0.5 up to 1 and the powers of two that they are multiplied by."""
    x = input.astype(float64)
    power = ops.floor(ops.log2(ops.where(x == 0, ops.ones_like(x), ops.abs(x)))) + 1
    fraction = x / ops.pow(2.0, power)
    low, high = ops.abs(fraction) < 0.5, ops.abs(fraction) >= 1
    power = ops.where(low, power - 1, ops.where(high, power + 1, power))
    fraction = ops.where(low, fraction * 2, ops.where(high, fraction / 2, fraction))
    fraction = ops.where(x == 0, x, fraction)
    power = ops.where(x == 0, ops.zeros_like(power), power)
    return Parts(fraction.astype(input.dtype), power.astype(int32))


def nextafter(input: Tensor, other: Tensor) -> Tensor:
    """Return the next number that the type can hold, towards others."""
    return Tensor(np.nextafter(input.asnumpy(), other.asnumpy()))


def vdot(input: Tensor, other: Tensor) -> Tensor:
    """Return the sum of products, the first factor conjugated."""
    return ops.sum((ops.conj(input) if input.is_complex() else input) * other)
