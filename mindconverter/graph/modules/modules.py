"""Rebuild the modules of the source: what each holds, and what its call computes."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mindconverter.graph.identifiers import identifier, snake_case, unique
from mindconverter.graph.ir import Graph, Scope
from mindconverter.graph.lower.lower import is_parameter
from mindconverter.graph.lower.lowered import CELL, BodyMake, Held, Operation
from mindconverter.graph.modules.input_sizes import with_sizes_of_inputs
from mindconverter.graph.modules.module_tree import Child, Module, Read, Step, fingerprint
from mindconverter.graph.modules.packing import is_packed, pack_inputs
from mindconverter.graph.modules.regions import Region, build_regions
from mindconverter.rules.values import hole


def build_modules(
    graph: Graph,
    operations: Sequence[Operation],
    outputs: Sequence[str],
    reserved: frozenset[str],
    scope: Scope | None = None,
    path: tuple[str, ...] = (),
) -> Module:
    """Return the model, or the body of a node, as a tree of modules.

    Args:
        graph: The graph.
        operations: What its nodes became, in order.
        outputs: The value or initializer of each output.
        reserved: Names that nothing a module holds may have.
        scope: The step in the path that a body is.
        path: The names of the steps from the root to a body.
    """
    readers: dict[str, set[int]] = {}
    for index, operation in enumerate(operations):
        for name in operation.values:
            readers.setdefault(name, set()).add(index)
    places = {id(operation): index for index, operation in enumerate(operations)}
    builder = _Builder(graph, readers, places, frozenset(outputs), reserved)
    inputs = tuple(value.name for value in graph.inputs)
    return builder.module(build_regions(operations, scope, path), inputs, tuple(outputs))


@dataclass(frozen=True)
class _Names:
    """The names that a module has given away: plain ones, those of containers, and what is held under which."""

    plain: set[str] = field(default_factory=set)
    containers: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    by_content: dict[tuple[str, tuple[object, ...]], str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Builder:
    graph: Graph
    readers: Mapping[str, set[int]]
    places: Mapping[int, int]
    outputs: frozenset[str]
    reserved: frozenset[str]
    held: dict[int, _Names] = field(default_factory=dict)

    def module(self, region: Region, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> Module:
        module = Module(region.scope, region.path, inputs, outputs)
        sequence = all(isinstance(item, Region) and item.scope and item.scope.name.isdigit() for item in region.items)
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
        self._constant_outputs(module)
        module.steps = with_sizes_of_inputs(module.steps, inputs, self.graph)
        names = self._attribute_names(module)
        return _renamed(module, names) if names else module

    def _attribute_names(self, module: Module) -> dict[str, str]:
        """Return new names for children whose own can be no attributes, nor lie in a list or a container of names."""
        if module.is_chain and module.is_numbered:
            return {}
        names = {name: f"layer{name}" for name in module.children if name.isdigit()}
        inside: dict[str, list[str]] = {}
        for name in module.children:
            first, dot, rest = name.partition(".")
            if dot:
                inside.setdefault(first, []).append(rest)
        for first, rests in inside.items():
            if first.isdigit() or not (_is_list(rests) or self._is_dictionary(module, first, rests)):
                start = f"layer{first}" if first.isdigit() else first
                names |= {f"{first}.{rest}": f"{start}_{rest.replace('.', '_')}" for rest in rests}
        return names

    def _is_dictionary(self, module: Module, first: str, rests: Sequence[str]) -> bool:
        """Tell whether children fit a container of names, which takes no sequences and has methods of its own."""
        if not all(rest.isidentifier() and rest not in self.reserved for rest in rests):
            return False
        children = [module.children[f"{first}.{rest}"] for rest in rests]
        return not any(isinstance(child, Module) and child.is_chain and child.is_numbered for child in children)

    def _is_leaf(self, region: Region) -> bool:
        item = region.items[0]
        if len(region.items) != 1 or not isinstance(item, Operation) or item.cell is None:
            return False
        return all(isinstance(operand, str) for operand in item.operands.values())

    def _is_plain(self, region: Region) -> bool:
        operations = region.operations()
        if len(operations) != 1 or operations[0].cell is not None:
            return False
        return all(isinstance(operand, str) for operand in operations[0].operands.values())

    def _operation(self, module: Module, operation: Operation, name: str) -> None:
        reads: dict[str, Read] = {}
        for hole_name, operand in operation.operands.items():
            if isinstance(operand, str):
                reads[hole_name] = Read(operand)
            elif isinstance(operand, BodyMake):
                reads[hole_name] = Read(self._hold(module, operand.name, self._body(operand, module)), is_child=True)
            else:
                own = self._tensor_name(operand, module.path)
                reads[hole_name] = Read(self._hold(module, own, operand), is_child=True)
        if operation.cell is not None:
            reads[CELL] = Read(self._hold(module, name, operation.cell), is_child=True)
        module.steps.append(Step(operation.code, reads, operation.outputs, operation.returns_tuple, (operation,)))

    def _body(self, body: BodyMake, module: Module) -> Module:
        path = (*module.path, body.name)
        return build_modules(body.graph, body.operations, body.outputs, self.reserved, Scope(body.name), path)

    def _call(self, module: Module, region: Region) -> None:
        assert region.scope is not None
        inputs, outputs = self._interface(region)
        inner, groups = pack_inputs(self.module(region, inputs, outputs))
        name = self._hold(module, region.scope.name, inner)
        reads = {CELL: Read(name, is_child=True)}
        places = {value: str(index) for index, value in enumerate(inputs)}
        reads |= {place: Read(value) for value, place in places.items()}
        arguments: list[ast.expr] = []
        for values, own in zip(groups, inner.inputs, strict=True):
            holes: list[ast.expr] = [hole(places[value]) for value in values]
            arguments.append(ast.Tuple(holes, ast.Load()) if is_packed(own) else holes[0])
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
        """Return outputs of the graph that are initializers."""
        for name in dict.fromkeys(module.outputs):
            if name in self.graph.initializers:
                held = Held(name, trained=module.scope is None or is_parameter(self.graph.initializers[name]))
                child = self._hold(module, self._tensor_name(held, ()), held)
                module.steps.append(Step(hole("0"), {"0": Read(child, is_child=True)}, (name,), False))

    def _hold(self, module: Module, name: str, child: Child) -> str:
        """Return the name under which a module holds something; the same thing is held once."""
        name = ".".join(self._part(part) for part in name.split("."))
        held = self.held.setdefault(id(module), _Names())
        key = (name, fingerprint(child))
        if key in held.by_content:
            return held.by_content[key]
        number = held.counts.get(name, 0) + 1
        candidate = name if number == 1 else f"{name}_{number}"
        first, dot, _ = candidate.partition(".")
        if candidate in module.children or (first if dot else candidate) in (held.plain if dot else held.containers):
            candidate = unique(candidate.replace(".", "_"), held.plain | held.containers | set(module.children))
            dot = ""
        held.counts[name] = number
        held.by_content[key] = candidate
        (held.containers if dot else held.plain).add(first if dot else candidate)
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
        """Return the name of a tensor: that of the weight below the module; the exporters name constants by numbers."""
        initializer = self.graph.initializers[held.initializer]
        if not initializer.is_weight:
            return "constant"
        name = initializer.source_name
        prefix = "".join(f"{part}." for part in path)
        name = name.removeprefix(prefix) if name.startswith(prefix) else name.rpartition(".")[2]
        name = name.removesuffix(":0").rpartition("/")[2]
        return snake_case(name.replace(".", "_"), "weight")


def _is_list(names: Sequence[str]) -> bool:
    return set(names) == {str(index) for index in range(len(names))}


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
