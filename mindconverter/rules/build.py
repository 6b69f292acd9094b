"""From the data of a rule file to rules."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import TypeVar

from mindconverter.errors import RuleTableError
from mindconverter.rules.expansion import Line, parse_expansion
from mindconverter.rules.expr import Expression, ExpressionError, parse_expression
from mindconverter.rules.fusion import Fusion, FusionExample, parse_replacement
from mindconverter.rules.idiom import (
    GradientChange,
    Idiom,
    Leaves,
    StatementPattern,
    ValueDerivative,
    parse_statement_pattern,
)
from mindconverter.rules.location import Location
from mindconverter.rules.model import (
    Action,
    Case,
    Cast,
    Example,
    ModuleRule,
    Namespace,
    Overload,
    Policy,
    Receives,
    Remark,
    Rule,
    Write,
)
from mindconverter.rules.pattern import parse_line, parse_pattern
from mindconverter.rules.signature import parse_signature
from mindconverter.rules.template import parse_template
from mindconverter.rules.versions import parse_ranges

Raw = Mapping[str, object]
Locate = Callable[..., Location]
T = TypeVar("T")

_JOINED = ("omit", "drop_weights", "refuse", "warn", "review")
_RESULTS = ("to", "cell", "call", "rewrite", "expand", "drop", "helper")


def build_rule(raw: Raw, locate: Locate) -> Rule:
    """Build a rule from its data.

    Args:
        raw: The record, already checked against the schema.
        locate: Gives the place of a path of keys within the record.

    Raises:
        RuleTableError: An expression, template or signature is wrong; the message has its place.
    """
    action = _action(raw, locate)
    lets = _expressions(raw, "let", locate)
    return Rule(
        head=str(raw.get("torch") or raw.get("onnx")),
        domain=str(raw.get("domain", "ai.onnx")) if "onnx" in raw else "",
        location=locate(),
        action=action,
        cases=_cases(raw, action, locate, ()),
        lets=lets,
        overloads=_overloads(raw, action, lets, locate),
        dynamic=_text(raw, "dynamic"),
        receiver=str(raw.get("receiver", "known")),
        returns=_text(raw, "returns"),
        parameters=tuple(_list(raw, "parameters")),
        elements=str(raw.get("elements", "")),
        casts={name: str(cast) for name, cast in _mapping(raw, "casts").items()},
        bases=tuple(_list(raw, "bases")),
        fields={name: str(target) for name, target in _mapping(raw, "fields").items()},
        like=_text(raw, "like"),
        sets=tuple(_list(raw, "sets")),
        const=tuple(_list(raw, "const")),
        scalars=tuple(_list(raw, "scalars")),
        sizes=tuple(_list(raw, "sizes")),
        content=_parse(parse_expression, raw["content"], locate("content")) if "content" in raw else None,
        shapes=_lines(raw, "shapes", locate),
        since=tuple(_list(raw, "since")),
        versions=_versions(raw, locate),
        changes=str(raw.get("changes", "")),
        in_place_of=_text(raw, "in_place_of"),
        reshapes=bool(raw.get("reshapes", False)),
        optional=bool(raw.get("optional", False)),
        overwrites=bool(raw.get("overwrites", False)),
        runs=_text(raw, "runs"),
        registers=bool(raw.get("registers", False)),
        examples=_examples(raw, locate),
        todo=str(raw.get("todo", "")),
    )


def build_policy(raw: Raw, locate: Locate) -> Policy:
    """Build a policy from its data; see ``build_rule``."""
    receives = _receives(_mapping(raw, "receives"), locate) if "receives" in raw else None
    return Policy(str(raw["parameter"]), _action(raw, locate), locate(), bool(raw.get("rebind", False)), receives)


def _receives(raw: Raw, locate: Locate) -> Receives:
    typed, written = (_parse(parse_template, raw[key], locate("receives", key)) for key in ("typed", "written"))
    return Receives(typed, written, tuple(_list(raw, "helper")))


def build_module(raw: Raw, locate: Locate) -> ModuleRule:
    """Build a module rule from its data; see ``build_rule``."""
    statement = str(raw.get("import", ""))
    name = statement.split(" as ")[-1].split()[-1] if statement else ""
    return ModuleRule(str(raw["module"]), _text(raw, "to"), statement, name, locate())


def build_namespace(raw: Raw, locate: Locate) -> Namespace:
    """Build a namespace from its data; see ``build_rule``."""
    return Namespace(str(raw["namespace"]), str(raw["say"]), locate())


def build_fusion(raw: Raw, locate: Locate) -> Fusion:
    """Build a fusion from its data; see ``build_rule``."""
    lines = _list(raw, "pattern")
    for index, line in enumerate(lines):
        _parse(parse_line, line, locate("pattern", index))
    return Fusion(
        name=str(raw["fusion"]),
        location=locate(),
        pattern=_parse(lambda _: parse_pattern(lines), lines, locate("pattern")),
        becomes=_parse(parse_replacement, raw["becomes"], locate("becomes")),
        const=tuple(_list(raw, "const")),
        lets=_expressions(raw, "let", locate),
        when=_parse(parse_expression, raw["when"], locate("when")) if "when" in raw else None,
        examples=_fusion_examples(raw, "examples", locate),
        counterexamples=_fusion_examples(raw, "counterexamples", locate),
        moves="moves" in raw,
    )


def _fusion_examples(raw: Raw, key: str, locate: Locate) -> tuple[FusionExample, ...]:
    return tuple(
        FusionExample(
            _mapping(item, "inputs"),
            _mapping(item, "weights"),
            _mapping(item, "constants"),
            tuple(_list(item, "opsets")),
            locate(key, index),
        )
        for index, item in enumerate(_list(raw, key))
    )


def build_cast(raw: Raw, locate: Locate) -> Cast:
    """Build a cast from its data; see ``build_rule``."""
    when = _parse(parse_expression, raw["when"], locate("when"))
    template = _parse(parse_template, raw["rewrite"], locate("rewrite"))
    back = _parse(parse_template, raw["back"], locate("back")) if "back" in raw else None
    return Cast(str(raw["cast"]), when, template, str(raw["elements"]), back)


def build_idiom(raw: Raw, locate: Locate) -> Idiom:
    """Build an idiom from its data; see ``build_rule``."""

    def statements(key: str) -> tuple[StatementPattern, ...]:
        return tuple(_parse(parse_statement_pattern, text, locate(key)) for text in _list(raw, key))

    changes = (
        GradientChange(
            _parse(parse_statement_pattern, item["source"], locate("gradients", index)),
            _parse(parse_template, item["becomes"], locate("gradients", index)),
        )
        for index, item in enumerate(_list(raw, "gradients"))
    )
    return Idiom(
        name=str(raw["idiom"]),
        kinds=_mapping(raw, "kinds"),
        backward=statements("backward"),
        step=statements("step"),
        reset=statements("reset"),
        gone=statements("gone"),
        gradients=tuple(changes),
        mode=statements("mode"),
        review=str(raw.get("review", "")),
        reads=frozenset(_list(raw, "reads")),
        unless=frozenset(_list(raw, "unless")),
        draws=frozenset(_list(raw, "draws")),
        constant=statements("constant"),
        within={name: _parse(parse_template, text, locate("within")) for name, text in _mapping(raw, "within").items()},
        names=_mapping(raw, "names"),
        weights=_parse(parse_template, raw["weights"], locate("weights")),
        plain=_parse(parse_template, raw["plain"], locate("plain")),
        several=_parse(parse_template, raw["several"], locate("several")),
        apply=_parse(parse_template, raw["apply"], locate("apply")),
        accumulate=_parse(parse_template, raw["accumulate"], locate("accumulate")),
        repeated=str(raw.get("repeated", "")),
        helpers=frozenset(_list(raw, "helper")),
        numbers=statements("numbers"),
        items=statements("items"),
        number=_parse(parse_template, raw["number"], locate("number")) if "number" in raw else None,
        derivative=_derivative(_mapping(raw, "derivative"), locate) if "derivative" in raw else None,
        leaves=_leaves(_mapping(raw, "leaves"), locate) if "leaves" in raw else None,
        network_weights=(
            _parse(parse_template, raw["network_weights"], locate("network_weights"))
            if "network_weights" in raw
            else None
        ),
    )


def _leaves(raw: Raw, locate: Locate) -> Leaves:
    place = locate("leaves", "networks")
    networks = (_parse(parse_statement_pattern, text, place) for text in _list(raw, "networks"))
    return Leaves(str(raw["gradient"]), frozenset(_list(raw, "marks")), str(raw["keyword"]), tuple(networks))


def _derivative(raw: Raw, locate: Locate) -> ValueDerivative:
    return ValueDerivative(
        of=str(raw["of"]),
        outputs=str(raw["outputs"]),
        inputs=str(raw["inputs"]),
        factors=str(raw["factors"]),
        omit=frozenset(_list(raw, "omit")),
        units=frozenset(_list(raw, "units")),
        name=str(raw["name"]),
        single=_parse(parse_template, raw["single"], locate("derivative", "single")),
        several=_parse(parse_template, raw["several"], locate("derivative", "several")),
    )


def build_write(raw: Raw, locate: Locate) -> Write:
    """Build what says how a value is written from its data; see ``build_rule``."""
    template = _parse(parse_template, raw["rewrite"], locate("rewrite"))
    reshapes, nested = bool(raw.get("reshapes", False)), bool(raw.get("nested", False))
    return Write(str(raw["kind"]), template, reshapes, nested, tuple(_list(raw, "helper")))


def _text(raw: Raw, key: str) -> str | None:
    value = raw.get(key)
    return None if value is None else str(value)


def _list(raw: Raw, key: str) -> list:  # type: ignore[type-arg]
    if key not in raw:
        return []
    value = raw[key]
    return list(value) if isinstance(value, list) else [value]


def _mapping(raw: Raw, key: str) -> dict:  # type: ignore[type-arg]
    if key not in raw:
        return {}
    value = raw[key]
    return dict(value) if isinstance(value, Mapping) else {}


def _parse(parse: Callable[[str], T], text: object, location: Location) -> T:
    try:
        return parse(str(text))
    except (ExpressionError, ValueError) as error:
        advice = "See docs/rules.md for what may stand here."
        raise RuleTableError(f"{error}.", where=str(location), advice=advice) from error


def _expressions(raw: Raw, key: str, locate: Locate, path: tuple[str | int, ...] = ()) -> dict[str, Expression]:
    return {name: _parse(parse_expression, text, locate(*path, key, name)) for name, text in _mapping(raw, key).items()}


def _lines(raw: Raw, key: str, locate: Locate, path: tuple[str | int, ...] = ()) -> tuple[Line, ...]:
    return tuple(_parse(parse_expansion, text, locate(*path, key, index)) for index, text in enumerate(_list(raw, key)))


def _remarks(raw: Raw, key: str, locate: Locate, path: tuple[str | int, ...]) -> tuple[Remark, ...]:
    remarks = []
    for index, item in enumerate(_list(raw, key)):
        if isinstance(item, str):
            remarks.append(Remark(None, item))
            continue
        place = (*path, key, index) if isinstance(raw[key], list) else (*path, key)
        when = _parse(parse_expression, item["when"], locate(*place, "when")) if "when" in item else None
        remarks.append(Remark(when, str(item["say"])))
    return tuple(remarks)


def _weights(raw: Raw, locate: Locate, path: tuple[str | int, ...]) -> dict[str, str]:
    weights = {name: str(text) for name, text in _mapping(raw, "weights").items()}
    for name, text in weights.items():
        _parse(_check_python, text, locate(*path, "weights", name))
    return weights


def _check_python(text: str) -> None:
    try:
        ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        raise ValueError(f"{text!r} is not an expression: {error.msg}") from error


def _action(raw: Raw, locate: Locate, path: tuple[str | int, ...] = ()) -> Action:
    rewrite = raw.get("rewrite")
    return Action(
        to=_text(raw, "to"),
        mint=_text(raw, "mint"),
        cell=_text(raw, "cell"),
        call=_text(raw, "call"),
        rewrite=None if rewrite is None else _parse(parse_template, rewrite, locate(*path, "rewrite")),
        expand=_lines(raw, "expand", locate, path),
        drop=bool(raw.get("drop", False)),
        helper=tuple(_list(raw, "helper")),
        args=_expressions(raw, "args", locate, path),
        set=_mapping(raw, "set"),
        omit=tuple(_list(raw, "omit")),
        weights=_weights(raw, locate, path),
        drop_weights=tuple(_list(raw, "drop_weights")),
        inputs=tuple(
            _parse(parse_expression, text, locate(*path, "inputs", index))
            for index, text in enumerate(_list(raw, "inputs"))
        ),
        outputs=tuple(_list(raw, "outputs")),
        refuse=_remarks(raw, "refuse", locate, path),
        warn=_remarks(raw, "warn", locate, path),
        review=_remarks(raw, "review", locate, path),
    )


def _merge(base: Action, change: Action) -> Action:
    """Return the base action with the changes of a case: results replace each other, tables merge, lists join."""
    values: dict[str, object] = {}
    replaces = any(getattr(change, key) for key in _RESULTS)
    for item in fields(Action):
        old, new = getattr(base, item.name), getattr(change, item.name)
        if item.name == "weights":
            values[item.name] = {**old, **new}
        elif item.name in _JOINED:
            values[item.name] = (*old, *new)
        elif item.name in _RESULTS and replaces:
            values[item.name] = new
        else:
            values[item.name] = new or old
    # A parameter that the case sets no longer gets the rule's expression, and the other way round.
    values["args"] = {**{k: v for k, v in base.args.items() if k not in change.set}, **change.args}
    values["set"] = {**{k: v for k, v in base.set.items() if k not in change.args}, **change.set}
    return replace(base, **values)  # type: ignore[arg-type]


def _cases(raw: Raw, base: Action, locate: Locate, path: tuple[str | int, ...]) -> tuple[Case, ...]:
    cases = []
    for index, item in enumerate(_list(raw, "cases")):
        place = (*path, "cases", index)
        when = _parse(parse_expression, item["when"], locate(*place, "when"))
        cases.append(Case(when, _merge(base, _action(item, locate, place)), locate(*place)))
    return tuple(cases)


def _overloads(raw: Raw, base: Action, lets: Mapping[str, Expression], locate: Locate) -> tuple[Overload, ...]:
    overloads = []
    for index, item in enumerate(_list(raw, "overloads")):
        place = ("overloads", index)
        text = str(item["signature"])
        signature = _parse(parse_signature, text, locate(*place, "signature"))
        action = _merge(base, _action(item, locate, place))
        own_lets = {**lets, **_expressions(item, "let", locate, place)}
        cases = _cases(item, action, locate, place)
        overloads.append(Overload(signature, text, action, cases, own_lets, locate(*place), _text(item, "returns")))
    return tuple(overloads)


def _versions(raw: Raw, locate: Locate) -> dict[str, str]:
    versions = {framework: str(text) for framework, text in _mapping(raw, "versions").items()}
    for framework, text in versions.items():
        _parse(parse_ranges, text, locate("versions", framework))
    return versions


def _examples(raw: Raw, locate: Locate) -> tuple[Example, ...]:
    return tuple(
        Example(
            str(item.get("source", "")),
            str(item.get("result", "")),
            _mapping(item, "inputs"),
            _mapping(item, "attributes"),
            tuple(_list(item, "outputs")),
            locate("examples", index),
            code=str(item.get("code", "")),
            refused=str(item.get("refused", "")),
            says=str(item.get("says", "")),
            static=bool(item.get("static", False)),
            open=tuple(_list(item, "open")),
        )
        for index, item in enumerate(_list(raw, "examples"))
    )
