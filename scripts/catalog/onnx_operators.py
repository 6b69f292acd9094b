"""The catalogue of operators: the ONNX specification and what onnxruntime adds."""

from __future__ import annotations

import math
from typing import Any

from catalog.model import FORMAT, document

_SPECIFIED = ("", "ai.onnx.ml", "ai.onnx.preview", "ai.onnx.preview.training")
_CONTRIBUTED = "com.microsoft"


def operator_version() -> str:
    """Give the version of the installed onnx."""
    import onnx

    return str(onnx.__version__)


def operator_catalog() -> str:
    """Render every version of every operator, one operator a line.

    A domain holds operators, an operator its versions: inputs and outputs as name and option (single, optional,
    variadic), attributes as type, required and, where there is one that JSON can hold, default.
    """
    import onnx
    import onnxruntime
    from onnxruntime.capi.onnxruntime_pybind11_state import get_all_operator_schema

    schemas = [schema for schema in onnx.defs.get_all_schemas_with_history() if schema.domain in _SPECIFIED]
    schemas += [schema for schema in get_all_operator_schema() if schema.domain == _CONTRIBUTED]
    domains: dict[str, dict[str, dict[str, object]]] = {}
    for schema in sorted(schemas, key=lambda each: int(each.since_version)):
        operators = domains.setdefault(schema.domain or "ai.onnx", {})
        operators.setdefault(schema.name, {})[str(schema.since_version)] = _record(schema)
    head = {
        "format": FORMAT,
        "framework": "onnx",
        "version": operator_version(),
        "opset": onnx.defs.onnx_opset_version(),
        "onnxruntime": str(onnxruntime.__version__),
    }
    return document(head, {"domains": domains}, depth=2)


def _record(schema: Any) -> dict[str, object]:
    record: dict[str, object] = {
        "inputs": [[each.name, each.option.name.lower()] for each in schema.inputs],
        "outputs": [[each.name, each.option.name.lower()] for each in schema.outputs],
        "attributes": {name: _attribute(each) for name, each in sorted(schema.attributes.items())},
    }
    if schema.deprecated:
        record["deprecated"] = True
    return record


def _attribute(attribute: Any) -> dict[str, object]:
    record: dict[str, object] = {"type": attribute.type.name.lower(), "required": bool(attribute.required)}
    default = _default(attribute)
    if default is not None:
        record["default"] = default
    return record


def _default(attribute: Any) -> object:
    """Read a default; both packages keep it as a serialized attribute, onnxruntime as bare bytes."""
    import onnx

    value = attribute.default_value if hasattr(attribute, "default_value") else attribute._default_value
    proto = onnx.AttributeProto.FromString(value) if isinstance(value, bytes) else value
    if proto.type == onnx.AttributeProto.UNDEFINED:
        return None
    return _plain(onnx.helper.get_attribute_value(proto))


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, float):
        return _shortest(value)
    if isinstance(value, (int, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return None


def _shortest(value: float) -> object:
    """Give the shortest decimal that is the same single precision number, text where JSON has none."""
    if not math.isfinite(value):
        return str(value)
    import numpy

    return float(str(numpy.float32(value)))
