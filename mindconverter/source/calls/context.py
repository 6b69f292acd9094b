"""What the parts of a conversion share: the script, what is known of it, and what has been decided so far."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.helper_source import HelperLibrary
from mindconverter.rules.model import Rule
from mindconverter.source.calls.diagnose import Finding
from mindconverter.source.edit.edit import Dedented, Edits, HelperName, Piece, TargetName
from mindconverter.source.edit.emit import binds_tightly, code_pieces
from mindconverter.source.edit.text import SourceText, Span
from mindconverter.source.kinds.api import Apis
from mindconverter.source.kinds.observed import Kinds
from mindconverter.source.names.names import Scope
from mindconverter.source.names.project import Script

_SHORT = 40


@dataclass
class Context:
    """Hold a conversion of one script.

    Attributes:
        script: The script.
        apis: What is known of APIs.
        kinds: What is known of the script's values.
        library: The helpers.
        edits: The changes so far.
        findings: What has been found so far.
        kept: The parts of import statements whose names remain in the result, by identity.
        read: Those whose names the script uses at all.
        tight: Expressions that stand in the code of a rule where an operation would need parentheses, by identity.
        adopted: Expressions out of strings, each with the string, by the identity of the expression.
        targets: The target APIs that the result names.
        helpers: The helpers that it needs.
        kept_reads: Where the result reads what an import brings, by the identity of its part of the statement.
        registered: The attributes that a class registers, by the name of the class, with the rule of the method that
            does so and its other arguments.
    """

    script: Script
    apis: Apis
    kinds: Kinds
    library: HelperLibrary
    edits: Edits = field(default_factory=Edits)
    findings: list[Finding] = field(default_factory=list)
    kept: set[int] = field(default_factory=set)
    read: set[int] = field(default_factory=set)
    tight: set[int] = field(default_factory=set)
    adopted: dict[int, tuple[ast.expr, ast.AST]] = field(default_factory=dict)
    targets: set[TargetName] = field(default_factory=set)
    helpers: set[HelperName] = field(default_factory=set)
    kept_reads: dict[int, list[ast.Name]] = field(default_factory=dict)
    registered: dict[str, dict[str, tuple[Rule, Mapping[str, str]]]] = field(default_factory=dict)

    @property
    def source(self) -> SourceText:
        """The text of the script."""
        return self.script.source

    @cached_property
    def is_involved(self) -> bool:
        """Whether the script imports anything of a source framework or of the project that is converted."""
        names, apis = self.script.names, self.apis
        imported = [binding.qualified for _, binding in names.bound_names() if binding.alias is not None]
        imported += [module for _, module in names.stars]
        return any(name is not None and (apis.is_source(name) or apis.project.owns(name)) for name in imported)

    @cached_property
    def parents(self) -> dict[int, ast.AST]:
        """The node around each node, by identity."""
        return {id(child): node for node in ast.walk(self.script.tree) for child in ast.iter_child_nodes(node)}

    def parent(self, node: ast.AST) -> ast.AST | None:
        """Return the node around a node."""
        return self.parents.get(id(node))

    def scope_of(self, node: ast.AST) -> Scope:
        """Return the scope that an expression stands in."""
        around: ast.AST | None = node
        while around is not None and id(around) not in self.script.names.scopes:
            around = self.parent(around)
        return self.script.names.scope(around if around is not None else self.script.tree)

    def adopt(self, node: ast.expr, outer: ast.AST) -> None:
        """Put an expression that was parsed by itself in the place of a node."""
        self.parents[id(node)] = self.parents[id(outer)]
        for parent in ast.walk(node):
            for child in ast.iter_child_nodes(parent):
                self.parents[id(child)] = parent
        self.adopted[id(node)] = (node, outer)

    def span(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> Span:
        """Return the place of a node."""
        return self.source.span(node)

    def full_name(self, node: ast.expr, scope: Scope) -> str | None:
        """Return the full name of the API of a source framework that a name or chain means, or None."""
        name = self.script.names.qualified(node, scope)
        return self.apis.canonical(name) if name is not None and self.apis.is_source(name) else None

    def note_read(self, node: ast.expr, scope: Scope, *, kept: bool) -> None:
        """Note that the script reads the name at the start of a chain, and whether the result does so too."""
        while isinstance(node, ast.Attribute):
            node = node.value
        if not isinstance(node, ast.Name):
            return
        bindings = scope.lookup(node.id)
        if kept and self.script.names.may_be_starred(node.id, scope):
            self.kept.update(id(statement.names[0]) for statement, _ in self.script.names.stars)
        for binding in bindings:
            if binding.alias is not None:
                self.read.add(id(binding.alias))
                if kept:
                    self.kept.add(id(binding.alias))
                    self.kept_reads.setdefault(id(binding.alias), []).append(node)

    def needs_parentheses(self, node: ast.expr) -> bool:
        """Tell whether an operation in the place of an expression would need parentheses."""
        return id(node) in self.tight or binds_tightly(self.parent(node), node)

    def code_pieces(self, code: ast.expr, holes: Mapping[str, ast.expr], helpers: Collection[str] = ()) -> list[Piece]:
        """Return the code of a rule as pieces; see ``emit.code_pieces``."""
        return code_pieces(code, holes, self.source, helpers=helpers, is_target=self.is_target, tight=self.tight)

    def pieces(self, pieces: tuple[Piece, ...] | list[Piece]) -> tuple[Piece, ...]:
        """Note the names that pieces need, and return them."""
        for piece in pieces:
            if isinstance(piece, TargetName):
                self.targets.add(piece)
            elif isinstance(piece, HelperName):
                self.helpers.add(piece)
        return tuple(pieces)

    def replace(self, span: Span, *pieces: Piece) -> None:
        """Put pieces in the place of a part of the script."""
        self.edits.replace(span, *self.pieces(pieces))

    def dedent(self, span: Span, lines: Dedented) -> None:
        """Put lines with less indentation in the place of a part of the script."""
        self.edits.replace(span, lines)

    def find(
        self, outcome: Outcome, span: Span, target: tuple[Piece, ...] = (), say: str = "", rule: Rule | None = None
    ) -> None:
        """Note what became of a part of the script."""
        self.findings.append(Finding(outcome, span, target, say, rule))

    def shown(self, node: ast.expr) -> Span:
        """Return the part of an expression that the report shows: a chain or short text, else its last attribute."""
        span = self.span(node)
        start: ast.expr = node
        while isinstance(start, ast.Attribute):
            start = start.value
        if isinstance(start, ast.Name) or not isinstance(node, ast.Attribute) or span.end - span.start <= _SHORT:
            return span
        return Span(span.end - len(node.attr), span.end)

    def advice(self, name: str) -> str:
        """Return what to do about an API that has no rule, or only the refusal of its namespace."""
        rule = self.apis.rule(name)
        if rule is not None and rule.action.refuse:
            return rule.action.refuse[0].say
        last = name.rpartition(".")[2]
        found = self.apis.tables.target_of_name.get(last)
        if found is not None:
            return f"Maybe could convert to {found}. Compare the two; convert it by hand or add a rule by --rules."
        return f"There is no rule for {name}. Convert it by hand, or add a rule by --rules."

    def is_target(self, name: str) -> bool:
        """Tell whether a dotted name is that of a target API, or of something else that a module rule imports."""
        return self.apis.tables.target_module(name) is not None
