"""Rule files against their JSON schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from mindconverter.rules.location import Location
from mindconverter.rules.places import schemas_root
from mindconverter.rules.yaml_source import YamlDocument


@dataclass(frozen=True, slots=True)
class SchemaFinding:
    """Say what of a file is not as the schema says, and where."""

    message: str
    location: Location


def check_schema(document: YamlDocument) -> Iterator[SchemaFinding]:
    """Yield what is wrong in a rule file, in the order of its lines."""
    errors = sorted(
        _validator().iter_errors(document.data), key=lambda error: document.locate(tuple(error.absolute_path)).line
    )
    for error in errors:
        yield SchemaFinding(_message(error), document.locate((*error.absolute_path, *_extra_key(error))))


@cache
def _validator() -> Any:
    import jsonschema  # 60 ms: only those who read YAML pay

    schema = json.loads((schemas_root() / "rules.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


def _extra_key(error: Any) -> tuple[str, ...]:
    if error.validator != "additionalProperties":
        return ()
    return tuple(sorted(set(error.instance) - set(error.schema.get("properties", {})))[:1])


def _message(error: Any) -> str:
    extra = _extra_key(error)
    if extra:
        allowed = ", ".join(sorted(error.schema.get("properties", {})))
        return f"The key {extra[0]!r} is not known here. Known are: {allowed}."
    return f"{error.message[0].upper()}{error.message[1:]}."
