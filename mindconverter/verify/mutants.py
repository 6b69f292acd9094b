"""Mutants of the tables: rules with one edit each that damages them."""

from __future__ import annotations

import ast
import copy
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

from mindconverter.rules.catalog import Catalog
from mindconverter.rules.expr import parse_expression
from mindconverter.rules.lint.contradiction import disjoint, implies
from mindconverter.rules.lint.helper_functions import HelperFunctions
from mindconverter.rules.lint.sites import parts, remarks
from mindconverter.rules.source_files import Record
from mindconverter.rules.tables import RuleTables
from mindconverter.rules.yaml_source import Path
from mindconverter.verify.text_edits import (
    arguments_changed,
    defaults_changed,
    literals_changed,
    names_changed,
    other_literal,
)

Edit = tuple[str, str, dict[str, Any]]
_TARGETS = ("to", "mint", "cell", "call", "in_place_of")
_GONE = object()


@dataclass(frozen=True)
class Mutant:
    """Hold a damaged record.

    Attributes:
        original: The record as it is.
        kind: The kind of damage, in words.
        edit: What was done.
        data: The record's damaged data.
    """

    original: Record
    kind: str
    edit: str
    data: Mapping[str, object]

    @property
    def head(self) -> str:
        """The API or operator of the rule."""
        return str(self.original.data.get("torch") or self.original.data.get("onnx"))

    @property
    def record(self) -> Record:
        """The damaged record."""
        return replace(self.original, data=self.data)


@dataclass(frozen=True)
class Damage:
    """Damage rules.

    Args:
        tables: The tables around them.
        helpers: The helpers that they may name.
    """

    tables: RuleTables
    helpers: HelperFunctions

    def mutants(self, record: Record) -> Iterator[Mutant]:
        """Yield all mutants of the record of a rule, none of which says the same as it or as another."""
        seen = [record.data]
        for kind, edit, data in self._edits(record):
            if data not in seen:
                seen.append(data)
                yield Mutant(record, kind, edit, data)

    def _edits(self, record: Record) -> Iterator[Edit]:
        data = record.data
        for path, part in parts(data):
            yield from self._entries(data, path, part)
            yield from self._conditions(data, path, part)
            yield from self._targets(data, path, part, is_operator="onnx" in data)
            yield from self._texts(data, path, part)
            yield from self._order(data, path, part)

    def _entries(self, data: Mapping[str, Any], path: Path, part: Mapping[str, Any]) -> Iterator[Edit]:
        """Yield what the tables of a part become without an entry, with two exchanged, or with one renamed."""
        for key, word in (("args", "argument"), ("set", "literal"), ("weights", "weight")):
            entries = part.get(key, {})
            if not isinstance(entries, Mapping):
                continue
            names = list(entries)
            for name in names:
                if key != "weights" or "onnx" in data or entries[name] != name:  # a weight keeps its name anyway
                    yield f"drop {word}", f"{key}.{name} is left out", changed(data, (*path, key, name), _GONE)
            for one, two in pairwise(names):
                swapped = changed(data, (*path, key, one), entries[two])
                swapped = changed(swapped, (*path, key, two), entries[one])
                yield f"swap {word}s", f"{key}.{one} and {key}.{two} are exchanged", swapped
        for name, other in self._other_parameters(part, data):
            entries = {other if each == name else each: text for each, text in part["args"].items()}
            yield "rename argument", f"args.{name} becomes args.{other}", changed(data, (*path, "args"), entries)
        for name, value in part.get("set", {}).items():
            literal = other_literal(value)
            if literal != value:
                edit = f"set.{name}: {value!r} becomes {literal!r}"
                yield "change literal", edit, changed(data, (*path, "set", name), literal)
        for name, text in part.get("weights", {}).items():
            inner = _plain_weight(str(text))
            if inner is not None:
                edit = f"weights.{name}: {text} becomes {inner}"
                yield "drop transform", edit, changed(data, (*path, "weights", name), inner)

    def _other_parameters(self, part: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield the parameters that `args` name, each with another one of the same target that it does not name."""
        catalog = self._catalog("onnx" in data)
        target = next(
            (part.get(key) or data.get(key) for key in ("to", "call", "cell") if part.get(key, data.get(key))), None
        )
        api = catalog.find(str(target)) if target else None
        if api is None or not isinstance(part.get("args"), Mapping):
            return
        known = [each.name for signature in api.signatures for each in signature.parameters]
        free = [name for name in dict.fromkeys(known) if name not in part["args"] and name != "self"]
        for name in part["args"] if free else ():
            later = [other for other in free if name in known and known.index(other) > known.index(name)]
            yield name, (later or free)[0]

    def _conditions(self, data: Mapping[str, Any], path: Path, part: Mapping[str, Any]) -> Iterator[Edit]:
        """Yield what becomes of a part with a condition negated, or a conditional refusal left out."""
        found = [((*path, "when"), part["when"])] if path and "when" in part else []
        for inner, remark in remarks(part):
            if isinstance(remark, Mapping) and "when" in remark:
                found.append(((*path, *inner, "when"), remark["when"]))
                if inner[0] == "refuse":
                    yield (
                        "drop refusal",
                        f"the refusal of {remark['when']} is left out",
                        changed(data, (*path, *inner), _GONE),
                    )
        for place, text in found:
            negated = changed(data, place, f"not ({str(text).strip()})")
            yield "negate condition", f"{text} is negated", negated

    def _targets(
        self, data: Mapping[str, Any], path: Path, part: Mapping[str, Any], *, is_operator: bool
    ) -> Iterator[Edit]:
        for key in _TARGETS:
            name = part.get(key)
            catalog = self.tables.source_catalog if key == "in_place_of" else self._catalog(is_operator)
            other = self._neighbour(str(name), catalog) if name else None
            if other is not None:
                yield "change target", f"{key}: {name} becomes {other}", changed(data, (*path, key), other)
        helpers = part.get("helper", [])
        first = helpers if isinstance(helpers, str) else next(iter(helpers), None)
        if first is not None and "rewrite" not in part and "cell" not in part:
            other = self._other_helper(str(first))
            new: object = other if isinstance(helpers, str) else [other, *helpers[1:]]
            yield "change target", f"helper: {first} becomes {other}", changed(data, (*path, "helper"), new)
        if "dynamic" in part:
            other = self._other_helper(str(part["dynamic"]))
            edit = f"dynamic: {part['dynamic']} becomes {other}"
            yield "change target", edit, changed(data, (*path, "dynamic"), other)

    def _texts(self, data: Mapping[str, Any], path: Path, part: Mapping[str, Any]) -> Iterator[Edit]:
        """Yield what becomes of a part with a text of it damaged."""
        for key in ("let", "args", "weights"):
            entries = part.get(key, {})
            for name, text in entries.items() if isinstance(entries, Mapping) else ():
                yield from self._with(data, (*path, key, name), "change literal", literals_changed(str(text)))
        for key in ("inputs", "expand"):
            lines = part.get(key, [])
            for index, text in enumerate(lines if isinstance(lines, list) else ()):
                yield from self._with(data, (*path, key, index), "change literal", literals_changed(str(text)))
                if key == "expand":
                    yield from self._with(data, (*path, key, index), "change call", arguments_changed(str(text)))
        if path and "when" in part:
            yield from self._with(data, (*path, "when"), "change literal", literals_changed(str(part["when"])))
        for inner, remark in remarks(part):
            if isinstance(remark, Mapping) and "when" in remark:
                place = (*path, *inner, "when")
                yield from self._with(data, place, "change literal", literals_changed(str(remark["when"])))
        if "rewrite" in part:
            text, place = str(part["rewrite"]), (*path, "rewrite")
            yield from self._with(data, place, "change literal", literals_changed(text))
            yield from self._with(data, place, "change call", arguments_changed(text))
            yield from self._with(data, place, "change target", names_changed(text, self._neighbours(text, data)))
        if "signature" in part:
            found = defaults_changed(str(part["signature"]), self.tables.policies)
            yield from self._with(data, (*path, "signature"), "change default", found)

    def _with(
        self, data: Mapping[str, Any], place: Path, kind: str, texts: Iterator[tuple[str, str]]
    ) -> Iterator[Edit]:
        shown = ".".join(map(str, place))
        for text, edit in texts:
            yield kind, f"{shown}: {edit}", changed(data, place, text)

    def _order(self, data: Mapping[str, Any], path: Path, part: Mapping[str, Any]) -> Iterator[Edit]:
        cases = part.get("cases", [])
        conditions = [parse_expression(str(case["when"])).tree for case in cases]
        for index in range(len(cases)):
            yield (
                "drop case",
                f"the case {cases[index].get('when')} is left out",
                changed(data, (*path, "cases", index), _GONE),
            )
            if index and _changes(cases[index - 1]) != _changes(cases[index]) and not _apart(conditions[: index + 1]):
                swapped = [*cases[: index - 1], cases[index], cases[index - 1], *cases[index + 1 :]]
                edit = f"the case {cases[index].get('when')} comes one earlier"
                yield "reorder cases", edit, changed(data, (*path, "cases"), swapped)

    def _neighbours(self, text: str, data: Mapping[str, Any]) -> dict[str, str]:
        catalog = self._catalog("onnx" in data)
        names = set(_dotted(text))
        found = {name: self._neighbour(name, catalog) for name in names}
        return {name: other for name, other in found.items() if other is not None}

    def _catalog(self, is_operator: bool) -> Catalog:
        return self.tables.node_catalog if is_operator else self.tables.target_catalog

    def _neighbour(self, name: str, catalog: Catalog) -> str | None:
        """Return the next API of the same kind and namespace, by name; None for a name that is none."""
        api = catalog.find(name)
        if api is None:
            return None
        owner = name.rpartition(".")[0]
        group = self._groups[catalog.framework].get((owner, api.kind), [])
        if not group or group == [name]:
            return None
        return group[bisect_right(group, name) % len(group)]

    @cached_property
    def _groups(self) -> Mapping[str, Mapping[tuple[str, str], Sequence[str]]]:
        """The names of the catalogues by namespace and kind, in order."""
        found: dict[str, dict[tuple[str, str], list[str]]] = {}
        for catalog in (self.tables.source_catalog, self.tables.node_catalog):
            groups = found.setdefault(catalog.framework, {})
            for name, entry in sorted(catalog.entries.items()):
                groups.setdefault((name.rpartition(".")[0], str(entry["kind"])), []).append(name)
        return found

    def _other_helper(self, name: str) -> str:
        return self._helper_names[bisect_right(self._helper_names, name) % len(self._helper_names)]

    @cached_property
    def _helper_names(self) -> Sequence[str]:
        return sorted(self.helpers.definitions)


def _changes(case: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a case changes where it holds."""
    return {key: value for key, value in case.items() if key != "when"}


def _apart(conditions: Sequence[ast.expr]) -> bool:
    """Tell whether the last two of some cases never hold together, or only where an earlier one does."""
    *earlier, before, last = conditions
    both = ast.BoolOp(ast.And(), [before, last])
    return disjoint(before, last) or any(implies(both, condition) for condition in earlier)


def changed(data: Mapping[str, Any], path: Path, value: object) -> dict[str, Any]:
    """Return a copy of data in which something else stands under a path, or nothing."""
    result = copy.deepcopy(dict(data))
    inner: Any = result
    for key in path[:-1]:
        inner = inner[key]
    if value is _GONE:
        del inner[path[-1]]
        for length in range(len(path) - 1, 0, -1):
            outer: Any = result
            for key in path[: length - 1]:
                outer = outer[key]
            if outer[path[length - 1]] in ({}, []):
                del outer[path[length - 1]]
    else:
        inner[path[-1]] = value
    return result


def _plain_weight(text: str) -> str | None:
    """Return the weight that a transform takes; None if there is no transform."""
    match ast.parse(text.strip(), mode="eval").body:
        case ast.Call(args=args):
            return next((ast.unparse(each) for each in args if isinstance(each, ast.Name)), None)
    return None


def _dotted(text: str) -> Iterator[str]:
    from mindconverter.rules.template import parse_template

    yield from parse_template(text).calls
