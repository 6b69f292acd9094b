"""Build small graphs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mindconverter.graph.convert import Conversion, convert_graph
from mindconverter.graph.ir import Graph, Initializer, Node, Scope, Value
from mindconverter.rules.tables import load_tables


@dataclass(frozen=True)
class Op:
    """One node: operator, inputs, outputs, attributes, and the path of its module."""

    op_type: str
    inputs: Sequence[str]
    outputs: Sequence[str]
    attributes: Mapping[str, Any] | None = None
    path: str = ""
    classes: str = ""
    domain: str = ""
    name: str = ""


def graph(
    ops: Sequence[Op],
    inputs: Mapping[str, tuple[int, ...]],
    outputs: Sequence[str],
    weights: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
    shapes: Mapping[str, tuple[int, ...]] | None = None,
    *,
    opset: int = 17,
    root_class: str | None = None,
) -> Graph:
    """Return a graph whose values have the given shapes, or those of the first input."""
    default = next(iter(inputs.values()))
    known = {**inputs, **(shapes or {})}
    nodes = tuple(_node(op, index, opset) for index, op in enumerate(ops))
    names = [*inputs, *(name for op in ops for name in op.outputs if name)]
    values = {name: Value(name, known.get(name, default), "float32") for name in names}
    initializers = {name: Initializer(name, np.asarray(data), name, True) for name, data in (weights or {}).items()}
    initializers |= {name: Initializer(name, np.asarray(data), name, False) for name, data in (constants or {}).items()}
    return Graph(
        name="small",
        inputs=tuple(values[name] for name in inputs),
        outputs=tuple(values.get(name, Value(name, default, "float32")) for name in outputs),
        nodes=nodes,
        initializers=initializers,
        values=values,
        opsets={"": opset},
        root_class=root_class,
        source="small.onnx",
    )


def _node(op: Op, index: int, opset: int) -> Node:
    names = op.path.split("/") if op.path else []
    classes = op.classes.split("/") if op.classes else [""] * len(names)
    scopes = tuple(
        Scope(name, own or None, f"project.{own}" if own else None) for name, own in zip(names, classes, strict=True)
    )
    return Node(
        op.name or f"node_{index}",
        op.op_type,
        op.domain,
        opset,
        tuple(op.inputs),
        tuple(op.outputs),
        dict(op.attributes or {}),
        scopes,
    )


def convert_small(small: Graph) -> Conversion:
    """Convert a graph without files."""
    return convert_graph(small, load_tables(), "small", "About small.")


def conv(name: str, source: str, target: str, **options: Any) -> Op:
    """Return a convolution in a module of its own, with the weight NAME.weight."""
    return Op("Conv", [source, f"{name.replace('/', '.')}.weight"], [target], {"kernel_shape": (1, 1)}, name, **options)


def kernel(out_channels: int = 3, in_channels: int = 3) -> Any:
    """Return a weight of a 1x1 convolution."""
    return np.random.default_rng(out_channels).normal(size=(out_channels, in_channels, 1, 1)).astype(np.float32)


def run_small(conversion: Conversion, folder: Path, *arrays: Any, mode: str = "PYNATIVE_MODE") -> list[Any]:
    """Write the script and the checkpoint of a conversion, load them and run the network."""
    import mindspore

    from mindconverter.graph.loader import load_network
    from mindconverter.weights.checkpoint import write_checkpoint

    mindspore.runtime.launch_blocking()
    mindspore.set_context(mode=getattr(mindspore, mode))
    script, checkpoint = folder / "small.py", folder / "small.ckpt"
    script.write_text(conversion.script.text, encoding="utf-8")
    write_checkpoint([(entry.name, entry.data) for entry in conversion.entries], checkpoint)
    result = load_network(script, conversion.script.network, checkpoint)(*map(mindspore.Tensor, arrays))
    return [item.asnumpy() for item in (result if isinstance(result, tuple) else (result,))]
