"""The imports of a result: what becomes of the source's own, what has to be added, and the names that they bind."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from mindconverter.report.diagnostics import Outcome
from mindconverter.source.calls.context import Context
from mindconverter.source.calls.diagnose import Finding
from mindconverter.source.calls.statements import Removals
from mindconverter.source.imports.leftovers import other_name, rename
from mindconverter.source.imports.target_imports import TargetImport, parse_statement, write_imports
from mindconverter.source.names.names import Binding, ImportNode
from mindconverter.source.names.project import exported_names

_PREFIX = "ms_"
_FOR_CHECKERS = "TYPE_CHECKING"


@dataclass
class ImportPlan:
    """Settle the imports of a result.

    Args:
        context: The conversion, whose uses of APIs have all been decided.
    """

    context: Context
    _bound: dict[str, TargetImport] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _present: dict[str, str] = field(default_factory=dict)
    _statements: dict[int, list[Binding]] = field(default_factory=dict)
    _provided: set[TargetImport] = field(default_factory=set)
    _needed: set[str] = field(default_factory=set)
    _renamed: dict[int, str] = field(default_factory=dict)
    _block: Sequence[ast.stmt] = ()

    def __post_init__(self) -> None:
        nodes: dict[int, ImportNode] = {}
        exported = exported_names(self.context.script.tree)
        for name, binding in self.context.script.names.bound_names():
            if binding.alias is None or not isinstance(binding.node, (ast.Import, ast.ImportFrom)):
                self._taken.add(name)
                continue
            if name in exported:
                self.context.kept.add(id(binding.alias))
            if self.context.apis.is_source(binding.qualified):
                nodes[id(binding.node)] = binding.node
                self._statements.setdefault(id(binding.node), []).append(binding)
            if not self._goes(binding):
                self._taken.add(self._kept_name(name, binding, exported))
                if binding.qualified is not None and binding.node in self.context.script.tree.body:
                    self._present.setdefault(binding.qualified, name)
        self._nodes = sorted(nodes.values(), key=lambda node: node.lineno)

    def _kept_name(self, name: str, binding: Binding, exported: frozenset[str]) -> str:
        """Return the name that an import that stays has in the result: one that leaves its own to the target."""
        source = self.context.apis.is_source(binding.qualified) and name not in exported
        new = other_name(self.context, name, binding, self._wanted) if source else None
        if new is None:
            return name
        rename(self.context, binding, new)
        self._renamed[id(binding.alias)] = new
        return new

    @cached_property
    def _wanted(self) -> frozenset[str]:
        """The names that the modules of the result's target APIs have by the tables."""
        modules = {self.context.apis.tables.target_module(target.name) for target in self.context.targets}
        tables = self.context.apis.tables.modules
        return frozenset(parse_statement(tables[module].statement).top for module in modules if module is not None)

    def _goes(self, binding: Binding) -> bool:
        if (
            not self.context.apis.is_source(binding.qualified)
            or binding.alias is None
            or id(binding.alias) in self.context.kept
        ):
            return False
        return id(binding.alias) in self.context.read or not self._is_reexport(binding.alias)

    def _is_reexport(self, alias: ast.alias) -> bool:
        """Tell whether a name that the script does not read is there for others.

        That is so in a package, and of a name that something else of the script takes the place of where the import
        fails.
        """
        script = self.context.script
        name = alias.asname or alias.name.partition(".")[0]
        bindings = script.names.scope(script.tree).bindings.get(name, ())
        return script.is_package or any(binding.alias is None for binding in bindings)

    @property
    def is_empty(self) -> bool:
        """Whether the script imports nothing of a source framework."""
        stars = (self.context.apis.is_source(module) for _, module in self.context.script.names.stars)
        return not self._nodes and not any(stars)

    def local(self, wanted: TargetImport) -> TargetImport:
        """Return an import with the name that the result knows it by, and see to it that the import is there."""
        if wanted.qualified not in self._bound:
            present = self._present.get(wanted.qualified)
            if present is not None and "." not in wanted.bound:
                self._bound[wanted.qualified] = wanted.renamed(present)
                return self._bound[wanted.qualified]
            bound = wanted.bound
            clash = {item.top for item in self._bound.values() if item.qualified != wanted.qualified}
            while bound.partition(".")[0] in self._taken | clash:
                bound = f"{_PREFIX}{bound.replace('.', '_')}"
            self._bound[wanted.qualified] = wanted.renamed(bound)
        return self._bound[wanted.qualified]

    def reserve(self, name: str) -> str:
        """Return a name for a definition of the result that nothing else has, and keep it from others."""
        while name in self._taken:
            name = f"{_PREFIX}{name}"
        self._taken.add(name)
        return name

    def write(self, target: str) -> str:
        """Return how a target API is written."""
        module = self.context.apis.tables.target_module(target)
        if module is None:
            return target
        rule = self.context.apis.tables.modules[module]
        return self.local(parse_statement(rule.statement)).bound + target[len(module) :]

    def settle(self, removals: Removals, *, defines: bool) -> None:
        """Put the source's import statements right.

        Args:
            removals: Collects the statements that go.
            defines: Whether the result gets definitions at its top, which need what they name there.
        """
        self._block = self.context.script.tree.body if defines else self._common_block()
        for target in sorted(self.context.targets, key=lambda target: target.name):
            self.write(target.name)
        self._needed = set(self._bound)
        for node in self._nodes:
            self._convert(node, self._statements[id(node)], removals)
        for node, module in self.context.script.names.stars:
            if self.context.apis.is_source(module):
                self._convert_star(node, module, removals)

    def _common_block(self) -> Sequence[ast.stmt]:
        """Return the block that has all imports of source frameworks: a ``try`` or ``if`` of the module, or all of it.

        What type checkers alone see does not count, since methods of values need imports where the script has none.
        """
        body = self.context.script.tree.body
        around = self.context.parent(self._nodes[0]) if self._nodes else None
        if around not in body or not isinstance(around, (ast.Try, ast.If)) or self.context.script.names.stars:
            return body
        if isinstance(around, ast.If) and _FOR_CHECKERS in ast.unparse(around.test):
            return body
        lines = {around.lineno, *(node.lineno for node in self._nodes)}
        own_lines = len(lines) == len(self._nodes) + 1
        return around.body if own_lines and all(node in around.body for node in self._nodes) else body

    def guarded_place(self) -> tuple[int, str] | None:
        """Return where new imports go in a block that all imports of source frameworks are in, and its indentation.

        It is None where that block is the script itself.
        """
        if self._block is self.context.script.tree.body or not self._nodes:
            return None
        source = self.context.source
        place = self.context.span(self._nodes[0]).start
        start = source.line_start(place)
        return start, source.text[start:place]

    def missing(self) -> set[TargetImport]:
        """Return the imports that the result needs and no statement of it has."""
        return {
            item
            for item in self._bound.values()
            if item.qualified in self._needed
            and item not in self._provided
            and self._present.get(item.qualified) != item.bound
        }

    def _convert(self, node: ImportNode, bindings: Sequence[Binding], removals: Removals) -> None:
        going = [binding for binding in bindings if self._goes(binding)]
        borrowed = [binding for binding in bindings if binding not in going and self._is_borrowed(binding)]
        if not going and not borrowed:
            if any(id(alias) in self._renamed for alias in node.names):
                self.context.replace(self.context.span(node), _statement(node, self._aliases(node)))
            self._note_left(node)
            return
        new: list[TargetImport] = []
        for binding in going:
            new += [item for item in self._successors(binding) if item not in new and item not in self._provided]
        direct = [self._direct(binding) for binding in borrowed]
        self._replace(node, {id(binding.alias) for binding in (*going, *borrowed)}, new, removals, direct)

    def _is_borrowed(self, binding: Binding) -> bool:
        """Tell whether an import brings an API from a script of the project, which may lose it."""
        return binding.qualified is not None and self.context.apis.project.owns(binding.qualified)

    def _direct(self, binding: Binding) -> str:
        """Return an import of what another script of the project has from a source framework."""
        assert binding.qualified is not None
        assert binding.alias is not None
        module, _, name = self.context.apis.project.actual_name(binding.qualified).rpartition(".")
        bound = binding.alias.asname or binding.alias.name
        if not module:
            return f"import {name}" if name == bound else f"import {name} as {bound}"
        return f"from {module} import {name}" if name == bound else f"from {module} import {name} as {bound}"

    def _convert_star(self, node: ast.ImportFrom, module: str, removals: Removals) -> None:
        kept = id(node.names[0]) in self.context.kept
        new = [] if kept else [item for item in self._module_import(module) if item not in self._provided]
        if kept:
            self._note_left(node)
        else:
            self._replace(node, {id(node.names[0])}, new, removals)

    def _replace(
        self,
        node: ImportNode,
        going: set[int],
        new: Sequence[TargetImport],
        removals: Removals,
        direct: Sequence[str] = (),
    ) -> None:
        kept = self._aliases(node, going)
        statements = [*direct, *write_imports(new)]
        if node in self._block:
            self._provided.update(new)
        span = self.context.span(node)
        if kept:
            statements = [_statement(node, kept), *statements]
        if statements:
            start = self.context.source.line_start(span.start)
            indent = self.context.source.text[start : span.start]
            separator = f"{self.context.source.newline}{indent}" if not indent.strip() else "; "
            self.context.replace(span, separator.join(statements))
        else:
            removals.add(node)
        self.context.findings.append(Finding(Outcome.CONVERTED, span, ("; ".join(statements),) if statements else ()))

    def _aliases(self, node: ImportNode, without: Collection[int] = ()) -> list[ast.alias]:
        """Return the parts of an import statement that stay, with the names that they have in the result."""
        kept = [alias for alias in node.names if id(alias) not in without]
        return [ast.alias(alias.name, self._renamed.get(id(alias), alias.asname)) for alias in kept]

    def _note_left(self, node: ImportNode) -> None:
        names = [self._renamed[id(alias)] for alias in node.names if id(alias) in self._renamed]
        say = f"It stays{f', as {names[0]},' if names else ''} for what is not converted."
        self.context.findings.append(Finding(Outcome.UNCONVERTED, self.context.span(node), (), say))

    def _successors(self, binding: Binding) -> list[TargetImport]:
        """Return the imports that take the place of one that goes."""
        assert binding.qualified is not None
        assert binding.alias is not None
        apis = self.context.apis
        name = apis.canonical(binding.qualified)
        if isinstance(binding.node, ast.Import):
            return self._module_import(binding.alias.name)
        if apis.is_module(name):
            return self._module_import(name)
        rule = apis.rule(name)
        if rule is None or rule.action.to is None:
            return []
        module = apis.tables.target_module(rule.action.to)
        used = module is not None and parse_statement(apis.tables.modules[module].statement).qualified in self._bound
        return self._target(module) if used and module is not None else []

    def _module_import(self, name: str) -> list[TargetImport]:
        rule = self.context.apis.tables.modules.get(name)
        return self._target(rule.to) if rule is not None and rule.to is not None else []

    def _target(self, module: str) -> list[TargetImport]:
        rule = self.context.apis.tables.modules.get(module)
        if rule is None or not rule.statement:
            return []
        found = self.local(parse_statement(rule.statement))
        return [] if self._present.get(found.qualified) == found.bound else [found]


def _statement(node: ImportNode, aliases: Sequence[ast.alias]) -> str:
    names = ", ".join(f"{alias.name} as {alias.asname}" if alias.asname else alias.name for alias in aliases)
    if isinstance(node, ast.Import):
        return f"import {names}"
    return f"from {'.' * node.level}{node.module or ''} import {names}"


def insertion_place(context: Context) -> int:
    """Return where new imports and definitions go: behind the imports at the top, else the docstring or comments."""
    tree, source = context.script.tree, context.source
    last: ast.stmt | None = None
    for index, node in enumerate(tree.body):
        is_docstring = index == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_docstring or isinstance(node, (ast.Import, ast.ImportFrom)):
            last = node
        elif not (isinstance(node, (ast.If, ast.Try)) and _has_import(node)):
            break
    if last is not None:
        return _below(context, last)
    if not tree.body:
        return len(source.text)
    first = tree.body[0]
    decorators = getattr(first, "decorator_list", [])
    place = source.line_start(source.span(decorators[0] if decorators else first).start)
    above = place
    while above and source.text[source.line_start(above - 1) :].lstrip(" \t").startswith("#"):
        above = source.line_start(above - 1)
    return above if above else place


def _below(context: Context, node: ast.stmt) -> int:
    """Return the start of the line below a statement, or of its own line if the next statement shares it."""
    source = context.source
    body = context.script.tree.body
    place = source.line_end(source.span(node).end - 1)
    following = body[body.index(node) + 1 :]
    if following and source.span(following[0]).start < place:
        return source.line_start(source.span(node).start)
    return place


def _has_import(node: ast.stmt) -> bool:
    return any(isinstance(inner, (ast.Import, ast.ImportFrom)) for inner in ast.walk(node))
