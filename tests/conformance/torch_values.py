"""Compare values of PyTorch with those of MindSpore."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

RELATIVE, ABSOLUTE = 1e-3, 1e-4


class MismatchError(Exception):
    """A value of MindSpore differs from that of PyTorch."""


def to_target(value: Any) -> Any:
    """Return a tensor of PyTorch as one of MindSpore; other values as they are."""
    import mindspore
    import torch

    if not isinstance(value, torch.Tensor):
        return value
    return mindspore.Tensor(np.array(plain(value), order="C"))


def annotated(item: tuple[str, Any]) -> str:
    """Return a parameter with its annotation: integers and bools are said, as scripts do, floats are not."""
    name, value = item
    words = {"bool": "Bool", "uint8": "Byte", "int8": "Char", "int16": "Short", "int32": "Int", "int64": "Long"}
    word = words.get(str(getattr(value, "dtype", "")).removeprefix("torch."))
    return f"{name}: torch.{word}Tensor" if word else f"{name}: Tensor"


def plain(value: Any) -> Any:
    """Return a tensor of either framework as an array."""
    import mindspore
    import torch

    if isinstance(value, torch.Tensor):
        value = value.detach().resolve_conj().resolve_neg()
        if value.dtype in (torch.bfloat16, torch.float16, torch.complex32):
            value = value.to(torch.complex64 if value.dtype is torch.complex32 else torch.float32)
        return value.numpy()
    if isinstance(value, mindspore.Tensor):
        return (value.astype(mindspore.float32) if value.dtype == mindspore.bfloat16 else value).asnumpy()
    return value


def flat(value: Any) -> Iterator[Any]:
    """Yield the tensors and other values of a nested result, tensors as arrays."""
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, (tuple, list)):
        for item in value:
            yield from flat(item)
    else:
        yield plain(value)


def compare(
    expected: Any,
    found: Any,
    *,
    values: bool = True,
    change: Callable[[Any], Any] = lambda array: array,
    say: str = "output",
) -> None:
    """Compare results: structure, shapes, kinds of types, and values.

    Args:
        expected: What PyTorch gives.
        found: What MindSpore gives.
        values: Whether values count; they do not where they are random.
        change: Applied to arrays before values are compared.
        say: What the results are called in the message.

    Raises:
        MismatchError: They differ.
    """
    left, right = list(flat(expected)), list(flat(found))
    if len(left) != len(right):
        raise MismatchError(f"{say}: {len(right)} values, not {len(left)}")
    for index, (one, two) in enumerate(zip(left, right, strict=True)):
        where = f"{say} {index}" if len(left) > 1 else say
        if not isinstance(one, np.ndarray):
            _compare_plain(one, two, where, values)
            continue
        if not isinstance(two, np.ndarray):
            raise MismatchError(f"{where}: {type(two).__name__}, not a tensor")
        if one.shape != two.shape:
            raise MismatchError(f"{where}: shape {two.shape}, not {one.shape}")
        if _kind(one) != _kind(two):
            raise MismatchError(f"{where}: {two.dtype}, not {one.dtype}")
        if values:
            _compare_arrays(change(one), change(two), where)


def _kind(array: Any) -> str:
    return "i" if array.dtype.kind == "u" else str(array.dtype.kind)


def _compare_plain(one: Any, two: Any, where: str, values: bool) -> None:
    import torch

    if isinstance(one, torch.dtype):
        one, two = str(one).removeprefix("torch."), str(two).lower()
    if isinstance(two, np.ndarray):
        raise MismatchError(f"{where}: a tensor, not {type(one).__name__}")
    if isinstance(one, (bool, int, float, complex)):
        if isinstance(one, bool) != isinstance(two, (bool, np.bool_)):
            raise MismatchError(f"{where}: {type(two).__name__}, not {type(one).__name__}")
        if values:
            _compare_arrays(np.asarray(one), np.asarray(two), where)
    elif one != two and values:
        raise MismatchError(f"{where}: {two!r:.80}, not {one!r:.80}")


def _compare_arrays(one: Any, two: Any, where: str) -> None:
    try:
        np.testing.assert_allclose(two, one, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True)
    except AssertionError as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        told = [line for line in lines if line.startswith(("Mismatched", "Max ", "x and y"))]
        raise MismatchError(f"{where}: values: {'; '.join(told) or lines[0]}") from None
