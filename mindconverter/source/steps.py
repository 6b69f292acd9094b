"""Steps of training: their statements found by the idioms of the tables, and rewritten together."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.idiom import Idiom, StatementPattern, hole_of
from mindconverter.rules.template import Template, dotted_name, fill
from mindconverter.rules.values import Unknown, source_value
from mindconverter.source import kind
from mindconverter.source.bindings import bound, can_be_moved, taken
from mindconverter.source.context import Context
from mindconverter.source.edit import Indented, Piece
from mindconverter.source.names import Scope
from mindconverter.source.slices import Slice, carries_derivatives, slice_of
from mindconverter.source.statements import Removals
from mindconverter.source.text import Span
from mindconverter.source.with_items import lines_in_strings

_GONE = "It is part of a step of training, which gives the gradients to the optimizer itself."

Holes = dict[str, ast.expr]


@dataclass
class Steps:
    """Hold the statements that belong to steps of training.

    Attributes:
        kept: The parts that stay of each statement, by the statement's identity.
    """

    kept: dict[int, tuple[ast.expr, ...]] = field(default_factory=dict)


@dataclass
class _Step:
    """Hold one step: a block, the indices of its statements there, and what stands in the holes."""

    idiom: Idiom
    block: Sequence[ast.stmt]
    backward: int
    last: int
    holes: Holes
    resets: list[ast.stmt]
    gone: list[ast.stmt]
    changes: list[tuple[ast.stmt, Template, Holes]]


def rewrite_steps(context: Context, removals: Removals) -> Steps:
    """Rewrite the steps of training of a script, and return what belongs to them."""
    steps = Steps()
    if not context.is_involved:
        return steps
    for node in ast.walk(context.script.tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and block and not isinstance(node, ast.ClassDef):
                for idiom in context.apis.tables.idioms:
                    _Finder(context, idiom, block, removals, steps).run()
    return steps


class _Finder:
    def __init__(
        self, context: Context, idiom: Idiom, block: Sequence[ast.stmt], removals: Removals, steps: Steps
    ) -> None:
        self.context = context
        self.idiom = idiom
        self.block = block
        self.removals = removals
        self.steps = steps

    def run(self) -> None:
        start = 0
        for index in range(len(self.block)):
            holes = self.matched(self.idiom.backward, self.block[index])
            step = self.step(index, holes, start) if holes is not None else None
            if step is not None and self.rewrite(step, start):
                start = step.last + 1

    def matched(self, patterns: Sequence[StatementPattern], node: ast.AST, holes: Holes | None = None) -> Holes | None:
        """Return what stands in the holes of the first pattern that a statement is, or None."""
        if not isinstance(node, ast.Expr):
            return None
        for pattern in patterns:
            found = dict(holes or {})
            scope = self.context.scope_of(node)
            if _match(self.context, pattern.tree, node.value, scope, found) and self.kinds_fit(found):
                return found
        return None

    def kinds_fit(self, holes: Mapping[str, ast.expr]) -> bool:
        for name, wanted in self.idiom.kinds.items():
            owners = kind.sure(self.context.kinds.of(holes[name])) if name in holes else kind.UNKNOWN
            if owners and not all(wanted in self.context.apis.ancestors(owner) for owner in owners):
                return False
        return True

    def step(self, backward: int, holes: Holes, start: int) -> _Step | None:
        """Return the step that a backward pass belongs to; None if the statements around it are not understood."""
        following = range(backward + 1, len(self.block))
        if any(self.matched(self.idiom.backward, item) is not None for item in self.block[start:backward]):
            return None  # gradients of two losses are added
        end = next((i for i in following if self.matched(self.idiom.backward, self.block[i]) is not None), None)
        found = [(i, self.matched(self.idiom.step, self.block[i], holes)) for i in following[: end and end - backward]]
        ends = [(index, given) for index, given in found if given is not None]
        if not ends or ends[0][1] is None:
            return None
        last, given = ends[0]
        assert given is not None
        if any(ast.dump(other["optimizer"]) != ast.dump(given["optimizer"]) for _, other in ends if other):
            return None
        scalers = {"optimizer": given["optimizer"], **({"scaler": given["scaler"]} if "scaler" in given else {})}
        resets = [item for item in self.block if self.matched(self.idiom.reset, item, scalers) is not None]
        if not resets or any(item in self.block[backward:last] for item in resets):
            return None
        step = _Step(self.idiom, self.block, backward, last, {**holes, **given}, resets, [], [])
        step.gone += [item for item in self.block if self.matched(self.idiom.gone, item, scalers) is not None]
        return step if self.between(step, len(self.block) if end is None else end) else None

    def between(self, step: _Step, end: int) -> bool:
        """Note what changes gradients before the step; tell whether nothing else reads or changes them."""
        for statement in step.block[step.backward + 1 : step.last]:
            for node in ast.walk(statement):
                for change in step.idiom.gradients:
                    holes = self.matched([change.source], node)
                    if holes is not None and isinstance(node, ast.Expr):
                        step.changes.append((node, change.becomes, holes))
        known = {id(statement) for statement, _, _ in step.changes}
        rest = [item for item in step.block[step.backward + 1 : step.last] if id(item) not in known]
        return not any(self.names_any(statement) for statement in rest)

    def names_any(self, statement: ast.AST) -> bool:
        """Tell whether a statement names an API that an idiom cannot have in it."""
        unless = self.idiom.unless
        members = {name.rpartition(".")[2] for name in unless if self.context.apis.is_class(name.rpartition(".")[0])}
        for node in ast.walk(statement):
            if isinstance(node, (ast.Name, ast.Attribute)):
                full = self.context.full_name(node, self.context.scope_of(node))
                if full in unless or (full is None and isinstance(node, ast.Attribute) and node.attr in members):
                    return True
        return False

    def rewrite(self, step: _Step, start: int) -> bool:
        """Rewrite a step; tell whether it could be."""
        context, idiom = self.context, step.idiom
        statement = step.block[step.backward]
        scope = context.scope_of(statement)
        loss = step.holes["loss"]
        part = slice_of(context, step.block, step.backward, loss, scope)
        if part.start < start or not can_be_moved(part.statements) or any(map(self.names_any, part.statements)):
            return False
        if not _on_own_lines(context, [*part.statements, statement, step.block[step.last]]):
            return False
        first = part.statements[0] if part.statements else statement
        own = set().union(*(bound(item) for item in part.statements)) if part.statements else set()
        outside = sorted(name for name in part.outside - own if carries_derivatives(context, name, first, scope))
        if outside or any(name in scope.outside for name in own):
            return False
        self.write(step, part, own, scope)
        self.note(step)
        for item in (*step.resets, *step.gone, statement):
            self.removals.add(item)
            self.steps.kept[id(item)] = ()
        self.steps.kept[id(statement)] = (loss,)
        self.steps.kept[id(step.block[step.last])] = ()
        for item, becomes, holes in step.changes:
            self.steps.kept[id(item)] = tuple(node for name, node in holes.items() if name in becomes.names)
        trained = not idiom.mode or any(
            self.matched(idiom.mode, node) is not None for node in ast.walk(context.script.tree)
        )
        context.find(
            Outcome.CONVERTED if trained else Outcome.REVIEW,
            context.shown(_callee(statement)),
            context.pieces(context.code_pieces(ast.Name(idiom.names["derivative"], ast.Load()), {})),
            "" if trained else idiom.review,
        )
        return True

    def write(self, step: _Step, part: Slice, own: set[str], scope: Scope) -> None:
        context, idiom = self.context, step.idiom
        function, derivative, gradients = (
            _fresh(scope, idiom.names[n]) for n in ("function", "derivative", "gradients")
        )
        loss = step.holes["loss"]
        statement = step.block[step.backward]
        first = part.statements[0] if part.statements else statement
        last = part.statements[-1] if part.statements else statement
        source = context.source
        newline = source.newline
        indent = source.text[source.line_start(context.span(first).start) : context.span(first).start]
        unit = "\t" if "\t" in indent else "    "
        parameters = ", ".join(sorted(taken(part.statements)))
        name = loss.id if isinstance(loss, ast.Name) else _fresh(scope, "loss")
        more = sorted(self.read_elsewhere(part, own - {name}, scope))
        plain = all(self.is_array(part.statements, item) for item in more)
        others = ", ".join(more) if plain else f"({', '.join(more)}{',' if len(more) == 1 else ''})"
        code = self.filled(idiom.several if more else idiom.plain, step.holes, {"function": function})
        pieces: list[Piece | Indented] = [f"{indent}def {function}({parameters}):{newline}"]
        if part.statements:
            span = Span(source.line_start(context.span(first).start), _block_end(context, last, indent))
            for offset in lines_in_strings(source, span):
                context.edits.keep_line(offset)
            pieces.append(Indented(span, unit))
        returned = context.span(loss)
        pieces += [f"{indent}{unit}return ", returned, f", {others}" if more else "", f"{newline}{newline}"]
        pieces += [f"{indent}{derivative} = ", *code, newline]
        result = f"({name}, {others})" if more else name
        pieces += [f"{indent}{result}, {gradients} = {derivative}({parameters}){newline}"]
        if part.statements:
            context.edits.replace(span, *pieces)
        else:
            place = source.line_start(context.span(statement).start)
            context.edits.replace(Span(place, place), *pieces)
        final = step.block[step.last]
        given = {"gradients": gradients}
        context.replace(context.span(final), *self.filled(idiom.apply, step.holes, given))
        context.find(Outcome.CONVERTED, context.shown(_callee(final)), (context.span(step.holes["optimizer"]),))
        for item, template, found in step.changes:
            context.replace(context.span(item), f"{gradients} = ", *self.filled(template, found, given))
            context.find(Outcome.CONVERTED, context.shown(_callee(item)), self.filled(template, found, given))

    def filled(self, template: Template, holes: Mapping[str, ast.expr], names: Mapping[str, str]) -> tuple[Piece, ...]:
        """Return the code of a template whose holes are expressions of the script and new names."""
        scope: dict[str, object] = {name: source_value(name) for name in holes}
        scope.update({name: Unknown(ast.Name(written, ast.Load())) for name, written in names.items()})
        return self.context.pieces(self.context.code_pieces(fill(template, scope), holes))

    def is_array(self, statements: Sequence[ast.stmt], name: str) -> bool:
        """Tell whether all that statements give to a name is an array for certain."""
        given = [
            node
            for item in statements
            for node in ast.walk(item)
            if isinstance(node, ast.Assign) and name in bound(node)
        ]
        return bool(given) and all(
            any(isinstance(target, ast.Name) for target in node.targets)
            and self.context.apis.is_array(self.context.kinds.of(node.value))
            for node in given
        )

    def read_elsewhere(self, part: Slice, own: set[str], scope: Scope) -> set[str]:
        """Return which of the names that a part binds something outside of it may read afterwards."""
        inside = {id(node) for item in part.statements for node in ast.walk(item)}
        before = {id(node) for item in self.block[: part.start] for node in ast.walk(item)}
        early = set().union(*(bound(item) for item in self.block[: part.start])) if part.start else set()
        found: set[str] = set()
        for node in ast.walk(scope.node):
            if not isinstance(node, ast.Name) or node.id not in own or not isinstance(node.ctx, ast.Load):
                continue
            if id(node) not in inside and not (id(node) in before and node.id in early):
                found.add(node.id)
        return found

    def note(self, step: _Step) -> None:
        """Note what goes, and what was only taken for a part of the step."""
        for item in (*step.resets, *step.gone):
            self.context.find(Outcome.CONVERTED, self.context.shown(_callee(item)), (), _GONE)


def _callee(statement: ast.stmt) -> ast.expr:
    assert isinstance(statement, ast.Expr)
    return statement.value.func if isinstance(statement.value, ast.Call) else statement.value


def _on_own_lines(context: Context, statements: Sequence[ast.stmt]) -> bool:
    """Tell whether statements share no line with others."""
    source = context.source
    for statement in statements:
        span = context.span(statement)
        end = source.text[span.end : _line_end(context, statement)].strip()
        if source.text[source.line_start(span.start) : span.start].strip() or (end and not end.startswith("#")):
            return False
    return True


def _line_end(context: Context, statement: ast.stmt) -> int:
    """Return the end of a statement's last line, before its newline."""
    text = context.source.text
    end = context.span(statement).end
    while end < len(text) and text[end] not in "\r\n":
        end += 1
    return end


def _block_end(context: Context, statement: ast.stmt, indent: str) -> int:
    """Return the end of a statement's last line, with the comments behind it that stand deeper than it does."""
    source = context.source
    end = source.line_end(context.span(statement).end - 1)
    while source.text.startswith((f"{indent} ", f"{indent}\t"), end) and (
        source.text[end : source.line_end(end)].lstrip().startswith("#")
    ):
        end = source.line_end(end)
    return end


def _fresh(scope: Scope, name: str) -> str:
    """Return a name that nothing in a function has, made of another one."""
    used = {node.id for node in ast.walk(scope.node) if isinstance(node, ast.Name)}
    candidates: Iterator[str] = (name if not number else f"{name}_{number}" for number in range(len(used) + 1))
    return next(candidate for candidate in candidates if candidate not in used)


def _match(context: Context, pattern: ast.expr, node: ast.expr, scope: Scope, holes: Holes) -> bool:
    """Tell whether an expression is what a pattern says, and note what stands in its holes."""
    hole = hole_of(pattern)
    if hole is not None:
        if hole in holes:
            return ast.dump(holes[hole]) == ast.dump(node)
        holes[hole] = node
        return True
    name = dotted_name(pattern)
    if name is not None and context.apis.exists(name):
        return context.full_name(node, scope) == context.apis.canonical(name)
    match pattern, node:
        case ast.Attribute(), ast.Attribute():
            return pattern.attr == node.attr and _match(context, pattern.value, node.value, scope, holes)
        case ast.Call(), ast.Call():
            return _match(context, pattern.func, node.func, scope, holes) and _match_arguments(
                context, pattern, node, scope, holes
            )
    return False


def _match_arguments(context: Context, pattern: ast.Call, node: ast.Call, scope: Scope, holes: Holes) -> bool:
    if len(pattern.args) == 1 and isinstance(pattern.args[0], ast.Constant) and pattern.args[0].value is ...:
        return True
    entry = context.apis.entry(context.full_name(node.func, scope) or "")
    names = [parameter.name for parameter in entry.signatures[0].parameters] if entry and entry.signatures else []
    given: dict[object, ast.expr] = dict(enumerate(node.args))
    for keyword in node.keywords:
        given[names.index(keyword.arg) if keyword.arg in names else keyword.arg] = keyword.value
    if set(given) != set(range(len(pattern.args))):
        return False
    return all(_match(context, item, given[index], scope, holes) for index, item in enumerate(pattern.args))
