"""R018: module records name modules that exist and statements that bind them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mindconverter.rules.catalog import Catalog
from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.near import near
from mindconverter.rules.source_files import Record


def _run(subject: Subject) -> Iterator[Problem]:
    for file in subject.files:
        for record in file.sound:
            if record.kind == "modules":
                yield from _of_record(subject, record)


def _of_record(subject: Subject, record: Record) -> Iterator[Problem]:
    module = str(record.data["module"])
    if "import" in record.data:
        if module.split(".")[0] == subject.tables.target_catalog.framework:
            yield from _exists(record, "module", module, subject.tables.target_catalog)
        bound = _bound_module(str(record.data["import"]))
        if bound is None:
            message = f"{record.data['import']!r} is not an import statement that binds one name."
            yield Problem(record.locate("import"), message, "Write it as Python does.")
        elif bound != module:
            message = f"The statement binds {bound}, not {module}."
            yield Problem(record.locate("import"), message, "Write the statement that binds the module.")
        return
    if module.split(".")[0] == subject.tables.source_catalog.framework:
        yield from _exists(record, "module", module, subject.tables.source_catalog)
    if "to" in record.data:
        target = str(record.data["to"])
        if target not in subject.imported_modules:
            message = f"There is no record that says how {target} is imported."
            yield Problem(record.locate("to"), message, "Add a record for it with 'import'.")


def _exists(record: Record, key: str, module: str, catalog: Catalog) -> Iterator[Problem]:
    api = catalog.find(module)
    if api is None:
        exists = module == catalog.framework or _is_prefix(module, catalog)
    else:
        exists = api.kind not in ("method", "property")
    if not exists:
        message = f"{module} is not a module of {catalog.framework} {catalog.version}, nor a name in one."
        modules = [name for name, entry in catalog.entries.items() if entry["kind"] == "module"]
        yield Problem(record.locate(key), message, near(module, modules))


def _is_prefix(module: str, catalog: Catalog) -> bool:
    prefix = f"{module}."
    return any(name.startswith(prefix) for name in (*catalog.entries, *catalog.aliases))


def _bound_module(statement: str) -> str | None:
    """Return the module that an import statement binds to one name, or None."""
    try:
        body = ast.parse(statement).body
    except SyntaxError:
        return None
    match body:
        case [ast.Import(names=[ast.alias(name=name)])]:
            return name
        case [ast.ImportFrom(module=str(package), names=[ast.alias(name=name)], level=0)] if name != "*":
            return f"{package}.{name}"
    return None


MODULES = Check("R018", "Modules exist and are imported as the record says", _run)
