"""Record what the layers of a network give while it runs: those of both frameworks have the same hooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from mindconverter.graph.read_torch.torch_outputs import leaves
from mindconverter.verify.example_values import Array


def arrays_of(value: object) -> list[Array]:
    """Return the tensors in a result as arrays of their own, whatever containers hold them."""
    return [array for _, item in leaves(value, ()) if (array := _array(item)) is not None]


def _array(item: Any) -> Array | None:
    if hasattr(item, "asnumpy"):
        return np.array(item.asnumpy())
    if hasattr(item, "detach"):
        tensor = item.detach().resolve_conj().resolve_neg().cpu()
        return np.array((tensor.float() if str(tensor.dtype).endswith("bfloat16") else tensor).numpy())
    return None


@contextmanager
def recorded(layers: Iterable[tuple[str, Any]]) -> Iterator[dict[str, list[Array]]]:
    """Yield what will hold the results of layers by name, in the order in which they are done.

    Args:
        layers: The layers with their names; the one without a name is the whole network.
    """
    found: dict[str, list[Array]] = {}
    with ExitStack() as stack:
        for name, layer in layers:
            if name:
                stack.callback(layer.register_forward_hook(_into(found, name)).remove)
        yield found


def _into(found: dict[str, list[Array]], name: str) -> Callable[[Any, Any, Any], None]:
    def hook(_layer: object, _inputs: object, result: object) -> None:
        found.setdefault(name, []).extend(arrays_of(result))

    return hook
