"""What calls of APIs give, where it depends on the arguments: on the overload, or on the types of their elements."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from mindconverter.rules.model import Rule
from mindconverter.rules.signature import Argument, BindingError, Bound, Signature, bind, select_signature
from mindconverter.rules.values import Facts, Unknown
from mindconverter.source.edit.arguments import Slot, read_slots
from mindconverter.source.kinds import kind
from mindconverter.source.kinds.api import Apis
from mindconverter.source.kinds.kind import UNKNOWN, UNSURE, Kind


def call_kind(
    apis: Apis, called: Sequence[tuple[str, Kind]], node: ast.Call, kinds: Mapping[int, Kind], plain: Kind
) -> Kind:
    """Return the kind of what a call gives.

    Args:
        apis: What is known of APIs.
        called: The public names of the APIs that may be called, each with the kind of its receiver.
        node: The call.
        kinds: The kinds of its arguments, by the identity of their nodes.
        plain: What it gives whatever the arguments are.
    """
    found = [_result(apis, name, receiver, node, kinds) for name, receiver in called]
    known = [item for item in found if item]
    if known and len(known) == len(found):
        return kind.join(*known) | plain & UNSURE
    if apis.is_array(kind.sure(plain)):
        return _of_given_type(apis, node, kinds) or plain
    return plain


def _of_given_type(apis: Apis, node: ast.Call, kinds: Mapping[int, Kind]) -> Kind:
    """Return the kind of an array whose type of elements is an argument; unknown without one."""
    for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
        said = kinds.get(id(argument), UNKNOWN)
        if said and all("." in kind.outer_name(name) and apis.is_array(kind.items_of(kind.of(name))) for name in said):
            return apis.elements.array_like(said)
    return UNKNOWN


def _result(apis: Apis, name: str, receiver: Kind, node: ast.Call, kinds: Mapping[int, Kind]) -> Kind:
    rule = apis.rule(name)
    if rule is not None and rule.in_place_of is not None:
        rule = apis.rule(rule.in_place_of)
    if rule is None or not _depends(rule):
        return UNKNOWN
    slots = [slot for slot in read_slots(node) if not apis.receives(rule, apis.entry(rule.head), slot.keyword)]
    given = [kinds.get(id(slot.value), UNKNOWN) for slot in slots]
    arguments = [_argument(apis, rule, slot, found) for slot, found in zip(slots, given, strict=True)]
    try:
        signature, said = _form(apis, rule, arguments)
        bound = bind(signature, arguments)
    except BindingError:
        return UNKNOWN
    if said is None:
        return UNKNOWN
    parameters = {"self": receiver, **{parameter: _given(item, given) for parameter, item in bound.items()}}
    return apis.kind_of_text(said, rule.head, parameters)


def _depends(rule: Rule) -> bool:
    if any(overload.returns is not None for overload in rule.overloads):
        return True
    return rule.returns is not None and bool(kind.parameters_in(rule.returns))


def _form(apis: Apis, rule: Rule, arguments: Sequence[Argument]) -> tuple[Signature, str | None]:
    """Return the signature that a call means, and what the tables say of its result."""
    entry = apis.entry(rule.head)
    signatures = [overload.signature for overload in rule.overloads] or (entry.signatures if entry is not None else ())
    signature = select_signature(signatures, arguments) if signatures else Signature(())
    overload = next((item for item in rule.overloads if item.signature is signature), None)
    return signature, (overload.returns if overload is not None else None) or rule.returns


def _argument(apis: Apis, rule: Rule, slot: Slot, found: Kind) -> Argument:
    keyword = apis.parameter(rule, apis.entry(rule.head), slot.keyword) if slot.keyword is not None else None
    value = slot.value.value if isinstance(slot.value, ast.Constant) else Unknown(None, Facts(apis.type_name(found)))
    return Argument(value, keyword, slot.star)


def _given(bound: Bound, given: Sequence[Kind]) -> Kind | None:
    """Return the kind of what a parameter got; None for its default."""
    if bound.origin is not None:
        return given[bound.origin]
    return kind.join(*(given[index] for index in bound.items)) if bound.items else None
