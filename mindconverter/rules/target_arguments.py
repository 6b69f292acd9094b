"""The arguments of a target API: which signature is meant, and what each of its parameters gets."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mindconverter.rules.catalog import Api, Catalog
from mindconverter.rules.expr import ExpressionError, evaluate
from mindconverter.rules.model import Action, Policy
from mindconverter.rules.signature import Bound, Kind, Parameter, Signature
from mindconverter.rules.values import Starred, Unknown, is_known, to_code

RECEIVER = -1
"""The origin of a method's receiver, which rules call ``self``."""


@dataclass(frozen=True, slots=True)
class TargetArgument:
    """Describe an argument of the target.

    Attributes:
        parameter: The target parameter.
        value: The value; where it has an origin, the source's own expression is meant.
        origin: The index of the source argument that it is, unchanged; ``RECEIVER``; or None for a computed value.
        keyword: Whether it must be written as ``parameter=value``; one that may be positional stays as the source
            has it.
        star: Whether it is written as ``*value``.
    """

    parameter: str
    value: object
    origin: int | None
    keyword: bool
    star: bool = False


def twin_action(action: Action, target: Catalog) -> Action:
    """Return the action with the ``mint`` twin as its target; the same action if the version has none.

    The twin takes the source's own arguments by their names: of ``args``, only what passes the receiver holds for it.

    Args:
        action: The action that was chosen.
        target: The catalogue of the target framework.
    """
    if action.mint is None or action.to is None:
        return action
    api = target.find(action.mint)
    if api is None:
        return action
    taken = {parameter.name for signature in api.signatures for parameter in signature.parameters}
    receiver = {name: expression for name, expression in action.args.items() if expression.name == "self"}
    omit = tuple(name for name in action.omit if name not in taken)
    return replace(action, to=action.mint, args=receiver, set={}, omit=omit)


def target_signature(api: Api, action: Action, available: frozenset[str], unplaced: frozenset[str]) -> Signature:
    """Choose the signature of the target that an action means.

    Args:
        api: The target.
        action: What is to become of the source.
        available: The names of the source parameters that have a value.
        unplaced: Those of them that need a parameter of the same name.

    Returns:
        The first signature that takes what the action names, with all required parameters filled and a place for all of
        ``unplaced``; or else the first that comes closest, in this order.

    Raises:
        ExpressionError: No signature has all parameters that the action names.
    """
    wanted = {*action.args, *action.set}
    filled = wanted | (available - set(action.omit))
    best: tuple[tuple[bool, bool], Signature] | None = None
    for signature in api.signatures:
        names = {parameter.name for parameter in signature.parameters}
        if not wanted <= names and not any(parameter.kind is Kind.KWARGS for parameter in signature.parameters):
            continue
        complete = all(parameter.name in filled for parameter in signature.parameters if parameter.required)
        rank = (complete, unplaced <= names)
        if best is None or rank > best[0]:
            best = rank, signature
    if best is not None:
        return best[1]
    if not api.signatures and not wanted:
        return Signature(())
    known = {parameter.name for signature in api.signatures[:1] for parameter in signature.parameters}
    raise ExpressionError(f"{api.name} has no parameter {', '.join(map(repr, sorted(wanted - known)))}")


def target_arguments(
    target: str,
    signature: Signature,
    action: Action,
    scope: Mapping[str, object],
    bound: Mapping[str, Bound],
    given: frozenset[str],
    policies: Mapping[str, Policy],
) -> tuple[TargetArgument, ...]:
    """Return the arguments of a target, positional ones first.

    Args:
        target: The name of the target, for messages.
        signature: Its signature.
        action: What is to become of the source.
        scope: The values of the names of the rule.
        bound: What each source parameter got.
        given: The source parameters that the source wrote itself.
        policies: Those of the parameters that rules may be silent on.

    Raises:
        ExpressionError: A required parameter gets nothing, or a value cannot be computed or written.
    """
    found: list[TargetArgument] = []
    positional = True
    for parameter in signature.parameters:
        argument = _argument(parameter, action, scope, bound, given, policies)
        if argument is None:
            if parameter.required:
                raise ExpressionError(f"nothing is known of the parameter {parameter.name!r} of {target}")
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
        if name in policies and _may_be_none(value):
            code = to_code(value)
            default = parameter.default_value() if parameter.default is not None else None
            if value is None or code is None:
                return None
            if isinstance(default, Unknown) and default.code is not None:
                value, origin = Unknown(ast.BoolOp(ast.Or(), [code, default.code])), None
    else:
        return None
    if origin is None and parameter.kind is not Kind.ARGS and _equals_default(parameter, value):
        return None
    if source is not None and source not in given and isinstance(value, Unknown) and origin is None:
        # The source's default is code of the source's framework, such as a dtype: the target has its own.
        return None
    if origin is None and source is None and to_code(value) is None:
        raise ExpressionError(f"the value of {name!r} is known only at run time, in a way that cannot be written down")
    return _Value(value, origin, source)


def _may_be_none(value: object) -> bool:
    """Tell whether a value may be None, which stands for a default in the parameters that policies are for."""
    return value is None or (isinstance(value, Unknown) and value.facts.type in (None, "none"))


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
