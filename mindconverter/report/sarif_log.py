"""SARIF 2.1.0, the form in which code scanners exchange what they find."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mindconverter import __version__

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


@dataclass(frozen=True, slots=True)
class SarifRule:
    """Describe a kind of finding.

    Attributes:
        id: Its stable id.
        title: What it is, as a phrase.
        level: ``error``, ``warning``, ``note`` or ``none``.
        help: What to know of it, in Markdown; empty for nothing.
        help_uri: Where it is documented; empty if nowhere.
    """

    id: str
    title: str
    level: str
    help: str = ""
    help_uri: str = ""


@dataclass(frozen=True, slots=True)
class SarifResult:
    """Describe a finding.

    Attributes:
        rule: The id of its kind.
        level: ``error``, ``warning``, ``note``, or ``none`` for what is as it should be.
        message: What is wrong and what to do, as sentences.
        file: The file.
        line: Its line, from 1; 0 for the whole file.
        column: Its column, from 1.
        properties: What else a reader may want to know.
    """

    rule: str
    level: str
    message: str
    file: str
    line: int = 0
    column: int = 1
    properties: Mapping[str, str] | None = None


def render_sarif(rules: Sequence[SarifRule], results: Sequence[SarifResult]) -> str:
    """Return a log of one run as SARIF.

    Args:
        rules: All kinds of findings.
        results: The findings, each of one of these kinds.
    """
    places = {rule.id: index for index, rule in enumerate(rules)}
    driver = {"name": "mindconverter", "version": __version__, "rules": [_rule(rule) for rule in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(result, places[result.rule]) for result in results],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: SarifRule) -> Mapping[str, object]:
    found: dict[str, object] = {
        "id": rule.id,
        "shortDescription": {"text": f"{rule.title}."},
        "defaultConfiguration": {"level": rule.level},
    }
    if rule.help:
        found["help"] = {"text": rule.help, "markdown": rule.help}
    if rule.help_uri:
        found["helpUri"] = rule.help_uri
    return found


def _result(result: SarifResult, index: int) -> Mapping[str, object]:
    place: dict[str, object] = {"artifactLocation": {"uri": _uri(result.file)}}
    if result.line:
        place["region"] = {"startLine": result.line, "startColumn": result.column}
    found: dict[str, object] = {
        "ruleId": result.rule,
        "ruleIndex": index,
        "kind": "pass" if result.level == "none" else "fail",
        "level": result.level,
        "message": {"text": result.message},
        "locations": [{"physicalLocation": place}],
    }
    if result.properties:
        found["properties"] = dict(result.properties)
    return found


def _uri(file: str) -> str:
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
