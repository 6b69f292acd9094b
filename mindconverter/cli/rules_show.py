"""Explain a rule in the terminal."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from mindconverter.cli.shown_examples import converted
from mindconverter.errors import BadParameterError
from mindconverter.rules.build import build_rule
from mindconverter.rules.explain.explained import ALWAYS, Explained, Form, Said, explain
from mindconverter.rules.explain.words import in_words
from mindconverter.rules.labels import FUSION, by_label, short_name
from mindconverter.rules.source_files import Record
from mindconverter.rules.tables import RuleTables, load_tables

FORMATS = ("text", "json", "yaml")


def show_rule(name: str, overlays: Sequence[Path], *, form: str) -> int:
    """Explain the rules that hold for an API or operator, or print them as the tables have them.

    Args:
        name: The API by any of its names, the operator, with or without its domain, or a fusion.
        overlays: Folders of tables that win over the shipped ones.
        form: One of ``FORMATS``.

    Raises:
        BadParameterError: Nothing has a rule under that name, or an overlay is not a folder.
        RuleTableError: A table is wrong.
    """
    tables = load_tables(overlays)
    records = _records(name, tables)
    if form == "yaml":
        print("\n".join(map(_yaml, records)))
        return 0
    explained = [_explained(record, tables) for record in records] or [_namespace(name, tables)]
    if form == "json":
        print(json.dumps([asdict(item) for item in explained], indent=1))
    else:
        _print(explained)
    return 0


def _records(name: str, tables: RuleTables) -> list[Record]:
    """Return the records of a name; none if the refusal of its namespace holds for it.

    Raises:
        BadParameterError: Nothing holds for that name.
    """
    labelled = by_label(tables)
    wanted = {name, tables.source_catalog.canonical(name)}
    found = [
        record for label, record in labelled.items() if {label, label.rpartition(" ")[0], short_name(record)} & wanted
    ]
    if not found and tables.api_rule(tables.source_catalog.canonical(name)) is None:
        heads = [short_name(record) or label for label, record in labelled.items()]
        near = get_close_matches(name, heads, n=3, cutoff=0.6)
        advice = f"Did you mean {' or '.join(near)}?" if near else "Run 'mindconverter rules list' for all of them."
        raise BadParameterError(f"There is no rule for {name!r}.", advice=advice)
    return found


def _namespace(name: str, tables: RuleTables) -> Explained:
    rule = tables.api_rule(tables.source_catalog.canonical(name))
    assert rule is not None
    return explain(rule, tables)


def _explained(record: Record, tables: RuleTables) -> Explained:
    if record.kind == "rules":
        rule = record.build(build_rule)
        found = explain(rule, tables)
        shown = zip(found.examples, rule.examples, strict=True)
        return replace(
            found, examples=tuple((before, converted(rule, example, tables)) for (before, _), example in shown)
        )
    data: Any = record.data
    when = [in_words(ast.parse(data["when"].strip(), mode="eval").body)] if "when" in data else []
    return Explained(
        name=f"{FUSION}{data['fusion']}",
        place=f"{record.file}:{record.line}",
        status="mapped",
        forms=(Form("; ".join(data["pattern"]), data["becomes"], "", (), ()),),
        refusals=(),
        remarks=(),
        weights=(),
        notes=tuple(f"Only if {text}." for text in when),
        versions="",
        examples=(),
    )


def _yaml(record: Record) -> str:
    import yaml

    text = yaml.safe_dump(dict(record.data), sort_keys=False, width=100, allow_unicode=True)
    return f"# {record.file}:{record.line}\n{text}"


def _print(explained: Sequence[Explained]) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 160)
    for number, item in enumerate(explained):
        if number:
            console.print()
        console.print(f"[bold]{escape(item.name)}[/]  {item.status}  [dim]{escape(item.place)}[/]")
        if item.versions:
            console.print(escape(item.versions))
        for form in item.forms:
            _print_form(console, form)
        for title, lines in _sections(item):
            console.print(f"\n[bold]{title}[/]")
            for line in lines:
                console.print(f"  {escape(line)}")


def _print_form(console: Any, form: Form) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    if form.source:
        console.print(f"\n  {escape(form.source)}")
    if form.result:
        console.print(f"  -> [green]{escape(form.result)}[/]{escape(form.signature)}")
    rows = [row for row in form.rows if row.source or row.target]
    if rows:
        table = Table("source", "target", "what differs", box=SIMPLE_HEAD, pad_edge=False)
        for row in rows:
            style = "yellow" if row.note else ""
            table.add_row(Text(row.source), Text(row.target), Text(row.note, style=style))
        with console.capture() as capture:
            console.print(table)
        print("\n".join(f"  {line.rstrip()}" for line in capture.get().splitlines() if line.strip()))
    if form.cases:
        console.print("  The first of these that holds changes it:")
        for case in form.cases:
            console.print(f"    if {escape(case.when)}: [green]{escape(case.text)}[/]")


def _sections(item: Explained) -> Iterator[tuple[str, list[str]]]:
    sections = (
        ("Refused", [_said(said) for said in item.refusals]),
        ("Remarks", [_said(said) for said in item.remarks]),
        ("Weights", [f"{name} from {source}" for name, source in item.weights]),
        ("Notes", list(item.notes)),
        ("Examples", [line for before, after in item.examples for line in _example(before, after)]),
    )
    yield from ((title, lines) for title, lines in sections if lines)


def _said(said: Said) -> str:
    return said.text if said.when == ALWAYS else f"if {said.when}: {said.text}"


def _example(before: str, after: str) -> list[str]:
    lines = before.splitlines()
    return [*lines, *(f"-> {line}" if not index else f"   {line}" for index, line in enumerate(after.splitlines()))]
