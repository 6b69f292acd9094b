"""The conversion of one parsed script: decisions, imports and helpers brought together into text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePath

from mindconverter.errors import ScriptGenerationError
from mindconverter.report.diagnostics import Diagnostic, Outcome
from mindconverter.rules.helper_source import Definition, HelperLibrary
from mindconverter.source.calls.context import Context
from mindconverter.source.calls.diagnose import diagnostic
from mindconverter.source.calls.statements import Removals
from mindconverter.source.edit.edit import HelperName, Piece, TargetName
from mindconverter.source.edit.parse import formatted_places, parse_text
from mindconverter.source.edit.text import Span
from mindconverter.source.engine import convert
from mindconverter.source.imports.imports import ImportPlan, insertion_place
from mindconverter.source.imports.target_imports import TargetImport, parse_statement, write_imports
from mindconverter.source.kinds.api import Apis
from mindconverter.source.kinds.callers import Received
from mindconverter.source.kinds.evidence import Evidence
from mindconverter.source.kinds.infer import infer_kinds
from mindconverter.source.kinds.known import Hints
from mindconverter.source.kinds.observed import Kinds
from mindconverter.source.kinds.surroundings import Surroundings
from mindconverter.source.mistakes import of_mistake
from mindconverter.source.names.project import Script
from mindconverter.source.results import SourceConversion

_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+(\.|\w+)|import[ \t]+(\w+))", re.MULTILINE)


def may_need_conversion(text: str, module: str, apis: Apis) -> bool:
    """Tell whether a script can hold anything to convert: it names a source framework, or imports from the project."""
    if module.partition(".")[0] in apis.roots or apis.mentions_root(text):
        return True
    own = {name.partition(".")[0] for name in apis.project.converted}
    return any(match[1] == "." or (match[1] or match[2]) in own for match in _IMPORT.finditer(text))


def look_around(apis: Apis) -> Surroundings:
    """Return what the scripts of a project show; they are looked at when they are asked for."""
    evidence: dict[int, Evidence] = {}

    def look(script: Script, received: Received, surroundings: Surroundings | None) -> Kinds:
        shown = evidence.setdefault(id(script.tree), Evidence(script, apis))
        return infer_kinds(Hints(shown, received, surroundings))

    return Surroundings(apis.project, look)


def convert_text(
    script: Script,
    apis: Apis,
    library: HelperLibrary,
    file: str,
    surroundings: Surroundings,
    helper_module: str | None = None,
) -> SourceConversion:
    """Convert a parsed script.

    Args:
        script: The script.
        apis: What is known of APIs.
        library: The helpers of the tables.
        file: The script's name in the diagnostics.
        surroundings: What the other scripts of the project show.
        helper_module: The module that the script imports helpers from; None to make them part of it.
    """
    context = Context(script, apis, surroundings.kinds(script), library)
    removals = Removals()
    convert(context, removals)
    plan = ImportPlan(context)
    if not context.findings and plan.is_empty:
        return SourceConversion(script.source.text, (), ())
    helpers = sorted({helper.name for helper in context.helpers})
    if helper_module is None:
        definitions = library.collect(helpers)
        written, code = _inline(definitions, plan)
    else:
        written, code = {name: plan.local(TargetImport(helper_module, name, name)).bound for name in helpers}, ""
    plan.settle(removals, defines=bool(code))
    removals.apply(context)
    for place, quote in formatted_places(script.tree, script.source):
        context.edits.avoid(quote, place)
    imports = write_imports(plan.missing())
    _insert(context, imports, code, plan.guarded_place())
    names: dict[TargetName | HelperName, str] = {target: plan.write(target.name) for target in context.targets}
    names.update({HelperName(name): written[name] for name in helpers})

    def text_of(pieces: tuple[Piece, ...]) -> str:
        source = script.source.text
        return "".join(
            context.edits.render(source, names, piece)
            if isinstance(piece, Span)
            else piece
            if isinstance(piece, str)
            else names[piece]
            for piece in pieces
        )

    result = context.edits.render(script.source.text, names)
    mistake = _not_python(result, file)
    if mistake is not None:
        return SourceConversion(script.source.text, (mistake,), ())
    inserted = [*imports, *(helpers if helper_module is None else ())]
    found = [diagnostic(finding, script.source, file, text_of) for finding in context.findings]
    first = (*_notes(apis, file), *_insertions(inserted, file))
    return SourceConversion(result, (*first, *sorted(found, key=_place)), tuple(helpers))


def _not_python(code: str, file: str) -> Diagnostic | None:
    """Return what to say of a result that is not Python, which is a mistake of the converter; None if it is."""
    try:
        parse_text(code)
    except SyntaxError as error:
        line = code.splitlines()[(error.lineno or 1) - 1 :][:1]
        failed = ScriptGenerationError(
            f"The conversion is not Python ({error.msg}: {''.join(line).strip()!r}), so the script stays as it is.",
            advice="Report this mistake of the converter, with the script.",
        )
        return of_mistake(failed, file)
    return None


def _place(item: Diagnostic) -> tuple[int, int]:
    return item.line, item.column


def _notes(apis: Apis, file: str) -> list[Diagnostic]:
    note = apis.tables.target.note
    return [Diagnostic(Outcome.NOTE, PurePath(file).name, "", file, say=note)] if note else []


def _insertions(lines: Iterable[str], file: str) -> list[Diagnostic]:
    return [Diagnostic(Outcome.INSERTED, line, line, file) for line in lines]


def _inline(definitions: Iterable[Definition], plan: ImportPlan) -> tuple[Mapping[str, str], str]:
    """Return the names of definitions in the result, and their code."""
    written = {definition.name: plan.reserve(definition.name) for definition in definitions}
    parts = []
    for definition in definitions:
        names = dict(written)
        for used, statement in definition.imports.items():
            names[used] = plan.local(parse_statement(statement)).top
        parts.append(definition.renamed(names))
    return written, "\n\n\n".join(parts)


def _insert(context: Context, imports: list[str], code: str, guarded: tuple[int, str] | None) -> None:
    if not imports and not code:
        return
    source = context.source
    if guarded is not None:
        start, indent = guarded
        context.edits.insert(start, "".join(f"{indent}{line}{source.newline}" for line in imports))
        return
    place = insertion_place(context)
    lines = "".join(f"{line}\n" for line in imports)
    if code:
        follows = source.text[place:].lstrip(" \t")
        lines += f"\n\n{code}\n" + ("" if follows.startswith(("\n", "\r")) or not follows else "\n\n")
    elif imports and place < len(source.text) and not _after_import(context, place):
        lines += "\n"
    before = source.newline if place and not source.text[:place].endswith(("\n", "\r")) else ""
    context.edits.insert(place, before + lines.replace("\n", source.newline))


def _after_import(context: Context, place: int) -> bool:
    return any(
        isinstance(node, (ast.Import, ast.ImportFrom)) and context.source.line_end(context.span(node).end - 1) == place
        for node in context.script.tree.body
    )
