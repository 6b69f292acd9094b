"""Rule files against their JSON schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any

from mindconverter.rules.location import Location
from mindconverter.rules.places import schemas_root
from mindconverter.rules.schema_accepts import Accepts, compile_schema
from mindconverter.rules.yaml_source import Path, YamlDocument

_TYPES = {
    "string": "text",
    "object": "a mapping",
    "array": "a list",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


@dataclass(frozen=True, slots=True)
class SchemaFinding:
    """Say what of a file is not as the schema says, and where.

    Attributes:
        message: What is wrong, as sentences.
        location: Where it stands.
        path: The keys that lead there.
        keyword: The keyword of the schema that it fails.
        meant: For a key that is not known, the one that is spelt nearly so and does not stand there yet.
    """

    message: str
    location: Location
    path: Path
    keyword: str
    meant: str | None = None


def check_schema(document: YamlDocument) -> Iterator[SchemaFinding]:
    """Yield what is wrong in a rule file, in the order of its lines; of one place only the most telling."""
    if _accepts()(document.data):
        return
    findings: dict[Path, SchemaFinding] = {}
    causes = [_cause(error) for error in _validator().iter_errors(document.data)]
    for cause in sorted(causes, key=lambda cause: bool(cause.validator == "minProperties")):
        path = (*cause.absolute_path, *_key(cause))
        found = SchemaFinding(_message(cause), document.locate(path), path, cause.validator, _meant(cause))
        findings.setdefault(path, found)
    yield from sorted(findings.values(), key=lambda finding: (finding.location.line, finding.location.column))


def is_piece(text: str) -> bool:
    """Tell whether a text lacks the other half of a bracket: YAML has split at a comma what it is part of."""
    return any(text.count(left) != text.count(right) for left, right in ("()", "[]", "{}"))


def schema_id() -> str:
    """Return the published address of the schema."""
    return str(_schema()["$id"])


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((schemas_root() / "rules.schema.json").read_text(encoding="utf-8"))
    return schema


@cache
def _accepts() -> Accepts:
    return compile_schema(_schema())


@cache
def _validator() -> Any:
    import jsonschema  # 60 ms: only those whose files are wrong pay

    schema = _schema()
    return jsonschema.Draft202012Validator(_resolved(schema, schema["$defs"], ()) | {"$defs": schema["$defs"]})


def _resolved(schema: Any, definitions: Mapping[str, Any], within: tuple[str, ...]) -> Any:
    """Return a schema with its definitions in the places that refer to them: looking one up takes most of the time.

    A reference from within its own definition stays.
    """
    if isinstance(schema, list):
        return [_resolved(item, definitions, within) for item in schema]
    if not isinstance(schema, dict):
        return schema
    name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
    if name in within:
        return schema
    own = {key: _resolved(item, definitions, within) for key, item in schema.items() if key not in ("$ref", "$defs")}
    return _resolved(definitions[name], definitions, (*within, name)) | own if name else own


def _cause(error: Any) -> Any:
    """Return the innermost error of the alternative that the author meant: the one that got furthest."""
    while error.validator == "anyOf" and error.context:
        branches: dict[int, Any] = {}
        for inner in error.context:
            branches.setdefault(inner.schema_path[0], inner)
        error = max(branches.values(), key=lambda inner: (len(inner.absolute_path), inner.validator != "type"))
    return error


def _key(error: Any) -> tuple[str, ...]:
    """Return the key that an error is about, where the error's path ends at the key's mapping."""
    if "propertyNames" in error.schema_path and isinstance(error.instance, str):
        return (error.instance,)
    if error.validator == "additionalProperties":
        return tuple(sorted(set(error.instance) - set(error.schema.get("properties", {})))[:1])
    return ()


def _meant(error: Any) -> str | None:
    """Return the key that an unknown one is a slip of, if there is one only."""
    if error.validator != "additionalProperties" or not _key(error):
        return None
    free = sorted(set(error.schema.get("properties", {})) - set(error.instance))
    near = get_close_matches(_key(error)[0], free, cutoff=0.8)
    return near[0] if len(near) == 1 else None


def _message(error: Any) -> str:
    key = _key(error)
    if error.validator == "additionalProperties" and key:
        allowed = ", ".join(sorted(error.schema.get("properties", {})))
        return f"The key {key[0]!r} is not known here. Known are: {allowed}."
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return f"The key {missing!r} is missing."
    if error.validator == "oneOf":
        names = [name for choice in error.validator_value for name in choice.get("required", ())]
        if len(names) < 2:
            return f"The keys {', '.join(error.instance)} do not go together."
        return f"Exactly one of the keys {' and '.join(names)} must stand here."
    if error.validator == "type":
        piece = str(error.absolute_path[-1]) if error.absolute_path else ""
        if error.instance is None and is_piece(piece):
            return f"YAML has split a text at a comma: {piece!r} is only a piece of it. Put it in double quotes."
        kinds = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
        what = " or ".join(_TYPES.get(kind, kind) for kind in kinds)
        return f"{what[0].upper()}{what[1:]} is expected here, not {_shown(error.instance)}."
    if error.validator == "const":
        return f"Only {json.dumps(error.validator_value)} may stand here, not {_shown(error.instance)}."
    if error.validator == "pattern" and "description" in error.schema:
        return f"{error.instance!r} does not fit. {error.schema['description']}"
    text = error.message if len(error.message) < 200 else f"{str(error.instance)[:80]!r}... does not fit here"
    return f"{text[0].upper()}{text[1:]}."


def _shown(value: object) -> str:
    """Return a value as YAML has it, the beginning of a long one."""
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) < 80 else f"{text[:80]}..."
