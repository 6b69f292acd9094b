"""Catalogues of signatures: what the APIs of a framework's version are and take."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar

from mindconverter.errors import RuleTableError
from mindconverter.rules.signature import Signature, parse_signature

T = TypeVar("T")


@dataclass(frozen=True)
class Api:
    """Describe an API.

    Attributes:
        name: Its public dotted name.
        kind: ``module``, ``class``, ``function``, ``method``, ``property`` or ``value``.
        signature_texts: The signatures, overloads in order, as text.
        platforms: The platforms that its documentation names; empty if it names none.
        bases: For a class, its ancestors in the catalogue, nearest first.
        call_text: For a class, the signature of calling its instances, as text; None if they cannot be called.
    """

    name: str
    kind: str
    signature_texts: tuple[str, ...]
    platforms: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    call_text: str | None = None

    @cached_property
    def signatures(self) -> tuple[Signature, ...]:
        """The parsed signatures."""
        return tuple(parse_signature(text) for text in self.signature_texts)

    @cached_property
    def call_signature(self) -> Signature | None:
        """The parsed signature of calling an instance."""
        return parse_signature(self.call_text) if self.call_text is not None else None


@dataclass(frozen=True, slots=True)
class Weight:
    """Describe a parameter or buffer of a layer.

    Attributes:
        rank: Its number of axes.
        trained: Whether training changes it.
        start: The number that its elements start as; None if they differ.
    """

    rank: int
    trained: bool
    start: float | None = None


@dataclass
class Catalog:
    """Answer questions about the APIs of one framework version.

    Args:
        framework: The name of the framework.
        version: The version of the framework.
        entries: The raw entries by public name.
        aliases: Other dotted names of the same objects.
        held: The raw entries of the weights that layers hold, by the layer's public name and their own.
    """

    framework: str
    version: str
    entries: Mapping[str, Mapping[str, object]]
    aliases: Mapping[str, str]
    held: Mapping[str, Mapping[str, Mapping[str, object]]] = field(default_factory=dict)
    _apis: dict[str, Api] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The name and the version of the framework, as texts tell them."""
        return f"{self.framework} {self.version}"

    def joined(self, other: Catalog) -> Catalog:
        """Return the catalogue with the names of a package beside the framework."""
        entries, aliases = {**self.entries, **other.entries}, {**self.aliases, **other.aliases}
        return Catalog(self.framework, self.version, entries, aliases, {**self.held, **other.held})

    @cached_property
    def packages(self) -> frozenset[str]:
        """The first parts of all names."""
        return frozenset(name.partition(".")[0] for name in self.entries)

    @cached_property
    def members(self) -> Mapping[str, Sequence[str]]:
        """The last parts of the names in each class and module."""
        found: dict[str, list[str]] = {}
        for name in self.entries:
            owner, _, last = name.rpartition(".")
            found.setdefault(owner, []).append(last)
        return found

    def canonical(self, name: str) -> str:
        """Return the public name of what a dotted name reaches, also through an alias of its class or module."""
        if name in self.entries:
            return name
        if name in self.aliases:
            return self.aliases[name]
        head, dot, tail = name.rpartition(".")
        while dot:
            if head in self.aliases:
                return f"{self.aliases[head]}.{tail}"
            head, dot, more = head.rpartition(".")
            tail = f"{more}.{tail}"
        return name

    def find(self, name: str) -> Api | None:
        """Return the API called ``name``, an inherited member among them, or None."""
        name = self.canonical(name)
        if name not in self._apis:
            entry = self.entries.get(name)
            if entry is None:
                return self._inherited(name)
            self._apis[name] = Api(
                name,
                str(entry["kind"]),
                tuple(entry.get("signatures", ())),  # type: ignore[arg-type]
                tuple(entry.get("platforms", ())),  # type: ignore[arg-type]
                tuple(entry.get("bases", ())),  # type: ignore[arg-type]
                next(iter(entry.get("call", ())), None),  # type: ignore[call-overload]
            )
        return self._apis[name]

    def weights(self, layer: str) -> Mapping[str, Weight]:
        """Return the parameters and buffers of a layer by name; empty for what holds none, or is not looked into."""
        held = self.held.get(self.canonical(layer), {})
        return {name: Weight(**entry) for name, entry in held.items()}  # type: ignore[arg-type]

    def _inherited(self, name: str) -> Api | None:
        owner, _, member = name.rpartition(".")
        entry = self.entries.get(self.canonical(owner))
        if entry is None:
            return None
        for base in entry.get("bases", ()):  # type: ignore[attr-defined]
            if f"{base}.{member}" in self.entries:
                return self.find(f"{base}.{member}")
        return None


@dataclass(frozen=True, slots=True)
class OperatorSchema:
    """Describe one version of an ONNX operator.

    Attributes:
        since: The opset version that brought it.
        inputs: Names and options (``single``, ``optional``, ``variadic``) of the inputs.
        outputs: Likewise of the outputs.
        attributes: The defaults by name; None for an attribute without one.
    """

    since: int
    inputs: tuple[tuple[str, str], ...]
    outputs: tuple[tuple[str, str], ...]
    attributes: Mapping[str, object]


@dataclass(frozen=True)
class OperatorCatalog:
    """Answer questions about the operators of the ONNX specification.

    Attributes:
        version: The version of the specification's package.
        domains: Raw entries by domain, operator and version.
    """

    version: str
    domains: Mapping[str, Mapping[str, Mapping[str, Mapping[str, object]]]]
    _schemas: dict[tuple[str, str, int], OperatorSchema | None] = field(default_factory=dict, compare=False)

    def versions(self, domain: str, operator: str) -> tuple[int, ...]:
        """Return the versions of an operator, oldest first; empty if the specification does not have it."""
        return tuple(sorted(int(version) for version in self.domains.get(_domain(domain), {}).get(operator, {})))

    def with_operators(self, records: Iterable[Mapping[str, object]]) -> OperatorCatalog:
        """Return the catalogue with the operators that records of the tables declare, in domains of their own."""
        domains: dict[str, dict[str, Mapping[str, Mapping[str, object]]]] = {
            domain: dict(operators) for domain, operators in self.domains.items()
        }
        for record in records:
            if "inputs" not in record:
                continue
            entry = {
                "inputs": list(record["inputs"].items()),  # type: ignore[attr-defined]
                "outputs": list(record["outputs"].items()),  # type: ignore[attr-defined]
                "attributes": {
                    name: {"default": default}
                    for name, default in record.get("attributes", {}).items()  # type: ignore[attr-defined]
                },
            }
            domains.setdefault(str(record["domain"]), {})[str(record["operator"])] = {"1": entry}
        return OperatorCatalog(self.version, domains)

    def schema(self, domain: str, operator: str, opset: int) -> OperatorSchema | None:
        """Return the version of an operator that an opset means, or None."""
        key = domain, operator, opset
        if key not in self._schemas:
            self._schemas[key] = self._schema(domain, operator, opset)
        return self._schemas[key]

    def _schema(self, domain: str, operator: str, opset: int) -> OperatorSchema | None:
        since = max((version for version in self.versions(domain, operator) if version <= opset), default=None)
        if since is None:
            return None
        entry = self.domains[_domain(domain)][operator][str(since)]
        attributes = {
            name: attribute.get("default")
            for name, attribute in entry["attributes"].items()  # type: ignore[attr-defined]
        }
        return OperatorSchema(since, _pairs(entry["inputs"]), _pairs(entry["outputs"]), attributes)

    def other_names(self, domain: str, operator: str, since: int) -> Mapping[str, object]:
        """Return the inputs and attributes that an operator has in other versions only, with their defaults there.

        Args:
            domain: The operator's domain.
            operator: The operator.
            since: The version whose own names are left out.
        """
        own = self._names(domain, operator, since)
        found: dict[str, object] = {}
        for version in self.versions(domain, operator):
            for name, default in self._names(domain, operator, version).items():
                if name not in own:
                    found.setdefault(name, default)
        return found

    def _names(self, domain: str, operator: str, since: int) -> Mapping[str, object]:
        schema = self.schema(domain, operator, since)
        return {} if schema is None else {name: None for name, _ in schema.inputs} | dict(schema.attributes)


def _domain(domain: str) -> str:
    return domain or "ai.onnx"


def _pairs(entries: object) -> tuple[tuple[str, str], ...]:
    return tuple((name, option) for name, option in entries)  # type: ignore[attr-defined]


@cache
def load_catalog(path: Path) -> Catalog:
    """Load the catalogue of a Python framework from its file, once in a process.

    The file of a version that is not the newest names the newest one's as its ``base``, and has what differs from it:
    null for a name that it lacks. Layers hold in all versions what they do in the newest.
    """
    data = _read(path)
    entries, aliases, held = data["api"], data["aliases"], data.get("weights", {})
    if "base" in data:
        base = load_catalog(path.with_name(data["base"]))
        entries, aliases, held = _changed(base.entries, entries), _changed(base.aliases, aliases), base.held
    return Catalog(data["framework"], data["version"], entries, aliases, held)


def _changed(base: Mapping[str, T], changes: Mapping[str, T | None]) -> Mapping[str, T]:
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


@cache
def load_operator_catalog(path: Path) -> OperatorCatalog:
    """Load the catalogue of ONNX operators from its file, once in a process."""
    data = _read(path)
    return OperatorCatalog(data["version"], data["domains"])


def _read(path: Path) -> dict:  # type: ignore[type-arg]
    try:
        return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]
    except (OSError, ValueError) as error:
        raise RuleTableError(
            f"The catalogue cannot be read: {error}", where=str(path), advice="Reinstall the package."
        ) from error
