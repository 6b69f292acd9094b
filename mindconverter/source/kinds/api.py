"""What is known of the source framework's APIs and of a project's classes: rules, members, ancestors, results."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from mindconverter.rules.catalog import Api
from mindconverter.rules.model import Rule
from mindconverter.rules.signature import Signature
from mindconverter.rules.tables import RuleTables
from mindconverter.source.kinds import kind
from mindconverter.source.kinds.elements import ElementTypes
from mindconverter.source.kinds.kind import UNKNOWN, UNSURE, Kind
from mindconverter.source.kinds.numpy_arrays import NUMPY
from mindconverter.source.names.project import ClassInfo, Project

ARRAY = "Tensor"
"""The word for arrays in the signatures of the catalogues, and so the last part of the name of their class."""


_SAY_NO_TYPE = frozenset({"none", "str"})
"""The kinds of arguments from which no type of elements follows, such as None and the name of a device."""


@dataclass(frozen=True, slots=True)
class Member:
    """Describe a member of a class of the source framework.

    Attributes:
        name: Its full name, with the class that has it.
        rule: Its rule, or None.
        api: Its entry in the catalogue, or None.
    """

    name: str
    rule: Rule | None
    api: Api | None


@dataclass
class Apis:
    """Answer questions about APIs.

    Args:
        tables: The rules and catalogues.
        project: The scripts that are converted, and those around them.
    """

    tables: RuleTables
    project: Project
    _taken: set[str] = field(default_factory=set)
    _ancestors: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _likes: dict[str, Kind] = field(default_factory=dict)

    @property
    def roots(self) -> frozenset[str]:
        """The first parts of the names of the APIs that the tables convert."""
        return self.tables.source_roots

    def mentions_root(self, text: str) -> bool:
        """Tell whether a text has the name of a source framework as a word."""
        return self._root_word.search(text) is not None

    @cached_property
    def _root_word(self) -> re.Pattern[str]:
        return re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, self.roots)))})\b")

    def is_source(self, name: str | None) -> bool:
        """Tell whether a full name belongs to a framework that is converted, also by an import of the project."""
        if name is None:
            return False
        actual = self.project.actual_name(name) if self.project.owns(name) else name
        return actual.partition(".")[0] in self.roots and not self.project.owns(actual)

    def canonical(self, name: str) -> str:
        """Return the public name of an API; a name of the project that stands for one counts."""
        actual = self.project.actual_name(name)
        return actual if actual in self.tables.heads else self.tables.source_catalog.canonical(actual)

    def rule(self, name: str) -> Rule | None:
        """Return the rule of an API by its public name, or None."""
        return self.tables.api_rule(name)

    def entry(self, name: str) -> Api | None:
        """Return the catalogue's entry of an API by its public name, or None."""
        return self.tables.source_catalog.find(name)

    def exists(self, name: str) -> bool:
        """Tell whether the tables or the catalogue know an API."""
        return self.rule(name) is not None or self.entry(name) is not None

    def is_module(self, name: str) -> bool:
        """Tell whether a full name is that of a module of a source framework."""
        if name in self.tables.modules:
            return True
        entry = self.entry(name)
        return entry is not None and entry.kind == "module"

    def is_class(self, name: str) -> bool:
        """Tell whether a full name is that of a class, of an API or of the project."""
        entry, rule = self.entry(name), self.rule(name)
        if entry is not None:
            return entry.kind == "class"
        return (rule is not None and bool(rule.bases)) or self.project.find_class(name) is not None

    @cached_property
    def arrays(self) -> frozenset[str]:
        """The classes of arrays of the source frameworks."""
        names = (f"{root}.{ARRAY}" for root in self.roots)
        return frozenset(name for name in names if self.entry(name) is not None)

    @property
    def array(self) -> Kind:
        """The kind of an array."""
        return self.arrays

    @cached_property
    def elements(self) -> ElementTypes:
        """What is known of the types of the elements of arrays."""
        rules = ((name, self.rule(name)) for name in sorted(self.tables.heads) if name.endswith(ARRAY))
        return ElementTypes(self.array, {name: rule.elements for name, rule in rules if rule and rule.elements})

    def is_array(self, found: Kind) -> bool:
        """Tell whether a value of a kind is an array for certain."""
        return bool(found) and all(self.arrays.intersection(self.ancestors(name)) for name in found)

    def type_name(self, found: Kind) -> str | None:
        """Return a kind as the one type that the rules know it by, or None."""
        if self.is_array(found):
            return "tensor"
        outers = {kind.outer_name(name) for name in found}
        if len(outers) != 1:
            return None
        outer = outers.pop()
        return None if outer in ("iterable", "call", *NUMPY, *UNSURE) else outer

    def find_class(self, name: str) -> ClassInfo | None:
        """Return the class of the project called ``name``, or None."""
        return self.project.find_class(name) if "." in name else None

    def ancestors(self, name: str) -> tuple[str, ...]:
        """Return a class and all that it derives from, nearest first: classes of the project and APIs."""
        if name not in self._ancestors:
            self._ancestors[name] = (name,)
            self._ancestors[name] = tuple(dict.fromkeys(self._line(name)))
        return self._ancestors[name]

    def _line(self, name: str) -> Iterator[str]:
        name = kind.class_of(name)
        if "[" in name or "." not in name:
            yield name
            return
        own = self.project.find_class(name) if not self.is_source(name) else None
        if own is not None:
            line = [own.name]
            for base in own.bases:
                if base is not None:
                    line += self.ancestors(self.canonical(base) if self.is_source(base) else base)
            yield from (*line, *self._likely_bases(own, line))
            return
        yield name
        entry = self.entry(name)
        if entry is not None and entry.bases:
            yield from entry.bases
            return
        rule = self.rule(name) if name in self.tables.heads else None
        for base in rule.bases if rule is not None else ():
            yield from self.ancestors(base)
        found = self.project.find_class(name)
        for base in found.bases if found is not None else ():
            if base is not None:
                yield from self.ancestors(self.canonical(base))

    def has_unknown_base(self, name: str) -> bool:
        """Tell whether a class of the project derives from one of which nothing is known."""
        return any(map(self._is_unknown, self.ancestors(name)))

    def _is_unknown(self, name: str) -> bool:
        info = self.find_class(name)
        if info is not None:
            return None in info.bases
        known = name.partition(".")[0] in sys.stdlib_module_names or self.is_target_class(name)
        return not known and not self.exists(name)

    def is_taken_for_its_base(self, name: str) -> bool:
        """Tell whether a class of the project, or one that it derives from, has a base by what it holds only."""
        return not self._taken.isdisjoint(self.ancestors(name))

    def _likely_bases(self, info: ClassInfo, line: Sequence[str]) -> Iterator[str]:
        """Yield the API that a class with an unknown base is taken to derive from.

        It defines what calling the API's instances runs, and has instances as attributes.
        """
        for head, method in self.tables.run_by_calls.items():
            if head in line or method not in info.methods or not any(map(self._is_unknown, line)):
                continue
            if any(head in self.ancestors(self.canonical(name)) for name in self.project.made_attributes(info)):
                self._taken.add(info.name)
                yield from self.ancestors(head)

    def member(self, name: str, attribute: str) -> Member | None:
        """Return the member of a class that comes from a source framework, or None."""
        found: Api | None = None
        for ancestor in self.ancestors(name):
            full = f"{ancestor}.{attribute}"
            if full in self.tables.heads:
                rule = self.rule(full)
                if rule is not None:
                    return Member(full, rule, self.entry(full))
            if found is None and not self.project.owns(ancestor):
                entry = self.tables.source_catalog.entries.get(full)
                found = self.entry(full) if entry is not None else None
        return Member(found.name, None, found) if found is not None else None

    def own_member(self, name: str, attribute: str) -> bool:
        """Tell whether the project's own part of a class, or of one that it derives from, defines a member."""
        for ancestor in self.ancestors(name):
            info = self.find_class(ancestor)
            if info is not None and self.project.owns(ancestor) and attribute in info.members:
                return True
        return False

    def method(self, name: str, attribute: str) -> tuple[ClassInfo, ast.FunctionDef | ast.AsyncFunctionDef] | None:
        """Return the method that the project gives to a class, with the class that has it."""
        for ancestor in self.ancestors(name):
            info = self.find_class(ancestor)
            if info is not None and attribute in info.methods:
                return info, info.methods[attribute]
        return None

    def returns(self, name: str, receiver: Kind = UNKNOWN) -> Kind:
        """Return the kind of what a function or method gives, and of a class's instance, by public name."""
        rule, entry = self.rule(name), self.entry(name)
        if rule is not None and rule.in_place_of is not None:
            return self.returns(rule.in_place_of, receiver)
        if entry is not None and entry.kind == "class":
            return kind.of(entry.name)
        if rule is not None and rule.bases:
            return kind.of(name)
        if rule is not None and rule.returns is not None:
            unknown = dict.fromkeys(kind.parameters_in(rule.returns), UNKNOWN)
            return self.kind_of_text(rule.returns, name, {**unknown, "self": receiver})
        if entry is None:
            return UNKNOWN
        results = [text.rpartition(" -> ")[2] if " -> " in text else "" for text in entry.signature_texts]
        return kind.join(*(self.kind_of_text(text, name) for text in results)) if results else UNKNOWN

    def kind_of_text(self, text: str, name: str, parameters: Mapping[str, Kind | None] | None = None) -> Kind:
        """Return the kind that a result or an annotation of the tables says.

        Args:
            text: The words of the tables, such as ``tuple[torch.Tensor, int]``, or of the catalogue's signatures.
            name: The API that they are of: the catalogue leaves out its package.
            parameters: What the words may name: the kinds of the API's arguments, None for one that is not given.
        """
        root = name.partition(".")[0]

        def resolve(node: ast.expr) -> str | None:
            written = ast.unparse(node)
            return f"{root}.{written}" if self.entry(f"{root}.{written}") is not None else written

        def own(node: ast.expr) -> Kind | None:
            return self._like_parameters(node, parameters or {}, lambda inner: kind.annotated(inner, resolve, own))

        return kind.annotated(kind.parsed(text), resolve, own)

    def _like_parameters(
        self, node: ast.expr, parameters: Mapping[str, Kind | None], read: Callable[[ast.expr], Kind]
    ) -> Kind | None:
        """Return the kind that words of the tables take from arguments; None for other words."""
        match node:
            case ast.Name(id=name) if name in kind.parameters_in(name):
                found = parameters.get(name) or UNKNOWN
                return found if name == "self" and not self.is_array(found) else self.elements.array_like(found)
            case ast.Subscript(value=ast.Name(id="likely"), slice=inner):
                return kind.join(read(inner), UNSURE)
            case ast.BoolOp(values=values):
                chosen = next((item for item in values if self._is_given(item, parameters)), values[-1])
                return self.elements.array_like(read(chosen))
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                given = [read(item) for item in (left, right) if self._is_given(item, parameters)]
                return self.elements.promoted(given) if given else self.array
            case ast.Subscript(value=ast.Attribute() as outer, slice=inner) if self.is_array(read(inner)):
                return kind.of(f"{kind.write(read(outer))}[{kind.write(read(inner))}]")
        return None

    def _is_given(self, node: ast.expr, parameters: Mapping[str, Kind | None]) -> bool:
        """Tell whether words of the tables are more than a parameter that is not given, or got a text or None."""
        if not isinstance(node, ast.Name):
            return True
        found = parameters.get(node.id)
        return found is not None and not (found and kind.join(*map(self.container, found)) <= _SAY_NO_TYPE)

    def container(self, name: str) -> Kind:
        """Return the built-in container that the instances of a class are like; without one, the class itself."""
        like = self._like(kind.class_of(name))
        inner = kind.split(name)[1] if like else []
        return (
            frozenset(kind.with_last_item(text, inner[0]) for text in like)
            if inner and inner[0]
            else like or kind.of(name)
        )

    def _like(self, name: str) -> Kind:
        if name not in self._likes:
            rules = (self.rule(item) for item in self.ancestors(name) if item in self.tables.heads)
            rule = next((item for item in rules if item is not None and item.like is not None), None)
            self._likes[name] = self.kind_of_text(rule.like or "", rule.head) if rule is not None else UNKNOWN
        return self._likes[name]

    def instance_call(self, name: str) -> Kind:
        """Return the kind of what calling an instance of a class gives."""
        for ancestor in self.ancestors(name):
            rule = self.rule(ancestor) if ancestor in self.tables.heads else None
            if rule is not None and rule.returns is not None:
                return self.kind_of_text(rule.returns, ancestor)
        return UNKNOWN

    def run_by_call(self, name: str) -> tuple[ClassInfo, ast.FunctionDef | ast.AsyncFunctionDef] | None:
        """Return the project's own method that calling an instance of a class runs, with the class that has it."""
        for ancestor in self.ancestors(name) if "[" not in kind.class_of(name) else ():
            rule = self.rule(ancestor) if ancestor in self.tables.heads else None
            if rule is not None and rule.runs is not None:
                return self.method(name, rule.runs)
        return None

    def parameter(self, rule: Rule, entry: Api | None, keyword: str) -> str:
        """Return the parameter of an API that a keyword means: that of this name, or one that the keyword stands for.

        Args:
            rule: The API's rule.
            entry: Its entry in the catalogue, or None.
            keyword: The keyword.
        """
        meant = self.tables.keywords.get((rule.head.rpartition(".")[0], keyword))
        if meant is None:
            return keyword
        signatures = [overload.signature for overload in rule.overloads] or (entry.signatures if entry else ())
        names = _parameter_names(signatures)
        return meant if meant in names and keyword not in names else keyword

    def receives(self, rule: Rule, entry: Api | None, keyword: str | None) -> bool:
        """Tell whether a keyword of an API says what the result is written into."""
        policy = self.tables.policies.get(keyword) if keyword is not None else None
        if policy is None or policy.receives is None:
            return False
        signatures = [*(overload.signature for overload in rule.overloads), *(entry.signatures if entry else ())]
        return keyword in _parameter_names(signatures)

    @cached_property
    def heads_by_member(self) -> Mapping[str, tuple[str, ...]]:
        """The rules of members of classes, by the member's own name."""
        found: dict[str, list[str]] = {}
        for head in sorted(self.tables.heads):
            owner, _, member = head.rpartition(".")
            entry = self.entry(owner)
            if entry is not None and entry.kind == "class":
                found.setdefault(member, []).append(head)
        return {member: tuple(heads) for member, heads in found.items()}

    def has_weight(self, name: str, attribute: str) -> bool:
        """Tell whether an attribute of a class's instances is one of their parameters."""
        rule = self._class_rule(name)
        expressions = rule.action.weights.values() if rule is not None else ()
        return any(attribute in re.findall(r"\w+", expression) for expression in expressions)

    def renamed_attributes(self, name: str) -> Mapping[str, str]:
        """Return the target's names of the parameters and fields of a class's instances, by the source's names."""
        rule = self._class_rule(name)
        if rule is None:
            return {}
        weights = {source: target for target, source in rule.action.weights.items() if source.isidentifier()}
        return {**weights, **rule.fields}

    def _class_rule(self, name: str) -> Rule | None:
        rules = (self.rule(ancestor) for ancestor in self.ancestors(name) if ancestor in self.tables.heads)
        return next((rule for rule in rules if rule is not None), None)

    def is_target_class(self, name: str) -> bool:
        """Tell whether a full name is that of a class of the target framework."""
        entry = self.tables.target_catalog.find(name)
        return entry is not None and entry.kind == "class"

    def shared_with_arrays(self, head: str) -> bool:
        """Tell whether a member of a class is one that arrays have too."""
        owner, _, member = head.rpartition(".")
        return owner not in self.arrays and any(self.entry(f"{array}.{member}") is not None for array in self.arrays)


def _parameter_names(signatures: Iterable[Signature]) -> frozenset[str]:
    return frozenset(parameter.name for signature in signatures for parameter in signature.parameters)
