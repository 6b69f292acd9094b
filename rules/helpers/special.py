"""Special functions that are missing, or exact in part of their domain only."""

import math

from mindspore import Tensor, float32, float64, int64, ops


def erfcinv(share: Tensor) -> Tensor:
    """Return the inverse of the complementary error function, in 64 bits: an approximation, and Newton's steps."""
    slope = math.sqrt(math.pi) / 2
    logarithm = ops.log(share * (2 - share))
    middle = 2 / (math.pi * 0.147) + logarithm / 2
    guess = ops.sqrt(ops.maximum(ops.sqrt(middle * middle - logarithm / 0.147) - middle, Tensor(0.0, float64)))
    result = ops.where(share > 1, -guess, guess)
    for _ in range(5):
        result = result + (ops.erfc(result) - share) * slope * ops.exp(result * result)
    return ops.where(share == 0, math.inf, ops.where(share == 2, -math.inf, result))


def erfinv(input: Tensor) -> Tensor:
    """Return the inverse of the error function; the kernel is off near -1 and 1."""
    dtype = input.dtype if input.is_floating_point() else float32
    x = input.astype(float64)
    return ops.where(ops.abs(x) < 1e-6, x * math.sqrt(math.pi) / 2, erfcinv(1 - x)).astype(dtype)


def erfcx(input: Tensor) -> Tensor:
    """Return exp(x * x) * erfc(x), by its series where the product would overflow."""
    dtype = input.dtype if input.is_floating_point() else float32
    x = input.astype(float64)
    near = ops.minimum(x, Tensor(10.0, float64))
    inverse = 0.5 / ops.square(ops.maximum(x, Tensor(10.0, float64)))
    series = (1 - inverse + 3 * inverse**2 - 15 * inverse**3) * ops.sqrt(2 * inverse / math.pi)
    return ops.where(x < 10, ops.exp(near * near) * ops.erfc(near), series).astype(dtype)


def entr(input: Tensor) -> Tensor:
    """Return -x * log(x): 0 at 0, and minus infinity below."""
    safe = ops.where(input > 0, input, ops.ones_like(input))
    return ops.where(input >= 0, -safe * ops.log(safe) * (input > 0), ops.where(input < 0, -math.inf, input))


def ndtr(input: Tensor) -> Tensor:
    """Return the share of the normal distribution below x."""
    return 0.5 * ops.erfc(-input / math.sqrt(2))


def log_ndtr(input: Tensor) -> Tensor:
    """Return the logarithm of the share of the normal distribution below x."""
    scaled = input / math.sqrt(2)
    low = ops.minimum(scaled, Tensor(-1.0, scaled.dtype))
    high = ops.maximum(scaled, Tensor(-1.0, scaled.dtype))
    return ops.where(scaled < -1, ops.log(erfcx(-low) / 2) - low * low, ops.log1p(-0.5 * ops.erfc(high)))


def ndtri(input: Tensor) -> Tensor:
    """Return the x below which a share of the normal distribution lies."""
    dtype = input.dtype if input.is_floating_point() else float32
    return (-math.sqrt(2) * erfcinv(2 * input.astype(float64))).astype(dtype)


def xlog1py(input, other) -> Tensor:
    """Return x * log1p(y), and 0 where x is 0 and y is a number."""
    x = input if isinstance(input, Tensor) else Tensor(input, other.dtype)
    y = other if isinstance(other, Tensor) else Tensor(other, x.dtype)
    return ops.where(ops.logical_and(x == 0, ops.logical_not(ops.isnan(y))), ops.zeros_like(x * y), x * ops.log1p(y))


def zeta(input, other) -> Tensor:
    """Return the zeta function of Hurwitz, of tensors of different shapes too."""
    x = input if isinstance(input, Tensor) else Tensor(input, other.dtype)
    q = other if isinstance(other, Tensor) else Tensor(other, x.dtype)
    x, q = x + ops.zeros_like(q), q + ops.zeros_like(x)
    is_pole = ops.logical_and(x > 1, ops.logical_and(q <= 0, q == ops.floor(q)))
    return ops.where(is_pole, math.inf, ops.zeta(x, q))


def spherical_bessel_j0(input: Tensor) -> Tensor:
    """Return sin(x) / x, and 1 at 0."""
    return ops.sinc(input / math.pi)


def bessel_y0(input: Tensor) -> Tensor:
    """Return the Bessel function Y0, which is not a number below 0."""
    return ops.where(input < 0, math.nan, ops.bessel_y0(ops.abs(input)))


def bessel_y1(input: Tensor) -> Tensor:
    """Return the Bessel function Y1, which is not a number below 0."""
    return ops.where(input > 0, ops.bessel_y1(ops.abs(input)), ops.where(input < 0, math.nan, -math.inf))


def bessel_k0(input: Tensor) -> Tensor:
    """Return the modified Bessel function K0, which is not a number below 0."""
    return ops.where(input < 0, math.nan, ops.bessel_k0(ops.abs(input)))


def bessel_k1(input: Tensor) -> Tensor:
    """Return the modified Bessel function K1, which is not a number below 0."""
    return ops.where(input < 0, math.nan, ops.bessel_k1(ops.abs(input)))


def bessel_k0e(input: Tensor) -> Tensor:
    """Return exp(x) * K0(x), which is not a number below 0."""
    return ops.where(input < 0, math.nan, ops.bessel_k0e(ops.abs(input)))


def bessel_k1e(input: Tensor) -> Tensor:
    """Return exp(x) * K1(x), which is not a number below 0."""
    return ops.where(input < 0, math.nan, ops.bessel_k1e(ops.abs(input)))


def polynomial(input, degree, linear, following) -> Tensor:
    """Return a polynomial given by its linear one and the step from two degrees to the next; 0 of degrees below 0.

    Args:
        input: Where to evaluate it.
        degree: A number, or a tensor of degrees.
        linear: The function that gives the polynomial of degree 1.
        following: The function that gives the next polynomial of x, the last degree and the two before.
    """
    n = degree.astype(int64) if isinstance(degree, Tensor) else Tensor(int(degree), int64)
    x = input if isinstance(input, Tensor) else Tensor(float(input), float32)
    x = x if x.is_floating_point() else x.astype(float32)
    n = n + ops.zeros_like(x).astype(int64)
    x = x + ops.zeros_like(n).astype(x.dtype)
    before, last = ops.ones_like(x), linear(x)
    result = ops.where(n == 0, before, ops.zeros_like(x))
    for k in range(1, int(n.max()) + 1):
        result = ops.where(n == k, last, result)
        before, last = last, following(x, k, last, before)
    return result


def chebyshev_polynomial_t(input, n) -> Tensor:
    """Return the Chebyshev polynomial of the first kind."""
    return polynomial(input, n, lambda x: x, lambda x, k, last, before: 2 * x * last - before)


def chebyshev_polynomial_u(input, n) -> Tensor:
    """Return the Chebyshev polynomial of the second kind."""
    return polynomial(input, n, lambda x: 2 * x, lambda x, k, last, before: 2 * x * last - before)


def chebyshev_polynomial_v(input, n) -> Tensor:
    """Return the Chebyshev polynomial of the third kind."""
    return polynomial(input, n, lambda x: 2 * x - 1, lambda x, k, last, before: 2 * x * last - before)


def chebyshev_polynomial_w(input, n) -> Tensor:
    """Return the Chebyshev polynomial of the fourth kind."""
    return polynomial(input, n, lambda x: 2 * x + 1, lambda x, k, last, before: 2 * x * last - before)


def shifted_chebyshev_polynomial_t(input, n) -> Tensor:
    """Return the Chebyshev polynomial of the first kind at 2 * x - 1."""
    return chebyshev_polynomial_t(2 * input - 1, n)


def shifted_chebyshev_polynomial_u(input, n) -> Tensor:
    """Return the Chebyshev polynomial of the second kind at 2 * x - 1."""
    return chebyshev_polynomial_u(2 * input - 1, n)


def shifted_chebyshev_polynomial_v(input, n) -> Tensor:
    """Return the Chebyshev polynomial of the third kind at 2 * x - 1."""
    return chebyshev_polynomial_v(2 * input - 1, n)


def shifted_chebyshev_polynomial_w(input, n) -> Tensor:
    """Return the Chebyshev polynomial of the fourth kind at 2 * x - 1."""
    return chebyshev_polynomial_w(2 * input - 1, n)


def hermite_polynomial_h(input, n) -> Tensor:
    """Return the Hermite polynomial of the physicists."""
    return polynomial(input, n, lambda x: 2 * x, lambda x, k, last, before: 2 * x * last - 2 * k * before)


def hermite_polynomial_he(input, n) -> Tensor:
    """Return the Hermite polynomial of the probabilists."""
    return polynomial(input, n, lambda x: x, lambda x, k, last, before: x * last - k * before)


def laguerre_polynomial_l(input, n) -> Tensor:
    """Return the Laguerre polynomial."""
    return polynomial(
        input, n, lambda x: 1 - x, lambda x, k, last, before: ((2 * k + 1 - x) * last - k * before) / (k + 1)
    )


def legendre_polynomial_p(input, n) -> Tensor:
    """Return the Legendre polynomial."""
    return polynomial(input, n, lambda x: x, lambda x, k, last, before: ((2 * k + 1) * x * last - k * before) / (k + 1))


def round_to(input: Tensor, decimals: int = 0) -> Tensor:
    """Round to a number of decimals, half to even."""
    if decimals == 0:
        return ops.round(input)
    factor = 10.0 ** abs(decimals)
    return ops.round(input * factor) / factor if decimals > 0 else ops.round(input / factor) * factor
