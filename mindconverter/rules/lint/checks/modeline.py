"""R025: a rule file tells editors its schema."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from mindconverter.rules.lint.finding import Check, Problem, Severity
from mindconverter.rules.lint.fix import Edit, Fix
from mindconverter.rules.lint.subject import RuleFile, Subject
from mindconverter.rules.location import Location
from mindconverter.rules.places import rules_root, schemas_root
from mindconverter.rules.schema import schema_id

_MODELINE = re.compile(r"^# yaml-language-server: \$schema=\S+$", flags=re.MULTILINE)


def _run(subject: Subject) -> Iterator[Problem]:
    for file in subject.files:
        if file.text and not _MODELINE.search(file.text):
            line = f"# yaml-language-server: $schema={_schema(file)}"
            message = "No line tells editors the schema of the file, by which they complete and explain keys."
            fix = Fix(Edit.HEAD, (), f"{line}\n")
            yield Problem(Location(file.name, 1), message, f"Begin with '{line}'.", Severity.WARNING, fix)


def _schema(file: RuleFile) -> str:
    """Return the schema's address: within the project the way to it, elsewhere the published one."""
    folder = file.path.resolve().parent
    if rules_root().resolve() in (folder, *folder.parents):
        return os.path.relpath(schemas_root().resolve() / "rules.schema.json", folder).replace(os.sep, "/")
    return schema_id()


MODELINE = Check("R025", "The file names its schema", _run, Severity.WARNING)
