"""Tell what became of each node, with its place in the generated script."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from mindconverter.graph.emit.emit import Script
from mindconverter.graph.emit.target_names import TargetNames
from mindconverter.graph.ir import Node
from mindconverter.graph.lower.lowered import Bypass, Operation
from mindconverter.report.diagnostics import Diagnostic, Outcome
from mindconverter.rules.decide import Note


def findings(
    lowered: Sequence[Operation | Bypass], live: Collection[int], script: Script, names: TargetNames
) -> tuple[Diagnostic, ...]:
    """Return a diagnostic for each node, with those of the bodies that are run.

    Args:
        lowered: What the nodes became, in order.
        live: The identities of the nodes whose operations stand in the script.
        script: The script.
        names: Shortens target APIs.
    """
    return tuple(_finding(item, live, script, names) for item in _with_inner(lowered))


def _with_inner(lowered: Sequence[Operation | Bypass]) -> Iterator[Operation | Bypass]:
    for item in lowered:
        yield item
        for body in item.bodies if isinstance(item, Operation) else ():
            yield from _with_inner(body.lowered)


def _finding(item: Operation | Bypass, live: Collection[int], script: Script, names: TargetNames) -> Diagnostic:
    if isinstance(item, Bypass):
        return _bypass(item)
    if id(item.node) not in live:
        return Diagnostic(
            Outcome.CONVERTED,
            item.node.op_type,
            "the sizes that come of it",
            rule=str(item.rule or ""),
            node=item.node.name,
        )
    return _operation(item, script, names)


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
    line, column = script.places.get(id(item.node), (0, 0))
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
