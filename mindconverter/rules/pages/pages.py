"""Which pages there are, and what stands on each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from mindconverter.rules.build import build_rule
from mindconverter.rules.explain.explained import explain
from mindconverter.rules.pages.markdown import table
from mindconverter.rules.pages.other_rows import other_lines
from mindconverter.rules.pages.rule_rows import rule_lines
from mindconverter.rules.source_files import Record
from mindconverter.rules.tables import RuleTables

MARK = "<!-- Written by `mindconverter rules docs`: change the tables, not this page. -->"
_INDEX = "index.md"


@dataclass(frozen=True, slots=True)
class _Section:
    file: str
    mapped: int
    refused: int
    lines: tuple[str, ...]


def pages(tables: RuleTables) -> dict[str, str]:
    """Return the pages by file name: one for each folder of tables, and for each file that lies in a framework's own.

    Args:
        tables: The tables, for the version of the target that the pages are about.
    """
    by_file: dict[str, list[Record]] = defaultdict(list)
    for record in tables.records:
        by_file[record.file].append(record)
    by_page: dict[str, list[_Section]] = defaultdict(list)
    for file, records in sorted(by_file.items()):
        section = _section(file, records, tables)
        if section.lines:
            by_page[_page_of(file, by_file)].append(section)
    head = f"for {tables.target_catalog.framework} {tables.target_catalog.version}"
    found = {f"{name}.md": _page(name, sections) for name, sections in by_page.items()}
    return {_INDEX: _index(by_page, head), **found}


def _page_of(file: str, files: Mapping[str, object]) -> str:
    """Return the page of a file: that of its folder, or its own if the folder has folders itself."""
    path = PurePosixPath(file)
    if path.is_absolute():  # a table of the user's own
        return path.stem
    folder = path.parent.as_posix()
    nested = any(PurePosixPath(other).parent.as_posix().startswith(f"{folder}/") for other in files)
    name = path.with_suffix("").as_posix() if nested else folder
    return name.replace("/", "_") if name != "." else path.stem


def _section(file: str, records: Sequence[Record], tables: RuleTables) -> _Section:
    rules = tuple(explain(record.build(build_rule), tables) for record in records if record.kind == "rules")
    refused = sum(rule.status == "refused" for rule in rules)
    mapped = len(rules) - refused + sum(record.kind == "fusions" for record in records)
    return _Section(file, mapped, refused, (*rule_lines(rules), *other_lines(records)))


def _title(name: str) -> str:
    first, _, rest = name.partition("_")
    return f"{first}: {rest.replace('_', ' ')}" if rest else first


def _page(name: str, sections: Sequence[_Section]) -> str:
    lines = [MARK, "", f"# {_title(name)}", ""]
    for section in sections:
        if len(sections) > 1:
            lines += [f"## {PurePosixPath(section.file).stem.replace('_', ' ')}", ""]
        place = section.file if PurePosixPath(section.file).is_absolute() else f"rules/{section.file}"
        lines += [f"From `{place}`.", "", *section.lines]
    return "\n".join(lines).rstrip() + "\n"


def _index(by_page: Mapping[str, Sequence[_Section]], head: str) -> str:
    rows = [
        (
            f"[{_title(name)}]({name}.md)",
            _count(item.mapped for item in sections),
            _count(item.refused for item in sections),
        )
        for name, sections in by_page.items()
    ]
    lines = [
        MARK,
        "",
        "# What the tables say",
        "",
        f"What becomes of each API and operator, {head}. An arrow between two parameters is another name for the same "
        "argument. *Other default* names parameters whose defaults differ: the source's is written. *Without* names "
        "those that have no meaning in the target. `mindconverter rules show NAME` tells more of one.",
        "",
        *table(("Page", "Mapped", "Refused"), rows),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _count(numbers: Iterable[int]) -> str:
    return str(sum(numbers) or "")
