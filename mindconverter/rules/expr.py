"""The expression language of the rules: a small subset of Python in which a value may be unknown.

An expression is evaluated over known values as far as they reach. What depends on an unknown value becomes code: the
same expression with the known parts computed and the unknown ones left as holes.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TypeVar

from mindconverter.rules.functions import FUNCTION_NAMES, call_function
from mindconverter.rules.values import Facts, Unknown, is_known, to_code, type_of

_BINARY: Mapping[type[ast.operator], Callable[..., object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_UNARY: Mapping[type[ast.unaryop], Callable[..., object]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}
_COMPARE: Mapping[type[ast.cmpop], Callable[..., object]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda item, group: item in group,
    ast.NotIn: lambda item, group: item not in group,
}
T = TypeVar("T")


class ExpressionError(Exception):
    """An expression that the language does not allow, or that cannot be computed."""


@dataclass(frozen=True, slots=True)
class Expression:
    """Hold a parsed expression.

    Attributes:
        text: The expression as the rule file has it.
        tree: Its syntax tree, checked against the language.
        names: The names that it reads.
    """

    text: str
    tree: ast.expr
    names: frozenset[str]

    @property
    def name(self) -> str | None:
        """The one name that the expression is, or None if it is more than a name."""
        return self.tree.id if isinstance(self.tree, ast.Name) else None


@cache
def parse_expression(text: str) -> Expression:
    """Parse and check an expression, once in a process.

    Raises:
        ExpressionError: The text is not Python, or uses something that the language leaves out.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise ExpressionError(f"{text!r} is not an expression: {error.args[0]}") from error
    names: set[str] = set()
    _check(tree, names, frozenset())
    return Expression(text, tree, frozenset(names))


def _check(node: ast.expr, names: set[str], bound: frozenset[str]) -> None:
    match node:
        case ast.Constant():
            return
        case ast.Name(id=identifier):
            if identifier not in bound:
                names.add(identifier)
        case ast.BinOp(left=left, right=right, op=op) if type(op) in _BINARY:
            _check(left, names, bound)
            _check(right, names, bound)
        case ast.UnaryOp(operand=operand, op=op) if type(op) in _UNARY or isinstance(op, ast.Not):
            _check(operand, names, bound)
        case ast.BoolOp(values=values) | ast.Tuple(elts=values) | ast.List(elts=values):
            for value in values:
                _check(value, names, bound)
        case ast.Compare(left=left, comparators=comparators, ops=ops) if all(type(op) in _COMPARE for op in ops):
            for value in (left, *comparators):
                _check(value, names, bound)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            for value in (test, body, orelse):
                _check(value, names, bound)
        case ast.Subscript(value=value, slice=index):
            _check(value, names, bound)
            parts = (index.lower, index.upper, index.step) if isinstance(index, ast.Slice) else (index,)
            for part in parts:
                if part is not None:
                    _check(part, names, bound)
        case ast.GeneratorExp(elt=elt, generators=[generator]) | ast.ListComp(elt=elt, generators=[generator]):
            _check(generator.iter, names, bound)
            inner = bound | _targets(generator.target)
            for value in (elt, *generator.ifs):
                _check(value, names, inner)
        case ast.Call(func=ast.Name(id="given"), args=[ast.Name(id=identifier)], keywords=[]):
            names.add(identifier)
        case ast.Call(func=ast.Name(id=function), args=args, keywords=[]):
            if function not in FUNCTION_NAMES:
                raise ExpressionError(f"{function!r} is not a function of the expression language")
            for value in args:
                _check(value, names, bound)
        case _:
            raise ExpressionError(f"{ast.unparse(node)!r} is not allowed in an expression")


def _targets(target: ast.expr) -> frozenset[str]:
    match target:
        case ast.Name(id=identifier):
            return frozenset({identifier})
        case ast.Tuple(elts=elements) if all(isinstance(element, ast.Name) for element in elements):
            return frozenset(element.id for element in elements if isinstance(element, ast.Name))
        case _:
            raise ExpressionError(f"{ast.unparse(target)!r} is not allowed as a loop variable")


def evaluate(expression: Expression, scope: Mapping[str, object], given: frozenset[str] = frozenset()) -> object:
    """Compute an expression.

    Args:
        expression: What to compute.
        scope: The values of the names.
        given: The names that the source wrote itself, for ``given(name)``.

    Returns:
        A known value, or an ``Unknown`` with the code that computes it where there is any.

    Raises:
        ExpressionError: A name is not in scope, or known values do not fit the operation.
    """
    return _guarded(expression, lambda: _Evaluator(scope, given).value(expression.tree))


def truth(expression: Expression, scope: Mapping[str, object], given: frozenset[str] = frozenset()) -> bool | None:
    """Compute a condition: True, False, or None if it is unknown.

    Raises:
        ExpressionError: See ``evaluate``.
    """
    return _guarded(expression, lambda: _Evaluator(scope, given).condition(expression.tree))


def _guarded(expression: Expression, compute: Callable[[], T]) -> T:
    try:
        return compute()
    except (TypeError, ValueError, IndexError, KeyError, ZeroDivisionError, OverflowError) as error:
        raise ExpressionError(f"{expression.text!r} cannot be computed: {error}") from error


@dataclass(frozen=True, slots=True)
class _Evaluator:
    scope: Mapping[str, object]
    given: frozenset[str]

    def value(self, node: ast.expr) -> object:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=identifier):
                if identifier not in self.scope:
                    raise ExpressionError(f"{identifier!r} is not in scope")
                return self.scope[identifier]
            case ast.BinOp(left=left, right=right, op=op):
                return self._binary(op, self.value(left), self.value(right))
            case ast.UnaryOp(operand=operand, op=ast.Not()):
                return self._negation(operand)
            case ast.UnaryOp(operand=operand, op=op):
                return _signed(op, self.value(operand))
            case ast.BoolOp(values=values, op=op):
                return self._connect(op, values)
            case ast.Tuple(elts=elements):
                return tuple(self.value(element) for element in elements)
            case ast.List(elts=elements):
                return [self.value(element) for element in elements]
            case ast.Compare(left=left, comparators=comparators, ops=ops):
                return self._compare(left, ops, comparators)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._choose(test, body, orelse)
            case ast.Subscript(value=value, slice=index):
                return self._item(self.value(value), index)
            case ast.GeneratorExp(elt=elt, generators=[generator]) | ast.ListComp(elt=elt, generators=[generator]):
                return self._comprehend(elt, generator)
            case ast.Call(func=ast.Name(id="given"), args=[ast.Name(id=identifier)]):
                return identifier in self.given
            case ast.Call(func=ast.Name(id=function), args=args):
                return call_function(function, [self.value(argument) for argument in args])
            case _:
                raise ExpressionError(f"{ast.unparse(node)!r} is not allowed in an expression")

    def _binary(self, op: ast.operator, left: object, right: object) -> object:
        if is_known(left) and is_known(right):
            return _BINARY[type(op)](left, right)
        if isinstance(op, (ast.Add, ast.Mult)) and not isinstance(left, Unknown) and not isinstance(right, Unknown):
            return _BINARY[type(op)](left, right)
        types = {type_of(left), type_of(right)}
        result = None
        if types <= {"int", "float"}:
            result = "float" if "float" in types or isinstance(op, ast.Div) else "int"
            result = None if isinstance(op, ast.Pow) else result
        if "tensor" in types:
            result = "tensor"
        left_code, right_code = to_code(left), to_code(right)
        if left_code is None or right_code is None:
            return Unknown(None, Facts(type=result))
        return Unknown(ast.BinOp(left_code, op, right_code), Facts(type=result))

    def condition(self, node: ast.expr) -> bool | None:
        """Return whether an expression counts as true; one operand that decides settles it, unknown others or not."""
        match node:
            case ast.UnaryOp(operand=operand, op=ast.Not()):
                inner = self.condition(operand)
                return None if inner is None else not inner
            case ast.BoolOp(values=operands, op=op):
                decisive = isinstance(op, ast.Or)
                undecided = False
                for operand in operands:
                    holds = self.condition(operand)
                    if holds is decisive:
                        return decisive
                    undecided = undecided or holds is None
                return None if undecided else not decisive
            case _:
                return _truth_value(self.value(node))

    def _negation(self, operand: ast.expr) -> object:
        holds = self.condition(operand)
        if holds is not None:
            return not holds
        return _unknown(self.value(operand), lambda code: ast.UnaryOp(ast.Not(), code), Facts(type="bool"))

    def _connect(self, op: ast.boolop, operands: Sequence[ast.expr]) -> object:
        """Return the operand that ``and`` or ``or`` gives, or what is left to decide between at run time."""
        decisive = isinstance(op, ast.Or)
        left: list[object] = []
        for index, operand in enumerate(operands):
            value = self.value(operand)
            holds = _truth_value(value)
            all_bool = isinstance(value, bool) and all(type_of(other) == "bool" for other in left)
            if holds is None:
                left.append(value)
            elif holds is decisive:
                if all_bool:
                    return decisive  # whatever the others are
                left.append(value)
                break
            elif index == len(operands) - 1 and not (left and all_bool):
                left.append(value)
        if len(left) == 1:
            return left[0]
        codes = [to_code(value) for value in left]
        types = {type_of(value) for value in left}
        facts = Facts(type=types.pop() if len(types) == 1 else None)
        if any(code is None for code in codes):
            return Unknown(None, facts)
        return Unknown(ast.BoolOp(op, [code for code in codes if code is not None]), facts)

    def _compare(self, left: ast.expr, ops: Sequence[ast.cmpop], comparators: Sequence[ast.expr]) -> object:
        values = [self.value(node) for node in (left, *comparators)]
        results = [_compare_two(op, first, second) for op, (first, second) in zip(ops, pairwise(values), strict=True)]
        if any(result is False for result in results):
            return False
        if all(result is True for result in results):
            return True
        codes = [to_code(value) for value in values]
        if any(code is None for code in codes):
            return Unknown(None, Facts(type="bool"))
        known = [code for code in codes if code is not None]
        return Unknown(ast.Compare(known[0], list(ops), known[1:]), Facts(type="bool"))

    def _choose(self, test: ast.expr, body: ast.expr, orelse: ast.expr) -> object:
        condition = self.condition(test)
        if condition is not None:
            return self.value(body if condition else orelse)
        first, second = self.value(body), self.value(orelse)
        codes = [to_code(value) for value in (self.value(test), first, second)]
        kind = type_of(first) if type_of(first) == type_of(second) else None
        if codes[0] is None or codes[1] is None or codes[2] is None:
            return Unknown(None, Facts(type=kind))
        return Unknown(ast.IfExp(codes[0], codes[1], codes[2]), Facts(type=kind))

    def _item(self, value: object, index: ast.expr) -> object:
        if isinstance(index, ast.Slice):
            bounds = [None if part is None else self.value(part) for part in (index.lower, index.upper, index.step)]
            if isinstance(value, Unknown) or not is_known(bounds):
                return Unknown()
            return value[slice(*bounds)]  # type: ignore[index]
        position = self.value(index)
        if isinstance(value, Unknown) or not is_known(position):
            code, position_code = to_code(value), to_code(position)
            if code is None or position_code is None:
                return Unknown()
            return Unknown(ast.Subscript(code, position_code, ast.Load()))
        return value[position]  # type: ignore[index]

    def _comprehend(self, element: ast.expr, generator: ast.comprehension) -> object:
        items = self.value(generator.iter)
        if isinstance(items, Unknown):
            return Unknown()
        result = []
        for item in items:  # type: ignore[attr-defined]
            inner = _Evaluator({**self.scope, **_assign(generator.target, item)}, self.given)
            tests = [inner.condition(test) for test in generator.ifs]
            if None in tests and False not in tests:
                return Unknown()
            if all(tests):
                result.append(inner.value(element))
        return tuple(result)


def _assign(target: ast.expr, item: object) -> dict[str, object]:
    if isinstance(target, ast.Tuple):
        return {
            name.id: part
            for name, part in zip(target.elts, item, strict=True)  # type: ignore[call-overload]
            if isinstance(name, ast.Name)
        }
    return {target.id: item} if isinstance(target, ast.Name) else {}


def _compare_two(op: ast.cmpop, left: object, right: object) -> bool | None:
    if is_known(left) and is_known(right):
        if isinstance(op, (ast.Is, ast.IsNot)) and isinstance(left, (int, float, str)):
            same = type(left) is type(right) and left == right
            return same if isinstance(op, ast.Is) else not same
        return bool(_COMPARE[type(op)](left, right))
    if isinstance(op, (ast.Eq, ast.NotEq, ast.Is, ast.IsNot)) and _never_equal(left, right):
        return isinstance(op, (ast.NotEq, ast.IsNot))
    return None


def _never_equal(left: object, right: object) -> bool:
    """Tell whether two values differ by their types or lengths alone."""
    if isinstance(left, (tuple, list)) and isinstance(right, (tuple, list)):
        return len(left) != len(right)
    first, second = type_of(left), type_of(right)
    if first is None or second is None or first == second:
        return False
    numbers = {"int", "float", "bool", "number", "tensor"}
    return not (first in numbers and second in numbers)


def _truth_value(value: object) -> bool | None:
    """Tell whether a value counts as true; None if that is unknown."""
    if isinstance(value, Unknown):
        return None
    return bool(value)


def _signed(op: ast.unaryop, value: object) -> object:
    if is_known(value):
        return _UNARY[type(op)](value)
    kind = type_of(value)
    return _unknown(value, lambda code: ast.UnaryOp(op, code), Facts(type="int" if kind == "bool" else kind))


def _unknown(value: object, wrap: Callable[[ast.expr], ast.expr], facts: Facts | None = None) -> Unknown:
    code = to_code(value)
    facts = facts if facts is not None else Facts(type=type_of(value))
    return Unknown(None if code is None else wrap(code), facts)
