"""The draft of a rule as text for a rule file."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from mindconverter.rules.draft.draft import Draft, Part, uncertain
from mindconverter.rules.draft.example import example_call, example_node
from mindconverter.rules.draft.habits import Habits
from mindconverter.rules.draft.subject import OPERATOR, STANDARD, Side
from mindconverter.rules.schema import schema_id
from mindconverter.rules.tables import RuleTables

_WIDTH = 110


def file_head(tables: RuleTables, schema: str) -> str:
    """Return the first lines of a rule file.

    Args:
        tables: The catalogues, whose versions the file is proved on.
        schema: The address or path of the schema.
    """
    catalogs = (tables.source_catalog, tables.target_catalog)
    proved = ", ".join(f'{catalog.framework}: "{catalog.version}"' for catalog in catalogs)
    return f"# yaml-language-server: $schema={schema}\nformat: 1\nproved: {{{proved}}}\nrules:\n"


def schema_of(path: Path | None, schemas: Path) -> str:
    """Return how a rule file names its schema: by a path, if both lie in one project, else by its published address."""
    if path is not None:
        folder = path.resolve().parent
        project = schemas.resolve().parent
        if folder.is_relative_to(project):
            up = len(folder.relative_to(project).parts)
            return f"{'../' * up}{schemas.name}/rules.schema.json"
    return schema_id()


def record_text(draft: Draft, habits: Habits) -> str:
    """Return a draft as a record of a list of rules.

    Args:
        draft: The draft.
        habits: The values of other examples.
    """
    return "".join(f"  {line}\n" if line else "\n" for line in _lines(draft, habits))


def _lines(draft: Draft, habits: Habits) -> Iterator[str]:
    source, target = draft.source, draft.target
    yield from _comment(_described(source))
    if target is not None:
        yield from _comment(f"-> {_described(target)}")
    if draft.others:
        yield from _comment(f"Other targets: {'; '.join(_described(side) for side in draft.others)}")
    yield f"- {_head(source)}"
    if source.kind == OPERATOR:
        if source.domain != STANDARD:
            yield f"  domain: {source.domain}"
        yield f"  since: {list(source.since)}"
    if target is None:
        yield "  # To do: name a target, or leave the refusal with the next step for the user."
        yield '  refuse: "To do: say what to do instead."'
        return
    yield from _target(draft, target)
    if len(draft.parts) == 1 and not draft.parts[0].signature:
        yield from (f"  {line}" for line in _part(draft.parts[0], source))
    elif draft.parts:
        yield "  overloads:"
        for part in draft.parts:
            yield f"    - signature: {json.dumps(part.signature)}"
            if part.target is not None:
                yield from (f"      {line}" for line in _comment(f"-> {_described(part.target)}"))
                yield f"      to: {part.target.name}"
            yield from (f"      {line}" for line in _part(part, source))
    if draft.returns:
        yield f"  returns: {draft.returns}"
    yield from (f"  {line}" for line in _example(draft, habits))


def _head(source: Side) -> str:
    return f"onnx: {source.name}" if source.kind == OPERATOR else f"torch: {source.name}"


def _target(draft: Draft, target: Side) -> Iterator[str]:
    if draft.source.kind != OPERATOR:
        yield f"  to: {target.name}"
        if draft.twin:
            yield f"  mint: {draft.twin}"
    elif target.kind == "class":
        yield f"  cell: {target.name}"
    elif target.is_method and draft.parts:
        receiver = draft.source.signatures[0].parameters[0].name
        given = ", ".join(f"{item.target.name}={{{item.source}}}" for item in draft.parts[0].alignment.placements)
        call = f"{{{receiver}}}.{target.leaf}({given})"
        yield f"  rewrite: {json.dumps(call)}"
    else:
        yield f"  call: {target.name}"


def _part(part: Part, source: Side) -> Iterator[str]:
    for sentence in uncertain(part):
        yield from _comment(sentence)
    if part.args:
        yield f"args: {_flow((name, json.dumps(value)) for name, value in part.args)}"
    if part.omit:
        yield f"omit: {part.omit[0] if len(part.omit) == 1 else '[' + ', '.join(part.omit) + ']'}"
    if part.refuse:
        yield "refuse:"
        for condition, parameter in part.refuse:
            what = "attribute" if source.kind == OPERATOR else "argument"
            say = f"To do: the target has no {what} for {parameter!r}; say what to do instead."
            yield f"  - when: {json.dumps(condition)}"
            yield f"    say: {json.dumps(say)}"


def _example(draft: Draft, habits: Habits) -> Iterator[str]:
    yield "# To do: values that would show a wrong argument or default, and the result that you expect."
    yield "examples:"
    if draft.source.kind == OPERATOR:
        inputs, attributes = example_node(draft.source, habits)
        yield f"  - inputs: {_quoted(inputs)}"
        if attributes:
            yield f"    attributes: {_flow(attributes.items())}"
        return
    alignment = draft.parts[0].alignment if draft.parts else None
    text, arrays, missing = example_call(draft.source, alignment, habits)
    if missing:
        yield f"  # To do: values for {', '.join(missing)}."
    yield f"  - source: {json.dumps(text)}"
    if arrays:
        yield f"    inputs: {_quoted(arrays)}"


def _described(side: Side) -> str:
    return f"{side.name}{side.texts[0] if side.texts else ''}"


def _comment(text: str) -> Iterator[str]:
    for line in textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False):
        yield f"# {line}"


def _flow(items: Iterable[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in items) + "}"


def _quoted(texts: Mapping[str, str]) -> str:
    return _flow((name, json.dumps(text)) for name, text in texts.items())
