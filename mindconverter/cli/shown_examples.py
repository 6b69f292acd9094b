"""What the examples of a rule become, really converted."""

from __future__ import annotations

from importlib.util import find_spec

from mindconverter.errors import MindConverterError
from mindconverter.rules.model import Example, Rule
from mindconverter.rules.tables import RuleTables


def converted(rule: Rule, example: Example, tables: RuleTables) -> str:
    """Return what an example becomes, by the rules and not by what the example says of it.

    Args:
        rule: The rule that the example belongs to.
        example: The example.
        tables: The tables to convert by.

    Returns:
        The code, the reason why nothing is converted, or nothing if the package that the conversion needs is missing.
    """
    try:
        return _node(rule, example, tables) if rule.domain else _script(rule, example, tables)
    except MindConverterError as error:
        return error.message


def _script(rule: Rule, example: Example, tables: RuleTables) -> str:
    from mindconverter.verify.script_example import ScriptExample, convert_example

    found = convert_example(ScriptExample(rule, example), tables)
    return "\n".join(found.unconverted) or found.text


def _node(rule: Rule, example: Example, tables: RuleTables) -> str:
    if find_spec("onnx") is None:
        return ""
    from mindconverter.verify.operator_example import code_of, convert_node, examples_of, newest

    ways = [item for item in newest(list(examples_of(rule, tables))) if item.example is example]
    return code_of(convert_node(ways[0], tables)) if ways else ""
