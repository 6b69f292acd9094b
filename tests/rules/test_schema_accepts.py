"""The quick answer to whether a rule file is as its schema says is that of the validator."""

from __future__ import annotations

import json
from copy import deepcopy
from random import Random
from typing import Any

import jsonschema
import pytest
import yaml

from mindconverter.rules.places import rules_root, schemas_root
from mindconverter.rules.schema_accepts import compile_schema
from tests.rules.lint.broken import BROKEN

SCHEMA = json.loads((schemas_root() / "rules.schema.json").read_text())
ACCEPTS = compile_schema(SCHEMA)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
WRONG: tuple[Any, ...] = (None, True, 0, -1, 1.5, float("nan"), "", "A text.", "a b", [], ["a", "a"], [1], {}, {"a": 1})
FILES = ("torch/nn/conv.yaml", "fusions/normalization.yaml", "common/policies.yaml", "idioms/training.yaml")


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths to all values and keys."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(found for key, value in items for found in places(value, (*path, key)))]


def damaged(data: Any, random: Random) -> Any:
    """Return data with one value changed, one key renamed, or one entry gone."""
    data = deepcopy(data)
    *way, last = random.choice(places(data)[1:])
    inner = data
    for key in way:
        inner = inner[key]
    match random.randrange(3):
        case 0:
            inner[last] = random.choice(WRONG)
        case 1 if isinstance(inner, dict):
            inner[random.choice(["torch", "onnx", "when", "say", "any thing"])] = inner.pop(last)
        case _:
            del inner[last]
    return data


@pytest.mark.parametrize("name", FILES)
def test_damaged_files_are_refused_where_the_validator_refuses_them(name: str) -> None:
    random = Random(name)
    data = yaml.safe_load((rules_root() / name).read_text())
    data = {key: value[:6] if isinstance(value, list) else value for key, value in data.items()}
    assert ACCEPTS(data)
    cases = [damaged(data, random) for _ in range(120)]
    answers = [ACCEPTS(case) for case in cases]
    assert answers == [VALIDATOR.is_valid(case) for case in cases]
    assert True in answers
    assert False in answers


def test_broken_files_are_refused_where_the_validator_refuses_them() -> None:
    cases = [yaml.safe_load(each.content) for each in BROKEN.values() if each.code != "R001"]
    assert [ACCEPTS(case) for case in cases] == [VALIDATOR.is_valid(case) for case in cases]


def test_a_keyword_that_is_not_known_is_an_error() -> None:
    with pytest.raises(ValueError, match="multipleOf"):
        compile_schema({"items": {"multipleOf": 2}})
