"""A quick answer to whether data are as a JSON schema says: most rule files are, and need no reasons why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

Accepts: TypeAlias = Callable[[Any], bool]

_TYPES: Mapping[str, Accepts] = {
    "object": lambda data: isinstance(data, dict),
    "array": lambda data: isinstance(data, list),
    "string": lambda data: isinstance(data, str),
    "boolean": lambda data: isinstance(data, bool),
    "integer": lambda data: _is_number(data) and data == int(data),
    "number": lambda data: _is_number(data),
    "null": lambda data: data is None,
}
_SAYS_NOTHING = frozenset({"$schema", "$id", "$defs", "title", "description", "default", "examples"})


def compile_schema(schema: Mapping[str, Any]) -> Accepts:
    """Return what tells whether data are as a schema says, for the keywords that the schemas here use.

    Args:
        schema: The schema, with its definitions.

    Raises:
        ValueError: The schema has a keyword that is not known here.
    """
    return _Compiler(schema.get("$defs", {})).schema(schema)


def _is_number(data: Any) -> bool:
    return isinstance(data, (int, float)) and not isinstance(data, bool) and data - data == 0


def _of_type(names: Any) -> Accepts:
    if isinstance(names, str):
        return _TYPES[names]
    types = [_TYPES[name] for name in names]
    return lambda data: any(accepts(data) for accepts in types)


def _all_accept(parts: Sequence[Accepts], data: Any) -> bool:
    for part in parts:  # noqa: SIM110 (most of the time goes here, and a generator takes twice as long)
        if not part(data):
            return False
    return True


class _Compiler:
    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self.definitions = definitions
        self.compiled: dict[str, Accepts] = {}

    def schema(self, schema: Mapping[str, Any]) -> Accepts:
        parts: list[Accepts] = []
        keys = dict(schema)
        if "type" in keys:  # first, so that the others see what they are for
            parts.append(_of_type(keys.pop("type")))
        about_keys = ("properties", "additionalProperties", "propertyNames")
        fields: dict[str, Any] = {key: keys.pop(key) for key in about_keys if key in keys}
        if fields:
            parts.append(self._object(fields))
        for key, value in keys.items():
            if key not in _SAYS_NOTHING:
                parts.append(self._keyword(key, value))
        if len(parts) == 1:
            return parts[0]
        return lambda data: _all_accept(parts, data)

    def _object(self, fields: Mapping[str, Any]) -> Accepts:
        own = {key: self.schema(value) for key, value in fields.get("properties", {}).items()}
        further = fields.get("additionalProperties", True)
        others = self.schema(further) if isinstance(further, dict) else None
        names = self.schema(fields["propertyNames"]) if "propertyNames" in fields else None

        def accepts(data: Any) -> bool:
            if not isinstance(data, dict):
                return True
            for key, value in data.items():
                if names is not None and not names(key):
                    return False
                known = own.get(key, others)
                if known is None:
                    if not further:
                        return False
                elif not known(value):
                    return False
            return True

        return accepts

    def _reference(self, target: str) -> Accepts:
        name = target.removeprefix("#/$defs/")
        if name not in self.compiled:
            self.compiled[name] = lambda data: self.compiled[name](data)  # for a reference from within
            self.compiled[name] = self.schema(self.definitions[name])
        return self.compiled[name]

    def _keyword(self, key: str, value: Any) -> Accepts:
        match key:
            case "$ref":
                return self._reference(value)
            case "anyOf" | "oneOf":
                choices = [self.schema(choice) for choice in value]
                if key == "anyOf":
                    return lambda data: any(choice(data) for choice in choices)
                return lambda data: sum(choice(data) for choice in choices) == 1
            case "not":
                refused = self.schema(value)
                return lambda data: not refused(data)
            case "items":
                item = self.schema(value)
                return lambda data: not isinstance(data, list) or all(map(item, data))
            case "const":
                return lambda data: _equal(data, value)
            case "enum":
                return lambda data: any(_equal(data, choice) for choice in value)
            case "pattern":
                search = re.compile(value).search
                return lambda data: not isinstance(data, str) or search(data) is not None
            case "required":
                return lambda data: not isinstance(data, dict) or all(name in data for name in value)
            case "dependentRequired":
                return lambda data: (
                    not isinstance(data, dict)
                    or all(name in data for each, names in value.items() if each in data for name in names)
                )
            case "minimum":
                return lambda data: not _is_number(data) or data >= value
            case "minLength":
                return lambda data: not isinstance(data, str) or len(data) >= value
            case "minItems":
                return lambda data: not isinstance(data, list) or len(data) >= value
            case "maxItems":
                return lambda data: not isinstance(data, list) or len(data) <= value
            case "minProperties":
                return lambda data: not isinstance(data, dict) or len(data) >= value
            case "uniqueItems":
                return lambda data: not isinstance(data, list) or not value or _distinct(data)
        raise ValueError(f"The keyword {key!r} is not known here.")


def _distinct(items: list[Any]) -> bool:
    return not any(_equal(item, other) for index, item in enumerate(items) for other in items[:index])


def _equal(first: Any, second: Any) -> bool:
    """Tell whether two values are equal in JSON, where a number is no truth value."""
    return bool(first == second) and isinstance(first, bool) == isinstance(second, bool)
