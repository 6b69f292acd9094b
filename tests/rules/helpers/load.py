"""The helpers of the tables as modules, and their comparison with PyTorch."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from mindconverter.rules.places import rules_root

Array = np.ndarray[Any, Any]


@cache
def helpers(stem: str) -> ModuleType:
    """Import a file of helpers."""
    spec = importlib.util.spec_from_file_location(f"helpers_{stem}", rules_root() / "helpers" / f"{stem}.py")
    assert spec is not None
    assert spec.loader is not None
    if str(rules_root() / "helpers") not in sys.path:
        sys.path.append(str(rules_root() / "helpers"))  # helpers import one another by their files' names
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # graph mode looks the source of a construct up by its module
    spec.loader.exec_module(module)
    return module


def data(*shape: int) -> Array:
    """Return normal numbers, always the same for a shape."""
    return np.random.default_rng(len(shape) + sum(shape)).standard_normal(shape).astype(np.float32)


def close(found: Any, expected: Any) -> None:
    """Assert that a MindSpore result, or a tuple of them, equals PyTorch's."""
    if isinstance(expected, tuple):
        assert len(found) == len(expected)
        for left, right in zip(found, expected, strict=True):
            close(left, right)
        return
    want = expected.detach().numpy()
    got = found.asnumpy()
    assert got.shape == want.shape
    assert got.dtype == want.dtype
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-4 * max(1.0, np.abs(want).max(initial=0.0)))


def gradients_close(function: Callable[..., Any], reference: Callable[..., Any], inputs: Sequence[Array]) -> None:
    """Assert that outputs, and the gradients of a weighted sum of them by the inputs, equal PyTorch's."""
    import mindspore
    import torch

    mindspore.runtime.launch_blocking()
    tensors = [torch.from_numpy(array).requires_grad_(array.dtype == np.float32) for array in inputs]
    expected = reference(*tensors)
    weights = data(*expected.shape)
    (expected * torch.from_numpy(weights)).sum().backward()
    places = tuple(index for index, array in enumerate(inputs) if array.dtype == np.float32)

    def weighted(*arguments: mindspore.Tensor) -> mindspore.Tensor:
        return (function(*arguments) * mindspore.Tensor(weights)).sum()

    given = [mindspore.Tensor(array) for array in inputs]
    close(function(*given), expected)
    found = mindspore.grad(weighted, places)(*given)
    for gradient, place in zip(found if len(places) > 1 else (found,), places, strict=True):
        want = tensors[place].grad
        assert want is not None
        limit = 1e-3 * max(1.0, float(want.abs().max()))
        np.testing.assert_allclose(gradient.asnumpy(), want.numpy(), rtol=1e-3, atol=limit)


def same_weights(module: Any, cell: Any) -> None:
    """Give a cell the weights of a module."""
    import mindspore

    from mindconverter import convert_checkpoint

    mindspore.load_param_into_net(cell, convert_checkpoint(module.state_dict(), cell))
