"""Pass values that a module only joins as one tuple, so that modules which join more or fewer of them are alike."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from dataclasses import replace

from mindconverter.graph.modules.module_tree import Module, Read
from mindconverter.rules.values import hole, hole_name

PACKED = "packed"
_SEPARATOR = "\0"


def pack_inputs(module: Module) -> tuple[Module, list[tuple[str, ...]]]:
    """Return the module with each group of inputs that it reads only within one tuple as a single input.

    Returns:
        The module, and the values that each of its inputs now is.
    """
    uses = Counter(name for step in module.steps for name in step.occurrences())
    for place, step in enumerate(module.steps):
        for node in ast.walk(step.code):
            if not isinstance(node, ast.Tuple) or not node.elts:
                continue
            holes = [hole_name(item.id) if isinstance(item, ast.Name) else None for item in node.elts]
            reads = [step.reads.get(name) if name is not None else None for name in holes]
            values = [read.name for read in reads if read is not None and not read.is_child]
            if len(values) < len(node.elts) or not set(values) <= set(module.inputs):
                continue
            if any(uses[value] != 1 or value in module.outputs for value in values):
                continue
            return _packed(module, place, node, tuple(values))
    return module, [(value,) for value in module.inputs]


def is_packed(value: str) -> bool:
    """Tell whether a value is several, passed as a tuple."""
    return value.startswith(PACKED + _SEPARATOR)


def _packed(
    module: Module, place: int, node: ast.Tuple, values: tuple[str, ...]
) -> tuple[Module, list[tuple[str, ...]]]:
    name = _SEPARATOR.join((PACKED, *values))
    step = module.steps[place]
    code = _Replacer(ast.dump(node)).visit(copy.deepcopy(step.code))
    reads = {key: read for key, read in step.reads.items() if read.is_child or read.name not in values}
    steps = list(module.steps)
    steps[place] = replace(step, code=code, reads={**reads, PACKED: Read(name)})
    inputs: list[tuple[str, ...]] = []
    for value in module.inputs:
        if value not in values:
            inputs.append((value,))
        elif value == values[0]:
            inputs.append(values)
    own = tuple(name if group == values else group[0] for group in inputs)
    return Module(module.scope, module.path, own, module.outputs, module.children, steps), inputs


class _Replacer(ast.NodeTransformer):
    def __init__(self, text: str) -> None:
        self.text = text

    def visit_Tuple(self, node: ast.Tuple) -> ast.expr:  # the name is the visitor's
        return hole(PACKED) if ast.dump(node) == self.text else node
