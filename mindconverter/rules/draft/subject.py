"""What a draft is about: an API or an operator, as its catalogue describes it."""

from __future__ import annotations

from dataclasses import dataclass

from mindconverter.rules.catalog import Api, OperatorSchema
from mindconverter.rules.signature import Kind, Parameter, Signature
from mindconverter.rules.tables import RuleTables

OPERATOR = "operator"
STANDARD = "ai.onnx"
RECEIVER = "self"


@dataclass(frozen=True, slots=True)
class Side:
    """Hold an API or operator of either side.

    Attributes:
        name: Its full name; of an operator, its name.
        kind: That of the catalogue, or ``OPERATOR``.
        signatures: Its signatures.
        texts: The signatures as text.
        domain: The domain of an operator; else empty.
        since: Of an operator, the versions that take the same.
        platforms: Of an API of the target, the platforms that its documentation names.
    """

    name: str
    kind: str
    signatures: tuple[Signature, ...]
    texts: tuple[str, ...]
    domain: str = ""
    since: tuple[int, ...] = ()
    platforms: tuple[str, ...] = ()

    @property
    def leaf(self) -> str:
        """The last part of the name."""
        return self.name.rpartition(".")[2]

    @property
    def place(self) -> tuple[str, str]:
        """What it belongs to, and its kind."""
        return (self.domain or self.name.rpartition(".")[0], self.kind)

    @property
    def is_method(self) -> bool:
        """Whether it has a receiver."""
        return self.kind in ("method", "property")


def api_side(api: Api) -> Side:
    """Return an API of a catalogue as a side of a rule."""
    return Side(api.name, api.kind, api.signatures, api.signature_texts, platforms=api.platforms)


def operator_side(tables: RuleTables, domain: str, operator: str) -> Side | None:
    """Return the newest version of an operator as a side of a rule, or None if no catalogue has it."""
    schemas = [
        schema
        for since in tables.operators.versions(domain, operator)
        if (schema := tables.operators.schema(domain, operator, since)) is not None
    ]
    if not schemas:
        return None
    newest = _operator_signature(schemas[-1])
    alike = tuple(schema.since for schema in schemas if _operator_signature(schema) == newest)
    text = ", ".join(parameter.text for parameter in newest.parameters)
    return Side(operator, OPERATOR, (newest,), (f"({text})",), domain or STANDARD, alike)


def find_operator(tables: RuleTables, name: str) -> tuple[str, str] | None:
    """Return domain and name of the operator that a user names, with or without its domain, or None."""
    domain, mark, operator = name.rpartition("::")
    domains = [domain] if mark else sorted(tables.operators.domains, key=lambda found: found != STANDARD)
    return next(((found, operator) for found in domains if tables.operators.versions(found, operator)), None)


def _operator_signature(schema: OperatorSchema) -> Signature:
    inputs = [
        Parameter(name, Kind.ARGS if option == "variadic" else Kind.EITHER, "None" if option == "optional" else None)
        for name, option in schema.inputs
    ]
    attributes = [Parameter(name, Kind.KEYWORD, repr(default)) for name, default in schema.attributes.items()]
    return Signature((*inputs, *attributes))
