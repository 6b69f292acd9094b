"""Export a PyTorch module for batches of any size, where the size is no part of what it computes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mindconverter.graph.quiet import quiet
from mindconverter.graph.read_torch.torch_inputs import Example

if TYPE_CHECKING:
    import onnx
    import torch

BATCH = "batch"
"""The name of the open size."""

_OTHER_SIZES = (2, 3)


def open_batch(
    module: torch.nn.Module, example: Example, training: AbstractContextManager[None]
) -> torch.export.ExportedProgram | None:
    """Return the program of a module with an open first size of all inputs, or None if it has none.

    What is exported is run with the given batch and with another one, and has to give what the module gives: code that
    asks for the size of its batch may have been traced for one size only.

    Args:
        module: The module, in evaluation mode, which gives a tensor or a tuple of tensors.
        example: What it runs with.
        training: Within it, the module drops at random as in training.
    """
    import torch

    tensors = (*example.positional, *example.keywords.values())
    if not tensors or any(not tensor.ndim for tensor in tensors) or len({tensor.shape[0] for tensor in tensors}) > 1:
        return None
    traced = _resized(example, _OTHER_SIZES[0])
    axes = {0: torch.export.Dim(BATCH)}
    positional, keywords = (axes,) * len(traced.positional), dict.fromkeys(traced.keywords, axes)
    names = example.names if example.positional else ()
    try:
        with torch.no_grad(), quiet():
            with training:
                program = torch.export.export(
                    module,
                    traced.positional,
                    traced.keywords,
                    dynamic_shapes={**dict(zip(names, positional, strict=True)), **keywords},
                    strict=False,
                )
            with _without_dropout(program):
                run = program.module()
                alike = all(_agree(module, run, _resized(example, size)) for size in {len(tensors[0]), *_OTHER_SIZES})
    except Exception:  # the exporter and the module's own code may raise anything
        return None
    return program if alike else None


def name_batch(proto: onnx.ModelProto) -> None:
    """Call the open first size of a model's inputs so in the whole model."""
    dims = [value.type.tensor_type.shape.dim for value in proto.graph.input]
    symbol = next((dim[0].dim_param for dim in dims if dim and dim[0].dim_param), "")
    for value in (*proto.graph.input, *proto.graph.value_info, *proto.graph.output) if symbol else ():
        for size in value.type.tensor_type.shape.dim:
            if size.dim_param:
                size.dim_param = re.sub(rf"\b{re.escape(symbol)}\b", BATCH, size.dim_param)


def _resized(example: Example, size: int) -> Example:
    """Return inputs of another batch, whose items are the given ones in turn."""
    import torch

    def resized(tensor: torch.Tensor) -> torch.Tensor:
        return tensor[torch.arange(size) % len(tensor)]

    return replace(
        example,
        positional=tuple(map(resized, example.positional)),
        keywords={name: resized(tensor) for name, tensor in example.keywords.items()},
    )


def _agree(one: Any, other: Any, inputs: Example) -> bool:
    """Tell whether two functions give the same."""
    import torch

    found = [call(*inputs.positional, **inputs.keywords) for call in (one, other)]
    first, second = (item if isinstance(item, (tuple, list)) else (item,) for item in found)
    return len(first) == len(second) and all(
        left.shape == right.shape and torch.allclose(left.double(), right.double(), 1e-3, 1e-5, equal_nan=True)
        for left, right in zip(first, second, strict=True)
    )


@contextmanager
def _without_dropout(program: torch.export.ExportedProgram) -> Iterator[None]:
    """Let a program drop nothing meanwhile."""
    import torch

    nodes = [node for node in program.graph.nodes if node.target is torch.ops.aten.dropout.default]
    given = [node.args for node in nodes]
    for node in nodes:
        node.args = (*node.args[:2], False)
    try:
        yield
    finally:
        for node, arguments in zip(nodes, given, strict=True):
            node.args = arguments
