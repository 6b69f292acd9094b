"""Write the call of a module as statements with readable names."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mindconverter.graph.emit.lines import Line, grown, is_growing
from mindconverter.graph.identifiers import identifier, snake_case, unique
from mindconverter.graph.lower.lowered import Held, Operation
from mindconverter.graph.modules.classes import CellClass
from mindconverter.graph.modules.module_tree import Step
from mindconverter.graph.modules.packing import is_packed
from mindconverter.rules.values import hole, hole_name

_INPUT_NAMES = ("x", "y", "z", "u", "v", "w")
_PASSING_NAMES = (*_INPUT_NAMES, "out")
_INLINE_WIDTH, _INLINE_DEPTH = 80, 4
_SHORT_WIDTH = 50
_MIN_LOOP = 2


@dataclass(frozen=True)
class Body:
    """Hold the parts of ``construct``.

    Attributes:
        parameters: The names of its parameters after ``self``.
        statements: Its statements.
        operations: The operations that each of some nodes of the statements computes, by the node's identity.
    """

    parameters: tuple[str, ...]
    statements: list[ast.stmt]
    operations: Mapping[int, tuple[Operation, ...]]


def write_body(cell_class: CellClass, input_names: Mapping[str, str], taken: frozenset[str]) -> Body:
    """Write the call of a class.

    Args:
        cell_class: The class.
        input_names: Wishes for the names of values that the model takes, by value; a single one is x all the same.
        taken: Names that no variable may have.
    """
    writer = _Writer(cell_class, taken | {"self"})
    return writer.write(input_names)


@dataclass
class _Writer:
    cell_class: CellClass
    taken: frozenset[str]
    names: dict[str, str] = field(default_factory=dict)
    operations: dict[int, tuple[Operation, ...]] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    alive: set[str] = field(default_factory=set)

    def write(self, input_names: Mapping[str, str]) -> Body:
        first = self.cell_class.first
        parameters: list[str] = []
        for index, value in enumerate(first.inputs):
            if is_packed(value):
                input_names = {**input_names, value: "inputs"}
            wish = _INPUT_NAMES[index] if index < len(_INPUT_NAMES) else f"x{index}"
            if len(first.inputs) > 1 or first.scope is None or is_packed(value):
                wish = input_names.get(value, wish)
            name = unique(wish, self.taken | set(parameters))
            parameters.append(name)
            self.names[value] = name
        lines = self._inlined(grown(self._looped(self._lines()), first.outputs))
        statements: list[ast.stmt] = []
        results: list[ast.expr]
        self.last = {value: place for place, line in enumerate(lines) for value in line.values()}
        self.last |= dict.fromkeys(first.outputs, len(lines))
        self.alive = {value for value in first.inputs if value in self.last}
        for place, line in enumerate(lines):
            self.alive -= {value for value in line.values() if self.last[value] == place}
            if place == len(lines) - 1 and not line.loop and self._is_result(line):
                statements.append(ast.Return(self._expression(line)))
            elif place == len(lines) - 1 and self._is_short_result(line):
                results = [
                    self._expression(line) if value == line.writes[0] else ast.Name(self.names[value], ast.Load())
                    for value in first.outputs
                ]
                statements.append(ast.Return(ast.Tuple(results, ast.Load())))
            elif line.loop:
                statements.extend(self._loop(line))
            else:
                statements.append(self._assign(line))
        if not lines or not isinstance(statements[-1], ast.Return):
            results = [ast.Name(self.names[value], ast.Load()) for value in first.outputs]
            statements.append(ast.Return(results[0] if len(results) == 1 else ast.Tuple(results, ast.Load())))
        return Body(tuple(parameters), statements, self.operations)

    def _is_result(self, line: Line) -> bool:
        outputs = self.cell_class.first.outputs
        return line.writes == outputs and line.returns_tuple == (len(outputs) > 1)

    def _is_short_result(self, line: Line) -> bool:
        """Tell whether a line gives one of several results, and is short enough to stand among them."""
        outputs = self.cell_class.first.outputs
        plain = not line.loop and not line.returns_tuple and len(line.writes) == 1
        return plain and outputs.count(line.writes[0]) == 1 and self._width(line) <= _SHORT_WIDTH

    def _lines(self) -> list[Line]:
        lines = []
        for index, step in enumerate(self.cell_class.steps):
            code = copy.deepcopy(step.code)
            prefix = f"{index}:"
            code = _Renamer(prefix).visit(code)
            reads = {f"{prefix}{name}": read for name, read in step.reads.items()}
            optional = step.child is not None and step.child in self.cell_class.optional
            self._mark(code, index, step)
            lines.append(Line(code, reads, step.writes, step.returns_tuple, optional))
        return lines

    def _mark(self, code: ast.expr, index: int, step: Step) -> None:
        operations = tuple(item for item in self.cell_class.operations[index] if item.cell is None)
        if operations:
            self.operations[id(code)] = operations

    def _looped(self, lines: list[Line]) -> list[Line]:
        """Join the calls of the Cells of a list, each with the result of the one before it, into loops."""
        result: list[Line] = []
        index = 0
        while index < len(lines):
            count = self._loop_length(lines, index)
            if count < _MIN_LOOP:
                result.append(lines[index])
                index += 1
                continue
            line = lines[index]
            container = self._called(line).rpartition(".")[0]
            position = self._passing(lines[index], lines[index + 1])
            arguments = _arguments(line)
            reads = dict(line.reads)
            value = reads.pop(arguments[position]).name
            last = lines[index + count - 1]
            result.append(Line(line.code, reads, last.writes, False, loop=container, value=value))
            index += count
        return result

    def _loop_length(self, lines: Sequence[Line], start: int) -> int:
        """Return how many lines from ``start`` on call all Cells of one list in turn; 0 if they do not."""
        name = self._called(lines[start])
        container, _, number = name.rpartition(".")
        if not container or number != "0":
            return 0
        uses = self._uses(lines)
        total = sum(key.rpartition(".")[0] == container for key in self.cell_class.first.children)
        if start + total > len(lines) or total < _MIN_LOOP:
            return 0
        position = self._passing(lines[start], lines[start + 1])
        for offset in range(1, total):
            before, line = lines[start + offset - 1], lines[start + offset]
            if self._called(line) != f"{container}.{offset}" or self._passing(before, line) != position:
                return 0
            if position < 0 or uses[before.writes[0]] != 1:
                return 0
            own = [line.reads[name].name for name in _arguments(line)]
            others = [before.reads[name].name for name in _arguments(before)]
            if [*own[:position], *own[position + 1 :]] != [*others[:position], *others[position + 1 :]]:
                return 0
        return total

    def _called(self, line: Line) -> str:
        """Return the child that a line calls with values and nothing else, or ""."""
        code = line.code
        if not isinstance(code, ast.Call) or code.keywords or not isinstance(code.func, ast.Name) or line.returns_tuple:
            return ""
        if line.optional or any(name not in line.reads or line.reads[name].is_child for name in _arguments(line)):
            return ""
        read = line.reads.get(hole_name(code.func.id) or "")
        return read.name if read is not None and read.is_child else ""

    def _passing(self, before: Line, line: Line) -> int:
        """Return which argument of a call is the result of the call before it; -1 if none is."""
        if len(before.writes) != 1:
            return -1
        values = [line.reads[name].name if name in line.reads else "" for name in _arguments(line)]
        return values.index(before.writes[0]) if values.count(before.writes[0]) == 1 else -1

    def _uses(self, lines: Sequence[Line]) -> Counter[str]:
        """Return how often each value is read or returned."""
        return Counter(value for line in lines for value in line.values()) + Counter(self.cell_class.first.outputs)

    def _inlined(self, lines: list[Line]) -> list[Line]:
        """Write an expression that only the next line reads, once, into that line, as long as it stays short."""
        while len(joined := self._joined(lines)) < len(lines):
            lines = joined
        return joined

    def _joined(self, lines: Sequence[Line]) -> list[Line]:
        """Go through lines once, and join what can be."""
        result: list[Line] = []
        uses = self._uses(lines)
        for line in lines:
            before = result[-1] if result else None
            if before is not None and self._can_join(before, line, uses):
                name = next(
                    name for name, read in line.reads.items() if not read.is_child and read.name == before.writes[0]
                )
                code = _Replacer(name, before.code).visit(line.code)
                if line.code is not code and id(line.code) in self.operations:
                    self.operations[id(code)] = self.operations[id(line.code)]
                reads = {**before.reads, **{key: read for key, read in line.reads.items() if key != name}}
                result[-1] = Line(code, reads, line.writes, line.returns_tuple, line.optional)
            else:
                result.append(line)
        return result

    def _can_join(self, before: Line, line: Line, uses: Mapping[str, int]) -> bool:
        if before.loop or line.loop or before.optional != line.optional or before.returns_tuple:
            return False
        if len(before.writes) != 1 or uses[before.writes[0]] != 1:
            return False
        if line.values().count(before.writes[0]) != 1:
            return False
        width = self._width(before) + self._width(line)
        is_flat = _depth(before.code) + _depth(line.code) <= _INLINE_DEPTH
        return width <= (_INLINE_WIDTH if is_flat else _SHORT_WIDTH)

    def _width(self, line: Line) -> int:
        names = {name: read.name if read.is_child else "x" for name, read in line.reads.items()}
        return len(ast.unparse(_Namer(names).visit(copy.deepcopy(line.code))))

    def _used(self) -> set[str]:
        """Return the names of the values that are still read."""
        return {self.names[value] for value in self.alive}

    def _assign(self, line: Line) -> ast.stmt:
        targets: list[ast.expr] = []
        for value in line.writes:
            if value in self.last:
                self.names[value] = self._variable(line)
                self.alive.add(value)
                targets.append(ast.Name(self.names[value], ast.Store()))
            else:
                targets.append(ast.Name("_", ast.Store()))
        target = ast.Tuple(targets, ast.Store()) if line.returns_tuple else targets[0]
        return ast.Assign([target], self._expression(line))

    def _loop(self, line: Line) -> list[ast.stmt]:
        used = self._used()
        incoming = self.names[line.value]
        statements: list[ast.stmt] = []
        if line.value in self.alive:
            name = self._variable(line)
            statements.append(ast.Assign([ast.Name(name, ast.Store())], ast.Name(incoming, ast.Load())))
        else:
            name = incoming
        self.names[line.writes[0]] = name
        self.alive.add(line.writes[0])
        own = line.loop.rpartition(".")[2].rstrip("s")
        item = unique(identifier(own, "cell"), self.taken | used | set(self.names.values()))
        assert isinstance(line.code, ast.Call)
        arguments: list[ast.expr] = []
        for argument in _arguments(line):
            read = line.reads.get(argument)
            arguments.append(ast.Name(name if read is None else self.names[read.name], ast.Load()))
        call = ast.Call(ast.Name(item, ast.Load()), arguments, [])
        body: list[ast.stmt] = [ast.Assign([ast.Name(name, ast.Store())], call)]
        iterated = attribute(line.loop)
        return [*statements, ast.For(ast.Name(item, ast.Store()), iterated, body, [])]

    def _variable(self, line: Line) -> str:
        """Return a name for a value.

        It is that of the module which computes it where several values are under way; else that of a value which ends
        here, if it says nothing in particular or nothing else is read; else a new one.
        """
        used = self._used()
        taken = self.taken | used
        if is_growing(line.writes[0]):
            return unique("inputs", taken)
        called = self._called_module(line)
        if "out" in taken and called:
            return unique(snake_case(called, "out"), taken)
        values = dict.fromkeys(line.values())
        for value in values:
            name = self.names[value]
            if name not in used and (name in _PASSING_NAMES or (len(values) == 1 and not called)):
                return name
        free = (name for name in ("out", *_INPUT_NAMES[1:]) if name not in taken)
        return next(free, unique("out", taken))

    def _called_module(self, line: Line) -> str:
        """Return the last telling part of the name of the first module or Cell that a line calls, or ""."""
        children = self.cell_class.first.children
        for read in line.reads.values():
            if read.is_child and not isinstance(children.get(read.name), Held | None):
                parts = [part for part in read.name.split(".") if not part.isdigit()]
                return parts[-1]
        return ""

    def _expression(self, line: Line) -> ast.expr:
        codes: dict[str, ast.expr] = {}
        for name, read in line.reads.items():
            codes[name] = attribute(read.name) if read.is_child else ast.Name(self.names[read.name], ast.Load())
        code = _Filler(codes).visit(line.code)
        if id(line.code) in self.operations:
            self.operations[id(code)] = self.operations[id(line.code)]
        if not line.optional:
            return code  # type: ignore[no-any-return]
        child = next(attribute(read.name) for read in line.reads.values() if read.is_child)
        value = next(name for name, read in line.reads.items() if not read.is_child)
        test = ast.Compare(child, [ast.Is()], [ast.Constant(None)])
        return ast.IfExp(test, codes[value], code)


def attribute(name: str) -> ast.expr:
    """Return the expression of something that a Cell holds; what lies in a container is reached by its index."""
    first, *rest = name.split(".")
    code: ast.expr = ast.Attribute(ast.Name("self", ast.Load()), first, ast.Load())
    for part in rest:
        code = ast.Subscript(code, ast.Constant(int(part) if part.isdigit() else part), ast.Load())
    return code


def _arguments(line: Line) -> list[str]:
    """Return the holes that a call's arguments are; "" for an argument that is more than a hole."""
    assert isinstance(line.code, ast.Call)
    return [(hole_name(item.id) or "") if isinstance(item, ast.Name) else "" for item in line.code.args]


def _depth(code: ast.AST) -> int:
    below = max((_depth(child) for child in ast.iter_child_nodes(code)), default=0)
    return below + isinstance(code, (ast.Call, ast.BinOp, ast.Compare, ast.IfExp))


class _Renamer(ast.NodeTransformer):
    """Add a prefix to the names of holes."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def visit_Name(self, node: ast.Name) -> ast.expr:  # the name is the visitor's
        name = hole_name(node.id)
        return node if name is None else hole(f"{self.prefix}{name}")


class _Replacer(ast.NodeTransformer):
    """Put an expression in the place of one hole."""

    def __init__(self, name: str, code: ast.expr) -> None:
        self.name = name
        self.code = code

    def visit_Name(self, node: ast.Name) -> ast.expr:  # the name is the visitor's
        return self.code if hole_name(node.id) == self.name else node


class _Filler(ast.NodeTransformer):
    """Put expressions in the places of holes."""

    def __init__(self, codes: Mapping[str, ast.expr]) -> None:
        self.codes = codes

    def visit_Name(self, node: ast.Name) -> ast.expr:  # the name is the visitor's
        name = hole_name(node.id)
        return copy.deepcopy(self.codes.get(name or "", node))


class _Namer(ast.NodeTransformer):
    """Write names in the places of holes, to measure the text."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:  # the name is the visitor's
        name = hole_name(node.id)
        return ast.Name(self.names.get(name or "", node.id), node.ctx)
