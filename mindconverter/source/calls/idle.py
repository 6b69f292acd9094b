"""Calls that become the value whose method they call, and statements that are left with nothing to do by that."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from mindconverter.rules.decide import Result, Rewritten
from mindconverter.rules.template import dotted_name
from mindconverter.source.calls.calls import RECEIVER_HOLE, Use
from mindconverter.source.calls.context import Context
from mindconverter.source.edit.emit import hole_names


@dataclass
class IdleCalls:
    """Collect the calls that become their own value, as ``x.to(device)`` becomes ``x``.

    Attributes:
        context: The conversion.
    """

    context: Context
    _values: dict[int, ast.expr] = field(default_factory=dict)

    def note(self, use: Use, result: Result) -> bool:
        """Note a call if it becomes its own value; tell whether it is a statement that would only name that."""
        match result:
            case Rewritten(code=ast.Name() as code) if use.receiver is not None:
                if hole_names(code) == {RECEIVER_HOLE}:
                    self._values[id(use.node)] = use.receiver
                    is_statement = isinstance(self.context.parent(use.node), ast.Expr)
                    return is_statement and dotted_name(use.receiver) is not None
        return False

    def gives_itself(self, target: ast.expr, value: ast.expr) -> bool:
        """Tell whether an assignment gives a name, or several, what they have, by such calls."""
        match target, value:
            case ast.Tuple(elts=targets), ast.Tuple(elts=values):
                pairs = zip(targets, values, strict=False)
                return len(targets) == len(values) and all(self.gives_itself(*pair) for pair in pairs)
        inner = value
        while id(inner) in self._values:
            inner = self._values[id(inner)]
        name = dotted_name(target)
        return inner is not value and name is not None and name == dotted_name(inner)
