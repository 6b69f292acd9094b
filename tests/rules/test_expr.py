"""The expression language: what it computes, what it leaves unknown, and what it refuses."""

from __future__ import annotations

import ast
import math
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mindconverter.rules.expr import ExpressionError, evaluate, parse_expression, truth
from mindconverter.rules.values import Facts, Unknown, hole_name, is_known, source_value, to_code

UNKNOWN_INT = source_value("n", Facts(type="int"))
UNKNOWN = source_value("x")
TENSOR = source_value("t", Facts(type="tensor", shape=(2, None, 4), dtype="float32"))
SCOPE: dict[str, object] = {"n": UNKNOWN_INT, "x": UNKNOWN, "t": TENSOR, "k": 3, "pair": (1, 2), "mixed": (1, UNKNOWN)}


def compute(text: str, **scope: object) -> object:
    return evaluate(parse_expression(text), {**SCOPE, **scope}, frozenset({"k"}))


def holds(text: str, **scope: object) -> bool | None:
    return truth(parse_expression(text), {**SCOPE, **scope}, frozenset({"k"}))


def code(value: object) -> str:
    """Return the code of a value with source expressions under their names."""
    tree = to_code(value)
    assert tree is not None
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = hole_name(node.id) or node.id
    return ast.unparse(ast.fix_missing_locations(tree))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("-k", -3),
        ("+k", 3),
        ("7 // 2 % 2 ** 2", 3),
        ("1 / 4", 0.25),
        ("(1,) + pair", (1, 1, 2)),
        ("[0] * 2", [0, 0]),
        ("pair[::-1]", (2, 1)),
        ("pair[-1]", 2),
        ("mixed[0]", 1),
        ("len(mixed)", 2),
        ("1 if k == 3 else 2", 1),
        ("0 < k <= 3", True),
        ("k in (1, 3)", True),
        ("k not in pair", True),
        ("None is None", True),
        ("k is not None", True),
        ("0 or 5", 5),
        ("2 and 0 and 3", 0),
        ("not k", False),
        ("tuple(a * 2 for a in pair)", (2, 4)),
        ("[a + b for a, b in ((1, 2), (3, 4)) if a > 1]", (7,)),
        ("given(k)", True),
        ("given(n)", False),
        ("max(k, 5)", 5),
        ("abs(-2.5)", 2.5),
        ("round(2.567, 2)", 2.57),
        ("sum(pair)", 3),
        ("all(a > 0 for a in pair)", True),
        ("any(a > 5 for a in pair)", False),
        ("str(k)", "3"),
        ("repeated(k, 2)", (3, 3)),
        ("repeated((1, 2), 2)", (1, 2)),
        ("repeated((1,), 3)", (1, 1, 1)),
        ("compact((2, 2))", 2),
        ("compact((2, 3))", (2, 3)),
        ("compact(4)", 4),
        ("both_sides((1, 2))", (1, 1, 2, 2)),
        ("sides((1, 2, 3, 4))", (1, 3, 2, 4)),
        ("last_axis_first((1, 2, 3, 4))", (2, 4, 1, 3)),
        ("inverse((2, 0, 1))", (1, 2, 0)),
        ("prod((2, 3, 4))", 24),
        ("flat(((1, 2), [3, (4,)]))", (1, 2, 3, 4)),
        ("sqrt(16)", 4.0),
        ("same_pads('SAME_UPPER', (5, 5), (2, 2), (1, 1), (1, 1))", (0, 0, 1, 1)),
        ("same_pads('SAME_LOWER', (5, 5), (2, 2), (1, 1), (1, 1))", (1, 1, 0, 0)),
        ("same_pads('SAME_UPPER', (7,), (3,), (2,), (2,))", (2, 2)),
        ("places((3, 'a', 9), (9, 3, 3))", (1, None, 0)),
        ("rank(t)", 3),
        ("shape(t)[0]", 2),
        ("dtype(t)", "float32"),
        ("is_tensor(t)", True),
        ("is_int(n)", True),
        ("is_int(k)", True),
        ("is_int(True)", False),
        ("is_bool(True)", True),
        ("is_float(k)", False),
        ("is_number(2.5)", True),
        ("is_str('a')", True),
        ("is_none(None)", True),
        ("is_sequence([1])", True),
        ("is_sequence(n)", False),
        ("is_weight(t)", False),
        ("known(k)", True),
        ("known(n)", False),
        ("known(mixed)", False),
        ("size((1, 2))", 2),
    ],
)
def test_known_values_are_computed(text: str, value: object) -> None:
    found = compute(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("n + 1", "n + 1"),
        ("n * (k + 1)", "n * 4"),
        ("-n", "-n"),
        ("not x", "not x"),
        ("x[0]", "x[0]"),
        ("pair[n]", "(1, 2)[n]"),
        ("x if k == 3 else 1", "x"),
        ("1 if x else 2", "1 if x else 2"),
        ("n == 0", "n == 0"),
        ("0 < n < k", "0 < n < 3"),
        ("max(n, k, 1)", "max(n, 3, 1)"),
        ("int(x)", "int(x)"),
        ("(n, 1)", "(n, 1)"),
        ("mixed + (n,)", "(1, x, n)"),
        ("repeated(n, 2)", "(n, n)"),
        ("tuple(a * 2 for a in mixed)", "(2, x * 2)"),
        ("x or k", "x or 3"),
        ("x and k", "x and 3"),
        ("k and x", "x"),
        ("x or n == 0 or k", "x or n == 0 or 3"),
        ("n == 0 and k == 3", "n == 0"),
        ("n == 0 or k == 4", "n == 0"),
        ("len(x)", "len(x)"),
    ],
)
def test_what_is_unknown_becomes_code(text: str, expected: str) -> None:
    value = compute(text)
    assert not is_known(value)
    assert code(value) == expected


@pytest.mark.parametrize(
    "text",
    [
        "x[1:]",
        "sqrt(n)",
        "compact(x)",
        "prod(x)",
        "[a for a in x]",
        "shape(x)",
        "rank(x)",
        "dtype(x)",
        "is_int(x)",
        "inverse(x)",
    ],
)
def test_some_unknown_values_have_no_code(text: str) -> None:
    value = compute(text)
    assert isinstance(value, Unknown)
    assert value.code is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("known(x) and x == 0", False),
        ("x == 0 and known(x)", False),
        ("x and known(x)", False),
        ("not known(x) or x", True),
        ("x or not known(x)", True),
        ("not (x and known(x))", True),
        ("x == 0", None),
        ("x", None),
        ("not x", None),
        ("x or n", None),
        ("x and k", None),
        ("n is None", False),
        ("n is not None", True),
        ("n == 'same'", False),
        ("n != 'same'", True),
        ("x is None", None),
        ("n == 2.5", None),
        ("n == (1, 1)", False),
        ("mixed == (1, 2, 3)", False),
        ("mixed == (1, 2)", None),
        ("mixed", True),
        ("mixed and k", True),
        ("is_int(n) and n == 0", None),
        ("is_str(n) and n == 'same'", False),
        ("shape(t)[1] == 1", None),
        ("shape(t)[0] == 1", False),
        ("(1 if x else 0) == 2", None),
        ("1 < n < 0", None),
        ("2 < 1 < n", False),
    ],
)
def test_conditions_are_three_valued(text: str, expected: bool | None) -> None:
    assert holds(text) is expected


@pytest.mark.parametrize(
    ("text", "type_name"),
    [
        ("n + 1", "int"),
        ("n / 2", "float"),
        ("n ** k", None),
        ("n == 1", "bool"),
        ("t + 1", "tensor"),
        ("-n", "int"),
        ("not x", "bool"),
        ("float(x)", "float"),
        ("n if x else 1", "int"),
        ("n if x else 1.5", None),
        ("n == 1 or n == 2", "bool"),
        ("x or 2", None),
    ],
)
def test_the_type_of_an_unknown_value_is_known_where_it_follows(text: str, type_name: str | None) -> None:
    value = compute(text)
    assert isinstance(value, Unknown)
    assert value.facts.type == type_name


@pytest.mark.parametrize(
    "text",
    [
        "import os",
        "x.y",
        "__import__('os')",
        "open('f')",
        "lambda: 1",
        "{1: 2}",
        "{1, 2}",
        "f'{x}'",
        "max(x, key=n)",
        "max(*x)",
        "(y := 1)",
        "[a for a in x for b in x]",
        "[a for a.b in x]",
        "{a: 1 for a in x}",
        "await x",
        "yield",
        "x @ x",
        "x | 1",
        "~x",
        "1 +",
        "",
        "given(1)",
        "given()",
        "x\0",
        "(" * 300 + ")" * 300,
    ],
)
def test_what_is_not_in_the_language_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse_expression(text)


@pytest.mark.parametrize(
    "text",
    [
        "k / 0",
        "k + 'a'",
        "pair[5]",
        "int('a')",
        "len(k)",
        "nowhere",
        "inverse((0, 5))",
        "max()",
        "sqrt(-1)",
        "2.0 ** 99999",
        "api('m.')",
    ],
)
def test_what_cannot_be_computed_is_an_error(text: str) -> None:
    with pytest.raises(ExpressionError):
        compute(text)
    with pytest.raises(ExpressionError):
        holds(text)


def test_what_does_not_count_is_not_computed() -> None:
    assert compute("k == 3 or nowhere") is True
    assert compute("1 if k == 3 else nowhere") == 1
    assert holds("k == 4 and nowhere") is False


def test_names_are_those_that_the_expression_reads() -> None:
    assert parse_expression("a + max(b, 1) + sum(c * d for c in e) + (1 if given(f) else 0)").names == set("abdef")
    assert parse_expression("a").name == "a"
    assert parse_expression("a + 1").name is None


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        2.5,
        -2.5,
        1e-5,
        1e300,
        True,
        None,
        "a'b\"",
        (),
        (1,),
        [1, (2, None)],
        {"a": (1,)},
        float("inf"),
        -float("inf"),
        b"x",
    ],
)
def test_code_of_a_known_value_gives_the_value(value: object) -> None:
    tree = to_code(value)
    assert tree is not None
    assert eval(ast.unparse(tree)) == value


def test_code_of_nan_gives_nan() -> None:
    tree = to_code(float("nan"))
    assert tree is not None
    assert math.isnan(eval(ast.unparse(tree)))


@pytest.mark.parametrize("value", [-0.0, 0.0, -1, -1.5, (1, -0.0)])
def test_code_of_a_number_is_what_python_reads_back(value: object) -> None:
    tree = to_code(value)
    assert tree is not None
    assert ast.dump(tree) == ast.dump(ast.parse(ast.unparse(tree), mode="eval").body)
    assert str(eval(ast.unparse(tree))) == str(value)


def test_code_of_a_range_can_be_compiled() -> None:
    tree = to_code(range(2, 5))
    assert tree is not None
    assert eval(compile(ast.fix_missing_locations(ast.Expression(tree)), "", "eval")) == range(2, 5)


# Laws, on random expressions: what is decided without the unknown names holds whatever they are.

NAMES = ("a", "b", "c", "d")
ATOMS = st.sampled_from(["0", "1", "2", "-1", "True", "False", "None", "'s'", "(1, 2)", "()", *NAMES, *NAMES])
VALUES = st.one_of(st.integers(-2, 3), st.booleans(), st.none(), st.sampled_from(["s", "", (1, 2), (), (0,), 1.5, [1]]))
Scope = dict[str, Any]


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def form(template: str, count: int) -> st.SearchStrategy[str]:
        return st.tuples(*[inner] * count).map(lambda parts: template.format(*parts))

    return st.one_of(
        form("({} and {})", 2),
        form("({} or {})", 2),
        form("({} and {} and {})", 3),
        form("({} or {} or {})", 3),
        form("(not {})", 1),
        form("({} == {})", 2),
        form("({} != {})", 2),
        form("({} < {})", 2),
        form("({} is {})", 2).filter(lambda text: not any(mark in text for mark in "('")),
        form("({} is None)", 1),
        form("({} + {})", 2),
        form("({} * {})", 2),
        form("(-{})", 1),
        form("({} if {} else {})", 3),
        form("({}, {})", 2),
        form("{}[0]", 1),
        form("len({})", 1),
        form("max({}, {})", 2),
        form("({} in {})", 2),
        form("is_int({})", 1),
        form("is_none({})", 1),
        form("is_sequence({})", 1),
        form("compact({})", 1),
        form("tuple(i for i in {})", 1),
        form("any({})", 1),
    )


EXPRESSIONS = st.recursive(ATOMS, _larger, max_leaves=8)


def _full(text: str, scope: Scope) -> object:
    try:
        return evaluate(parse_expression(text), scope)
    except ExpressionError:
        return assume(False)


def _partly(scope: Scope, hidden: set[str], typed: bool) -> dict[str, object]:
    def hide(name: str, value: object) -> object:
        if name not in hidden:
            return value
        type_name = "none" if value is None else type(value).__name__
        return source_value(name, Facts(type=type_name if typed else None))

    return {name: hide(name, value) for name, value in scope.items()}


def _run(value: object, scope: Scope) -> object:
    tree = to_code(value)
    assert tree is not None
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = hole_name(node.id) or node.id
    return eval(ast.unparse(ast.fix_missing_locations(tree)), {}, dict(scope))


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@settings(max_examples=700, deadline=None)
@given(EXPRESSIONS, st.fixed_dictionaries(dict.fromkeys(NAMES, VALUES)), st.sets(st.sampled_from(NAMES)), st.booleans())
def test_partial_evaluation_agrees_with_full_evaluation(text: str, scope: Scope, hidden: set[str], typed: bool) -> None:
    value = _full(text, scope)
    try:
        found = evaluate(parse_expression(text), _partly(scope, hidden, typed))
    except ExpressionError:
        assume(False)  # what cannot be decided is refused, which is always right
    if is_known(found):
        assert found == value
        assert type(found) is type(value)
    elif to_code(found) is not None:
        result = _run(found, scope)
        assert result == value
        assert type(result) is type(value)


@settings(max_examples=700, deadline=None)
@given(EXPRESSIONS, st.fixed_dictionaries(dict.fromkeys(NAMES, VALUES)), st.sets(st.sampled_from(NAMES)), st.booleans())
def test_a_decided_condition_holds_whatever_is_unknown(text: str, scope: Scope, hidden: set[str], typed: bool) -> None:
    value = _full(text, scope)
    try:
        found = truth(parse_expression(text), _partly(scope, hidden, typed))
    except ExpressionError:
        assume(False)
    assert found is None or found is bool(value)


@settings(max_examples=500, deadline=None)
@given(EXPRESSIONS, st.fixed_dictionaries(dict.fromkeys(NAMES, VALUES)))
def test_everything_is_decided_where_everything_is_known(text: str, scope: Scope) -> None:
    value = _full(text, scope)
    assert is_known(value)
    assert truth(parse_expression(text), scope) is bool(value)


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_an_expression_or_an_expression_error(text: str) -> None:
    with suppress(ExpressionError):
        parse_expression(text)


LITERALS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_subnormal=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.lists(inner, max_size=3).map(tuple)),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(LITERALS)
def test_code_and_value_are_a_round_trip(value: object) -> None:
    tree = to_code(value)
    assert tree is not None
    found = eval(ast.unparse(tree))
    assert found == value
    assert repr(found) == repr(value)
