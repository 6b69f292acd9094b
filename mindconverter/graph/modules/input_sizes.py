"""Read open sizes off the inputs of a module, so that values in between need no names for their sizes."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mindconverter.graph.ir import Graph
from mindconverter.graph.modules.module_tree import Read, Step
from mindconverter.rules.values import hole, hole_name


def with_sizes_of_inputs(steps: Sequence[Step], inputs: Sequence[str], graph: Graph) -> list[Step]:
    """Return steps that take the size of an input of the module in the place of an equal one of another value.

    Args:
        steps: The steps of a module.
        inputs: The values that a call of the module takes.
        graph: The graph, whose shapes have one name for what is one size.
    """
    places: dict[str, tuple[str, int]] = {}
    for name in inputs:
        for axis, size in enumerate(_shape(graph, name)):
            if isinstance(size, str):
                places.setdefault(size, (name, axis))
    return [_rewritten(step, inputs, graph, places) for step in steps] if places else list(steps)


def _rewritten(step: Step, inputs: Sequence[str], graph: Graph, places: Mapping[str, tuple[str, int]]) -> Step:
    sizes = _Sizes(step, inputs, graph, places)
    code = sizes.visit(copy.deepcopy(step.code))
    if not sizes.found:
        return step
    left = {hole_name(node.id) for node in ast.walk(code) if isinstance(node, ast.Name)}
    reads = {key: read for key, read in {**step.reads, **sizes.found}.items() if key in left}
    return replace(step, code=code, reads=reads)


def _shape(graph: Graph, name: str) -> Sequence[int | str | None]:
    value = graph.values.get(name)
    return () if value is None or value.shape is None else value.shape


class _Sizes(ast.NodeTransformer):
    def __init__(self, step: Step, inputs: Sequence[str], graph: Graph, places: Mapping[str, tuple[str, int]]) -> None:
        self.step = step
        self.inputs = inputs
        self.graph = graph
        self.places = places
        self.found: dict[str, Read] = {}

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:  # the name is the visitor's
        match node:
            case ast.Subscript(
                value=ast.Attribute(value=ast.Name(id=own), attr="shape"), slice=ast.Constant(value=int(axis))
            ):
                read = self.step.reads.get(hole_name(own) or "")
                if read is None or read.is_child or read.name in self.inputs:
                    return node
                shape = _shape(self.graph, read.name)
                size = shape[axis] if axis < len(shape) else None
                if not isinstance(size, str) or size not in self.places:
                    return node
                name, place = self.places[size]
                self.found[f"size of {name}"] = Read(name)
                holder = ast.Attribute(hole(f"size of {name}"), "shape", ast.Load())
                return ast.Subscript(holder, ast.Constant(place), ast.Load())
        self.generic_visit(node)
        return node
