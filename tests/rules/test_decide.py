"""Decisions: what becomes of a call, and that no argument is lost on the way."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindconverter.rules.catalog import Api, Catalog
from mindconverter.rules.decide import (
    RECEIVER,
    Decision,
    Dropped,
    HelperCall,
    Refused,
    Rewritten,
    TargetCall,
    accounted_names,
    decide_call,
    decide_node,
)
from mindconverter.rules.signature import Argument, Bound
from mindconverter.rules.source_files import read_records
from mindconverter.rules.tables import RuleTables
from mindconverter.rules.values import Facts, Unknown, hole_name, source_value, to_code

POLICIES = """
policies:
- parameter: inplace
- parameter: device
  warn: {when: "device is not None", say: The device is chosen elsewhere.}
- parameter: out
  refuse: {when: "out is not None", say: Assign the result instead.}
"""

# A small world: the names are made up, so that no test depends on the frameworks.
SOURCE = {
    "t.flat": ["(input, start=0, end=-1, *, out=None)"],
    "t.Layer": ["(size, bias=True, inplace=False, device=None, dtype=t.f32)"],
    "t.sum": ["(input)", "(input, dim: int, keep: bool=False)"],
    "t.stack": ["(*items, dim=0)"],
    "t.scale": ["(input, beta: float=..., alpha=2)"],
    "t.Tensor.view": ["(*size: int)", "(size: Seq)"],
    "t.anything": [],
}
TARGET = {
    "m.flat": ["(input, start=1, end=-1)"],
    "m.Layer": ["(in_size, has_bias=False, mode='same', dtype=m.f32)"],
    "m.mint.Layer": ["(size, bias=True, dtype=None)"],
    "m.sum": ["(x, axis=None, keep_dims=False)"],
    "m.two": ["(input, axis=None)", "(input, dim, keep=False)"],
    "m.stack": ["(items, axis=0)"],
    "m.join": ["(*items)"],
    "m.scale": ["(input, beta=1, alpha=1)"],
    "m.Tensor.view": ["(*size)"],
    "m.open": ["(input, **options)"],
    "m.keyword": ["(input, *, start=5)"],
    "m.bare": [],
    "m.Cell": ["(n)"],
}


def catalog(framework: str, apis: dict[str, list[str]]) -> Catalog:
    entries = {name: {"kind": "function", "signatures": texts} for name, texts in apis.items()}
    return Catalog(framework, "1.0", entries, {})


def decide(
    tmp_path: Path, rule: str, call: list[Argument], *, receiver: object = None, prefer_mint: bool = False
) -> Decision:
    (tmp_path / "rules.yaml").write_text(f"format: 1\nrules:\n{rule}\n{POLICIES}")
    tables = RuleTables([], list(read_records(tmp_path)))
    (head,) = tables.heads
    found = tables.api_rule(head)
    assert found is not None
    return decide_call(
        found,
        catalog("t", SOURCE).find(head),
        call,
        receiver=receiver,
        policies=tables.policies,
        casts=tables.casts,
        target=catalog("m", TARGET),
        prefer_mint=prefer_mint,
    )


def call(*positional: object, **keywords: object) -> list[Argument]:
    return [*(Argument(value) for value in positional), *(Argument(value, name) for name, value in keywords.items())]


def text(value: object) -> str:
    tree = to_code(value)
    assert tree is not None
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = hole_name(node.id) or node.id
    return ast.unparse(ast.fix_missing_locations(tree))


def shown(decision: Decision) -> str:
    """Return a decision as one line: what stands there, with ``=n`` for the source's own argument n."""
    match decision.result:
        case TargetCall(target, arguments):
            parts = []
            for each in arguments:
                value = text(each.value) if each.origin is None else f"${each.origin}"
                parts.append(("*" if each.star else "") + (f"{each.parameter}=" if each.keyword else "") + value)
            return f"{target}({', '.join(parts)})"
        case Rewritten(tree):
            return text(Unknown(tree))
        case HelperCall(helper):
            return f"{helper}(...)"
        case Dropped():
            return "dropped"
        case Refused(say):
            return f"refused: {say}"
    raise AssertionError(decision.result)


X = source_value("x")
FLAT = "- torch: t.flat\n  to: m.flat"
LAYER = '- torch: t.Layer\n  to: m.Layer\n  args: {in_size: "size", has_bias: "bias"}'


@pytest.mark.parametrize(
    ("rule", "arguments", "expected"),
    [
        # What the source wrote stays as it is; a default that differs is written.
        (FLAT, call(X), "m.flat($0, start=0)"),
        (FLAT, call(X, 1), "m.flat($0, $1)"),
        (FLAT, call(X, 1, 2), "m.flat($0, $1, $2)"),
        (FLAT, call(X, end=2), "m.flat($0, start=0, end=$1)"),
        (FLAT, call(end=2, input=X), "m.flat($1, start=0, end=$0)"),
        (FLAT, call(X, 0, -1, out=None), "m.flat($0, $1, $2)"),
        # Renamed parameters, defaults of both sides, policies.
        (LAYER, call(8), "m.Layer($0, has_bias=True)"),
        (LAYER, call(8, False), "m.Layer($0, $1)"),
        (LAYER, call(8, inplace=True), "m.Layer($0, has_bias=True)"),
        (LAYER, call(8, dtype=X), "m.Layer($0, has_bias=True, dtype=$1)"),
        # Literals and computed values; what equals the target's default is left out.
        (LAYER + "\n  set: {mode: pad}", call(8), "m.Layer($0, has_bias=True, mode='pad')"),
        (LAYER + "\n  set: {mode: same}", call(8), "m.Layer($0, has_bias=True)"),
        (FLAT + '\n  args: {end: "end + 1"}', call(X), "m.flat($0, start=0, end=0)"),
        (FLAT + '\n  args: {end: "end - 1"}', call(X, 1, X), "m.flat($0, $1, end=x - 1)"),
        (FLAT + '\n  args: {start: "1"}\n  omit: start', call(X, 0), "m.flat($0)"),
        # Overloads by number, name and known type.
        (
            "- torch: t.sum\n  overloads:\n"
            '  - {signature: "(input)", to: m.sum, args: {x: "input"}}\n'
            '  - {signature: "(input, dim: int, keep: bool=False)", to: m.sum,'
            ' args: {x: "input", axis: "dim", keep_dims: "keep"}}',
            call(X, 1),
            "m.sum($0, $1)",
        ),
        # The signature of the target that takes what the source wrote.
        ("- torch: t.sum\n  to: m.two", call(X), "m.two($0)"),
        ("- torch: t.sum\n  to: m.two", call(X, 1), "m.two($0, $1)"),
        ("- torch: t.sum\n  to: m.two", call(X, 1, keep=X), "m.two($0, $1, $2)"),
        # Any number of arguments.
        ('- torch: t.stack\n  to: m.stack\n  args: {axis: "dim"}', call(1, X), "m.stack((1, x))"),
        ("- torch: t.stack\n  to: m.join\n  omit: dim", call(1, X), "m.join($0, $1)"),
        ("- torch: t.stack\n  to: m.join\n  omit: dim", [Argument(1), Argument(X, star="*")], "m.join($0, *$1)"),
        ('- torch: t.flat\n  to: m.join\n  args: {items: "(input, start)"}\n  omit: [end]', call(X, 1), "m.join(x, 1)"),
        # Keywords that the target collects, and keyword-only ones.
        ('- torch: t.flat\n  to: m.open\n  args: {first: "start"}\n  omit: end', call(X, 3), "m.open($0, first=3)"),
        ("- torch: t.flat\n  to: m.keyword\n  omit: end", call(X, 3), "m.keyword($0, start=$1)"),
        # A default that no literal tells stays the target's own.
        ("- torch: t.scale\n  to: m.scale", call(X), "m.scale($0, alpha=2)"),
        ("- torch: t.scale\n  to: m.scale", call(X, 3), "m.scale($0, $1, alpha=2)"),
        # Other results.
        ('- torch: t.flat\n  rewrite: "{input}.flat({start}, {end})"', call(X), "x.flat(0, -1)"),
        ("- torch: t.flat\n  drop: true", call(X, 1), "dropped"),
        ("- torch: t.flat\n  helper: flat", call(X, 1), "flat(...)"),
        ("- torch: t.anything\n  helper: flat", call(X, 1, more=2), "flat(...)"),
        # Values in between.
        (
            '- torch: t.flat\n  let: {last: "end + 1", all: "(start, last)"}\n'
            '  rewrite: "f({input}, {all})"\n  helper: f',
            call(X, 1, 2),
            "f(x, (1, 3))",
        ),
    ],
)
def test_a_call_becomes(rule: str, arguments: list[Argument], expected: str, tmp_path: Path) -> None:
    assert shown(decide(tmp_path, rule, arguments)) == expected


CASES = (
    FLAT
    + """
  args: {start: "start + 10"}
  cases:
    - {when: "start == 3", set: {start: 7}}
    - {when: "start == 4", rewrite: "{input}.four({end})", omit: start}
    - {when: "start == 5", args: {start: "start"}, omit: end}
    - {when: "start == 6", refuse: Six is not possible.}
    - {when: "start == 8", to: m.keyword, warn: Eight is odd., omit: end}"""
)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (0, "m.flat($0, start=10)"),
        (3, "m.flat($0, start=7)"),
        (4, "x.four(-1)"),
        (5, "m.flat($0, $1)"),
        (6, "refused: Six is not possible."),
        (8, "m.keyword($0, start=18)"),
    ],
)
def test_a_case_changes_the_rule(start: int, expected: str, tmp_path: Path) -> None:
    assert shown(decide(tmp_path, CASES, call(X, start))) == expected


def test_remarks_are_those_of_the_case(tmp_path: Path) -> None:
    assert [note.say for note in decide(tmp_path, CASES, call(X, 8)).notes] == ["Eight is odd."]
    assert decide(tmp_path, CASES, call(X, 3)).notes == ()


def test_an_unknown_condition_is_a_note_to_review(tmp_path: Path) -> None:
    decision = decide(tmp_path, FLAT + '\n  cases: [{when: "start == 3", set: {start: 7}}]', call(X, X))
    assert shown(decision) == "m.flat($0, $1)"
    (note,) = decision.notes
    assert note.review
    assert "start == 3" in note.say


def test_an_unknown_condition_goes_to_the_dynamic_helper(tmp_path: Path) -> None:
    rule = FLAT + '\n  dynamic: dynamic_flat\n  cases: [{when: "start == 3", set: {start: 7}}]'
    decision = decide(tmp_path, rule, call(X, X))
    assert shown(decision) == "dynamic_flat(...)"
    assert decision.helpers == ("dynamic_flat",)
    assert shown(decide(tmp_path, rule, call(X, 3))) == "m.flat($0, start=7)"


@pytest.mark.parametrize(
    ("remark", "start", "expected", "notes"),
    [
        ('refuse: {when: "start > 1", say: Flatten by hand.}', 2, "refused: Flatten by hand.", []),
        ('refuse: {when: "start > 1", say: Flatten by hand.}', 1, "m.flat($0, $1)", []),
        (
            'refuse: {when: "start > 1", say: Flatten by hand.}',
            X,
            "m.flat($0, $1)",
            [("If 'start > 1' holds: Flatten by hand.", True)],
        ),
        ("refuse: Flatten by hand.", 1, "refused: Flatten by hand.", []),
        ('warn: {when: "start > 1", say: It differs.}', 2, "m.flat($0, $1)", [("It differs.", False)]),
        ('warn: {when: "start > 1", say: It differs.}', 1, "m.flat($0, $1)", []),
        ('warn: {when: "start > 1", say: It differs.}', X, "m.flat($0, $1)", [("It differs.", False)]),
        ("review: Look at it.", 1, "m.flat($0, $1)", [("Look at it.", True)]),
    ],
)
def test_remarks(remark: str, start: object, expected: str, notes: list[tuple[str, bool]], tmp_path: Path) -> None:
    decision = decide(tmp_path, f"{FLAT}\n  {remark}", call(X, start))
    assert shown(decision) == expected
    assert [(note.say, note.review) for note in decision.notes] == notes


def test_policies_drop_with_a_remark_or_refuse(tmp_path: Path) -> None:
    assert decide(tmp_path, LAYER, call(8, device=None)).notes == ()
    decision = decide(tmp_path, LAYER, call(8, device="gpu"))
    assert shown(decision) == "m.Layer($0, has_bias=True)"
    assert [note.say for note in decision.notes] == ["The device is chosen elsewhere."]
    assert shown(decide(tmp_path, FLAT, call(X, 1, out=2))) == "refused: Assign the result instead."


@pytest.mark.parametrize(
    ("rule", "arguments", "reason"),
    [
        # An argument without a place.
        ("- torch: t.flat\n  to: m.keyword", call(X, 1, 2), "'end' has no counterpart"),
        ('- torch: t.flat\n  rewrite: "{input}.flat({start})"', call(X, 1, 2), "'end' has no counterpart"),
        (
            FLAT + '\n  args: {end: "end"}\n  cases: [{when: "start == 1", rewrite: "{input}.f()"}]',
            call(X, 1, 2),
            "counterpart",
        ),
        (
            '- torch: t.Layer\n  to: m.Layer\n  args: {in_size: "size"}\n  weights: {gamma: bias}',
            call(8, False),
            "'bias'",
        ),
        # What cannot be bound or computed.
        (FLAT, call(), "'input' is missing"),
        (FLAT, call(X, other=1), "no parameter 'other'"),
        (FLAT, [Argument(X), Argument(X, star="*")], "run time"),
        (FLAT, [Argument(X), Argument(X, star="**")], "run time"),
        (FLAT + '\n  args: {start: "sqrt(start)"}', call(X, X), "cannot be written down"),
        (FLAT + '\n  args: {start: "start / 0"}', call(X, 1), "cannot be computed"),
        (FLAT + '\n  args: {begin: "start"}', call(X, 1), "has no parameter 'begin'"),
        ("- torch: t.flat\n  to: m.nowhere", call(X), "not in the catalogue"),
        (
            LAYER.replace('in_size: "size", ', "") + "\n  omit: size",
            call(8),
            "nothing is known of the parameter 'in_size'",
        ),
        ('- torch: t.flat\n  to: m.bare\n  args: {x: "input"}\n  omit: [start, end]', call(X), "has no parameter 'x'"),
        ("- torch: t.flat\n  warn: Nothing is said of it.", call(X), "no rule for this form"),
    ],
)
def test_nothing_is_lost_or_guessed(rule: str, arguments: list[Argument], reason: str, tmp_path: Path) -> None:
    decision = decide(tmp_path, rule, arguments)
    assert isinstance(decision.result, Refused), decision.result
    assert reason in decision.result.say


def test_an_argument_that_repeats_its_default_may_go(tmp_path: Path) -> None:
    assert shown(decide(tmp_path, "- torch: t.flat\n  to: m.keyword", call(X, 1, -1))) == "m.keyword($0, start=$1)"


@pytest.mark.parametrize(
    ("arguments", "expected"), [([Argument(X), Argument(X, star="**")], "dynamic_flat(...)"), (call(), "refused: ")]
)
def test_starred_arguments_go_to_the_dynamic_helper(arguments: list[Argument], expected: str, tmp_path: Path) -> None:
    assert shown(decide(tmp_path, FLAT + "\n  dynamic: dynamic_flat", arguments)).startswith(expected)


MINT = LAYER + "\n  mint: m.mint.Layer\n  set: {mode: pad}\n  omit: size"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (call(8), "m.mint.Layer($0)"),
        (call(8, False), "m.mint.Layer($0, $1)"),
        (call(8, dtype=X, inplace=True), "m.mint.Layer($0, dtype=$1)"),
    ],
)
def test_the_twin_takes_the_arguments_of_the_source(arguments: list[Argument], expected: str, tmp_path: Path) -> None:
    assert shown(decide(tmp_path, MINT, arguments, prefer_mint=True)) == expected
    assert shown(decide(tmp_path, MINT, arguments)).startswith("m.Layer(")


def test_a_rule_without_a_twin_keeps_its_target(tmp_path: Path) -> None:
    assert shown(decide(tmp_path, LAYER, call(8), prefer_mint=True)) == "m.Layer($0, has_bias=True)"


@pytest.mark.parametrize(
    ("rule", "arguments", "expected"),
    [
        ("- torch: t.Tensor.view\n  to: m.Tensor.view", call(2, 3), "m.Tensor.view($0, $1)"),
        (
            "- torch: t.Tensor.view\n  overloads:\n"
            '  - {signature: "(*size: int)", to: m.flat, args: {input: "self", start: "size[0]"}}',
            call(2),
            f"m.flat(${RECEIVER}, start=2)",
        ),
        (
            "- torch: t.Tensor.view\n  overloads:\n"
            '  - {signature: "(*size: int)", rewrite: "f({self}, {size})", helper: f}',
            call(2, 3),
            "f(r, (2, 3))",
        ),
    ],
)
def test_a_method_has_its_receiver(rule: str, arguments: list[Argument], expected: str, tmp_path: Path) -> None:
    receiver = source_value("r", Facts(type="tensor"))
    assert shown(decide(tmp_path, rule, arguments, receiver=receiver)) == expected


NODE = {
    "X": Bound(source_value("X"), 0),
    "W": Bound(source_value("W", Facts(shape=(4, 2), weight=True)), 1),
    "alpha": Bound(2),
}


def node(tmp_path: Path, rule: str, given_names: set[str]) -> Decision:
    (tmp_path / "rules.yaml").write_text(f"format: 1\nrules:\n{rule}\n")
    found = RuleTables([], list(read_records(tmp_path))).operator_rule("", "Op", 1)
    assert found is not None
    return decide_node(found, NODE, frozenset(given_names), target=catalog("m", TARGET))


@pytest.mark.parametrize(
    ("rule", "names", "expected"),
    [
        ('- onnx: Op\n  cell: m.Cell\n  args: {n: "shape(W)[0]"}\n  weights: {weight: "W"}', {"X", "W"}, "m.Cell(4)"),
        ('- onnx: Op\n  cell: m.Cell\n  args: {n: "alpha"}\n  inputs: ["X", "W"]', {"X", "W", "alpha"}, "m.Cell(2)"),
        (
            '- onnx: Op\n  call: m.flat\n  args: {input: "X", start: "alpha"}\n  omit: W',
            {"X", "W", "alpha"},
            "m.flat($0, start=2)",
        ),
        (
            '- onnx: Op\n  cell: m.Cell\n  args: {n: "alpha"}',
            {"X", "W"},
            "refused: The parameter 'W' has no counterpart",
        ),
        ('- onnx: Op\n  call: m.Cell\n  args: {n: "alpha"}', {"X"}, "refused: The parameter 'X' has no counterpart"),
        ('- onnx: Op\n  rewrite: "{X} * {alpha}"', {"X"}, "X * 2"),
        ('- onnx: Op\n  rewrite: "{X} * 1"', {"X", "alpha"}, "refused: The parameter 'alpha' has no counterpart"),
    ],
)
def test_a_node_becomes(rule: str, names: set[str], expected: str, tmp_path: Path) -> None:
    assert shown(node(tmp_path, rule, names)).startswith(expected)


def test_names_that_an_action_speaks_of(tmp_path: Path) -> None:
    rule = (
        FLAT
        + '\n  let: {a: "b + start", b: "end"}\n  args: {start: "a"}\n  omit: input\n'
        + '  warn: {when: "given(out)", say: It differs.}'
    )
    decision = decide(tmp_path, rule, call(X))
    assert accounted_names(decision.rule.action, decision.rule.lets) == {"a", "b", "start", "end", "input", "out"}


VALUES = st.one_of(st.integers(-5, 5), st.booleans(), st.none(), st.text(max_size=3), st.just(X))


@settings(max_examples=300, deadline=None)
@given(
    st.sets(st.sampled_from(["start", "end"])),
    st.dictionaries(st.sampled_from(["start", "end", "out"]), VALUES),
    st.sampled_from(["m.flat", "m.keyword", "m.open", "m.two"]),
)
def test_every_argument_is_passed_omitted_or_refused(omit: set[str], keywords: dict[str, object], target: str) -> None:
    """Bind, or refuse; never drop."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        omitted = f"\n  omit: [{', '.join(sorted(omit))}]" if omit else ""
        decision = decide(Path(folder), f"- torch: t.flat\n  to: {target}{omitted}", call(X, **keywords))
    if isinstance(decision.result, Refused):
        return
    assert isinstance(decision.result, TargetCall)
    passed = {argument.origin for argument in decision.result.arguments}
    defaults = {"start": 0, "end": -1, "out": None}
    for index, (name, value) in enumerate(keywords.items(), 1):
        assert index in passed or name in omit or name == "out" or value == defaults[name]


def test_an_api_without_a_signature_takes_whatever_it_is_given(tmp_path: Path) -> None:
    decision = decide(tmp_path, "- torch: t.anything\n  to: m.join", [*call(1, 2)])
    assert (
        shown(decision)
        == "refused: The parameter 'args' has no counterpart here. Remove it or convert the call by hand."
    )
    decision = decide(tmp_path, '- torch: t.anything\n  to: m.join\n  args: {items: "args"}', [*call(1, 2)])
    assert shown(decision) == "m.join($0, $1)"


def test_the_catalogue_follows_aliases() -> None:
    entries = {"a.b.C": {"kind": "class", "signatures": ["(x)"]}, "a.b.C.f": {"kind": "method", "signatures": ["()"]}}
    found = Catalog("a", "1", entries, {"a.x.C": "a.b.C", "a.y": "a.b"})
    assert found.canonical("a.x.C.f") == "a.b.C.f"
    assert found.canonical("a.y.C.f") == "a.b.C.f"
    assert found.canonical("a.z.C") == "a.z.C"
    api = found.find("a.x.C")
    assert isinstance(api, Api)
    assert api.name == "a.b.C"
    assert found.find("a.z.C") is None
