"""Pin, order and cut the inputs and outputs of an ONNX model as the user asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from mindconverter.errors import BadParameterError
from mindconverter.graph.onnx_model.onnx_graph import captured_names, prune
from mindconverter.graph.onnx_model.onnx_shapes import infer

if TYPE_CHECKING:
    import onnx


def select_inputs(proto: onnx.ModelProto, input_nodes: Sequence[str] | None) -> bool:
    """Put the inputs in the order that the user gave, and cut the graph at those that nodes compute.

    Args:
        proto: The model to change, whose nodes are sorted.
        input_nodes: Names of inputs, values or nodes, with or without TensorFlow's ":0"; None keeps the model's inputs.

    Returns:
        Whether the graph was cut, so that nodes and inputs before the cut may be left over.

    Raises:
        BadParameterError: A name is none of these, is given twice, or the type of what it names is not known.
    """
    if input_nodes is None:
        return False
    graph = proto.graph
    by_name = {value.name: value for value in graph.input}
    values = {name: name for node in graph.node for name in node.output if name}
    nodes = {node.name: node.output[0] for node in graph.node if node.name and node.output and node.output[0]}
    targets = nodes | values | {name: name for name in by_name}
    wanted = [
        targets[resolve(name, targets, "input_nodes", "an input or a value of the model")] for name in input_nodes
    ]
    _refuse_repeats(wanted, "input_nodes")
    cut = [name for name in wanted if name not in by_name]
    if cut:
        by_name |= _described(proto, cut)
        for node in graph.node:
            for index, name in enumerate(node.output):
                if name in cut:
                    node.output[index] = f"{name}/before_the_cut"
    ordered = [*wanted, *(name for name in by_name if name not in wanted)]
    copies = [type(value).FromString(value.SerializeToString()) for value in map(by_name.__getitem__, ordered)]
    del graph.input[:]
    graph.input.extend(copies)
    if cut:
        prune(graph)
    return bool(cut)


def _described(proto: onnx.ModelProto, names: Sequence[str]) -> dict[str, onnx.ValueInfoProto]:
    """Return what is known of values that become inputs."""
    graph = infer(proto)[0].graph
    symbols = {dim.dim_param for value in graph.input for dim in value.type.tensor_type.shape.dim}
    found = {value.name: value for value in (*graph.value_info, *graph.output) if value.name in names}
    for name in names:
        if name not in found or not found[name].type.tensor_type.elem_type:
            raise BadParameterError(
                f"The type of the value {name!r} is not known, so that it cannot be an input.",
                where="--input_nodes",
                advice="Name the value before or behind it.",
            )
        for dim in found[name].type.tensor_type.shape.dim:
            if dim.dim_param not in symbols and not dim.HasField("dim_value"):
                dim.Clear()  # inference made the symbol up
    return found


def select_outputs(graph: onnx.GraphProto, output_nodes: Sequence[str] | None, extra: Iterable[str] = ()) -> None:
    """Make the named values the graph's outputs and drop what they do not need.

    Args:
        graph: The graph to change.
        output_nodes: Names of values or of nodes, with or without ":0"; None keeps the model's outputs.
        extra: Names that are values too, such as initializers.

    Raises:
        BadParameterError: A name is neither a value nor a node of the model, or is given twice.
    """
    if output_nodes is None:
        return
    values = {name: name for node in graph.node for name in node.output if name}
    values |= {value.name: value.name for value in graph.input} | {name: name for name in extra}
    nodes = {node.name: node.output[0] for node in graph.node if node.name and node.output and node.output[0]}
    targets = nodes | values
    wanted = [targets[resolve(name, targets, "output_nodes", "a value of the model")] for name in output_nodes]
    _refuse_repeats(wanted, "output_nodes")
    known = {value.name: value for value in [*graph.output, *graph.value_info, *graph.input]}
    before = len(graph.output)
    for name in wanted:
        output = graph.output.add()
        output.name = name
        if name in known:
            output.CopyFrom(known[name])
    del graph.output[:before]
    prune(graph)


def drop_unused_inputs(graph: onnx.GraphProto, input_nodes: Sequence[str] | None) -> None:
    """Drop inputs that nothing reads, once outputs were cut; those that the user named are kept."""
    used = {name for node in graph.node for name in (*node.input, *captured_names(node))}
    used |= {value.name for value in graph.output}
    named = set(input_nodes or ())
    for value in [value for value in graph.input if value.name not in used and value.name not in named]:
        if value.name.removesuffix(":0") not in named:
            graph.input.remove(value)


def pin_shapes(graph: onnx.GraphProto, shape: Sequence[Sequence[int]] | None, count: int | None) -> dict[str, int]:
    """Give the inputs the sizes that the user asked for.

    Args:
        graph: The graph to change; its inputs are in the user's order.
        shape: One shape an input; None leaves symbolic sizes as they are.
        count: How many inputs the user named, or None if none.

    Returns:
        The size that each symbolic dimension got.

    Raises:
        BadParameterError: The number of shapes, a rank or a fixed size does not fit the model.
    """
    if shape is None:
        return {}
    inputs = list(graph.input)
    names = [value.name for value in inputs]
    expected = len(inputs) if count is None else count
    if len(shape) != expected:
        told = ", ".join(names[:expected])
        raise BadParameterError(
            f"--shape gives {len(shape)} shape(s) for {expected} input(s): {told}.",
            where="--shape",
            advice="Give one shape for each input, in the order of --input_nodes.",
        )
    symbols: dict[str, int] = {}
    for value, sizes in zip(inputs, shape, strict=False):
        _pin(value, tuple(sizes), symbols)
    for value in inputs[len(shape) :]:
        for dimension in value.type.tensor_type.shape.dim:
            if dimension.dim_param in symbols:
                dimension.dim_value = symbols[dimension.dim_param]
    return symbols


def resolve(name: str, known: Iterable[str], option: str, what: str) -> str:
    """Return the known name that a user's name means.

    Raises:
        BadParameterError: There is none; the message lists near ones.
    """
    names = list(known)
    for candidate in (name, name.removesuffix(":0"), f"{name}:0"):
        if candidate in names:
            return candidate
    near = get_close_matches(name, names, n=3, cutoff=0.4) or names[:5]
    raise BadParameterError(f"{name!r} is not {what}.", where=f"--{option}", advice=f"Did you mean: {', '.join(near)}?")


def restate_sizes(graph: onnx.GraphProto, symbols: dict[str, int]) -> None:
    """Put known sizes where the model's other values have symbols, and drop symbols that are now unknown."""
    if not symbols:
        return
    for value in (*graph.value_info, *graph.output):
        for dimension in value.type.tensor_type.shape.dim:
            if dimension.dim_param in symbols:
                dimension.dim_value = symbols[dimension.dim_param]
            elif dimension.dim_param:
                dimension.Clear()


def _pin(value: onnx.ValueInfoProto, sizes: tuple[int, ...], symbols: dict[str, int]) -> None:
    if any(size < 0 for size in sizes):
        raise BadParameterError(f"The shape {sizes} of {value.name!r} has a negative size.", where="--shape")
    tensor = value.type.tensor_type
    if not tensor.HasField("shape"):
        for size in sizes:
            tensor.shape.dim.add().dim_value = size
        return
    if len(tensor.shape.dim) != len(sizes):
        raise BadParameterError(
            f"The input {value.name!r} has {len(tensor.shape.dim)} dimension(s); the shape given is {sizes}.",
            where="--shape",
            advice=f"Give {len(tensor.shape.dim)} sizes, separated by commas.",
        )
    for position, (dimension, size) in enumerate(zip(tensor.shape.dim, sizes, strict=True)):
        fixed = dimension.dim_value if dimension.HasField("dim_value") else None
        if dimension.dim_param:
            fixed = symbols.setdefault(dimension.dim_param, size)
        if fixed is not None and fixed > 0 and fixed != size:
            raise BadParameterError(
                f"The model fixes dimension {position} of the input {value.name!r} at {fixed}, not {size}.",
                where="--shape",
                advice="Use the model's own size, or export the model again with the size you want.",
            )
        dimension.dim_value = size


def _refuse_repeats(names: Sequence[str], option: str) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise BadParameterError(f"{', '.join(repeated)} is given more than once.", where=f"--{option}")
