"""Write ``__init__``: the expressions that make what a class holds."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mindconverter.graph.emit import skeleton
from mindconverter.graph.emit.target_names import TargetNames
from mindconverter.graph.lower.lowered import Operation
from mindconverter.graph.modules.construction import (
    Chain,
    Construction,
    Literal,
    Make,
    NewParameter,
    NewTensor,
    Reference,
    literal,
)
from mindconverter.rules.values import to_code

_MIN_PROGRESSION = 3


@dataclass
class InitWriter:
    """Turn constructions into code.

    Args:
        names: Shortens target APIs and notes their imports.
        classes: The names of the script's own classes by number.
        placeholders: The expression of each placeholder class by operator.
    """

    names: TargetNames
    classes: Mapping[int, str]
    placeholders: Mapping[str, str]
    operations: dict[int, tuple[Operation, ...]] = field(default_factory=dict)
    ordered: bool = False

    def code(self, form: Construction) -> ast.expr:
        """Return the expression of a construction; which operations its parts compute is noted by identity."""
        match form:
            case Literal(value=value):
                code = to_code(value)
                assert code is not None
                return code
            case Reference(name=name):
                return ast.Name(name, ast.Load())
            case Make():
                return self._make(form)
            case Chain(items=items):
                cells = self.named_list(items)
                arguments = cells.elts if isinstance(cells, ast.List) and len(cells.elts) > 1 else [cells]
                return ast.Call(self.names.reference(skeleton.SEQUENTIAL), arguments, [])
            case NewParameter(sizes=sizes, dtype=dtype, trained=trained):
                extent = ast.Tuple([self.code(size) for size in sizes], ast.Load())
                zeros = ast.Call(self.names.reference(skeleton.ZEROS), [extent, self._dtype(dtype)], [])
                keywords = [] if trained else [_keyword(skeleton.TRAINED, False)]
                return ast.Call(self.names.reference(skeleton.PARAMETER), [zeros], keywords)
            case NewTensor(value=Literal(value=value), dtype=dtype) if (uniform := _uniform(value)) is not None:
                size, item = uniform
                code = to_code(item)
                assert code is not None
                shape = self.code(literal(size))
                return ast.Call(
                    self.names.reference(skeleton.FULL), [shape, code], [ast.keyword("dtype", self._dtype(dtype))]
                )
            case NewTensor(value=value, dtype=dtype):
                return ast.Call(
                    self.names.reference(skeleton.TENSOR), [_as_list(self.code(value)), self._dtype(dtype)], []
                )

    def named_list(self, items: Sequence[tuple[str, Construction]]) -> ast.expr:
        """Return the list of a sequence's Cells; with their names where those are not 0, 1, ..."""
        if [name for name, _ in items] == [str(index) for index in range(len(items))]:
            return self.repeated([form for _, form in items])
        self.ordered = True
        pairs: list[ast.expr] = [ast.Tuple([ast.Constant(name), self.code(form)], ast.Load()) for name, form in items]
        return ast.Call(ast.Name(skeleton.ORDERED, ast.Load()), [ast.List(pairs, ast.Load())], [])

    def repeated(self, forms: Sequence[Construction]) -> ast.expr:
        """Return a list in which runs of alike elements are comprehensions."""
        elements: list[ast.expr] = []
        index = 0
        while index < len(forms):
            run = _run(forms[index:])
            if run > 1:
                elements.append(self._comprehension(forms[index : index + run]))
            else:
                elements.append(self.code(forms[index]))
            index += run
        if len(elements) == 1 and isinstance(elements[0], ast.ListComp):
            return elements[0]
        starred = [ast.Starred(item, ast.Load()) if isinstance(item, ast.ListComp) else item for item in elements]
        return ast.List(starred, ast.Load())

    def _comprehension(self, forms: Sequence[Construction]) -> ast.ListComp:
        first = forms[0]
        assert isinstance(first, Make)
        makes = [form for form in forms if isinstance(form, Make)]
        element = self._make(first)
        varies = False
        for position, argument in enumerate(first.arguments):
            values = [make.arguments[position].value for make in makes]
            if values[0] == values[1]:
                continue
            varies = True
            start, second = (_integer(value) or 0 for value in values[:2])
            step: ast.expr = ast.Name("i", ast.Load())
            if second - start != 1:
                step = ast.BinOp(ast.Constant(second - start), ast.Mult(), step)
            progress = ast.BinOp(ast.Constant(start), ast.Add(), step) if start else step
            keyword = next((item for item in element.keywords if item.arg == argument.parameter), None)
            if keyword is not None:
                keyword.value = progress
            else:
                element.args[position] = progress
        operations = tuple(operation for make in makes for operation in make.operations)
        if operations:
            self.operations[id(element)] = operations
        target = ast.Name("i" if varies else "_", ast.Store())
        count = ast.Call(ast.Name("range", ast.Load()), [ast.Constant(len(forms))], [])
        return ast.ListComp(element, [ast.comprehension(target, count, [], 0)])

    def _make(self, make: Make) -> ast.Call:
        if isinstance(make.target, int):
            func: ast.expr = ast.Name(self.classes[make.target], ast.Load())
        elif make.placeholder:
            func = ast.parse(self.placeholders[make.target], mode="eval").body
        else:
            func = self.names.reference(make.target)
        call = ast.Call(func, [], [])
        for argument in make.arguments:
            code = self.names.shorten(self.code(argument.value))
            assert isinstance(code, ast.expr)
            if argument.keyword:
                call.keywords.append(ast.keyword(argument.parameter, code))
            else:
                call.args.append(code)
        if make.operations:
            self.operations[id(call)] = make.operations
        return call

    def _dtype(self, dtype: str) -> ast.expr:
        return self.names.reference(skeleton.dtype_name(dtype, self.names.tables.target_catalog))


def _run(forms: Sequence[Construction]) -> int:
    """Return how many forms from the first on are equal, or differ by whole numbers that grow evenly."""
    first = forms[0]
    if not isinstance(first, Make):
        return 1
    equal = 1
    while equal < len(forms) and forms[equal] == first:
        equal += 1
    if equal > 1:
        return equal
    count = 1
    while count < len(forms) and _progresses(first, forms[1], forms[count], count):
        count += 1
    return count if count >= _MIN_PROGRESSION else 1


def _progresses(first: Make, second: Construction, other: Construction, place: int) -> bool:
    if not isinstance(second, Make) or not isinstance(other, Make) or other.target != first.target:
        return False
    names = [argument.parameter for argument in first.arguments]
    if names != [item.parameter for item in other.arguments] or names != [item.parameter for item in second.arguments]:
        return False
    for start, step, own in zip(first.arguments, second.arguments, other.arguments, strict=True):
        if start.value == step.value == own.value:
            continue
        numbers = [_integer(item.value) for item in (start, step, own)]
        if numbers[0] is None or numbers[1] is None or numbers[2] is None:
            return False
        if numbers[2] != numbers[0] + place * (numbers[1] - numbers[0]) or numbers[1] <= numbers[0] or numbers[0] < 0:
            return False
    return True


def _integer(form: Construction) -> int | None:
    if isinstance(form, Literal) and isinstance(form.value, int) and not isinstance(form.value, bool):
        return form.value
    return None


def _uniform(value: object) -> tuple[tuple[int, ...], object] | None:
    """Return the shape and the item of nested lists in which several items are all the same; None for others."""
    shape: tuple[int, ...] = ()
    items = [value]
    while items and isinstance(items[0], list):
        shape = (*shape, len(items[0]))
        items = [item for inner in items if isinstance(inner, list) for item in inner]
    texts = {repr(item) for item in items}
    return (shape, items[0]) if len(items) > _MIN_PROGRESSION and len(texts) == 1 else None


def _keyword(name: str, value: object) -> ast.keyword:
    code = to_code(value)
    assert code is not None
    return ast.keyword(name, code)


def _as_list(code: ast.expr) -> ast.expr:
    """Return nested tuples of literals as lists, which is how tensors are written."""
    if isinstance(code, ast.Tuple):
        return ast.List([_as_list(item) for item in code.elts], ast.Load())
    return code
