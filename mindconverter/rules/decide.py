"""What becomes of a call or a node: a rule applied to its bound arguments."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mindconverter.rules.catalog import Api, Catalog
from mindconverter.rules.expr import Expression, ExpressionError, evaluate, truth
from mindconverter.rules.model import Action, Case, Policy, Remark, Rule
from mindconverter.rules.signature import (
    Argument,
    BindingError,
    Bound,
    Kind,
    Parameter,
    Signature,
    Starred,
    bind,
    select_overload,
)
from mindconverter.rules.template import fill
from mindconverter.rules.values import is_known, to_code

RECEIVER = -1
"""The origin of a method's receiver, which rules call ``self``."""


@dataclass(frozen=True, slots=True)
class TargetArgument:
    """Describe an argument of the target.

    Attributes:
        parameter: The target parameter.
        value: The value; where it has an origin, the source's own expression is meant.
        origin: The index of the source argument that it is, unchanged; ``RECEIVER``; or None for a computed value.
        keyword: Whether it must be written as ``parameter=value``; one that may be positional stays as the source has it.
        star: Whether it is written as ``*value``.
    """

    parameter: str
    value: object
    origin: int | None
    keyword: bool
    star: bool = False


@dataclass(frozen=True, slots=True)
class TargetCall:
    """A call of a target API, positional arguments first."""

    target: str
    arguments: tuple[TargetArgument, ...]


@dataclass(frozen=True, slots=True)
class HelperCall:
    """A call of a helper with the source's own arguments."""

    helper: str


@dataclass(frozen=True, slots=True)
class Rewritten:
    """An expression, with holes named by the source's parameters, in which target APIs have their full names."""

    code: ast.expr


@dataclass(frozen=True, slots=True)
class Dropped:
    """Nothing takes the place of the source."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The source stays as it is; ``say`` tells why and what to do."""

    say: str


Result = TargetCall | HelperCall | Rewritten | Dropped | Refused


@dataclass(frozen=True, slots=True)
class Note:
    """A remark to the user; ``review`` marks one that needs a look."""

    say: str
    review: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """Hold what becomes of a call or node.

    Attributes:
        rule: The rule that decided.
        result: What takes the place of the source.
        action: The action that was chosen; None where nothing was.
        notes: Remarks, in order.
        helpers: The helpers that the result needs.
        bound: What each source parameter got.
        scope: The values of all names of the rule: parameters and intermediate values.
    """

    rule: Rule
    result: Result
    action: Action | None = None
    notes: tuple[Note, ...] = ()
    helpers: tuple[str, ...] = ()
    bound: Mapping[str, Bound] | None = None
    scope: Mapping[str, object] | None = None


class _Undecidable(Exception):
    """Something that decides is known only when the user's program runs."""


def decide_call(
    rule: Rule,
    api: Api | None,
    arguments: Sequence[Argument],
    *,
    receiver: object = None,
    policies: Mapping[str, Policy],
    target: Catalog,
    prefer_mint: bool = False,
) -> Decision:
    """Decide what becomes of a call in a script.

    Args:
        rule: The rule of the API that is called.
        api: The API's entry in the source catalogue; None if it has none.
        arguments: The arguments in the order of the source.
        receiver: For a method, the value it is called on.
        policies: What holds for parameters that the rule is silent on.
        target: The catalogue of the target framework.
        prefer_mint: Whether the ``mint`` twin is wanted where a rule has one.
    """
    try:
        action, cases, lets, bound = _bind(rule, api, arguments)
    except BindingError as error:
        if error.starred and rule.dynamic is not None:
            return _dynamic(rule)
        advice = "Write the arguments out, or convert the call by hand." if error.starred else "Check the call."
        return Decision(rule, Refused(f"Its arguments cannot be bound: {error}. {advice}"))
    given = frozenset(name for name, value in bound.items() if value.origin is not None or value.items)
    if receiver is not None:
        bound = {"self": Bound(receiver, RECEIVER), **bound}
    try:
        return _decide(rule, action, cases, lets, bound, given, policies, target, prefer_mint)
    except _Undecidable as error:
        if rule.dynamic is not None:
            return _dynamic(rule)
        return Decision(rule, Refused(str(error)))


def decide_node(
    rule: Rule, bound: Mapping[str, Bound], given: frozenset[str], *, target: Catalog
) -> Decision:
    """Decide what becomes of a node of a graph.

    Args:
        rule: The rule of the operator's version.
        bound: The values of the operator's inputs and attributes by their names in the specification.
        given: The names that the node has itself.
        target: The catalogue of the target framework.
    """
    try:
        return _decide(rule, rule.action, rule.cases, rule.lets, dict(bound), given, {}, target, False)
    except _Undecidable as error:
        return Decision(rule, Refused(str(error)))


def _dynamic(rule: Rule) -> Decision:
    assert rule.dynamic is not None
    return Decision(rule, HelperCall(rule.dynamic), rule.action, (), (rule.dynamic,))


def _bind(
    rule: Rule, api: Api | None, arguments: Sequence[Argument]
) -> tuple[Action, Sequence[Case], Mapping[str, Expression], dict[str, Bound]]:
    if rule.overloads:
        overload = rule.overloads[select_overload([overload.signature for overload in rule.overloads], arguments)]
        return overload.action, overload.cases, overload.lets, bind(overload.signature, arguments)
    signatures = api.signatures if api is not None else ()
    if not signatures:
        signatures = (Signature((Parameter("args", Kind.ARGS), Parameter("kwargs", Kind.KWARGS))),)
    signature = signatures[0] if len(signatures) == 1 else signatures[select_overload(signatures, arguments)]
    return rule.action, rule.cases, rule.lets, bind(signature, arguments)


def _decide(
    rule: Rule,
    action: Action,
    cases: Sequence[Case],
    lets: Mapping[str, Expression],
    bound: dict[str, Bound],
    given: frozenset[str],
    policies: Mapping[str, Policy],
    target: Catalog,
    prefer_mint: bool,
) -> Decision:
    scope: dict[str, object] = {name: value.value for name, value in bound.items()}
    notes: list[Note] = []
    try:
        for name, expression in lets.items():
            scope[name] = evaluate(expression, scope, given)
        for case in cases:
            holds = truth(case.when, scope, given)
            if holds is None:
                if rule.dynamic is not None:
                    raise _Undecidable
                notes.append(Note(f"The conversion holds unless {_readable(case.when)}.", True))
            elif holds:
                action = case.action
                break
        refusal = _refusal(rule, action.refuse, scope, given, notes)
        if refusal is not None:
            return Decision(rule, Refused(refusal), action, tuple(notes), (), bound, scope)
        notes.extend(_remarks(action, scope, given))
        unaccounted = _unaccounted(rule, action, lets, bound, given, policies, target, notes)
        if unaccounted is not None:
            return Decision(rule, Refused(unaccounted), action, tuple(notes), (), bound, scope)
        result = _result(action, scope, bound, given, policies, target, prefer_mint)
    except ExpressionError as error:
        raise _Undecidable(f"The rule cannot decide: {error}. Convert it by hand.") from error
    return Decision(rule, result, action, tuple(notes), action.helper, bound, scope)


def _readable(expression: Expression) -> str:
    return f"'{expression.text}' holds"


def _refusal(
    rule: Rule, remarks: Sequence[Remark], scope: Mapping[str, object], given: frozenset[str], notes: list[Note]
) -> str | None:
    for remark in remarks:
        holds = True if remark.when is None else truth(remark.when, scope, given)
        if holds:
            return remark.say
        if holds is None:
            if rule.dynamic is not None:
                raise _Undecidable
            assert remark.when is not None
            notes.append(Note(f"If {_readable(remark.when)}: {remark.say}", True))
    return None


def _remarks(action: Action, scope: Mapping[str, object], given: frozenset[str]) -> list[Note]:
    notes = []
    for remarks, review in ((action.warn, False), (action.review, True)):
        for remark in remarks:
            if remark.when is None or truth(remark.when, scope, given) is not False:
                notes.append(Note(remark.say, review))
    return notes


def _unaccounted(
    rule: Rule,
    action: Action,
    lets: Mapping[str, Expression],
    bound: Mapping[str, Bound],
    given: frozenset[str],
    policies: Mapping[str, Policy],
    target: Catalog,
    notes: list[Note],
) -> str | None:
    """Return why a source argument would be lost; None if each has its place. Adds the remarks of policies."""
    if action.drop or (_target_name(action, False) is None and action.rewrite is None):
        return None
    used = accounted_names(action, lets)
    api = target.find(_target_name(action, False) or "")
    taken = {parameter.name for signature in (api.signatures if api else ()) for parameter in signature.parameters}
    for name in given:
        if name in used or (name in taken and action.rewrite is None):
            continue
        policy = policies.get(name)
        if policy is None:
            if is_known(bound[name].value) and _is_default(rule, name, bound):
                continue
            return f"The parameter {name!r} has no counterpart here. Remove it or convert the call by hand."
        scope = {name: bound[name].value}
        refusal = _refusal(rule, policy.action.refuse, scope, given, notes)
        if refusal is not None:
            return refusal
        notes.extend(_remarks(policy.action, scope, given))
    return None


def _is_default(rule: Rule, name: str, bound: Mapping[str, Bound]) -> bool:
    """Tell whether an argument repeats what its parameter has anyway."""
    return any(
        parameter.name == name and parameter.default is not None and parameter.default_value() == bound[name].value
        for overload in rule.overloads
        for parameter in overload.signature.parameters
    )


def accounted_names(action: Action, lets: Mapping[str, Expression]) -> frozenset[str]:
    """Return the source parameters that an action speaks of."""
    names: set[str] = {*action.omit}
    expressions = [*action.args.values(), *action.inputs]
    expressions += [remark.when for remark in (*action.refuse, *action.warn, *action.review) if remark.when is not None]
    for expression in expressions:
        names |= expression.names
    if action.rewrite is not None:
        names |= action.rewrite.names
    for text in action.weights.values():
        names |= {node.id for node in ast.walk(ast.parse(text, mode="eval")) if isinstance(node, ast.Name)}
    while True:
        more = {name for let in names & set(lets) for name in lets[let].names} - names
        if not more:
            return frozenset(names)
        names |= more


def _target_name(action: Action, prefer_mint: bool) -> str | None:
    return (action.mint if prefer_mint else None) or action.to or action.cell or action.call


def _result(
    action: Action,
    scope: Mapping[str, object],
    bound: Mapping[str, Bound],
    given: frozenset[str],
    policies: Mapping[str, Policy],
    target: Catalog,
    prefer_mint: bool,
) -> Result:
    if action.drop:
        return Dropped()
    if action.rewrite is not None:
        return Rewritten(fill(action.rewrite, scope, given))
    name = _target_name(action, prefer_mint)
    if name is not None:
        api = target.find(name)
        if api is None:
            raise ExpressionError(f"the target {name!r} is not in the catalogue of {target.framework} {target.version}")
        return TargetCall(name, _arguments(api, action, scope, bound, given, policies))
    if action.helper:
        return HelperCall(action.helper[0])
    return Refused("There is no rule for this form. Convert it by hand.")


def _arguments(
    api: Api,
    action: Action,
    scope: Mapping[str, object],
    bound: Mapping[str, Bound],
    given: frozenset[str],
    policies: Mapping[str, Policy],
) -> tuple[TargetArgument, ...]:
    signature = _target_signature(api, action)
    found: list[TargetArgument] = []
    positional = True
    for parameter in signature.parameters:
        argument = _argument(parameter, action, scope, bound, given, policies)
        if argument is None:
            if parameter.required:
                raise ExpressionError(f"nothing is known of the parameter {parameter.name!r} of {api.name}")
            positional = positional and parameter.kind is Kind.ARGS
            continue
        if parameter.kind is Kind.ARGS:
            found.extend(_items(parameter, argument, bound))
            positional = False
            continue
        keyword = parameter.kind is Kind.KEYWORD or not positional
        if not keyword and parameter.kind is not Kind.POSITIONAL and not parameter.required:
            keyword = argument.origin is None
        positional = positional and not keyword
        found.append(TargetArgument(parameter.name, argument.value, argument.origin, keyword))
    return (*found, *_further_keywords(signature, action, scope, given))


@dataclass(frozen=True, slots=True)
class _Value:
    value: object
    origin: int | None
    source: str | None


def _argument(
    parameter: Parameter,
    action: Action,
    scope: Mapping[str, object],
    bound: Mapping[str, Bound],
    given: frozenset[str],
    policies: Mapping[str, Policy],
) -> _Value | None:
    name = parameter.name
    if name in action.args:
        expression = action.args[name]
        value = evaluate(expression, scope, given)
        source = expression.name if expression.name in bound else None
        origin = bound[source].origin if source is not None else None
    elif name in action.set:
        value, source, origin = action.set[name], None, None
    elif name in bound and name not in action.omit and (name in given or name not in policies):
        value, source, origin = bound[name].value, name, bound[name].origin
    else:
        return None
    if origin is None and parameter.kind is not Kind.ARGS and _equals_default(parameter, value):
        return None
    if origin is None and source is None and to_code(value) is None:
        raise ExpressionError(f"the value of {name!r} is known only at run time, in a way that cannot be written down")
    return _Value(value, origin, source)


def _equals_default(parameter: Parameter, value: object) -> bool:
    if parameter.default is None or not is_known(value):
        return False
    default = parameter.default_value()
    return is_known(default) and default == value and isinstance(default, bool) == isinstance(value, bool)


def _items(parameter: Parameter, argument: _Value, bound: Mapping[str, Bound]) -> list[TargetArgument]:
    """Return the single arguments that ``*args`` of the target takes."""
    origins = bound[argument.source].items if argument.source is not None else ()
    if not isinstance(argument.value, (tuple, list)):
        return [TargetArgument(parameter.name, argument.value, argument.origin, False, star=True)]
    items = []
    for index, item in enumerate(argument.value):
        origin = origins[index] if index < len(origins) else None
        if isinstance(item, Starred):
            items.append(TargetArgument(parameter.name, item.value, origin, False, star=True))
        else:
            items.append(TargetArgument(parameter.name, item, origin, False))
    return items


def _further_keywords(
    signature: Signature, action: Action, scope: Mapping[str, object], given: frozenset[str]
) -> list[TargetArgument]:
    """Return what a rule gives to the ``**kwargs`` of the target."""
    if not any(parameter.kind is Kind.KWARGS for parameter in signature.parameters):
        return []
    known = {parameter.name for parameter in signature.parameters}
    values = {name: evaluate(expression, scope, given) for name, expression in action.args.items() if name not in known}
    values.update({name: value for name, value in action.set.items() if name not in known})
    return [TargetArgument(name, value, None, True) for name, value in values.items()]


def _target_signature(api: Api, action: Action) -> Signature:
    """Return the first signature of the target that has all parameters that the action names."""
    wanted = {*action.args, *action.set}
    for signature in api.signatures:
        names = {parameter.name for parameter in signature.parameters}
        if wanted <= names or any(parameter.kind is Kind.KWARGS for parameter in signature.parameters):
            return signature
    if not api.signatures:
        return Signature(())
    missing = sorted(wanted - {parameter.name for parameter in api.signatures[0].parameters})
    raise ExpressionError(f"{api.name} has no parameter {', '.join(map(repr, missing))}")


