"""Operators on arrays: each is a method of the source's array, and meets the rule of that method."""

from __future__ import annotations

import ast
import re

from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.decide import Decision, Refused, Rewritten, TargetCall
from mindconverter.rules.template import dotted_name
from mindconverter.source.calls.calls import Operation, Use, decide
from mindconverter.source.calls.context import Context
from mindconverter.source.calls.diagnose import outcome_of, said
from mindconverter.source.calls.members import uncertain_note
from mindconverter.source.edit.emit import binds_tightly
from mindconverter.source.edit.text import Span
from mindconverter.source.kinds import kind
from mindconverter.source.kinds.kind import UNSURE

_METHODS: dict[type[ast.operator | ast.unaryop], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.MatMult: "matmul",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
    ast.Invert: "invert",
    ast.USub: "neg",
    ast.UAdd: "pos",
}
_PARENTHESES = re.compile(r"[^\w)\]]?\(x\)\W?")
"""What stands around an operation in parentheses that can go without tearing or joining other parts of the text."""
_NUMBERS = frozenset({"int", "bool", "float", "number"})


def operator_use(context: Context, node: Operation) -> Use | None:
    """Return an operation as a use of the method that Python runs for it; None where no rule is known to apply.

    Args:
        context: The conversion.
        node: The operation.
    """
    name = _METHODS.get(type(node.op))
    if name is None or not context.is_involved:
        return None
    if isinstance(node, ast.UnaryOp):
        return _use(context, node, f"__{name}__", node.operand, ())
    if kind.sure(context.kinds.of(node.left)) and context.kinds.of(node.left) <= _NUMBERS:
        return _use(context, node, f"__r{name}__", node.right, (node.left,))
    return _use(context, node, f"__{name}__", node.left, (node.right,))


def _use(
    context: Context, node: Operation, method: str, receiver: ast.expr, operands: tuple[ast.expr, ...]
) -> Use | None:
    found = context.kinds.of(receiver)
    if not context.apis.is_array(kind.sure(found)):
        return None
    for array in sorted(context.apis.array):
        rule = context.apis.rule(f"{array}.{method}")
        if rule is not None:
            notes = (uncertain_note(rule),) if found >= UNSURE else ()
            return Use(node, rule, context.apis.entry(rule.head), None, receiver, notes, operands=operands)
    return None


def decide_operation(context: Context, use: Use) -> Decision:
    """Return what the rule of an operation decides; a rule for calls of the method alone is refused.

    Args:
        context: The conversion.
        use: The operation.
    """
    decision = decide(context, use)
    if isinstance(decision.result, Rewritten | Refused) or stays(decision):
        return decision
    say = "The rule converts calls of the method, not the operator. Call the method that it stands for."
    return Decision(decision.rule, Refused(say), decision.action, decision.notes)


def stays(decision: Decision) -> bool:
    """Tell whether the target's arrays have the method of an operation too, so that the operator stays."""
    result, method = decision.result, decision.rule.head.rpartition(".")[2]
    return isinstance(result, TargetCall) and result.target.rpartition(".")[2] == method


def leave_operator(context: Context, use: Use, decision: Decision) -> None:
    """Note what is said of an operator that stays."""
    if decision.notes:
        shown = context.span(use.node)
        context.find(outcome_of(decision.notes), shown, (shown,), said(decision.notes), decision.rule)


def drop_parentheses(context: Context, node: Operation, decision: Decision) -> None:
    """Remove the parentheses that an operation needed within another one, where it becomes a call.

    Args:
        context: The conversion.
        node: The operation.
        decision: What takes its place.
    """
    span, text = context.span(node), context.source.text
    around = text[max(span.start - 2, 0) : span.start], text[span.end : span.end + 2]
    is_call = isinstance(decision.result, Rewritten) and isinstance(decision.result.code, ast.Call)
    if not is_call or not binds_tightly(context.parent(node), node) or not _PARENTHESES.fullmatch("x".join(around)):
        return
    context.replace(Span(span.start - 1, span.start))
    context.replace(Span(span.end, span.end + 1))


def assign_operation(context: Context, node: ast.AugAssign) -> bool:
    """Write an assignment such as ``x >>= 1`` out where the operation becomes something else; tell whether it does.

    Args:
        context: The conversion.
        node: The assignment.
    """
    use = operator_use(context, ast.BinOp(node.target, node.op, node.value))
    decision = decide_operation(context, use) if use is not None else None
    if decision is None or not isinstance(decision.result, Rewritten):
        return False
    assert use is not None
    if dotted_name(node.target) is None:
        say = "The operation becomes something else in the target. Write it out, as in x[i] = x[i] >> 1."
        context.find(Outcome.UNCONVERTED, context.span(node.target), (), say, decision.rule)
        return False
    written = context.pieces(context.code_pieces(decision.result.code, use.holes, decision.helpers))
    context.replace(context.span(node), context.span(node.target), " = ", *written)
    notes = (*use.notes, *decision.notes)
    context.find(outcome_of(notes), context.span(node.target), written, said(notes), decision.rule)
    return True
