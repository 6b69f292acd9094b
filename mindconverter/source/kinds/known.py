"""What is known of names, of attributes and of what calls give, at a point of a script."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from mindconverter.rules.template import dotted_name
from mindconverter.source.kinds import kind
from mindconverter.source.kinds.callers import Given, Received
from mindconverter.source.kinds.containers import settled
from mindconverter.source.kinds.evidence import Evidence
from mindconverter.source.kinds.kind import NONE, UNKNOWN, UNSURE, Kind
from mindconverter.source.kinds.observed import Function, Observed
from mindconverter.source.kinds.surroundings import Surroundings
from mindconverter.source.names.project import ClassInfo

Environment = dict[str, Kind]


@dataclass(frozen=True)
class Hints:
    """Hold what is known of a script before its values are looked at.

    Attributes:
        evidence: What its statements alone show.
        received: What its functions get from other files.
        surroundings: What the other scripts of the project show; None if the script is looked at by itself.
    """

    evidence: Evidence
    received: Received
    surroundings: Surroundings | None


class Known:
    """Keep what is known of the names and attributes of a script.

    Attributes:
        kinds: The kinds of the expressions so far, by the identity of their nodes.
        scope: The scope that is looked at.
        environment: What is known of names, and of chains such as ``self.x``, at this point.
        finals: What names of a scope may be wherever they are read.
        attributes: What methods give to attributes of ``self``, by class and name.
        declared: The attributes whose kind the class itself declares.
        owner: The class whose method is looked at, or None.
        function: The function whose body is looked at, or None.
        before: What an earlier look at the script has shown of its functions.
        seen: What this one shows.
        given: What it gives to functions of other files.
        later: What is to be looked at when the enclosing scope is done: the bodies of functions.
        hints: What is known of the script from elsewhere.
        results: The kinds of what functions give, by the lines of their definitions.
    """

    def __init__(self, before: Observed, hints: Hints) -> None:
        script = hints.evidence.script
        self.before = before
        self.seen = Observed()
        self.given = Given()
        self.names = script.names
        self.tree = script.tree
        self.class_of = script.class_of
        self.apis = hints.evidence.apis
        self.kinds: dict[int, Kind] = {}
        self.scope = script.names.scope(script.tree)
        self.environment: Environment = {}
        self.finals: dict[tuple[int, str], Kind] = {}
        self.attributes: dict[tuple[str, str], Kind] = {}
        self.declared: set[tuple[str, str]] = set()
        self.owner: ClassInfo | None = None
        self.function: Function | None = None
        self.later: list[Callable[[], None]] = []
        self.hints = hints
        self.results: dict[int, Kind] = {}

    def bind(self, name: str, found: Kind) -> None:
        """Note what a name, or a chain such as ``self.x``, means from here on."""
        if not found and (shown := self.hints.evidence.recognized.names.get((id(self.scope.node), name))):
            found = shown | UNSURE
        self.environment[name] = found
        prefix = f"{name}."
        for key in [key for key in self.environment if key.startswith(prefix)]:
            del self.environment[key]
        final = (id(self.scope), name)
        self.finals[final] = kind.join(self.finals[final], found) if final in self.finals else found

    def forget(self, target: ast.expr) -> None:
        """Note that nothing is known any more of what a name means."""
        chain = dotted_name(target)
        if chain is not None:
            self.environment[chain] = UNKNOWN

    def annotation(self, node: ast.expr | None) -> Kind:
        """Return the kind that an annotation says."""
        return kind.annotated(node, self._class_name) if node is not None else UNKNOWN

    def _class_name(self, node: ast.expr) -> str | None:
        name = self.names.qualified(node, self.scope)
        if name is None:
            return node.id if isinstance(node, ast.Name) and not self.scope.lookup(node.id) else None
        if not self.apis.is_source(name):
            info = self.apis.find_class(name)
            if info is not None:
                return info.name
            return name if name.startswith(("typing.", "collections.")) or self.apis.is_target_class(name) else None
        return self.apis.canonical(name)

    def of_name(self, name: str) -> Kind:
        """Return the kind of what a name is at this point."""
        scope = self.scope.find(name)
        if scope is not None and name in self.environment:
            return self.environment[name]
        meaning = self.names.meaning(name, self.scope)
        if self.apis.is_source(meaning):
            assert meaning is not None
            return self.api_value(self.apis.canonical(meaning))
        single = scope is None or len(scope.bindings[name]) == 1
        if meaning is not None and single and (said := self.imported(meaning)):
            return said
        if scope is None:
            return UNKNOWN
        if scope is self.scope or (scope.parent is not None and len(scope.bindings[name]) > 1):
            return UNKNOWN
        return self.finals.get((id(scope), name), UNKNOWN)

    def imported(self, name: str) -> Kind:
        """Return the kind of a class or function of another script of the project."""
        info = self.apis.find_class(name)
        if info is not None:
            return kind.calling(kind.of(info.name))
        surroundings = self.hints.surroundings
        return surroundings.function(name) if surroundings is not None else UNKNOWN

    def api_value(self, name: str) -> Kind:
        """Return the kind of an API that is not called."""
        entry = self.apis.entry(name)
        found = self.apis.returns(name)
        callable_api = entry is None or entry.kind in ("class", "function", "method")
        return kind.calling(found) if callable_api else found

    def member(self, owner: str, attribute: str) -> Kind:
        """Return the kind of an attribute of an instance of a class."""
        if owner in UNSURE:
            return UNSURE
        surroundings = self.hints.surroundings
        for ancestor in self.apis.ancestors(owner):
            key = (ancestor, attribute)
            known = [attributes[key] for attributes in (self.attributes, self.before.attributes) if key in attributes]
            if known:
                return settled(kind.join(*known)) if any("[" in name for name in known[0]) else known[0]
            shown = surroundings.attribute(ancestor, attribute) if surroundings is not None else UNKNOWN
            if shown:
                return shown
        method = self.apis.method(owner, attribute)
        if method is not None:
            info, definition = method
            decorated = bool(definition.decorator_list)
            return UNKNOWN if decorated else kind.calling(self._result(info, definition))
        if self.apis.own_member(owner, attribute):
            return UNKNOWN
        owner = kind.outer_name(owner) if "." in kind.outer_name(owner) else owner
        found = self.apis.member(owner, attribute) if "[" not in owner else None
        if found is None and self.apis.renamed_attributes(owner).get(attribute) == "":
            return kind.of(owner)
        if found is None:
            return self.apis.array if self.apis.has_weight(owner, attribute) else UNKNOWN
        result = self.apis.returns(found.name, kind.of(owner))
        is_method = found.api is None or found.api.kind in ("method", "function")
        return kind.calling(result) if is_method else result

    def _result(self, info: ClassInfo, definition: Function) -> Kind:
        if id(info.node) in self.class_of:
            return self.result(definition)
        surroundings = self.hints.surroundings
        return surroundings.result(info.name, definition) if surroundings is not None else UNKNOWN

    def result(self, definition: Function) -> Kind:
        """Return what a function of the script gives: what it says, else what it was seen to return."""
        said = self.annotation(definition.returns)
        return said or self.before.results.get(id(definition), UNKNOWN)

    def note_attribute(self, name: str, found: Kind) -> None:
        """Note what a method gives to an attribute of ``self``."""
        assert self.owner is not None
        key = (self.owner.name, name)
        if key not in self.declared:
            self.attributes[key] = kind.join(self.attributes[key], found) if key in self.attributes else found
            self.seen.attributes[key] = self.attributes[key]

    def instance_call(self, owner: str, node: ast.Call) -> Kind:
        """Return the kind of what calling an instance of a class gives."""
        method = self.apis.run_by_call(owner)
        if method is None or method[1].decorator_list:
            return self.apis.instance_call(owner)
        self.note_call(method[1], self.home(method[0]), node, bound=True)
        return self._result(*method) or self.apis.instance_call(owner)

    def home(self, info: ClassInfo) -> str | None:
        """Return the module that a class of the project is defined in."""
        return self.names.module if id(info.node) in self.class_of else self.apis.project.home(info.name)

    def note_call(self, definition: Function, module: str | None, node: ast.Call, *, bound: bool) -> None:
        """Note the arguments of a call of a function or method of a module of the project."""
        if module == self.names.module:
            self.seen.note_call(definition, node, self.kinds, bound=bound)
        elif module is not None and module in self.apis.project.converted:
            self.given.note_call((module, definition.lineno), definition, node, self.kinds, bound=bound)

    def items(self, found: Kind) -> Kind:
        """Return the kind of what iterating over a value gives."""
        if self.apis.is_array(kind.sure(found)):
            return found - NONE
        return kind.items_of(self.contained(found))

    def contained(self, found: Kind) -> Kind:
        """Return a kind with built-in containers in the place of the classes that are like them."""
        return kind.join(*(self.apis.container(name) for name in sorted(settled(found)))) if found else UNKNOWN

    def is_list(self, found: Kind) -> bool:
        """Tell whether a value is a list or like one, so that an operator with an assignment leaves its class."""
        return bool(found) and all(kind.outer_name(name) == "list" for name in self.contained(found))
