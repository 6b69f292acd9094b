"""Run a converted network under the target framework."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mindconverter.verify.example_values import Array
from mindconverter.verify.layers import arrays_of, recorded
from mindconverter.verify.source_model import Ran

MODES = ("pynative", "graph")


def run_network(
    network: Any, inputs: Iterable[Array], mode: str, *, layers: bool, named: Mapping[str, Array] | None = None
) -> Ran:
    """Run a network in evaluation mode.

    Args:
        network: The network.
        inputs: What it is called with, in order.
        mode: One of ``MODES``.
        layers: Whether to record what its layers give, which is possible in PyNative mode only.
        named: Further inputs, by the parameters of its call.
    """
    import mindspore

    mindspore.runtime.launch_blocking()
    mindspore.set_context(mode=mindspore.GRAPH_MODE if mode == "graph" else mindspore.PYNATIVE_MODE)
    with recorded(network.cells_and_names() if layers and mode == "pynative" else ()) as found:
        keywords = {name: mindspore.Tensor(array) for name, array in (named or {}).items()}
        return Ran(arrays_of(network(*map(mindspore.Tensor, inputs), **keywords)), found)
