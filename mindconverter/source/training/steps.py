"""Steps of training: their statements found by the idioms of the tables, and rewritten together."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.template import Template
from mindconverter.source.calls.context import Context
from mindconverter.source.calls.statements import Removals
from mindconverter.source.names.bindings import bound, can_be_moved
from mindconverter.source.training.blocks import blocks_around, blocks_of
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
from mindconverter.source.training.item_numbers import rewrite_numbers
from mindconverter.source.training.origins import Origins, calls_something
from mindconverter.source.training.pass_functions import calls_any, functions_with_passes
from mindconverter.source.training.passes import (
    Pass,
    end_passes,
    keep_blocks,
    losses_of,
    passes_in_a_row,
    plan_passes,
    write_pass,
)
from mindconverter.source.training.slices import slice_of
from mindconverter.source.training.statement_patterns import Holes, Matcher
from mindconverter.source.training.value_derivative import rewrite_value_derivatives

_GONE = "It is part of a step of training, which gives the gradients to the optimizer itself."
_FUNCTIONS = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass
class Steps:
    """Hold the statements that belong to steps of training.

    Attributes:
        kept: The parts that stay of each statement, by the statement's identity.
    """

    kept: dict[int, tuple[ast.expr, ...]] = field(default_factory=dict)


@dataclass
class _Step:
    """Hold one step: a block, the backward passes and the index of the step in it, and what stands in the holes."""

    block: Sequence[ast.stmt]
    row: Sequence[ast.Expr]
    last: int
    holes: Holes
    resets: list[ast.stmt]
    gone: list[ast.stmt]
    changes: list[tuple[ast.stmt, Template, Holes]]
    derivative: Derivative | None = None


def rewrite_steps(context: Context, removals: Removals) -> Steps:
    """Rewrite the steps of training of a script, and return what belongs to them."""
    steps = Steps()
    if not context.is_involved:
        return steps
    for idiom in context.apis.tables.idioms:
        matcher = Matcher(context, idiom)
        owners = [node for node in ast.walk(context.script.tree) if isinstance(node, _FUNCTIONS)]
        rewrite_numbers(context, matcher, steps.kept)
        for owner in owners:
            rewrite_value_derivatives(context, matcher, owner, steps.kept)
        found = {id(owner): _Finder(context, matcher, owner) for owner in owners}
        matcher.passing = functions_with_passes(
            context.script.tree, [node for node in owners if found[id(node)].has_pass()]
        )
        for finder in found.values():
            finder.find()
        readers = _readers(context, matcher, [step for finder in found.values() for step in finder.steps])
        anywhere = any(not found[id(reader)].rows for reader in readers)
        for owner in owners:
            finder = found[id(owner)]
            planned: list[Pass] | None = None
            if anywhere or owner in readers or len(finder.steps) < len(finder.rows):
                planned = plan_passes(context, matcher, owner, finder.rows)
            if planned is not None:
                for item in planned:
                    write_pass(context, item, removals, steps.kept)
                    _remark_on_mode(context, matcher, item.statement)
            else:
                writer = _Writer(context, matcher, removals, steps)
                for step in finder.finished():
                    writer.rewrite(step)
    return steps


def _readers(context: Context, matcher: Matcher, steps: Sequence[_Step]) -> list[ast.AST]:
    """Return the functions that read or change gradients anywhere but in the statements that steps of training hold."""
    held = {id(node) for step in steps for statement, _, _ in step.changes for node in ast.walk(statement)}
    found: list[ast.AST] = []
    for node in matcher.named(context.script.tree, matcher.idiom.reads):
        around: ast.AST | None = node
        while around is not None and not isinstance(around, _FUNCTIONS):
            around = context.parent(around)
        if id(node) not in held and around is not None:
            found.append(around)
    return found


def _remark_on_mode(context: Context, matcher: Matcher, statement: ast.stmt) -> None:
    """Report a backward pass that is converted, with a remark where no network of the script is ever trained."""
    idiom = matcher.idiom
    trained = not idiom.mode or any(
        matcher.matched(idiom.mode, node) is not None for node in ast.walk(context.script.tree)
    )
    context.find(
        Outcome.CONVERTED if trained else Outcome.REVIEW,
        context.shown(_callee(statement)),
        context.pieces(context.code_pieces(ast.Name(idiom.names["derivative"], ast.Load()), {})),
        "" if trained else idiom.review,
    )


class _Finder:
    """Find the steps of one function, and its backward passes."""

    def __init__(self, context: Context, matcher: Matcher, owner: ast.AST) -> None:
        self.context = context
        self.matcher = matcher
        self.idiom = matcher.idiom
        self.owner = owner
        self.steps: list[_Step] = []
        self.rows: list[list[ast.Expr]] = []

    def has_pass(self) -> bool:
        """Tell whether the function has a backward pass."""
        return any(passes_in_a_row(self.context, self.matcher, block) for block in blocks_of(self.owner))

    def find(self) -> None:
        for block in blocks_of(self.owner):
            start = 0
            for row in passes_in_a_row(self.context, self.matcher, block):
                self.rows.append(row)
                step = self.step(block, row, start)
                if step is not None and self.is_movable(step, start):
                    self.steps.append(step)
                    start = step.last + 1

    def finished(self) -> list[_Step]:
        """Return the steps, which give one another what each repeats."""
        found = [step.derivative for step in self.steps if step.derivative is not None]
        return [
            replace(step, derivative=derivative)
            for step, derivative in zip(self.steps, with_demanded(found), strict=True)
        ]

    def step(self, block: Sequence[ast.stmt], row: Sequence[ast.Expr], start: int) -> _Step | None:
        """Return the step that backward passes belong to; None if the statements around them are not understood."""
        matched, idiom = self.matcher.matched, self.idiom
        first, behind = block.index(row[0]), block.index(row[-1]) + 1
        if any(matched(idiom.backward, item) is not None for item in block[start:first]):
            return None  # gradients of another loss are added
        passes = {key: value for item in row for key, value in (matched(idiom.backward, item) or {}).items()}
        holes = {key: value for key, value in passes.items() if key == "scaler"}
        end = next((i for i in range(behind, len(block)) if matched(idiom.backward, block[i]) is not None), len(block))
        found = [(i, matched(idiom.step, block[i], holes)) for i in range(behind, end)]
        ends = [(index, given) for index, given in found if given is not None]
        if not ends or "closure" in ends[0][1]:
            return None
        last, given = ends[0]
        if any(ast.dump(other["optimizer"]) != ast.dump(given["optimizer"]) for _, other in ends):
            return None
        scalers = {"optimizer": given["optimizer"], **({"scaler": given["scaler"]} if "scaler" in given else {})}
        resets = [item for item in block if matched(idiom.reset, item, scalers) is not None]
        if not resets or any(item in block[first:last] for item in resets):
            return None
        gone = [item for item in block if matched(idiom.gone, item, scalers) is not None]
        step = _Step(block, row, last, {**holes, **given}, resets, gone, [])
        return step if self.between(step) else None

    def between(self, step: _Step) -> bool:
        """Note what changes gradients before the step; tell whether nothing else reads or changes them."""
        statements = step.block[step.block.index(step.row[-1]) + 1 : step.last]
        for node in (node for statement in statements for node in ast.walk(statement)):
            for change in self.idiom.gradients:
                holes = self.matcher.matched([change.source], node)
                if holes is not None and isinstance(node, ast.Expr):
                    step.changes.append((node, change.becomes, holes))
        known = {id(statement) for statement, _, _ in step.changes}
        return not any(
            self.matcher.names_any(item, self.idiom.unless | self.idiom.reads)
            for item in statements
            if id(item) not in known
        )

    def is_movable(self, step: _Step, start: int) -> bool:
        """Note the statements that lead to the loss; tell whether they can become a function."""
        context = self.context
        statement = step.row[-1]
        scope = context.scope_of(statement)
        losses = losses_of(self.matcher, step.row)
        value = losses[0] if len(losses) == 1 else ast.Tuple(list(losses), ast.Load())
        resets = self.matcher.resets(step.block)
        before = step.block[: step.block.index(step.row[0])]
        calls = [index for index, item in enumerate(before) if calls_any(item, self.matcher.passing)]
        start = max([start, *(index + 1 for index in calls)])
        part = slice_of(context, step.block, step.block.index(statement), value, scope, start, resets)
        own = set().union(*(bound(item) for item in part.statements)) if part.statements else set()
        first = part.statements[0] if part.statements else statement
        around = blocks_around(context, statement)
        copies = Origins(context, self.matcher, scope).copies(part, around, own, first)
        if copies is None or not can_be_moved(part.statements) or any(name in scope.outside for name in own):
            return False
        if not any(calls_something(context, item) for item in (*part.statements, *losses)):
            return False
        if any(self.matcher.names_any(item, self.idiom.unless | self.idiom.reads) for item in part.statements):
            return False
        if not on_own_lines(context, [*part.statements, *step.row, step.block[step.last]]):
            return False
        holders = (Holder("optimizer", step.holes["optimizer"]),)
        step.derivative = Derivative(
            self.idiom, step.block, part, statement, losses, tuple(step.row), holders, tuple(copies)
        )
        return True


class _Writer:
    """Write the steps that were found."""

    def __init__(self, context: Context, matcher: Matcher, removals: Removals, steps: Steps) -> None:
        self.context = context
        self.matcher = matcher
        self.removals = removals
        self.steps = steps

    def rewrite(self, step: _Step) -> None:
        context, idiom, kept = self.context, self.matcher.idiom, self.steps.kept
        statement, final = step.row[-1], step.block[step.last]
        scope = context.scope_of(statement)
        derivative = step.derivative
        assert derivative is not None
        names = {key: fresh(scope, name) for key, name in idiom.names.items()}
        optimizer = step.holes["optimizer"]
        write_derivative(context, derivative, names)
        keep_blocks(context, idiom, [*derivative.part.statements, *derivative.copies], kept)
        note_repeated(context, derivative)
        gradients = names["gradients"]
        given = {"gradients": gradients}
        context.replace(context.span(final), *filled(context, idiom, idiom.apply, step.holes, given))
        context.find(Outcome.CONVERTED, context.shown(_callee(final)), (context.span(optimizer),))
        for item, template, holes in step.changes:
            new = filled(context, idiom, template, holes, given)
            context.replace(context.span(item), f"{gradients} = ", *new)
            context.find(Outcome.CONVERTED, context.shown(_callee(item)), new)
            kept[id(item)] = tuple(node for name, node in holes.items() if name in template.names)
        for item in (*step.resets, *step.gone):
            context.find(Outcome.CONVERTED, context.shown(_callee(item)), (), _GONE)
        for item in (*step.resets, *step.gone, statement):
            self.removals.add(item)
            kept[id(item)] = ()
        end_passes(derivative, self.removals, kept)
        kept[id(final)] = ()
        _remark_on_mode(context, self.matcher, statement)


def _callee(statement: ast.stmt) -> ast.expr:
    assert isinstance(statement, ast.Expr)
    return statement.value.func if isinstance(statement.value, ast.Call) else statement.value
