"""Tell what became of each node, with its place in the generated script."""

from __future__ import annotations

from collections.abc import Sequence

from mindconverter.graph.emit import Script
from mindconverter.graph.ir import Node
from mindconverter.graph.lowered import Bypass, Operation
from mindconverter.graph.target_names import TargetNames
from mindconverter.report.diagnostics import Diagnostic, Outcome
from mindconverter.rules.decide import Note


def findings(lowered: Sequence[Operation | Bypass], script: Script, names: TargetNames) -> tuple[Diagnostic, ...]:
    """Return a diagnostic for each node.

    Args:
        lowered: What the nodes became, in order.
        script: The script.
        names: Shortens target APIs.
    """
    return tuple(_bypass(item) if isinstance(item, Bypass) else _operation(item, script, names) for item in lowered)


def _bypass(item: Bypass) -> Diagnostic:
    return Diagnostic(
        _outcome(item.notes),
        _source(item.node),
        "its input",
        say=_said(item.notes),
        rule=str(item.rule or ""),
        node=item.node.name,
    )


def _operation(item: Operation, script: Script, names: TargetNames) -> Diagnostic:
    line, column = script.places.get(id(item), (0, 0))
    if item.refusal:
        return Diagnostic(
            Outcome.UNCONVERTED,
            _source(item.node),
            line=line,
            column=column,
            say=item.refusal,
            rule=str(item.rule or ""),
            node=item.node.name,
        )
    return Diagnostic(
        _outcome(item.notes),
        _source(item.node),
        names.short(item.target),
        line=line,
        column=column,
        say=_said(item.notes),
        rule=str(item.rule or ""),
        node=item.node.name,
    )


def _source(node: Node) -> str:
    """Return the operator, and of how many of the model's nodes it was made."""
    return f"{node.op_type} of {len(node.fused)} nodes" if len(node.fused) > 1 else node.op_type


def _outcome(notes: Sequence[Note]) -> Outcome:
    if any(note.review for note in notes):
        return Outcome.REVIEW
    return Outcome.WARNED if notes else Outcome.CONVERTED


def _said(notes: Sequence[Note]) -> str:
    return " ".join(dict.fromkeys(note.say for note in notes))
