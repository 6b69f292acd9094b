"""Find the classes of a model: modules that are alike share one, and what differs becomes its parameters."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np

from mindconverter.errors import StructureSearchError
from mindconverter.graph.emit.skeleton import cell_members
from mindconverter.graph.identifiers import unique
from mindconverter.graph.ir import Array, Graph, Initializer
from mindconverter.graph.lower.lowered import CellMake, Held, Operation
from mindconverter.graph.modules.construction import (
    Argument,
    Chain,
    Construction,
    InitParameter,
    Make,
    NewParameter,
    NewTensor,
    Reference,
    Unifier,
    literal,
)
from mindconverter.graph.modules.module_tree import Child, Module, Read, Step, canonical_steps
from mindconverter.rules.catalog import Catalog
from mindconverter.rules.values import hole, hole_name

_LITERAL = "literal"


@dataclass(eq=False)
class CellClass:
    """Describe a class of the script.

    Attributes:
        number: Its number, by which constructions refer to it.
        instances: The modules that it stands for; the first has all that any has.
        attributes: How ``__init__`` makes what it holds, by name.
        parameters: The parameters of ``__init__``.
        steps: What ``construct`` computes, in the values of the first instance.
        optional: The children that some instances lack: what they are called with then passes through.
        operations: The operations of all instances behind each step.
    """

    number: int
    instances: list[Module]
    attributes: dict[str, Construction] = field(default_factory=dict)
    parameters: tuple[InitParameter, ...] = ()
    steps: list[Step] = field(default_factory=list)
    optional: tuple[str, ...] = ()
    operations: list[tuple[Operation, ...]] = field(default_factory=list)

    @property
    def first(self) -> Module:
        """The instance whose form the class has."""
        return self.instances[0]

    @property
    def is_chain(self) -> bool:
        """Whether it is written as a subclass of the sequence of Cells, since its children's names are numbers."""
        return self.first.is_chain and self.first.is_numbered and not self.optional


def find_classes(root: Module, graph: Graph, catalog: Catalog, taken: frozenset[str]) -> list[CellClass]:
    """Return the classes of a model, each after those that it uses; the last is the model's own.

    Args:
        root: The tree of modules.
        graph: The graph.
        catalog: The catalogue of the target framework.
        taken: Names that no parameter of a class may have.

    Raises:
        StructureSearchError: A default that a class needs is not known.
    """
    search = _Search(graph, catalog, taken, cell_members(catalog))
    levels: dict[int, list[Module]] = {}
    _collect(root, levels)
    for height in sorted(levels):
        search.level(levels[height])
    return search.classes


def _collect(module: Module, levels: dict[int, list[Module]]) -> int:
    """Sort the modules that have a class by how deep the classes below them go."""
    below = [_collect(child, levels) for child in module.children.values() if isinstance(child, Module)]
    height = max(below, default=0)
    if module.is_container:
        return height
    levels.setdefault(height + 1, []).append(module)
    return height + 1


@dataclass
class _Search:
    graph: Graph
    catalog: Catalog
    taken: frozenset[str]
    members: frozenset[str]
    classes: list[CellClass] = field(default_factory=list)
    makes: dict[int, Make] = field(default_factory=dict)
    callers: dict[int, Mapping[str, tuple[Operation, ...]]] = field(default_factory=dict)

    def level(self, modules: Sequence[Module]) -> None:
        """Find the classes of modules that use only classes already found."""
        groups: dict[object, list[Module]] = {}
        for module in modules:
            groups.setdefault(self._skeleton(module), []).append(module)
        for members, optional in self._merged(groups):
            self._define(members, optional)

    def _merged(self, groups: Mapping[object, list[Module]]) -> list[tuple[list[Module], tuple[str, ...]]]:
        """Join groups that differ by a branch that some have and others lack."""
        remaining = dict(groups)
        optional: dict[object, tuple[str, ...]] = {}
        for key, group in groups.items():
            smaller = {_size(other[0]) for other in remaining.values()}
            for names in _branches(group[0]) if key in remaining else []:
                if _size(group[0], less=len(names)) not in smaller:
                    continue
                plain = self._skeleton(reduce(_without, names, group[0]))
                if plain in remaining:
                    remaining[key] = [*remaining[key], *remaining.pop(plain)]
                    optional[key] = names
                    break
        return [(group, optional.get(key, ())) for key, group in remaining.items()]

    def _skeleton(self, module: Module) -> object:
        """Return what modules of one class have in common: everything but literals."""
        scope = module.scope
        class_name = self.graph.root_class if scope is None else scope.class_name
        children = tuple((name, self._kind(child)) for name, child in module.children.items())
        bare = Module(
            module.scope, module.path, module.inputs, module.outputs, {}, [_bare(step) for step in module.steps]
        )
        return (scope is None, class_name, children, canonical_steps(bare))

    def _kind(self, child: Child) -> object:
        if isinstance(child, CellMake):
            return "cell", child.target, child.placeholder and tuple(sorted(child.weights))
        if isinstance(child, Held):
            initializer = self.graph.initializers[child.initializer]
            data = initializer.data
            return "tensor", child.trained, data.dtype.name, data.ndim, _is_trained(initializer)
        if child.is_container:
            return "chain", tuple((name, self._kind(item)) for name, item in child.children.items())
        return "class", self.makes[id(child)].target

    def _define(self, instances: list[Module], optional: tuple[str, ...]) -> None:
        first = instances[0]
        result = CellClass(len(self.classes), instances, optional=optional)
        unifier = Unifier(self._default, self.taken | {"self"})
        for name in first.children:
            forms = [self._construction(module, name) if name in module.children else None for module in instances]
            if name in optional:
                result.attributes[name] = unifier.lift_optional(forms, name.replace(".", "_"))
            else:
                result.attributes[name] = unifier.unify([form for form in forms if form is not None], (name,))
        self._steps(result, unifier)
        result.parameters = unifier.parameters
        self.classes.append(result)
        for index, module in enumerate(instances):
            arguments = tuple(
                Argument(parameter.name, parameter.values[index], parameter.default is not None)
                for parameter in result.parameters
                if parameter.default is None or parameter.values[index] != parameter.default
            )
            self.makes[id(module)] = Make(result.number, arguments)

    def _construction(self, module: Module, name: str) -> Construction:
        child = module.children[name]
        if isinstance(child, CellMake):
            arguments = tuple(Argument(item.parameter, literal(item.value), item.keyword) for item in child.arguments)
            if child.placeholder:
                arguments += tuple(Argument(key, self._parameter(key, child), True) for key in child.weights)
            operations = self._callers(module).get(name, ())
            return Make(child.target, arguments, child.placeholder, operations)
        if isinstance(child, Held):
            initializer = self.graph.initializers[child.initializer]
            data = initializer.data
            if child.trained:
                return _new_parameter(initializer)
            return NewTensor(literal(_listed(data)), data.dtype.name)
        if child.is_container:
            return Chain(tuple((key, self._construction(child, key)) for key in child.children))
        return self.makes[id(child)]

    def _callers(self, module: Module) -> Mapping[str, tuple[Operation, ...]]:
        """Return the operations behind the calls of each child."""
        if id(module) not in self.callers:
            found: dict[str, tuple[Operation, ...]] = {}
            for step in module.steps:
                for read in step.reads.values():
                    if read.is_child:
                        found[read.name] = (*found.get(read.name, ()), *step.operations)
            self.callers[id(module)] = found
        return self.callers[id(module)]

    def _parameter(self, key: str, child: CellMake) -> NewParameter:
        """Return the Parameter that a placeholder holds for a weight."""
        (initializer,) = child.weights[key].initializers.values()
        return _new_parameter(self.graph.initializers[initializer])

    def _default(self, make: Make, parameter: str) -> object:
        if isinstance(make.target, int):
            found = next((item for item in self.classes[make.target].parameters if item.name == parameter), None)
            if found is not None and found.default is not None:
                return found.default.value
        else:
            api = self.catalog.find(make.target)
            for signature in api.signatures if api is not None else ():
                known = signature.parameter(parameter)
                if known is not None and known.default is not None:
                    return known.default_value()
        raise StructureSearchError(
            f"The default of {parameter!r} of {make.target} is not known.",
            advice="Please report the model; the rule table's catalogue lacks a default.",
        )

    def _attribute(self, result: CellClass, form: Reference) -> str:
        """Hold an argument of ``__init__`` for the call, and return the name of the attribute."""
        taken = self.members | {name.partition(".")[0] for name in result.attributes}
        found = next((name for name, own in result.attributes.items() if own == form), None)
        name = found if found is not None and found not in result.first.children else unique(form.name, taken)
        result.attributes[name] = form
        return name

    def _steps(self, result: CellClass, unifier: Unifier) -> None:
        """Write the steps, with literals that differ between instances as attributes."""
        rows = [_aligned(result.first, module, result.optional) for module in result.instances]
        for index, step in enumerate(result.first.steps):
            present = [row[index] for row in rows]
            own = [found for found in present if found is not None]
            result.operations.append(tuple(operation for found in own for operation in found.operations))
            code, values = split_literals(step.code)
            if not values or len(own) < len(present):
                result.steps.append(step)
                continue
            columns = zip(*(split_literals(found.code)[1] for found in own), strict=True)
            reads = dict(step.reads)
            settled: dict[str, ast.expr] = {}
            for place, column in enumerate(columns):
                key = f"{_LITERAL}{place}"
                form = unifier.unify([literal(_evaluated(value)) for value in column], (_hint(step, values[place]),))
                if isinstance(form, Reference):
                    reads[key] = Read(self._attribute(result, form), is_child=True)
                else:
                    settled[key] = values[place]
            result.steps.append(replace(step, code=_Settler(settled).visit(code), reads=reads))


def _new_parameter(initializer: Initializer) -> NewParameter:
    sizes = tuple(literal(size) for size in initializer.data.shape)
    return NewParameter(sizes, initializer.data.dtype.name, _is_trained(initializer))


def _is_trained(initializer: Initializer) -> bool:
    """Tell whether a Parameter of its own is trained: a weight of floating point that is no buffer."""
    kind = initializer.data.dtype.name.startswith(("float", "bfloat"))
    return kind and initializer.is_weight and not initializer.is_buffer


def _size(module: Module, *, less: int = 0) -> tuple[str | None, int, int]:
    """Return class, number of children and number of steps, or those that one without some branches has."""
    class_name = module.scope.class_name if module.scope is not None else None
    return class_name, len(module.children) - less, len(module.steps) - less


def _branches(module: Module) -> list[tuple[str, ...]]:
    """Return the children that stand on a way beside another: what they are called with is read elsewhere too.

    One such child comes alone and with those that follow it there, each called with what the one before it gives.
    """
    counts = Counter(value for step in module.steps for value in step.values)
    called = Counter(read.name for step in module.steps for read in step.reads.values() if read.is_child)
    runs: dict[str, tuple[str, ...]] = {}
    for step in module.steps:
        if step.child is None or called[step.child] > 1 or "." in step.child:
            continue
        (source,) = step.values
        if counts[source] > 1:
            runs[step.writes[0]] = (step.child,)
        elif source in runs:
            runs[step.writes[0]] = (*runs[source], step.child)
    return list(runs.values())


def _without(module: Module, name: str) -> Module:
    """Return the module without a child that is called once: what it is called with passes through."""
    call = next(step for step in module.steps if step.child == name)
    source, output = call.values[0], call.writes[0]
    steps = [
        replace(
            step,
            reads={
                key: replace(read, name=source) if not read.is_child and read.name == output else read
                for key, read in step.reads.items()
            },
        )
        for step in module.steps
        if step is not call
    ]
    children = {key: child for key, child in module.children.items() if key != name}
    outputs = tuple(source if value == output else value for value in module.outputs)
    return Module(module.scope, module.path, module.inputs, outputs, children, steps)


def _aligned(first: Module, module: Module, optional: Sequence[str]) -> list[Step | None]:
    """Return the module's steps in the places of the first's; None where it lacks one."""
    own = iter(module.steps)
    lacking = {name for name in optional if name not in module.children}
    return [None if step.child in lacking else next(own) for step in first.steps]


def _bare(step: Step) -> Step:
    return replace(step, code=split_literals(step.code)[0])


def split_literals(code: ast.expr) -> tuple[ast.expr, list[ast.expr]]:
    """Return the code with holes for its literals, and the literals."""
    splitter = _Splitter()
    bare = splitter.visit(copy.deepcopy(code))
    assert isinstance(bare, ast.expr)
    return bare, splitter.found


class _Splitter(ast.NodeTransformer):
    def __init__(self) -> None:
        self.found: list[ast.expr] = []

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.expr) and _is_literal(node):
            self.found.append(node)
            return hole(f"{_LITERAL}{len(self.found) - 1}")
        visited: ast.AST = super().visit(node)
        return visited


class _Settler(ast.NodeTransformer):
    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:  # the name is the visitor's
        name = hole_name(node.id)
        return self.values.get(name or "", node)


def _is_literal(node: ast.expr) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            return True
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return bool(items) and all(_is_literal(item) for item in items)
    return False


def _evaluated(node: ast.expr) -> object:
    return ast.literal_eval(node)


def _hint(step: Step, value: ast.expr) -> str:
    """Return a word for what a literal of a step is."""
    for node in ast.walk(step.code):
        if isinstance(node, ast.keyword) and node.arg is not None and ast.dump(node.value) == ast.dump(value):
            return node.arg
    return "shape" if isinstance(value, ast.Tuple) else "value"


def _listed(data: Array) -> object:
    return data.astype(np.float32).tolist() if data.dtype.name == "bfloat16" else data.tolist()
