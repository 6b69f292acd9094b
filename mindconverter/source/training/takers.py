"""Which optimizers take the gradients of a backward pass."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from mindconverter.rules.template import dotted_name
from mindconverter.source.calls.context import Context
from mindconverter.source.names.bindings import bound
from mindconverter.source.training.blocks import blocks_around, blocks_of
from mindconverter.source.training.statement_patterns import Matcher

_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def takers(
    context: Context, matcher: Matcher, owner: ast.AST, statement: ast.stmt, *, certain: bool = False
) -> tuple[ast.expr, ...]:
    """Return the optimizers that take the gradients: those of the function, else of its class, or of the script.

    Args:
        context: The conversion.
        matcher: Matches statements with an idiom.
        owner: The function or module.
        statement: The backward pass in it.
        certain: Whether those that set their gradients to zero before any step are left out even if that leaves none.
    """
    search = _Search(context, matcher, statement)
    own = [item for block in blocks_of(owner) for item in block]
    found = search.among([node for node in ast.walk(owner) if context.scope_of(node).node is owner])
    if found:
        taken = tuple(item for item in found if search.is_taken(item, own))
        return taken if taken or certain else tuple(found)
    place: ast.AST | None = owner
    while place is not None:
        found = search.among(list(ast.walk(place)))
        if found:
            return tuple(found)
        place = context.parent(place)
    return ()


class _Search:
    def __init__(self, context: Context, matcher: Matcher, statement: ast.stmt) -> None:
        self.context = context
        self.matcher = matcher
        self.statement = statement
        self.scope = context.scope_of(statement)

    def among(self, nodes: Sequence[ast.AST]) -> list[ast.expr]:
        """Return the optimizers that make a step among some statements and mean the same at the backward pass."""
        found: dict[str, ast.expr] = {}
        for node in nodes:
            step = self.matcher.idiom.step
            holes = self.matcher.matched_value(step, node) if isinstance(node, ast.Call) else None
            if holes is None or not self.matcher.is_of(holes["optimizer"], "optimizer"):
                continue
            if self.is_available(holes["optimizer"], node):
                found.setdefault(ast.dump(holes["optimizer"]), holes["optimizer"])
        return list(found.values())

    def is_available(self, optimizer: ast.expr, node: ast.AST) -> bool:
        chain = dotted_name(optimizer)
        if chain is None:
            return False
        root, there = chain.partition(".")[0], self.context.scope_of(node)
        if there is not self.scope and root == "self":
            return self.class_around(node) is self.class_around(self.statement)
        if there is not self.scope:
            home = self.scope.find(root)
            return home is not None and home is there.find(root)
        loops = [item for item in ast.walk(self.scope.node) if isinstance(item, (ast.For, ast.AsyncFor))]
        inner = [item for item in loops if root in bound(item.target)]
        return all(any(child is self.statement for child in ast.walk(loop)) for loop in inner)

    def class_around(self, node: ast.AST) -> ast.AST | None:
        around = self.context.parent(node)
        while around is not None and not isinstance(around, ast.ClassDef):
            around = self.context.parent(around)
        return around

    def is_taken(self, optimizer: ast.expr, statements: Sequence[ast.stmt]) -> bool:
        """Tell whether an optimizer may make a step before its gradients are set to zero again."""
        matched, idiom = self.matcher.matched, self.matcher.idiom
        loop = self.loop_around(self.statement)
        inside = {id(node) for node in ast.walk(loop)} if loop is not None else set()
        line = self.statement.lineno
        behind = [item for item in statements if item.lineno > line]
        again = [item for item in statements if item.lineno <= line and id(item) in inside]
        certain = [block for block, _, _ in blocks_around(self.context, self.statement)]
        for item in (*sorted(behind, key=lambda item: item.lineno), *sorted(again, key=lambda item: item.lineno)):
            if matched(idiom.step, item, {"optimizer": optimizer}) is not None:
                return True
            reset = matched(idiom.reset, item)
            if reset is not None and self.resets(reset, optimizer) and any(item in block for block in certain):
                return False
        return True

    def resets(self, holes: dict[str, ast.expr], optimizer: ast.expr) -> bool:
        """Tell whether what a statement sets to zero is all that an optimizer has."""
        if "optimizer" in holes and ast.dump(holes["optimizer"]) == ast.dump(optimizer):
            return True
        network = dotted_name(next(iter(holes.values())))
        made = [
            node.value
            for node in ast.walk(self.context.script.tree)
            if isinstance(node, ast.Assign) and dotted_name(optimizer) in map(dotted_name, node.targets)
        ]
        return network is not None and len(made) == 1 and self.networks(made[0]) == {network}

    def networks(self, value: ast.expr) -> set[str | None]:
        """Return the networks that an expression names."""
        found = {
            dotted_name(node)
            for node in ast.walk(value)
            if isinstance(node, (ast.Name, ast.Attribute)) and self.matcher.is_of(node, "network")
        }
        return found - {"self"}

    def loop_around(self, node: ast.AST) -> ast.AST | None:
        around = self.context.parent(node)
        while around is not None and not isinstance(around, (*_LOOPS, ast.FunctionDef, ast.AsyncFunctionDef)):
            around = self.context.parent(around)
        return around if isinstance(around, _LOOPS) else None
