"""Write the end of a script: what loads the checkpoint beside it and runs one batch."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from mindconverter.graph.emit import skeleton
from mindconverter.graph.emit.layout import layout_statement
from mindconverter.graph.emit.target_names import TargetNames
from mindconverter.graph.identifiers import identifier, unique
from mindconverter.graph.ir import Dimension, Graph, Value

_INDENT = "    "
_MISFIT = "The checkpoint lacks what comes first, and has what comes then:"
_SPATIAL_RANK = 4
_SPATIAL_SIZE, _SIZE = 64, 8
_OWN = frozenset({"network", "parameters", "missing", "unused", "output", "__file__"})


def write_entry_point(
    graph: Graph, network: str, names: TargetNames, taken: frozenset[str], *, has_parameters: bool
) -> str:
    """Return the statements.

    Args:
        graph: The graph, whose inputs say what a batch is.
        network: The class of the whole model.
        names: Shortens target APIs.
        taken: Names that the script gives to something else.
        has_parameters: Whether there is a checkpoint to load.
    """
    lines = ['if __name__ == "__main__":']
    statements = [f"network = {network}().set_train(False)"]
    if has_parameters:
        loaded = f'{_api(names, skeleton.LOAD)}(__file__.removesuffix(".py") + ".ckpt")'
        statements += [
            f"parameters = {loaded}",
            f"missing, unused = {_api(names, skeleton.LOAD_INTO)}(network, parameters, strict_load=True)",
            f"if missing or unused:\n    raise ValueError({_MISFIT!r}, missing, unused)",
        ]
    sizes = _sizes(graph.inputs, taken)
    statements += _open_sizes(graph, sizes)
    batch = [_example(value, sizes, names) for value in graph.inputs]
    if None not in batch:
        call = f"network({', '.join(text for text in batch if text)})"
        statements += _run(call, graph.outputs)
    for statement in statements:
        lines += layout_statement(ast.parse(statement).body[0], _INDENT)
    return "\n".join(lines)


def _run(call: str, outputs: Sequence[Value]) -> list[str]:
    """Return what runs the network and prints what the outputs are."""
    if any(value.dtype is None for value in outputs):
        return [f"print({call})"]
    if len(outputs) == 1:
        return [f"output = {call}", "print(output.shape, output.dtype)"]
    return [f"for output in {call}:\n    print(output.shape, output.dtype)"]


def _sizes(inputs: Sequence[Value], taken: frozenset[str]) -> dict[Dimension, str]:
    """Return a name for each size that the model leaves open."""
    names: dict[Dimension, str] = {}
    for value in inputs:
        for size in value.shape or ():
            if not isinstance(size, int) and size not in names:
                names[size] = unique(identifier(str(size or "size"), "size"), {*taken, *_OWN, *names.values()})
    return names


def open_sizes(inputs: Sequence[Value], given: Mapping[str, int]) -> dict[Dimension, int]:
    """Return a number for each size that a model leaves open: as given, else one item a batch, and small sizes.

    Args:
        inputs: The inputs of the model.
        given: The numbers that are known, by the name of the size.
    """
    found: dict[Dimension, int] = {}
    for value in inputs:
        shape = value.shape or ()
        for axis, size in enumerate(shape):
            if not isinstance(size, int):
                inner = _SPATIAL_SIZE if len(shape) >= _SPATIAL_RANK else _SIZE
                found.setdefault(size, given.get(str(size), inner if axis else 1))
    return found


def _open_sizes(graph: Graph, names: dict[Dimension, str]) -> list[str]:
    found = open_sizes(graph.inputs, graph.sizes)
    if not found:
        return []
    return [f"{', '.join(names[size] for size in found)} = {', '.join(map(str, found.values()))}"]


def _example(value: Value, sizes: dict[Dimension, str], names: TargetNames) -> str | None:
    """Return a tensor of an input's shape and type: zeros of whole numbers, which are always indices, else ones."""
    if value.shape is None or value.dtype in (None, "str"):
        return None
    assert value.dtype is not None
    make = skeleton.ZEROS if value.dtype.startswith(("int", "uint")) else skeleton.ONES
    shape = [str(size) if isinstance(size, int) else sizes[size] for size in value.shape]
    extent = f"({', '.join(shape)}{',' if len(shape) == 1 else ''})"
    dtype = skeleton.dtype_name(value.dtype, names.tables.target_catalog)
    return f"{_api(names, make)}({extent}, {_api(names, dtype)})"


def _api(names: TargetNames, full_name: str) -> str:
    return ast.unparse(names.reference(full_name))
