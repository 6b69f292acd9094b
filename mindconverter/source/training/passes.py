"""Backward passes that are no steps of training by themselves: their gradients are added to those of parameters."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.idiom import Idiom
from mindconverter.source.calls.context import Context
from mindconverter.source.calls.statements import Removals
from mindconverter.source.edit.edit import Piece
from mindconverter.source.names.bindings import bound, can_be_moved, reads
from mindconverter.source.names.names import Scope
from mindconverter.source.training.blocks import blocks_around
from mindconverter.source.training.derivative import (
    Derivative,
    Holder,
    filled,
    fresh,
    note_repeated,
    on_own_lines,
    with_demanded,
    write_derivative,
)
from mindconverter.source.training.leaves import LeafSearch
from mindconverter.source.training.origins import Origins, calls_something
from mindconverter.source.training.pass_functions import calls_any
from mindconverter.source.training.slices import chains, changed_by, slice_of
from mindconverter.source.training.statement_patterns import Matcher
from mindconverter.source.training.takers import takers

_SIMPLE = (ast.Name, ast.Attribute, ast.Constant, ast.Compare, ast.BoolOp, ast.UnaryOp, ast.BinOp)


@dataclass(frozen=True)
class Pass:
    """Hold a backward pass, or several of them in a row.

    Attributes:
        statement: The last of the statements.
        derivative: What its derivative is made of.
        names: The names of the function, its derivative and the gradients.
        first: Whether no other pass has the same derivative and comes before it.
    """

    statement: ast.Expr
    derivative: Derivative
    names: Mapping[str, str]
    first: bool


def chains_of(statements: Sequence[ast.stmt]) -> set[str]:
    """Return the names and chains that statements read."""
    return set().union(*map(chains, statements))


def losses_of(matcher: Matcher, row: Sequence[ast.Expr]) -> tuple[ast.expr, ...]:
    """Return the losses of backward passes."""
    found = (matcher.matched(matcher.idiom.backward, statement) for statement in row)
    return tuple(holes["loss"] for holes in found if holes is not None)


def keep_blocks(
    context: Context, idiom: Idiom, statements: Sequence[ast.stmt], kept: dict[int, tuple[ast.expr, ...]]
) -> None:
    """Let blocks without gradients be such blocks in the result, where they stand within what is differentiated."""
    for node in (node for statement in statements for node in ast.walk(statement)):
        if not isinstance(node, ast.withitem):
            continue
        call = node.context_expr
        name = context.full_name(call.func if isinstance(call, ast.Call) else call, context.scope_of(call))
        template = idiom.within.get(name) if name is not None else None
        if template is not None and id(call) not in kept:
            written = filled(context, idiom, template, {}, {})
            context.replace(context.span(call), *written)
            context.find(Outcome.CONVERTED, context.shown(call), written)
            kept[id(call)] = ()


def passes_in_a_row(context: Context, matcher: Matcher, block: Sequence[ast.stmt]) -> list[list[ast.Expr]]:
    """Return the backward passes of a block, those together between which nothing has to do with gradients."""
    idiom = matcher.idiom
    others = (*idiom.step, *idiom.reset, *idiom.backward)
    rows: list[list[ast.Expr]] = []
    fixed: set[str] = set()
    is_open = False
    for index, statement in enumerate(block):
        if isinstance(statement, ast.Expr) and matcher.matched(idiom.backward, statement) is not None:
            if is_open:
                rows[-1].append(statement)
            else:
                rows.append([statement])
                fixed = set()
            is_open = True
            fixed |= set().union(*(chains(loss) for loss in losses_of(matcher, [statement])))
        elif is_open:
            is_open = not (
                bound(statement) & fixed
                or (changed_by(context, statement) - bound(statement)) & chains_of(block[:index])
                or matcher.names_any(statement, idiom.reads)
                or any(matcher.matched(others, node) is not None for node in ast.walk(statement))
            )
    return rows


def plan_passes(
    context: Context, matcher: Matcher, owner: ast.AST, rows: Sequence[Sequence[ast.Expr]]
) -> list[Pass] | None:
    """Return how all backward passes of a function are written; None if one of them is not understood."""
    planner = _Planner(context, matcher, owner)
    found: list[Pass] = []
    for row in sorted(rows, key=lambda item: item[0].lineno):
        item = planner.plan(row, found)
        items = [item] if item is not None or len(row) == 1 else [planner.plan([single], found) for single in row]
        if None in items:
            return None
        found += [item for item in items if item is not None]
    derivatives = with_demanded([item.derivative for item in found])
    return [replace(item, derivative=given) for item, given in zip(found, derivatives, strict=True)]


def write_pass(context: Context, item: Pass, removals: Removals, kept: dict[int, tuple[ast.expr, ...]]) -> None:
    """Write a backward pass, or several in a row."""
    derivative, statement = item.derivative, item.statement
    if item.first:
        write_derivative(context, derivative, item.names)
        keep_blocks(context, derivative.idiom, [*derivative.part.statements, *derivative.copies], kept)
        end_passes(derivative, removals, kept)
        for statement_before in derivative.early:
            removals.add(statement_before)
        note_repeated(context, derivative)
    idiom, gradients, inputs = derivative.idiom, item.names["gradients"], derivative.inputs
    both = bool(inputs and derivative.holders)
    written: list[Piece] = []
    if inputs:
        found = f"{gradients}[0]" if both else gradients
        given = {"weights": f"[{', '.join(inputs)}]", "gradients": f"[{found}]" if len(inputs) == 1 else found}
        written += filled(context, idiom, idiom.accumulate, {}, given)
    if both:
        start = context.source.line_start(context.span(statement).start)
        written.append(context.source.newline + context.source.text[start : context.span(statement).start])
    if derivative.holders:
        given = {"gradients": f"{gradients}[1]" if both else gradients}
        written += filled(context, idiom, idiom.accumulate, {}, given, derivative.holders)
    context.replace(context.span(statement), *written)
    kept.setdefault(id(statement), ())


def end_passes(derivative: Derivative, removals: Removals, kept: dict[int, tuple[ast.expr, ...]]) -> None:
    """Let all backward passes of a derivative go but the last, whose place the caller writes."""
    for ended, loss in zip(derivative.ended, derivative.losses, strict=True):
        kept[id(ended)] = (loss,)
    for ended in derivative.ended[:-1]:
        removals.add(ended)


class _Planner:
    def __init__(self, context: Context, matcher: Matcher, owner: ast.AST) -> None:
        self.context = context
        self.matcher = matcher
        self.idiom = matcher.idiom
        self.owner = owner
        self.leaves = LeafSearch(context, matcher)
        self.used: set[str] = set()

    def plan(self, row: Sequence[ast.Expr], before: list[Pass]) -> Pass | None:
        scope = self.context.scope_of(row[0])
        derivative = self.derivative(row, scope)
        if derivative is None:
            return None
        for index, other in enumerate(before):
            same = [ast.dump(loss) for loss in other.derivative.losses] == [ast.dump(i) for i in derivative.losses]
            if same and other.derivative.part == derivative.part and other.derivative.copies == derivative.copies:
                shared = replace(other.derivative, condition=None)
                before[index] = replace(other, derivative=shared)
                return replace(other, statement=row[-1], derivative=shared, first=False)
        return Pass(row[-1], derivative, self.names(scope), True)

    def names(self, scope: Scope) -> dict[str, str]:
        found = {key: fresh(scope, name, self.used) for key, name in self.idiom.names.items()}
        self.used.update(found.values())
        return found

    def derivative(self, row: Sequence[ast.Expr], scope: Scope) -> Derivative | None:
        context, statement = self.context, row[-1]
        losses = losses_of(self.matcher, row)
        loss = losses[0] if len(losses) == 1 else ast.Tuple(list(losses), ast.Load())
        leaves = self.leaves.at(statement, scope)
        around = blocks_around(context, statement)
        depth, conditions = 0, []
        while True:
            block, index, owner = around[depth]
            resets = self.matcher.resets(block)
            part = slice_of(context, block, index, loss, scope, self.barrier(block, index, row, leaves), resets)
            if part.statements or calls_something(context, loss) or depth + 1 == len(around):
                break
            assert isinstance(owner, (ast.If, ast.With, ast.AsyncWith, ast.Try))
            if isinstance(owner, ast.If):
                conditions.append(owner.test if block is owner.body else None)
            depth += 1
        place = block[index] if index < len(block) else statement
        moved = [*part.statements, *([] if part.statements else [place])]
        if not can_be_moved(part.statements) or not on_own_lines(context, [*moved, *row]):
            return None
        own = set().union(*(bound(item) for item in part.statements)) if part.statements else set()
        if any(name in scope.outside for name in own) or any(map(self.is_forbidden, part.statements)):
            return None
        copies = Origins(context, self.matcher, scope).copies(part, around[depth:], own, moved[0])
        if copies is None or any(map(self.is_forbidden, copies)):
            return None
        needed = part.outside.union(*map(reads, copies)) - own.union(*map(bound, copies))
        inputs = tuple(sorted(leaves & needed))
        if inputs and self.leaves.reached(inputs, scope, [*part.statements, *copies]) & needed:
            return None
        holders = self.holders(statement, inputs, needed)
        calls = bool(inputs) or any(calls_something(context, item) for item in (*part.statements, loss))
        if not calls or not (holders or inputs):
            return None
        condition = conditions[0] if len(conditions) == 1 else None
        if condition is not None and not self.is_early(condition, block[part.start : index], own):
            condition = None
        early = tuple(item for item in part.statements if item in resets)
        return Derivative(
            self.idiom,
            block,
            part,
            place,
            losses,
            tuple(row),
            holders,
            tuple(copies),
            early,
            condition,
            inputs=inputs,
        )

    def holders(self, statement: ast.Expr, inputs: Sequence[str], needed: Collection[str]) -> tuple[Holder, ...]:
        """Return what has the weights that a backward pass is for, besides some inputs, as far as names tell."""
        optimizers = takers(self.context, self.matcher, self.owner, statement, certain=bool(inputs))
        if optimizers or inputs:
            return tuple(Holder("optimizer", node) for node in optimizers)
        networks = self.leaves.networks(self.owner) if self.idiom.network_weights is not None else []
        named = [node for node in networks if node.id in needed]
        return tuple(Holder("network", node) for node in named or networks)

    def barrier(self, block: Sequence[ast.stmt], end: int, row: Sequence[ast.stmt], leaves: Collection[str]) -> int:
        """Return the index behind the last statement that has to stay outside of what is differentiated.

        That is one that has another backward pass or a step in it, or calls what has, that jumps, or that changes a
        value which has a gradient.
        """
        patterns = (*self.idiom.backward, *self.idiom.step)
        for index in range(end - 1, -1, -1):
            statement = block[index]
            if statement not in row and (
                any(self.matcher.matched(patterns, node) is not None for node in ast.walk(statement))
                or not can_be_moved([statement])
                or calls_any(statement, self.matcher.passing)
                or changed_by(self.context, statement) & set(leaves)
            ):
                return index + 1
        return 0

    def is_forbidden(self, statement: ast.stmt) -> bool:
        return self.matcher.names_any(statement, self.idiom.unless)

    def is_early(self, test: ast.expr, between: Sequence[ast.stmt], own: set[str]) -> bool:
        """Tell whether a condition can be asked before the statements that stand between."""
        if not all(isinstance(node, _SIMPLE) for node in ast.walk(test) if isinstance(node, ast.expr)):
            return False
        names = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
        return not names & (own | set().union(*(bound(item) for item in between)))
