"""Write drafts of rules."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from mindconverter.errors import BadParameterError
from mindconverter.report.write import atomic_write_bytes
from mindconverter.rules.build import build_rule
from mindconverter.rules.draft.draft import draft_rule, target_side
from mindconverter.rules.draft.habits import Habits, learn_habits
from mindconverter.rules.draft.rank import Targets
from mindconverter.rules.draft.subject import STANDARD, Side, api_side, find_operator, operator_side
from mindconverter.rules.draft.text import file_head, record_text, schema_of
from mindconverter.rules.near import near
from mindconverter.rules.places import schemas_root
from mindconverter.rules.source_files import Record
from mindconverter.rules.tables import RuleTables, load_tables
from mindconverter.rules.yaml_source import YamlDocument, YamlError, parse_yaml


def new_rules(names: Sequence[str], overlays: Sequence[Path], *, to: str | None, output: Path | None) -> int:
    """Write a draft for each name, and return 1 if one of them has a rule already that does more than refuse.

    Args:
        names: APIs of the source framework by any of their names, or operators with or without their domain.
        overlays: Folders of tables that win over the shipped ones.
        to: The target API; None to choose the likeliest.
        output: The rule file to append to; None to print.

    Raises:
        BadParameterError: A name is not known, or the file cannot be appended to.
        RuleTableError: A table is wrong.
    """
    tables = load_tables(overlays)
    document = _document(output) if output is not None and output.exists() else None
    sources = [_source(tables, name) for name in names]
    targets = Targets(tables.target_catalog)
    chosen = None if to is None else _target(targets, to)
    habits = shown_habits(tables)
    texts = []
    for source in sources:
        record = _existing(tables, source)
        place = f"{record.file}:{record.line}" if record is not None else ""
        if record is not None and "refuse" not in record.data:
            print(f"{source.name} has a rule already: {place}. Edit it there.", file=sys.stderr)
            continue
        if document is not None and (there := _line_in(document, tables, source)):
            print(f"{source.name} stands in {output}:{there} already. Edit it there.", file=sys.stderr)
            continue
        if record is not None:
            advice = (
                "In a table given by --rules the new rule wins; within the same tables it takes the place of that one."
            )
            print(f"{source.name} is refused in {place}. {advice}", file=sys.stderr)
        texts.append(record_text(draft_rule(source, tables, targets, habits, chosen), habits))
    if texts and output is None:
        print(file_head(tables, schema_of(None, schemas_root())) + "".join(texts), end="")
    elif texts and output is not None:
        _append(output, texts, tables, document)
        print(f"{output}: {len(texts)} draft{'s' * (len(texts) > 1)}. Next: 'mindconverter rules lint {output}'.")
    return 0 if len(texts) == len(sources) else 1


def shown_habits(tables: RuleTables) -> Habits:
    """Return what all rules of the tables show."""
    records = [record for record in tables.records if record.kind == "rules"]
    return learn_habits([record.build(build_rule) for record in records], tables)


def _source(tables: RuleTables, name: str) -> Side:
    api = tables.source_catalog.find(name)
    if api is not None:
        return api_side(api)
    operator = find_operator(tables, name)
    found = operator_side(tables, *operator) if operator is not None else None
    if found is not None:
        return found
    known = [*tables.source_catalog.entries, *(name for own in tables.operators.domains.values() for name in own)]
    raise BadParameterError(f"No catalogue has {name!r}.", advice=near(name, known))


def _target(targets: Targets, name: str) -> Side:
    side = target_side(targets, name)
    if side is None:
        advice = near(name, targets.catalog.entries)
        raise BadParameterError(f"The target {name!r} is not in the catalogue.", advice=advice)
    return side


def _existing(tables: RuleTables, source: Side) -> Record | None:
    """Return the rule of a source; None if it has none of its own."""
    for record in reversed(tables.records):
        if record.kind == "rules" and _is_of(record.data, tables, source):
            return record
    return None


def _is_of(data: Mapping[str, object], tables: RuleTables, source: Side) -> bool:
    if source.domain:
        return (data.get("domain", STANDARD), data.get("onnx")) == (source.domain, source.name)
    return "torch" in data and tables.source_catalog.canonical(str(data["torch"])) == source.name


def _document(output: Path) -> YamlDocument:
    try:
        return parse_yaml(output.read_text(encoding="utf-8"), str(output))
    except (OSError, UnicodeDecodeError, YamlError) as error:
        raise BadParameterError(f"The file {str(output)!r} cannot be read: {error}", advice="Correct it.") from error


def _line_in(document: YamlDocument, tables: RuleTables, source: Side) -> int | None:
    """Return the line of the rule that a file has for a source; None if it has none."""
    rules = document.data.get("rules") if isinstance(document.data, Mapping) else None
    for index, record in enumerate(rules if isinstance(rules, list) else ()):
        if isinstance(record, Mapping) and _is_of(record, tables, source):
            return document.locate(("rules", index)).line
    return None


def _append(output: Path, texts: Sequence[str], tables: RuleTables, document: YamlDocument | None) -> None:
    """Append drafts to a rule file, which is made if it is not there."""
    new = "".join(texts)
    if document is None:
        head = file_head(tables, schema_of(output, schemas_root()))
        atomic_write_bytes(output, (head + new).encode(), BadParameterError)
        return
    old, data = output.read_text(encoding="utf-8"), document.data
    if not isinstance(data, dict) or list(data)[-1] != "rules" or not data["rules"]:
        advice = "Choose another file: records can be appended where 'rules' is the last key and has records."
        raise BadParameterError(f"There is no place for rules at the end of {str(output)!r}.", advice=advice)
    whole = old + "\n" * (not old.endswith("\n")) + _indented_as(old, new)
    atomic_write_bytes(output, whole.encode(), BadParameterError)


def _indented_as(old: str, new: str) -> str:
    """Return records with the indentation that the records of a file have."""
    after = old[old.index("\nrules:") :].splitlines()[2:] if "\nrules:" in old else []
    first = next((line for line in after if line.lstrip().startswith("- ")), "  - ")
    if len(first) - len(first.lstrip()) >= 2:
        return new
    return "".join(line.removeprefix("  ") for line in new.splitlines(keepends=True))
