"""Signatures: parsing, binding as Python binds, and the choice between overloads."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindconverter.rules.signature import (
    Argument,
    BindingError,
    Bound,
    Kind,
    Starred,
    bind,
    parse_signature,
    select_overload,
)
from mindconverter.rules.values import Facts, Unknown, source_value


def test_all_kinds_of_parameters() -> None:
    signature = parse_signature("(a, /, b: int, c=1, *rest, d, e: str='x', **more) -> Tensor")
    assert [(each.name, each.kind, each.default, each.annotation) for each in signature.parameters] == [
        ("a", Kind.POSITIONAL, None, ""),
        ("b", Kind.EITHER, None, "int"),
        ("c", Kind.EITHER, "1", ""),
        ("rest", Kind.ARGS, None, ""),
        ("d", Kind.KEYWORD, None, ""),
        ("e", Kind.KEYWORD, "'x'", "str"),
        ("more", Kind.KWARGS, None, ""),
    ]
    assert [each.name for each in signature.parameters if each.required] == ["a", "b", "d"]
    assert signature.parameter("e") is signature.parameters[5]
    assert signature.parameter("z") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("(a=1)", 1), ("(a=-1.5)", -1.5), ("(a=None)", None), ("(a=(1, 'b'))", (1, "b")), ("(a='x')", "x")],
)
def test_defaults_are_values(text: str, value: object) -> None:
    assert parse_signature(text).parameters[0].default_value() == value


def test_a_default_that_is_no_literal_is_unknown() -> None:
    value = parse_signature("(a=torch.float32)").parameters[0].default_value()
    assert isinstance(value, Unknown)
    assert value.code is not None


def test_a_default_that_a_stub_does_not_tell_is_unknown() -> None:
    value = parse_signature("(a: float=...)").parameters[0].default_value()
    assert isinstance(value, Unknown)
    assert value.code is None


@pytest.mark.parametrize("text", ["", "(a", "a, b", "(a=1, b)", "(a, a)", "(*, **)", "(1)"])
def test_what_is_no_signature_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a signature"):
        parse_signature(text)


def arguments(*positional: object, **keywords: object) -> list[Argument]:
    return [*(Argument(value) for value in positional), *(Argument(value, name) for name, value in keywords.items())]


def test_origins_are_the_places_in_the_call() -> None:
    bound = bind(parse_signature("(a, b=2, *rest, c=3, **more)"), arguments(10, 20, 30, 40, d=50))
    assert {name: (value.value, value.origin, value.items) for name, value in bound.items()} == {
        "a": (10, 0, ()),
        "b": (20, 1, ()),
        "rest": ((30, 40), None, (2, 3)),
        "c": (3, None, ()),
        "d": (50, 4, ()),
    }


@pytest.mark.parametrize(
    ("signature", "call", "reason"),
    [
        ("(a)", arguments(), "'a' is missing"),
        ("(a)", arguments(1, 2), "2 positional arguments"),
        ("(a)", arguments(1, a=2), "given twice"),
        ("(a)", arguments(b=1), "no parameter 'b'"),
        ("(a, /)", arguments(a=1), "no parameter 'a'"),
        ("(*, a)", arguments(1), "1 positional"),
        ("(*rest)", arguments(1, rest=2), "no parameter 'rest'"),
    ],
)
def test_a_wrong_call_is_refused(signature: str, call: list[Argument], reason: str) -> None:
    with pytest.raises(BindingError, match=reason) as caught:
        bind(parse_signature(signature), call)
    assert not caught.value.starred


@pytest.mark.parametrize(
    ("signature", "call"),
    [
        ("(a, b=1)", [Argument(1), Argument((), star="*")]),
        ("(a, b=1)", [Argument(source_value("more"), star="**")]),
        ("(a, *rest)", [Argument((), star="*")]),
        ("(a, *rest)", [Argument((), star="*"), Argument(1, "a")]),
        ("(**more)", [Argument(source_value("more"), star="**")]),
    ],
)
def test_a_starred_argument_hides_what_it_is(signature: str, call: list[Argument]) -> None:
    with pytest.raises(BindingError) as caught:
        bind(parse_signature(signature), call)
    assert caught.value.starred


def test_the_parts_of_a_starred_dictionary_are_given_by_name() -> None:
    bound = bind(parse_signature("(a, b=1, c=2)"), [Argument(1), Argument({"c": 3}, star="**")])
    assert (bound["b"].value, bound["b"].items) == (1, ())
    assert (bound["c"].value, bound["c"].origin, bound["c"].items) == (3, None, (1,))
    with pytest.raises(BindingError, match="given twice"):
        bind(parse_signature("(a, b=1)"), [Argument(1), Argument({"a": 3}, star="**")])


def test_a_sequence_may_be_given_by_the_name_of_the_rest() -> None:
    bound = bind(parse_signature("(*size, dtype=None)"), arguments(size=(2, 3)))
    assert bound["size"] == Bound(((2, 3),), items=(0,))


def test_a_starred_argument_passes_where_only_the_rest_takes_it() -> None:
    names = source_value("names")
    bound = bind(parse_signature("(a, *rest)"), [Argument(1), Argument(2), Argument(names, star="*"), Argument(3)])
    first, second, third = bound["rest"].value  # type: ignore[misc]
    assert (first, third) == (2, 3)
    assert isinstance(second, Starred)
    assert second.value is names
    assert bound["rest"].items == (1, 2, 3)


NAMES = ("a", "b", "c", "d", "e")


@st.composite
def signatures(draw: st.DrawFn) -> str:
    count = draw(st.integers(0, 5))
    kinds = sorted(draw(st.lists(st.sampled_from("pek"), min_size=count, max_size=count)), key="pek".index)
    optional = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    parts: list[str] = []
    seen_default = False
    star = draw(st.booleans())
    positional_only = sum(kind == "p" for kind in kinds)
    for index, (kind, with_default) in enumerate(zip(kinds, optional, strict=True)):
        if kind == "k" and (index == 0 or kinds[index - 1] != "k"):
            parts.append("*rest" if star else "*")
        with_default = with_default or (seen_default and kind != "k")
        seen_default = seen_default or (with_default and kind != "k")
        parts.append(f"{NAMES[index]}={index * 11}" if with_default else NAMES[index])
        if index + 1 == positional_only:
            parts.append("/")
    if star and "k" not in kinds:
        parts.append("*rest")
    if draw(st.booleans()):
        parts.append("**more")
    return f"({', '.join(parts)})"


@settings(max_examples=1000, deadline=None)
@given(
    signatures(),
    st.lists(st.integers(100, 200), max_size=6),
    st.dictionaries(st.sampled_from((*NAMES, "z")), st.integers(300, 400), max_size=4),
)
def test_binding_agrees_with_python(text: str, positional: list[int], keywords: dict[str, int]) -> None:
    space: dict[str, Any] = {}
    exec(f"def f{text}: ...", space)
    python = inspect.signature(space["f"])
    signature = parse_signature(text)
    only_positional = {each.name for each in signature.parameters if each.kind is Kind.POSITIONAL}
    try:
        expected = python.bind(*positional, **keywords)
    except TypeError:
        with pytest.raises(BindingError):
            bind(signature, arguments(*positional, **keywords))
        return
    if only_positional & set(keywords):
        # Python puts the keyword into `**more` beside the parameter of its name: two values of one name.
        with pytest.raises(BindingError):
            bind(signature, arguments(*positional, **keywords))
        return
    expected.apply_defaults()
    wanted = dict(expected.arguments)
    wanted.update(wanted.pop("more", {}))
    found = bind(signature, arguments(*positional, **keywords))
    assert {name: value.value for name, value in found.items()} == wanted
    values = [*positional, *keywords.values()]
    for value in found.values():
        if value.origin is not None:
            assert values[value.origin] == value.value


TENSOR = source_value("t", Facts(type="tensor"))
ANY = source_value("x")


@pytest.mark.parametrize(
    ("texts", "call", "index"),
    [
        (("(a: int)", "(a: Seq)"), arguments((1, 2)), 1),
        (("(a: int)", "(a: Seq)"), arguments(1), 0),
        (("(a: Seq)", "(*a: int)"), arguments(1, 2), 1),
        (("(a: Seq)", "(*a: int)"), arguments(1), 1),
        (("()", "(dim: int, keep: bool=False)"), arguments(), 0),
        (("()", "(dim: int, keep: bool=False)"), arguments(1), 1),
        (("()", "(dim: int, keep: bool=False)"), arguments(keep=True, dim=1), 1),
        (("(a: Tensor)", "(a: Number)"), arguments(TENSOR), 0),
        (("(a: Tensor)", "(a: Number)"), arguments(2.5), 1),
        (("(a: None)", "(a: int)"), arguments(None), 0),
        (("(a: int | None)", "(a: str)"), arguments(None), 0),
        (("(a: int | None)", "(a: str)"), arguments("x"), 1),
        (("(a: Dtype)", "(a: int)"), arguments(1), 0),
        (("(a)", "(a: int)"), arguments(ANY), 0),
        (("(a, b)", "(a: int)"), arguments(source_value("n", Facts(type="int"))), 1),
        (("(*a: int)",), arguments(1), 0),
        (("(a: int)", "(a: Seq, b: int)"), arguments(ANY), 0),
        (("()", "(dim: int, keep: bool=False)"), arguments(ANY), 1),
        (("()", "(dim: int, keep: bool=False)"), arguments(1, ANY), 1),
        (("(a: str)", "(a: int, b: int)"), arguments(ANY, 1), 1),
    ],
)
def test_the_overload_that_fits_is_chosen(texts: tuple[str, ...], call: list[Argument], index: int) -> None:
    assert select_overload([parse_signature(text) for text in texts], call) == index


@pytest.mark.parametrize(
    ("texts", "call", "starred"),
    [
        (("(a: int)", "(a: Seq)"), arguments("x"), False),
        (("(a: int)", "(a: Seq)"), arguments(ANY), True),
        (("(a: int)", "(a)"), arguments(ANY), True),
        (("(a: int)", "(a: str)", "(a: Seq)"), arguments(ANY), True),
        (("(a)", "(a, b)"), arguments(), False),
        (("(a)", "(a, b)"), [Argument((), star="*")], True),
        (("(*a: int)",), arguments(1, "x"), False),
    ],
)
def test_no_overload_is_guessed(texts: tuple[str, ...], call: list[Argument], starred: bool) -> None:
    with pytest.raises(BindingError) as caught:
        select_overload([parse_signature(text) for text in texts], call)
    assert caught.value.starred is starred
