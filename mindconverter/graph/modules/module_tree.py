"""Describe the modules of a model as a tree: what each holds, and what its call computes."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from dataclasses import dataclass, field

from mindconverter.graph.ir import Scope
from mindconverter.graph.lower.lowered import CellMake, Held, Operation
from mindconverter.rules.values import hole, hole_name


@dataclass(frozen=True, slots=True)
class Read:
    """What a hole of a step stands for: a value, or something that the module holds."""

    name: str
    is_child: bool = False


@dataclass(frozen=True, eq=False)
class Step:
    """Hold one statement of a module's call.

    Attributes:
        code: The expression, with holes.
        reads: What each hole stands for.
        writes: The values that it gives.
        returns_tuple: Whether the expression gives a tuple of them.
        operations: The operations that it computes itself, not through a module of ours.
    """

    code: ast.expr
    reads: Mapping[str, Read]
    writes: tuple[str, ...]
    returns_tuple: bool
    operations: tuple[Operation, ...] = ()

    @property
    def values(self) -> list[str]:
        """The names of the values that it reads."""
        return [read.name for read in self.reads.values() if not read.is_child]

    def occurrences(self) -> list[str]:
        """Return the names of the values that it reads, one for each place in the code."""
        names = (hole_name(node.id) for node in ast.walk(self.code) if isinstance(node, ast.Name))
        reads = (self.reads.get(name) for name in names if name is not None)
        return [read.name for read in reads if read is not None and not read.is_child]

    @property
    def child(self) -> str | None:
        """What it calls with one value and nothing else, if it is such a call."""
        code = self.code
        if not isinstance(code, ast.Call) or code.keywords or len(code.args) != 1 or self.returns_tuple:
            return None
        if not isinstance(code.func, ast.Name) or not isinstance(code.args[0], ast.Name):
            return None
        # What it is called with may be a weight, which the module holds as well.
        children = [read.name for read in self.reads.values() if read.is_child]
        return children[0] if len(children) == len(self.values) == 1 else None


@dataclass(eq=False)
class Module:
    """Describe one module of the model.

    Attributes:
        scope: Where it stands in its parent; None for the whole model.
        path: The names of the steps from the root.
        children: What it holds by name: Cells, modules and tensors. A dotted name lies in a container.
        steps: What a call computes, in order.
        inputs: The values that a call takes.
        outputs: The values that it returns.
    """

    scope: Scope | None
    path: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    children: dict[str, Child] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    @property
    def is_chain(self) -> bool:
        """Whether a call passes one value through all children, each once and in order."""
        called = [step.child for step in self.steps]
        if None in called or called != list(self.children) or len(self.inputs) != 1 or len(self.outputs) != 1:
            return False
        value = self.inputs[0]
        for step in self.steps:
            if step.values != [value] or len(step.writes) != 1:
                return False
            value = step.writes[0]
        return value == self.outputs[0]

    @property
    def is_numbered(self) -> bool:
        """Whether the names of all children are numbers."""
        return bool(self.children) and all(name.isdigit() for name in self.children)

    @property
    def is_container(self) -> bool:
        """Whether it is written as a plain sequence, without a class of its own.

        Where no class is known, gaps in the numbers tell that parts were folded away; such a sequence is long to write,
        since its parts need their names, so that it gets a class.
        """
        if self.scope is None or not self.is_chain or any("." in name for name in self.children):
            return False
        if not self.is_numbered:
            return False
        if self.scope.class_name is not None:
            return self.scope.is_library_class
        return len(self.children) == 1 or list(self.children) == [str(index) for index in range(len(self.children))]


Child = CellMake | Held | Module


def fingerprint(child: Child) -> tuple[object, ...]:
    """Return a value that two things share if one can stand for the other, weights included."""
    if isinstance(child, CellMake):
        return ("cell", *child.fingerprint)
    if isinstance(child, Held):
        return ("held", child.initializer, child.trained)
    children = tuple((name, fingerprint(item)) for name, item in child.children.items())
    return ("module", child.scope, children, canonical_steps(child))


def canonical_steps(module: Module) -> tuple[object, ...]:
    """Return what a module's call computes, with its values numbered."""
    numbers = {name: index for index, name in enumerate(module.inputs)}
    steps: list[object] = []
    for step in module.steps:
        code, order = _with_numbered_holes(step)
        found = [step.reads[key] for key in order]
        reads = tuple(read.name if read.is_child else numbers[read.name] for read in found)
        for name in step.writes:
            numbers.setdefault(name, len(numbers))
        writes = tuple(numbers[name] if name else -1 for name in step.writes)
        steps.append((ast.dump(code), reads, writes, step.returns_tuple))
    return (tuple(steps), len(module.inputs), tuple(numbers[name] for name in module.outputs))


def _with_numbered_holes(step: Step) -> tuple[ast.expr, list[str]]:
    """Return the code with the holes for what it reads numbered, and the names they had, in order."""
    numbering = _Numbering(step.reads)
    numbered = numbering.visit(copy.deepcopy(step.code))
    assert isinstance(numbered, ast.expr)
    return numbered, list(numbering.numbers)


class _Numbering(ast.NodeTransformer):
    def __init__(self, reads: Mapping[str, Read]) -> None:
        self.reads = reads
        self.numbers: dict[str, int] = {}

    def visit_Name(self, node: ast.Name) -> ast.Name:  # the name is the visitor's
        name = hole_name(node.id)
        if name is None or name not in self.reads:
            return node
        return hole(str(self.numbers.setdefault(name, len(self.numbers))))
