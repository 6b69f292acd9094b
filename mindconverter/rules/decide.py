"""What becomes of a call or a node: a rule applied to its bound arguments."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mindconverter.rules.catalog import Api, Catalog
from mindconverter.rules.expansion import read_names
from mindconverter.rules.expr import Expression, ExpressionError, evaluate, truth
from mindconverter.rules.model import Action, Case, Cast, Policy, Remark, Rule
from mindconverter.rules.signature import (
    Argument,
    BindingError,
    Bound,
    Kind,
    Parameter,
    Signature,
    bind,
    select_overload,
    select_signature,
)
from mindconverter.rules.target_arguments import (
    RECEIVER,
    TargetArgument,
    target_arguments,
    target_signature,
    twin_action,
)
from mindconverter.rules.template import Template, fill
from mindconverter.rules.values import Facts, Unknown, is_known, type_of


@dataclass(frozen=True, slots=True)
class TargetCall:
    """A call of a target API, positional arguments first."""

    target: str
    arguments: tuple[TargetArgument, ...]


@dataclass(frozen=True, slots=True)
class HelperCall:
    """A call of a helper with the source's own arguments.

    Attributes:
        helper: The helper.
        optional: The parameters of the source whose arguments the helper may lack.
    """

    helper: str
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rewritten:
    """An expression, with holes named by the source's parameters, in which target APIs have their full names."""

    code: ast.expr


@dataclass(frozen=True, slots=True)
class Dropped:
    """Nothing takes the place of the source."""


@dataclass(frozen=True, slots=True)
class Expanded:
    """Nodes of plainer operators take the place of a node: those of the action that was chosen."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The source stays as it is; ``say`` tells why and what to do."""

    say: str


Result = TargetCall | HelperCall | Rewritten | Dropped | Expanded | Refused


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
        back: What brings the result of a target's call back to the type that its arguments had; None for nothing.
    """

    rule: Rule
    result: Result
    action: Action | None = None
    notes: tuple[Note, ...] = ()
    helpers: tuple[str, ...] = ()
    bound: Mapping[str, Bound] | None = None
    scope: Mapping[str, object] | None = None
    back: Template | None = None


class _Undecidable(Exception):
    """Something that decides is known only when the user's program runs."""


def decide_call(
    rule: Rule,
    api: Api | None,
    arguments: Sequence[Argument],
    *,
    receiver: object = None,
    policies: Mapping[str, Policy],
    casts: Mapping[str, Cast],
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
        casts: The casts that the rule may name.
        target: The catalogue of the target framework.
        prefer_mint: Whether the ``mint`` twin is wanted where a rule has one.
    """
    refusal = next((remark.say for remark in rule.action.refuse if remark.when is None), None)
    if refusal is not None:
        return Decision(rule, Refused(refusal), rule.action)
    try:
        form, bound = _bind(rule, api, arguments)
    except BindingError as error:
        if error.starred and (helper := rule.any_call) is not None:
            return Decision(rule, HelperCall(helper), rule.action, (), (helper,))
        advice = "Write the arguments out, or convert the call by hand." if error.starred else "Check the call."
        return Decision(rule, Refused(f"Its arguments cannot be bound: {error}. {advice}"))
    given = frozenset(name for name, value in bound.items() if value.origin is not None or value.items)
    if receiver is not None:
        bound = {"self": Bound(receiver, RECEIVER), **bound}
    chosen = {name: casts[rule.casts[name]] for name in bound if name in rule.casts and rule.casts[name] in casts}
    cast = {name: _cast(bound[name], item) for name, item in chosen.items()}
    back = next((item.back for item in chosen.values()), None) if cast and None not in cast.values() else None
    bound = {name: cast.get(name) or value for name, value in bound.items()}
    try:
        return _brought_back(_decide(rule, form, bound, given, policies, target, prefer_mint), back)
    except _Undecidable as error:
        if rule.dynamic is not None:
            return _dynamic(rule)
        return Decision(rule, Refused(str(error)))


def decide_node(rule: Rule, bound: Mapping[str, Bound], given: frozenset[str], *, target: Catalog) -> Decision:
    """Decide what becomes of a node of a graph.

    Args:
        rule: The rule of the operator's version.
        bound: The values of the operator's inputs and attributes by their names in the specification.
        given: The names that the node has itself.
        target: The catalogue of the target framework.
    """
    try:
        form = _Form(rule.action, rule.cases, rule.lets, Signature(()))
        return _decide(rule, form, bound, given, {}, target, False)
    except _Undecidable as error:
        return Decision(rule, Refused(str(error)))


def _dynamic(rule: Rule) -> Decision:
    assert rule.dynamic is not None
    return Decision(rule, HelperCall(rule.dynamic), rule.action, (), (rule.dynamic,))


def _cast(bound: Bound, cast: Cast) -> Bound | None:
    """Return what a parameter gets by the cast that the rule has for it; None where that may not be needed."""
    if not truth(cast.when, {"value": bound.value}):
        return None
    facts = Facts(type=type_of(bound.value), dtype=cast.elements)
    return Bound(Unknown(fill(cast.template, {"value": bound.value}), facts))


def _brought_back(decision: Decision, back: Template | None) -> Decision:
    """Return a decision whose result has the type that its arguments had before they were cast."""
    if back is None:
        return decision
    match decision.result:
        case Rewritten(code=code):
            return replace(decision, result=Rewritten(fill(back, {"result": Unknown(code)})))
        case TargetCall():
            return replace(decision, back=back)
    return decision


@dataclass(frozen=True, slots=True)
class _Form:
    """What a rule says of one signature of its source."""

    action: Action
    cases: Sequence[Case]
    lets: Mapping[str, Expression]
    signature: Signature


def _bind(rule: Rule, api: Api | None, arguments: Sequence[Argument]) -> tuple[_Form, dict[str, Bound]]:
    if rule.overloads:
        overload = rule.overloads[select_overload([overload.signature for overload in rule.overloads], arguments)]
        form = _Form(overload.action, overload.cases, overload.lets, overload.signature)
    else:
        signatures = api.signatures if api is not None else ()
        if not signatures:
            signatures = (Signature((Parameter("args", Kind.ARGS), Parameter("kwargs", Kind.KWARGS))),)
        form = _Form(rule.action, rule.cases, rule.lets, select_signature(signatures, arguments))
    return form, bind(form.signature, arguments)


def _decide(
    rule: Rule,
    form: _Form,
    bound: Mapping[str, Bound],
    given: frozenset[str],
    policies: Mapping[str, Policy],
    target: Catalog,
    prefer_mint: bool,
) -> Decision:
    scope: dict[str, object] = {name: value.value for name, value in bound.items()}
    notes: list[Note] = []
    action = form.action
    try:
        for name, expression in form.lets.items():
            scope[name] = evaluate(expression, scope, given)
        for case in form.cases:
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
        if prefer_mint:
            action = twin_action(action, target)
        unplaced = given - accounted_names(action, form.lets)
        if action.cell is not None and not action.inputs:
            unplaced -= {next(iter(bound), "")}  # what the Cell is called with
        goal = _goal(action, bound, unplaced, target)
        unaccounted = _unaccounted(rule, form, action, goal, bound, unplaced, policies, notes)
        if unaccounted is not None:
            return Decision(rule, Refused(unaccounted), action, tuple(notes), (), bound, scope)
        result = _result(action, goal, scope, bound, given, policies)
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


@dataclass(frozen=True, slots=True)
class _Goal:
    """The target API of an action, and which of its signatures is meant."""

    name: str
    signature: Signature


def _goal(action: Action, bound: Mapping[str, Bound], unplaced: frozenset[str], target: Catalog) -> _Goal | None:
    """Return the target API of an action; None if something else takes the place of the source.

    Raises:
        ExpressionError: The target is not in the catalogue, or does not take what the action gives.
    """
    name = action.to or action.cell or action.call
    if name is None or action.drop or action.rewrite is not None:
        return None
    api = target.find(name)
    if api is None:
        raise ExpressionError(f"the target {name!r} is not in the catalogue of {target.framework} {target.version}")
    return _Goal(name, target_signature(api, action, frozenset(bound), unplaced))


def _unaccounted(
    rule: Rule,
    form: _Form,
    action: Action,
    goal: _Goal | None,
    bound: Mapping[str, Bound],
    unplaced: frozenset[str],
    policies: Mapping[str, Policy],
    notes: list[Note],
) -> str | None:
    """Return why a source argument would be lost; None if each has its place. Adds the remarks of policies."""
    if action.drop:
        return None
    takes_all = goal is None and action.rewrite is None and not action.expand  # a helper, as the source gives them
    taken = {parameter.name for parameter in goal.signature.parameters} if goal is not None else set()
    for name in bound:
        if name not in unplaced or name in taken:
            continue
        value = bound[name].value
        policy = policies.get(name)
        if takes_all and (policy is None or policy.receives is None):
            continue
        if policy is None:
            if is_known(value) and _is_default(form.signature, name, value):
                continue
            return f"The parameter {name!r} has no counterpart here. Remove it or convert the call by hand."
        scope = {name: value}
        given = frozenset(scope)
        refusal = _refusal(rule, policy.action.refuse, scope, given, notes)
        if refusal is not None:
            return refusal
        notes.extend(_remarks(policy.action, scope, given))
    return None


def _is_default(signature: Signature, name: str, value: object) -> bool:
    """Tell whether an argument repeats what its parameter has anyway."""
    parameter = signature.parameter(name)
    return parameter is not None and parameter.default is not None and parameter.default_value() == value


def accounted_names(action: Action, lets: Mapping[str, Expression]) -> frozenset[str]:
    """Return the source parameters that an action speaks of."""
    names: set[str] = {*action.omit}
    expressions = [] if action.rewrite is not None else [*action.args.values(), *action.inputs]
    expressions += [remark.when for remark in (*action.refuse, *action.warn, *action.review) if remark.when is not None]
    for expression in expressions:
        names |= expression.names
    if action.rewrite is not None:
        names |= action.rewrite.names
    names |= read_names(action.expand)
    # In a script, weights have names of their own: the weight `bias` is not the parameter `bias`.
    for text in action.weights.values() if action.cell is not None else ():
        names |= {node.id for node in ast.walk(ast.parse(text.strip(), mode="eval")) if isinstance(node, ast.Name)}
    while True:
        more = {name for let in names & set(lets) for name in lets[let].names} - names
        if not more:
            return frozenset(names)
        names |= more


def _result(
    action: Action,
    goal: _Goal | None,
    scope: Mapping[str, object],
    bound: Mapping[str, Bound],
    given: frozenset[str],
    policies: Mapping[str, Policy],
) -> Result:
    if action.drop:
        return Dropped()
    if action.rewrite is not None:
        return Rewritten(fill(action.rewrite, scope, given))
    if action.expand:
        return Expanded()
    if goal is not None:
        arguments = target_arguments(goal.name, goal.signature, action, scope, bound, given, policies)
        return TargetCall(goal.name, arguments)
    if action.helper:
        return HelperCall(action.helper[0], given & {*action.omit, *policies})
    return Refused("There is no rule for this form. Convert it by hand.")
