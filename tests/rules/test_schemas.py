"""The schemas explain every key to an editor, and have the keys of the model: one truth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mindconverter.rules import model
from mindconverter.rules.fusion import Fusion, FusionExample
from mindconverter.rules.idiom import GradientChange, Idiom, Leaves, ValueDerivative
from mindconverter.rules.places import rules_root

SCHEMAS = Path(__file__).parents[2] / "schemas"
NAMES = sorted(path.name for path in SCHEMAS.glob("*.json"))
GRAPH_ONLY = {"cell", "call", "expand", "weights", "drop_weights", "inputs", "outputs"}
"""What an overload cannot say: operators have none, and its weights are those of the rule."""
NOT_IN_MODEL = {"items": "part of the records of its items", "recognized_by": "a list over all rules"}


def schema(name: str = "rules.schema.json") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    return found


def nodes(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(part, dict):
        yield path, part
    items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in items:
        yield from nodes(value, f"{path}/{key}")


@pytest.mark.parametrize("name", NAMES)
def test_every_key_and_definition_has_a_title_and_a_description(name: str) -> None:
    whole = schema(name)
    jsonschema.Draft202012Validator.check_schema(whole)
    definitions = whole.get("$defs", {})
    bare = [f"$defs/{key}" for key, part in definitions.items() if not {"title", "description"} <= part.keys()]
    for path, part in nodes(whole):
        for key, value in part.get("properties", {}).items() if not path.endswith("/properties") else ():
            target = definitions.get(str(value.get("$ref", "")).removeprefix("#/$defs/"), {})
            if not {"title", "description"} <= value.keys() | target.keys():
                bare.append(f"{path}/{key}")
    assert bare == []
    assert whole["$id"].endswith(f"/schemas/{name}")


@pytest.mark.parametrize("name", NAMES)
def test_defaults_and_examples_are_as_their_schemas_say(name: str) -> None:
    whole = schema(name)
    for path, part in nodes(whole):
        if path.endswith("/properties"):
            continue
        shown = part.get("examples", []) if isinstance(part.get("examples"), list) else []
        for value in [*shown, *([part["default"]] if "default" in part and "title" in part else [])]:
            jsonschema.validate(value, part | {"$defs": whole["$defs"]})


def keys(definition: str) -> set[str]:
    part = schema()["$defs"][definition]
    return set(part["properties"])


def attributes(kind: type, *left: str, **renamed: str) -> set[str]:
    """Return the attributes of a class as the rule language calls them, without places and those left out."""
    names = {field.name for field in fields(kind)} - {"location", *left}
    return {renamed.get(name, name) for name in names}


def test_the_keys_are_those_of_the_model() -> None:
    action = attributes(model.Action)
    rule = attributes(model.Rule, "action", head="torch", lets="let") | action
    assert keys("rule") == rule | {"onnx"} | NOT_IN_MODEL.keys()
    assert keys("case") == action | {"when"}
    overload = attributes(model.Overload, "action", "text", lets="let") | action
    assert keys("overload") == overload - GRAPH_ONLY
    assert keys("example") == attributes(model.Example)
    assert keys("remark") == attributes(model.Remark)
    assert keys("policy") == attributes(model.Policy, "action") | {"refuse", "warn", "review"}
    receives = schema()["$defs"]["policy"]["properties"]["receives"]
    assert set(receives["properties"]) == attributes(model.Receives)
    assert keys("cast") == attributes(model.Cast, name="cast", template="rewrite")
    assert keys("module") == attributes(model.ModuleRule, "name", statement="import")
    assert keys("namespace") == attributes(model.Namespace, name="namespace")
    assert keys("write") == attributes(model.Write, template="rewrite")
    assert keys("fusion") == attributes(Fusion, name="fusion", lets="let") | {"todo"}
    assert keys("fusion_example") == attributes(FusionExample)
    assert keys("idiom") == attributes(Idiom, name="idiom", helpers="helper")
    idiom = schema()["$defs"]["idiom"]["properties"]
    assert set(idiom["gradients"]["items"]["properties"]) == attributes(GradientChange)
    assert set(idiom["derivative"]["properties"]) == attributes(ValueDerivative)
    assert set(idiom["leaves"]["properties"]) == attributes(Leaves)


@pytest.mark.parametrize(("folder", "name"), [("catalog", "catalog.schema.json"), ("measured", "measured.schema.json")])
def test_catalogues_and_figures_are_as_their_schemas_say(folder: str, name: str) -> None:
    check = jsonschema.Draft202012Validator(schema(name))
    for path in sorted((rules_root() / folder).glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        for key in ("api", "aliases"):  # a part of the thousands of entries of one form is enough
            if key in data:
                data[key] = dict(list(data[key].items())[::9])
        errors = [f"{path.name}: {error.json_path}: {error.message[:200]}" for error in check.iter_errors(data)]
        assert errors[:3] == []
