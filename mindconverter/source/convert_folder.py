"""The conversion of a folder: the same tree again, its scripts converted, with one module of helpers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mindconverter.errors import BadParameterError, ScriptGenerationError
from mindconverter.report.diagnostics import Diagnostic, Outcome
from mindconverter.report.text import write_text_report
from mindconverter.report.write import atomic_write_bytes, atomic_write_text
from mindconverter.rules.helper_source import HelperLibrary, collect_helpers
from mindconverter.rules.tables import RuleTables
from mindconverter.source.api import Apis
from mindconverter.source.convert_text import convert_text, may_need_conversion
from mindconverter.source.project import Project, converted_modules, parse
from mindconverter.source.results import ScriptResult
from mindconverter.source.target_imports import parse_statement, write_imports
from mindconverter.source.text import decode_script, encode_script

_SKIPPED = ("__pycache__", ".git", ".hg", ".svn")
_HELPER_MODULE = "mindspore_helpers"


@dataclass
class _Folder:
    root: Path
    output: Path
    report: Path
    apis: Apis
    library: HelperLibrary
    helper_module: str
    helpers: set[str] = field(default_factory=set)

    def convert(self, path: Path, module: str) -> ScriptResult:
        relative = path.relative_to(self.root)
        target = self.output / relative
        try:
            text, encoding = decode_script(path.read_bytes())
            if not may_need_conversion(text, module, self.apis):
                return self.copy(path, target)
            script = self.apis.project.script(module) or parse(text, module, is_package=path.name == "__init__.py")
        except SyntaxError as error:
            return self.copy(path, target, _not_python(error, str(path)))
        found = convert_text(script, self.apis, self.library, str(path), self.import_path(relative))
        if found.code == text:
            return self.copy(path, target, *found.diagnostics)
        self.helpers.update(found.helpers)
        atomic_write_bytes(target, encode_script(found.code, encoding), ScriptGenerationError)
        return ScriptResult(path, target, self.write_report(relative, found.diagnostics), found.diagnostics)

    def copy(self, path: Path, target: Path, *found: Diagnostic) -> ScriptResult:
        copy_file(path, target)
        report = self.write_report(path.relative_to(self.root), found) if found else None
        return ScriptResult(path, target, report, found)

    def write_report(self, relative: Path, found: tuple[Diagnostic, ...]) -> Path:
        return write_text_report(found, relative.stem, self.report / relative.parent)

    def import_path(self, relative: Path) -> str:
        """Return how a script of the folder names the module of helpers: relatively if the folder is a package."""
        if (self.root / "__init__.py").is_file():
            return "." * len(relative.parts) + self.helper_module
        return self.helper_module

    def write_helpers(self) -> None:
        found = collect_helpers(self.apis.tables, sorted(self.helpers))
        head = '"""What the converted scripts need beyond MindSpore."""'
        lines = "\n".join([head, "", *write_imports(map(parse_statement, found.imports))])
        atomic_write_text(self.output / f"{self.helper_module}.py", f"{lines}\n\n\n{found.code}", ScriptGenerationError)


def convert_folder(
    root: Path, output: Path, report: Path, tables: RuleTables, progress: Callable[[str, int, int], None] | None
) -> list[ScriptResult]:
    """Convert all scripts of a folder and copy its other files.

    Args:
        root: The folder.
        output: The folder for the same tree with converted scripts.
        report: The folder for the reports.
        tables: The tables to convert by.
        progress: Called with what is done, and the numbers of files done and in all.

    Raises:
        BadParameterError: The result would lie in the folder itself and take the place of its files.
        ScriptGenerationError: A file cannot be written.
    """
    root = root.resolve()
    if output.resolve() == root:
        raise BadParameterError("The result would take the place of the scripts.", advice="Choose another '--output'.")
    files = list(_files(root, {output.resolve(), report.resolve()}))
    scripts = [path for path in files if path.suffix == ".py"]
    modules, roots = converted_modules(scripts, root)
    tops = frozenset(module.partition(".")[0] for module in modules)
    apis = Apis(tables, Project(modules, tuple(sorted(roots)), tops))
    folder = _Folder(root, output, report, apis, HelperLibrary(tables), _helper_module(root))
    results = []
    names = {path: module for module, path in modules.items()}
    for index, path in enumerate(files):
        if path in names:
            results.append(folder.convert(path, names[path]))
        else:
            copy_file(path, output / path.relative_to(root))
        if progress is not None:
            progress("Converting scripts", index + 1, len(files))
    if folder.helpers:
        folder.write_helpers()
    return results


def _helper_module(root: Path) -> str:
    name = _HELPER_MODULE
    while (root / f"{name}.py").exists() or (root / name).exists():
        name += "_"
    return name


def _files(root: Path, outside: set[Path]) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            name for name in folders if name not in _SKIPPED and (Path(folder) / name).resolve() not in outside
        )
        yield from (Path(folder) / name for name in sorted(names))


def copy_file(path: Path, target: Path) -> None:
    """Copy a file as it is.

    Raises:
        ScriptGenerationError: It cannot be read or written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        shutil.copymode(path, target)
    except OSError as error:
        raise ScriptGenerationError(
            f"The file cannot be copied: {error.strerror or error}.", where=str(path), advice="Check the folders."
        ) from error


def _not_python(error: SyntaxError, file: str) -> Diagnostic:
    say = f"The file is not Python ({error.msg}), and was copied as it is. Correct it and convert it again."
    column = max((error.offset or 1) - 1, 0)
    return Diagnostic(Outcome.UNCONVERTED, Path(file).name, "", file, error.lineno or 1, column, say)
