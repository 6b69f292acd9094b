"""Calls of APIs: the arguments as the rules see them, and the text of what a rule decides."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.catalog import Api
from mindconverter.rules.decide import (
    Decision,
    Dropped,
    HelperCall,
    Note,
    Refused,
    Rewritten,
    TargetCall,
    decide_call,
)
from mindconverter.rules.model import Rule
from mindconverter.rules.signature import Argument
from mindconverter.rules.signature import Kind as ParameterKind
from mindconverter.rules.target_arguments import RECEIVER, TargetArgument
from mindconverter.rules.values import Facts, Unknown, hole, source_value, to_code
from mindconverter.source.calls.context import Context
from mindconverter.source.calls.diagnose import outcome_of, said
from mindconverter.source.calls.dictionaries import known_parts
from mindconverter.source.edit.arguments import NewArgument, Slot, edit_arguments, parentheses, read_slots
from mindconverter.source.edit.edit import HelperName, Piece, TargetName
from mindconverter.source.edit.emit import hole_names, is_atom
from mindconverter.source.edit.text import Span

RECEIVER_HOLE = "self"
Operation = ast.BinOp | ast.UnaryOp


@dataclass
class Use:
    """Describe a use of an API: a call, the reading of an attribute, or an operation.

    Attributes:
        node: The expression.
        rule: The API's rule.
        api: The API's entry in the catalogue, or None.
        callee: What names the API in the text; None where nothing does, as in ``super().__init__()``.
        receiver: For a member, the value that it is of.
        notes: Remarks that hold whatever the rule decides.
        changes: The parameter that the API changes in place, where another API's rule gives the value.
        reshapes: Whether its new value may have another shape.
        output: The argument that says what the result is written into, which the rule does not see; or None.
        operands: Of an operation, what it has beside the receiver.
    """

    node: ast.Call | ast.Attribute | Operation
    rule: Rule
    api: Api | None
    callee: ast.expr | None
    receiver: ast.expr | None = None
    notes: tuple[Note, ...] = ()
    changes: str = ""
    reshapes: bool = False
    output: ast.keyword | None = None
    operands: tuple[ast.expr, ...] = ()
    holes: dict[str, ast.expr] = field(default_factory=dict)

    def argument(self, decision: Decision, name: str) -> ast.expr | None:
        """Return the expression that a parameter got, or None."""
        if self.receiver is not None and name == RECEIVER_HOLE:
            return self.receiver
        if not isinstance(self.node, ast.Call):
            return None
        if decision.bound is None:
            return next((keyword.value for keyword in self.node.keywords if keyword.arg == name), None)
        bound = decision.bound.get(name)
        slots = list(self.slots().values())
        return slots[bound.origin].value if bound is not None and bound.origin is not None else None

    @property
    def shown(self) -> ast.expr:
        """What the report shows."""
        if self.callee is not None:
            return self.callee
        return self.node.func if isinstance(self.node, ast.Call) else self.node

    def slots(self) -> dict[int, Slot]:
        """Return the arguments that the rule sees, by their places in the text."""
        operands = tuple(Slot(operand, None, "") for operand in self.operands)
        slots = read_slots(self.node) if isinstance(self.node, ast.Call) else operands
        hidden = self.output.value if self.output is not None else None
        return {index: slot for index, slot in enumerate(slots) if slot.value is not hidden}


@dataclass(frozen=True, slots=True)
class Applied:
    """Tell what became of a use.

    Attributes:
        converted: Whether something took the place of the API.
        kept: The parts of the use that are in the result.
        gone: The parts that are not.
        removed: Whether nothing takes the place of the call.
    """

    converted: bool
    kept: tuple[ast.expr, ...]
    gone: tuple[ast.expr, ...] = ()
    removed: bool = False


def decide(context: Context, use: Use) -> Decision:
    """Return what the rule of a use decides."""
    arguments: list[Argument] = []
    for index, slot in use.slots().items():
        value = _value(context, use, slot.value, str(index))
        parts = known_parts(context, slot.value) if slot.star == "**" else None
        if parts is not None:
            value = {key: _part(context, use, slot.value, item, f"{index}", key) for key, item in parts.items()}
        arguments.append(Argument(value, _parameter(context, use, slot.keyword), slot.star))
    receiver = None
    if use.receiver is not None:
        receiver = _value(context, use, use.receiver, RECEIVER_HOLE)
    return decide_call(
        use.rule,
        use.api,
        arguments,
        receiver=receiver,
        policies=context.apis.tables.policies,
        casts=context.apis.tables.casts,
        target=context.apis.tables.target_catalog,
        prefer_mint=context.apis.tables.twins,
    )


def _parameter(context: Context, use: Use, keyword: str | None) -> str | None:
    return context.apis.parameter(use.rule, use.api, keyword) if keyword is not None else None


def _part(context: Context, use: Use, owner: ast.expr, node: ast.expr, name: str, key: str) -> object:
    """Return the value ``node`` that the dictionary ``owner``, which the hole ``name`` stands for, has under a key."""
    if isinstance(node, ast.Constant) or not isinstance(owner, ast.Name):
        return _value(context, use, node, f"{name}_{key}")
    code = ast.Subscript(hole(name), ast.Constant(key), ast.Load())
    return Unknown(code, _facts(context, node))


def _value(context: Context, use: Use, node: ast.expr, name: str) -> object:
    """Return the value of an expression as the rules see it."""
    match node:
        case ast.Constant(value=value) if value is not ...:
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
        case ast.Tuple(elts=elements) if not any(isinstance(element, ast.Starred) for element in elements):
            return tuple(_value(context, use, item, f"{name}_{index}") for index, item in enumerate(elements))
        case ast.List(elts=elements) if not any(isinstance(element, ast.Starred) for element in elements):
            return [_value(context, use, item, f"{name}_{index}") for index, item in enumerate(elements)]
    use.holes[name] = node
    return source_value(name, _facts(context, node))


def _facts(context: Context, node: ast.expr) -> Facts:
    found = context.kinds.of(node)
    return Facts(type=context.apis.type_name(found), dtype=context.apis.elements.of(found))


def apply(context: Context, use: Use, decision: Decision) -> Applied:
    """Bring what a rule decided into the text, and note it."""
    result = decision.result
    notes = (*use.notes, *decision.notes)
    say = said(notes)
    shown = context.shown(use.shown)
    parts = _parts(use)
    match result:
        case Refused(say=reason):
            context.find(Outcome.UNCONVERTED, shown, (), f"{say} {reason}".strip(), decision.rule)
            return Applied(False, parts)
        case Dropped():
            return Applied(True, (), parts, removed=True)
        case TargetCall(target=target, arguments=arguments):
            receiver = decision.bound.get(RECEIVER_HOLE) if decision.bound is not None else None
            cast = to_code(receiver.value) if receiver is not None and receiver.origin is None else None
            kept, written = _target_call(context, use, target, arguments, cast)
            if decision.back is not None:
                context.edits.insert(context.span(use.node).end, decision.back.text.partition("}")[2])
        case HelperCall():
            kept, written = _helper_call(context, use, result)
        case Rewritten(code=code):
            kept, written = _rewrite(context, use, code, decision.helpers)
    context.pieces([HelperName(helper) for helper in decision.helpers])
    context.find(outcome_of(notes), shown, written, say, decision.rule)
    return Applied(True, kept, tuple(part for part in parts if part not in kept))


def _parts(use: Use) -> tuple[ast.expr, ...]:
    arguments: list[ast.expr] = [*use.operands] if use.receiver is None else [use.receiver, *use.operands]
    if isinstance(use.node, ast.Call):
        arguments += [item.value if isinstance(item, ast.Starred) else item for item in use.node.args]
        arguments += [item.value for item in use.node.keywords if item is not use.output]
    return tuple(arguments)


def _is_member(context: Context, target: str) -> bool:
    owner = context.apis.tables.target_catalog.find(target.rpartition(".")[0])
    return owner is not None and owner.kind == "class"


def _target_call(
    context: Context, use: Use, target: str, arguments: Sequence[TargetArgument], cast: ast.expr | None
) -> tuple[tuple[ast.expr, ...], tuple[Piece, ...]]:
    first: tuple[Piece, ...] = ()
    receivers = [argument for argument in arguments if argument.origin == RECEIVER]
    others = [argument for argument in arguments if argument.origin != RECEIVER]
    written: tuple[Piece, ...] = (TargetName(target),)
    kept: list[ast.expr] = []
    if use.receiver is not None and not receivers and _is_member(context, target):
        assert isinstance(use.callee, ast.Attribute)
        name = target.rpartition(".")[2]
        if cast is not None:
            written = (*context.code_pieces(cast, use.holes), f".{name}")
            context.replace(context.span(use.callee), *written)
        else:
            rename_attribute(context, use.callee, name)
            shown = context.shown(use.callee)
            written = (Span(shown.start, shown.end - len(use.callee.attr)), name)
        kept.append(use.receiver)
    elif use.callee is None:
        written = (context.shown(use.shown),)
    else:
        context.replace(context.span(use.callee), *written)
        if receivers and use.receiver is not None:
            first = _argument_text(context, use.receiver)
            if receivers[0].keyword or arguments[0].origin != RECEIVER:
                first = (f"{receivers[0].parameter}=", *first)
            kept.append(use.receiver)
    if not isinstance(use.node, ast.Call):
        if first:
            end = context.span(use.node).end
            context.edits.insert(end, "(", *first, ")")
        return tuple(kept), written
    slots = read_slots(use.node)
    new = _new_arguments(context, use, slots, target, others)
    edit_arguments(context.edits, context.source, use.node, new, first)
    kept += [slots[item.slot].value for item in new if item.slot is not None]
    for item in new:
        kept += [use.holes[piece_hole] for piece_hole in _holes_of(others, item) if piece_hole in use.holes]
    return tuple(kept), written


def _holes_of(arguments: Sequence[TargetArgument], item: NewArgument) -> set[str]:
    if item.slot is not None:
        return set()
    found: set[str] = set()
    for argument in arguments:
        code = to_code(argument.value) if argument.parameter == item.parameter else None
        found |= hole_names(code) if code is not None else set()
    return found


def _new_arguments(
    context: Context, use: Use, slots: Sequence[Slot], target: str, arguments: Sequence[TargetArgument]
) -> list[NewArgument]:
    api = context.apis.tables.target_catalog.find(target)
    unnamed = {
        parameter.name
        for signature in (api.signatures if api is not None else ())
        for parameter in signature.parameters
        if parameter.kind in (ParameterKind.POSITIONAL, ParameterKind.ARGS)
    }
    result = []
    places = list(use.slots())
    for argument in arguments:
        pieces: tuple[Piece, ...] = ()
        place = places[argument.origin] if argument.origin is not None else None
        if place is None:
            code = to_code(argument.value)
            assert code is not None
            pieces = context.pieces(context.code_pieces(code, use.holes))
        by_place = argument.parameter in unnamed and not argument.keyword
        slot: Slot | None = slots[place] if place is not None else None
        star = argument.star and (slot is None or not slot.star)
        result.append(NewArgument(argument.parameter, place, argument.keyword, by_place, star, pieces))
    return result


def _argument_text(context: Context, node: ast.expr) -> tuple[Piece, ...]:
    span = context.span(node)
    loose = isinstance(node, (ast.NamedExpr, ast.Yield, ast.YieldFrom)) or (
        isinstance(node, ast.Tuple) and not is_atom(node, context.source)
    )
    return ("(", span, ")") if loose else (span,)


def _helper_call(context: Context, use: Use, call: HelperCall) -> tuple[tuple[ast.expr, ...], tuple[Piece, ...]]:
    helper = HelperName(call.helper)
    if use.callee is not None:
        context.replace(context.span(use.callee), helper)
    first = _argument_text(context, use.receiver) if use.receiver is not None else ()
    if not isinstance(use.node, ast.Call):
        if first:
            context.edits.insert(context.span(use.node).end, "(", *first, ")")
        return _parts(use), (helper,)
    slots = read_slots(use.node)
    names = [_parameter(context, use, slot.keyword) for slot in slots]
    kept = [index for index in _kept_slots(context, names, call) if index in use.slots()]
    place = parentheses(use.node, context.source)
    bare = bool(first) and any(context.span(slot.value).start == place.start for slot in slots)  # f(x for x in y)
    if bare or len(kept) < len(slots) or names != [slot.keyword for slot in slots]:
        new = [NewArgument(names[index] or "", index, bool(names[index]), False, False) for index in kept]
        edit_arguments(context.edits, context.source, use.node, new, first)
    elif first:
        context.edits.insert(place.start + 1, *first, *((", ",) if slots else ()))
    receiver = () if use.receiver is None else (use.receiver,)
    return (*receiver, *(slots[index].value for index in kept)), (helper,)


def _kept_slots(context: Context, names: Sequence[str | None], call: HelperCall) -> list[int]:
    """Return which arguments stay: the helper may lack those that the rule or a policy speaks of."""
    taken = context.library.parameters(call.helper) if call.optional else None
    lost = frozenset[str]() if taken is None else call.optional - taken
    return [index for index, name in enumerate(names) if name not in lost]


def _rewrite(
    context: Context, use: Use, code: ast.expr, helpers: tuple[str, ...]
) -> tuple[tuple[ast.expr, ...], tuple[Piece, ...]]:
    pieces = context.code_pieces(code, use.holes, helpers)
    names = hole_names(code)
    kept = tuple(use.holes[name] for name in sorted(names) if name in use.holes)
    root = use.holes.get(next(iter(names))) if len(names) == 1 and isinstance(code, ast.Name) else None
    atom = is_atom(root if root is not None else code, context.source) if root is not None else is_atomic_code(code)
    if context.needs_parentheses(use.node) and not atom:
        pieces = ["(", *pieces, ")"]
    context.replace(context.span(use.node), *pieces)
    return kept, tuple(pieces)


def is_atomic_code(code: ast.expr) -> bool:
    """Tell whether a rule's code needs no parentheses wherever it stands."""
    return not isinstance(
        code, (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Lambda, ast.Await, ast.NamedExpr)
    )


def rename_attribute(context: Context, node: ast.Attribute, name: str) -> None:
    """Give an attribute another name."""
    if name != node.attr:
        end = context.span(node).end
        context.replace(Span(end - len(node.attr), end), name)
