"""Compare the texts that the examples of a rule become with what the examples say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mindconverter.errors import MindConverterError
from mindconverter.rules.model import Rule
from mindconverter.rules.source_files import Record
from mindconverter.rules.tables import RuleTables
from mindconverter.verify.operator_example import (
    OperatorExample,
    convert_node,
    examples_of,
    newest,
    shown_code,
    unconverted,
)
from mindconverter.verify.script_example import ScriptExample, convert_example, script_problems


def rule_of(record: Record, tables: RuleTables) -> Rule | None:
    """Return the rule that a record of tables makes; None if another one holds in its place.

    Raises:
        RuleTableError: The record makes no rule.
    """
    data: Mapping[str, object] = record.data
    if "onnx" in data:
        since = data.get("since", [1])
        return tables.operator_rule(str(data.get("domain", "ai.onnx")), str(data["onnx"]), max(since))  # type: ignore[call-overload]
    return tables.api_rule(str(data["torch"]))


def text_problems(rule: Rule, tables: RuleTables) -> Iterator[str]:
    """Yield how the conversions of a rule's examples differ from what the examples say of their text."""
    if rule.domain:
        yield from operator_text_problems(rule, tables)
        return
    for example in rule.examples:
        found = ScriptExample(rule, example)
        try:
            problems = script_problems(found, convert_example(found, tables))
        except MindConverterError as error:
            problems = [str(error)]
        yield from (f"{found.name}: {problem}" for problem in problems)


def operator_text_problems(rule: Rule, tables: RuleTables) -> Iterator[str]:
    """Yield how the conversions of an operator's examples differ from their ``code``."""
    ways: dict[int, list[OperatorExample]] = {}
    for found in newest(list(examples_of(rule, tables))):
        ways.setdefault(found.number, []).append(found)
    for several in ways.values():
        name, example = several[0].name, several[0].example
        said = example.code.rstrip("\n")
        try:
            if example.refused and not any(
                example.refused in left for left in unconverted(convert_node(several[0], tables))
            ):
                yield f"{name}: Nothing is refused with {example.refused!r}."
            code = shown_code(several, tables) if said else ""
        except MindConverterError as error:
            code = str(error)
        if code != said:
            yield f"{name}: It becomes {code!r}, not {said!r}."
