"""What the pages of the documentation show is what happens."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest

import mindconverter
from tests.pages import ROOT, run_page

DOCS = ROOT / "docs"


@pytest.mark.parametrize("page", ["index.md", "getting_started.md", "add_a_mapping.md"])
def test_the_commands_of_a_page_give_what_it_shows(page: str, tmp_path: Path) -> None:
    assert run_page(DOCS / page, tmp_path) == []


def test_every_option_of_every_command_is_on_its_page() -> None:
    text = "\n".join(_hooks().options())
    missing = []
    for command, parser in _hooks().command_parsers().items():
        section = re.search(rf"^## `{command}`$(.*?)(?=^## |\Z)", text, flags=re.M | re.S)
        assert section is not None, command
        for action in parser._actions:
            names = action.option_strings or ([action.metavar] if action.metavar != "COMMAND" else [])
            missing += [
                name
                for name in names
                if name.startswith("--") and "-" not in name[2:] and name != "--help" and f"`{name}" not in section[1]
            ]
            missing += [name for name in names if not name.startswith("-") and f"`{name}" not in section[1]]
    assert not missing
    assert "<!-- options -->" in (DOCS / "command_line.md").read_text()


def test_every_key_of_the_schema_has_its_section_and_those_of_rules_an_example() -> None:
    schema = json.loads((ROOT / "schemas" / "rules.schema.json").read_text())
    text = "\n".join(_hooks().keys())
    kinds = {kind: entry for kind, entry in schema["properties"].items() if entry.get("type") == "array"}
    unused = 0
    unshown = []
    for kind, entry in kinds.items():
        for key in schema["$defs"][entry["items"]["$ref"].rpartition("/")[2]]["properties"]:
            section = re.search(rf"^### `{key}` in {kind}$(.*?)(?=^##|\Z)", text, flags=re.M | re.S)
            assert section is not None, (kind, key)
            record = re.search(r"```yaml\n(.*?)```", section[1], flags=re.S)
            unused += record is None
            if kind == "rules" and "\nbecomes\n" not in section[1]:
                unshown.append(key)
            assert record is None or re.search(rf"\b{key}\b", record[1]), (kind, key)
    assert unused <= 1
    assert not unshown
    for kind in kinds:
        introduction = re.search(rf"^## {kind}$(.*?)(?=^### )", text, flags=re.M | re.S)
        assert introduction is not None, kind
        assert kind == "rules" or "\nbecomes\n" in introduction[1], kind
    assert "<!-- keys -->" in (DOCS / "rule_keys.md").read_text()


def test_every_public_function_is_on_its_page() -> None:
    described = re.findall(r"<!-- api ([\w.]+) -->", (DOCS / "python_api.md").read_text())
    functions = {f"mindconverter.{name}" for name in mindconverter.__all__ if name != "__version__"}
    assert functions <= set(described)
    for name in described:
        text = "\n".join(_hooks().described(name))
        assert text.startswith(f"## `{name.rpartition('.')[2]}`")
        assert len(text.splitlines()) > 2


def _hooks():  # type: ignore[no-untyped-def]
    spec = importlib.util.spec_from_file_location("site_hooks", ROOT / "scripts" / "site_hooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
