"""R009: every case and overload can be reached."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mindconverter.rules.expr import Expression
from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.fix import Edit, Fix
from mindconverter.rules.lint.forms import LintRule, constant_condition
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.model import Case

_ADVICE = "Remove it, or put it before what hides it."


def _run(subject: Subject) -> Iterator[Problem]:
    for rule in subject.rules:
        yield from _overloads(rule)
        if rule.rule.overloads and rule.rule.cases:
            message = "The cases of a rule with overloads are never looked at."
            yield Problem(rule.record.locate("cases"), message, "Move them into the overloads.")
        else:
            yield from _cases(rule, rule.rule.cases, ())
        for index, overload in enumerate(rule.rule.overloads):
            yield from _cases(rule, overload.cases, ("overloads", index))


def _overloads(rule: LintRule) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for index, overload in enumerate(rule.rule.overloads):
        first = seen.setdefault(str(overload.signature), index)
        if first != index:
            place = rule.record.locate("overloads", index, "signature")
            yield Problem(place, f"The signature {overload.text} stands in an earlier overload too.", _ADVICE)


def _cases(rule: LintRule, cases: tuple[Case, ...], path: tuple[str | int, ...]) -> Iterator[Problem]:
    earlier: list[tuple[Expression, frozenset[str]]] = []
    closed: Expression | None = None
    for index, case in enumerate(cases):
        place = rule.record.locate(*path, "cases", index, "when")
        parts = _conjuncts(case.when)
        hidden = next((when for when, conditions in earlier if conditions <= parts), None)
        constant = constant_condition(case.when)
        if closed is not None:
            message = f"The case is unreachable: the earlier condition {closed.text!r} always holds."
            yield Problem(place, message, _ADVICE)
        elif constant is False:
            message = f"The case is unreachable: {case.when.text!r} never holds."
            fix = Fix(Edit.REMOVE, rule.record.path(*path, "cases", index))
            yield Problem(place, message, "Remove it.", fix=fix)
        elif hidden is not None:
            message = f"The case is unreachable: the earlier condition {hidden.text!r} holds wherever this one does."
            yield Problem(place, message, _ADVICE)
        if constant and closed is None:
            closed = case.when
        earlier.append((case.when, parts))


def _conjuncts(when: Expression) -> frozenset[str]:
    """Return the conditions that all must hold, in one spelling."""
    match when.tree:
        case ast.BoolOp(op=ast.And(), values=values):
            return frozenset(ast.unparse(value) for value in values)
        case tree:
            return frozenset({ast.unparse(tree)})


REACHABLE = Check("R009", "Every case and overload can be reached", _run)
