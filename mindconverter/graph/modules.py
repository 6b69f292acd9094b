"""Rebuild the modules of the source: what each holds, and what its call computes."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mindconverter.graph.identifiers import identifier, snake_case, unique
from mindconverter.graph.ir import Graph, Scope
from mindconverter.graph.lowered import CELL, CellMake, Held, Operation
from mindconverter.graph.regions import Region, build_regions
from mindconverter.rules.values import hole


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

    @property
    def child(self) -> str | None:
        """What it calls with one value and nothing else, if it is such a call."""
        code = self.code
        if not isinstance(code, ast.Call) or code.keywords or len(code.args) != 1 or self.returns_tuple:
            return None
        if len(self.reads) != 2 or not isinstance(code.func, ast.Name) or not isinstance(code.args[0], ast.Name):
            return None
        return next((read.name for read in self.reads.values() if read.is_child), None)


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
        """Whether it is written as a plain sequence, without a class of its own."""
        if self.scope is None or not self.is_chain or any("." in name for name in self.children):
            return False
        own_class = self.scope.source_class is not None and not self.scope.source_class.startswith("torch.nn.modules.")
        return self.is_numbered and not own_class


Child = CellMake | Held | Module


def build_modules(graph: Graph, operations: Sequence[Operation], outputs: Sequence[str], reserved: frozenset[str]) -> Module:
    """Return the model as a tree of modules.

    Args:
        graph: The graph.
        operations: What its nodes became, in order.
        outputs: The value or initializer of each output.
        reserved: Names that nothing a module holds may have.
    """
    readers: dict[str, set[int]] = {}
    for index, operation in enumerate(operations):
        for name in operation.values:
            readers.setdefault(name, set()).add(index)
    places = {id(operation): index for index, operation in enumerate(operations)}
    builder = _Builder(graph, readers, places, frozenset(outputs), reserved)
    inputs = tuple(value.name for value in graph.inputs)
    return builder.module(build_regions(operations), inputs, tuple(outputs))


@dataclass(frozen=True)
class _Builder:
    graph: Graph
    readers: Mapping[str, set[int]]
    places: Mapping[int, int]
    outputs: frozenset[str]
    reserved: frozenset[str]

    def module(self, region: Region, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> Module:
        module = Module(region.scope, region.path, inputs, outputs)
        sequence = all(isinstance(item, Region) and item.scope and item.scope.name.isdigit() for item in region.items)
        names: dict[str, str] = {}
        for item in region.items:
            if isinstance(item, Operation):
                self._operation(module, item, self._cell_name(item, region.path))
            elif item.scope is not None and self._is_leaf(item):
                operation = item.operations()[0]
                self._operation(module, operation, item.scope.name)
            elif not sequence and self._is_plain(item):
                self._operation(module, item.operations()[0], "")
            else:
                self._call(module, item)
        if region.scope is None:
            self._constant_outputs(module)
        if not module.is_chain or any("." in name for name in module.children):
            names = {name: f"layer{name}" for name in module.children if name.isdigit()}
        return _renamed(module, names) if names else module

    def _is_leaf(self, region: Region) -> bool:
        item = region.items[0]
        if len(region.items) != 1 or not isinstance(item, Operation) or item.cell is None:
            return False
        return not any(isinstance(operand, Held) for operand in item.operands.values())

    def _is_plain(self, region: Region) -> bool:
        operations = region.operations()
        if len(operations) != 1 or operations[0].cell is not None:
            return False
        return not any(isinstance(operand, Held) for operand in operations[0].operands.values())

    def _operation(self, module: Module, operation: Operation, name: str) -> None:
        reads: dict[str, Read] = {}
        for hole_name, operand in operation.operands.items():
            if isinstance(operand, str):
                reads[hole_name] = Read(operand)
            else:
                own = self._tensor_name(operand, module.path)
                reads[hole_name] = Read(self._hold(module, own, operand), is_child=True)
        if operation.cell is not None:
            reads[CELL] = Read(self._hold(module, name, operation.cell), is_child=True)
        module.steps.append(Step(operation.code, reads, operation.outputs, operation.returns_tuple, (operation,)))

    def _call(self, module: Module, region: Region) -> None:
        assert region.scope is not None
        inputs, outputs = self._interface(region)
        inner = self.module(region, inputs, outputs)
        name = self._hold(module, region.scope.name, inner)
        reads = {CELL: Read(name, is_child=True)}
        arguments: list[ast.expr] = []
        for index, value in enumerate(inputs):
            reads[str(index)] = Read(value)
            arguments.append(hole(str(index)))
        module.steps.append(Step(ast.Call(hole(CELL), arguments, []), reads, outputs, len(outputs) > 1))

    def _interface(self, region: Region) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the values that a region reads from outside, and those of its own that are read outside."""
        operations = region.operations()
        inside = {self.places[id(operation)] for operation in operations}
        produced = [name for operation in operations for name in operation.outputs if name]
        own = set(produced)
        inputs = dict.fromkeys(name for operation in operations for name in operation.values if name not in own)
        outputs = [name for name in produced if name in self.outputs or self.readers.get(name, set()) - inside]
        return tuple(inputs), tuple(outputs)

    def _constant_outputs(self, module: Module) -> None:
        """Return outputs of the model that are initializers."""
        for name in dict.fromkeys(module.outputs):
            if name in self.graph.initializers:
                held = Held(name, trained=True)
                child = self._hold(module, self._tensor_name(held, ()), held)
                module.steps.append(Step(hole("0"), {"0": Read(child, is_child=True)}, (name,), False))

    def _hold(self, module: Module, name: str, child: Child) -> str:
        """Return the name under which a module holds something; the same thing is held once."""
        name = ".".join(self._part(part) for part in name.split("."))
        candidate = name
        number = 2
        while candidate in module.children:
            if fingerprint(module.children[candidate]) == fingerprint(child):
                return candidate
            candidate = f"{name}_{number}"
            number += 1
        if any(other.startswith(f"{candidate}.") or candidate.startswith(f"{other}.") for other in module.children):
            candidate = unique(candidate.replace(".", "_"), module.children)
        module.children[candidate] = child
        return candidate

    def _part(self, part: str) -> str:
        if part.isdigit() and part.isascii() and str(int(part)) == part:
            return part
        name = identifier(part, "layer")
        return f"{name}_" if name in self.reserved else name

    def _cell_name(self, operation: Operation, path: tuple[str, ...]) -> str:
        """Return the name of a Cell that shares its module with others: that of its weights, or of its class."""
        if operation.cell is None:
            return ""
        prefix = "".join(f"{part}." for part in path)
        for source in operation.cell.weights.values():
            for initializer in source.initializers.values():
                owner, dot, _ = self.graph.initializers[initializer].source_name.rpartition(".")
                if dot and f"{owner}.".startswith(prefix) and owner != prefix.removesuffix("."):
                    return owner.removeprefix(prefix).replace(".", "_")
        return snake_case(operation.cell.target.rpartition(".")[2], "layer")

    def _tensor_name(self, held: Held, path: tuple[str, ...]) -> str:
        name = self.graph.initializers[held.initializer].source_name.rpartition(".")[2]
        name = name.rpartition("/")[2].removesuffix(":0")
        plain = identifier(name, "weight" if held.trained else "constant")
        return plain.lower() if plain.lower() not in ("", "self") else "weight"


def _renamed(module: Module, names: Mapping[str, str]) -> Module:
    """Return the module with some of its children under other names."""
    taken = set(module.children)
    final = {name: unique(new, taken) for name, new in names.items()}
    children = {final.get(name, name): child for name, child in module.children.items()}
    steps = [
        Step(
            step.code,
            {
                key: Read(final.get(read.name, read.name), True) if read.is_child else read
                for key, read in step.reads.items()
            },
            step.writes,
            step.returns_tuple,
            step.operations,
        )
        for step in module.steps
    ]
    return Module(module.scope, module.path, module.inputs, module.outputs, children, steps)


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
        reads = tuple((key, read.name if read.is_child else numbers[read.name]) for key, read in step.reads.items())
        for name in step.writes:
            numbers.setdefault(name, len(numbers))
        writes = tuple(numbers[name] if name else -1 for name in step.writes)
        steps.append((ast.dump(step.code), reads, writes, step.returns_tuple))
    return (tuple(steps), len(module.inputs), tuple(numbers[name] for name in module.outputs))
