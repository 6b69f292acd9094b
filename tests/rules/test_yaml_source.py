"""Rule files as data: plain YAML 1.2, with a place for everything."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindconverter.rules.yaml_source import YamlError, parse_yaml


def data(text: str) -> Any:
    return parse_yaml(text, "f.yaml").data


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("1e-5", 1e-5),
        ("1E5", 1e5),
        ("1.5e3", 1500.0),
        (".5", 0.5),
        (".5e1", 5.0),
        ("-2.5", -2.5),
        ("+3", 3),
        ("010", 10),
        ("08", 8),
        ("-.inf", -float("inf")),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("True", "True"),
        ("None", "None"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("1:30", "1:30"),
        ("2020-01-01", "2020-01-01"),
        ("1.2.3", "1.2.3"),
        ("=", "="),
        ("'1'", "1"),
        ('"true"', "true"),
        ('"a\\n"', "a\n"),
        ("[1, [a]]", [1, ["a"]]),
        ("{a: {b: 1}}", {"a": {"b": 1}}),
        (">-\n  a\n  b", "a b"),
        ("|\n  a\n  b", "a\nb\n"),
    ],
)
def test_scalars_are_what_they_look_like(scalar: str, value: object) -> None:
    found = data(f"key: {scalar}\n")["key"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "null\n"])
def test_an_empty_file_is_nothing(text: str) -> None:
    assert data(text) is None


def test_an_alias_stands_for_what_it_names() -> None:
    assert data("a: &x [1, 2]\nb: *x\n") == {"a": [1, 2], "b": [1, 2]}


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, 1, "'a' stands twice"),
        ("a: {x: 1, x: 2}\n", 1, 11, "'x' stands twice"),
        ("a:\n  ~: 1\n", 2, 3, "'~' is not text"),
        ("1: a\n", 1, 1, "'1' is not text"),
        ("true: a\n", 1, 1, "'true' is not text"),
        ("? [a]\n: 1\n", 1, 3, "not allowed"),
        ("a: !x 1\n", 1, 4, "'!x' is not allowed"),
        ("a: !x {b: 1}\n", 1, 4, "'!x' is not allowed"),
        ("a: !x [b]\n", 1, 4, "'!x' is not allowed"),
        ("a: !!set {b}\n", 1, 4, "not allowed"),
        ("a: !!binary aGk=\n", 1, 4, "not allowed"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, 4, "not allowed"),
        ("a: !!int x\n", 1, 4, "not of the type int"),
        ("a: &x [*x]\n", 1, 4, "within what it names"),
        ("a: &x {b: {c: *x}}\n", 1, 4, "within what it names"),
        ("a: [1\n", 2, 1, "not YAML"),
        ("a: 'x\n", 2, 1, "not YAML"),
        ("a: b: c\n", 1, 5, "not YAML"),
        ("a: *nowhere\n", 1, 4, "not YAML"),
        ("a: 1\n--- \nb: 2\n", 2, 1, "not YAML"),
        ("a: \x01\n", 1, 1, "not YAML"),
        ("\ta: 1\n", 1, 1, "not YAML"),
    ],
)
def test_what_is_not_plain_yaml_is_refused_with_its_place(text: str, line: int, column: int, reason: str) -> None:
    with pytest.raises(YamlError) as caught:
        parse_yaml(text, "f.yaml")
    assert reason in caught.value.message
    assert caught.value.message.endswith(".")
    assert (caught.value.location.file, caught.value.location.line) == ("f.yaml", line)
    assert caught.value.location.column == column


def test_places_are_those_of_keys_and_items() -> None:
    document = parse_yaml("a:\n  - b: 1\n    c: [x, y]\n  - {d: 2}\n", "f.yaml")
    places = {
        (): (1, 1),
        ("a",): (1, 1),
        ("a", 0): (2, 5),
        ("a", 0, "b"): (2, 5),
        ("a", 0, "c"): (3, 5),
        ("a", 0, "c", 1): (3, 12),
        ("a", 1, "d"): (4, 6),
    }
    for path, place in places.items():
        location = document.locate(path)
        assert (location.line, location.column) == place, path
    nearest = document.locate(("a", 0, "nowhere", 3))
    assert (nearest.line, nearest.column) == (2, 5)
    assert str(nearest) == "f.yaml:2:5"


def test_plain_scalars_are_told_from_quoted_ones() -> None:
    document = parse_yaml("a: x\nb: 'x'\nc: \"x\"\nd: [x, 'y']\ne: >-\n  x\n", "f.yaml")
    assert document.plain == {("a",), ("d", 0)}


PLAIN = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False),
        st.text("abé漢01: #-'\"{}[],&*!|>%@~\n"),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text("abé漢: #", min_size=1), inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(PLAIN)
def test_json_is_read_as_it_is(value: object) -> None:
    assert data(json.dumps({"value": value}, ensure_ascii=False)) == {"value": value}


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_data_or_a_yaml_error(text: str) -> None:
    with suppress(YamlError):
        parse_yaml(text, "f.yaml")
