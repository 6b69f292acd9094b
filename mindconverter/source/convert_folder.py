"""The conversion of a folder: the same tree again, its scripts converted, with one module of helpers."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from itertools import repeat
from pathlib import Path
from typing import Protocol, TypeVar

from mindconverter.errors import BadParameterError, MindConverterError, ScriptGenerationError
from mindconverter.report.diagnostics import Diagnostic, Outcome
from mindconverter.report.report import Report
from mindconverter.report.reports import write_reports
from mindconverter.report.write import atomic_write_bytes, atomic_write_text
from mindconverter.rules.helper_source import HelperLibrary, collect_helpers
from mindconverter.rules.tables import RuleTables, load_tables
from mindconverter.source.convert_text import convert_text, look_around, may_need_conversion
from mindconverter.source.edit.text import decode_script, encode_script
from mindconverter.source.imports.target_imports import parse_statement, write_imports
from mindconverter.source.kinds.api import Apis
from mindconverter.source.kinds.callers import Arguments, agreed
from mindconverter.source.kinds.observed import Kinds
from mindconverter.source.kinds.surroundings import Surroundings
from mindconverter.source.mistakes import mistake, of_mistake
from mindconverter.source.names.project import Modules, Project, parse, read_modules
from mindconverter.source.project_report import write_project_report
from mindconverter.source.results import ScriptResult

_SKIPPED = ("__pycache__", ".git", ".hg", ".svn")
_HELPER_MODULE = "mindspore_helpers"
_LARGE = 500_000
"""The bytes of scripts from which on the start of other processes pays."""
_CHUNK = 4
_ROUNDS = 3
"""How often scripts are looked at for what they give to each other's functions, so that it reaches those behind."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class FolderJob:
    """Describe the conversion of a folder; every process that takes part builds what it needs from this.

    Attributes:
        root: The folder.
        output: The folder for the same tree with converted scripts.
        report: The folder for the reports.
        rules: Folders of tables that win over the shipped ones.
        target_version: The version of the target framework; None for the installed one, else the newest known.
        twins: Whether calls become the twins of the target's APIs where the rules name some.
        formats: The forms of the reports.
    """

    root: Path
    output: Path
    report: Path
    rules: tuple[Path, ...] = ()
    target_version: str | None = None
    twins: bool = False
    formats: frozenset[str] = frozenset({"text"})


@dataclass(frozen=True)
class _Converted:
    """Hold the result of a script, and the names of the helpers that it needs."""

    result: ScriptResult
    helpers: tuple[str, ...] = ()


@dataclass
class _Folder:
    job: FolderJob
    apis: Apis
    library: HelperLibrary
    surroundings: Surroundings
    helper_module: str
    modules: Modules

    @cached_property
    def names(self) -> Mapping[Path, str]:
        """The full names of the modules by the scripts."""
        return {path: module for module, path in self.modules.paths.items()}

    def look(self, path: Path) -> Kinds | None:
        """Return what a script shows by itself; None if there is nothing to convert in it."""
        try:
            text, _ = decode_script(path.read_bytes())
            module = self.names[path]
            return self.surroundings.of(module) if may_need_conversion(text, module, self.apis) else None
        except Exception:  # the conversion of the script meets and reports it again
            return None

    def convert(self, path: Path) -> _Converted:
        relative = path.relative_to(self.job.root)
        target = self.job.output / relative
        module = self.names[path]
        try:
            text, encoding = decode_script(path.read_bytes())
            if not may_need_conversion(text, module, self.apis):
                return self.copy(path, target)
            script = self.apis.project.script(module) or parse(text, module, is_package=path.name == "__init__.py")
            found = convert_text(
                script, self.apis, self.library, str(path), self.surroundings, self.import_path(relative)
            )
        except SyntaxError as error:
            return self.copy(path, target, _not_python(error, str(path)))
        except MindConverterError:
            raise
        except Exception as failure:
            converted = self.copy(path, target, of_mistake(mistake(failure), str(path)))
            return replace(converted, result=replace(converted.result, failed=True))
        if found.code == text:
            return self.copy(path, target, *found.diagnostics)
        atomic_write_bytes(target, encode_script(found.code, encoding), ScriptGenerationError)
        report = self.write_report(path, found.diagnostics)
        return _Converted(ScriptResult(path, target, report, found.diagnostics), found.helpers)

    def copy(self, path: Path, target: Path, *found: Diagnostic) -> _Converted:
        copy_file(path, target)
        report = self.write_report(path, found) if found else None
        return _Converted(ScriptResult(path, target, report, found))

    def write_report(self, path: Path, found: tuple[Diagnostic, ...]) -> Path:
        folder = self.job.report / path.relative_to(self.job.root).parent
        target = self.apis.tables.target_catalog.title
        return write_reports(Report(path.stem, str(path), target, found, path), folder, self.job.formats)

    def import_path(self, relative: Path) -> str:
        """Return how a script of the folder names the module of helpers: relatively if the folder is a package."""
        if (self.job.root / "__init__.py").is_file():
            return "." * len(relative.parts) + self.helper_module
        return self.helper_module

    def helper_folder(self, path: Path) -> Path:
        """Return the folder of the result from which a script imports its helpers."""
        start = self.modules.starts[path]
        inside = self.job.root in start.parents
        return self.job.output / start.relative_to(self.job.root) if inside else self.job.output

    def write_helpers(self, target: Path, names: set[str]) -> None:
        found = collect_helpers(self.apis.tables, sorted(names))
        head = '"""What the converted scripts need beyond MindSpore."""'
        lines = "\n".join([head, "", *write_imports(map(parse_statement, found.imports))])
        target = target / f"{self.helper_module}.py"
        atomic_write_text(target, f"{lines}\n\n\n{found.code}", ScriptGenerationError)


def convert_folder(
    job: FolderJob, tables: RuleTables, progress: Callable[[str, int, int], None] | None, workers: int | None = None
) -> list[ScriptResult]:
    """Convert all scripts of a folder and copy its other files.

    Args:
        job: What to convert, and where to.
        tables: The tables to convert by: those that the job names.
        progress: Called with what is done, and the numbers of files done and in all.
        workers: How many processes convert; None for as many as there are processors, if the folder is large.

    Raises:
        BadParameterError: The result would lie in the folder itself and take the place of its files.
        ScriptGenerationError: A file cannot be written.
    """
    job = replace(job, root=job.root.resolve())
    if job.output.resolve() == job.root:
        raise BadParameterError("The result would take the place of the scripts.", advice="Choose another '--output'.")
    files = list(_files(job))
    folder = _prepare(job, tables, files)
    results: list[ScriptResult] = []
    helpers: dict[Path, set[str]] = {}

    def step(done: int) -> None:
        if progress is not None:
            progress("Converting scripts", done, len(files))

    others = [path for path in files if path not in folder.names]
    for index, path in enumerate(others):
        copy_file(path, job.output / path.relative_to(job.root))
        notebook = _notebook(path, folder) if path.suffix == ".ipynb" else None
        results += [notebook] if notebook is not None else []
        step(index + 1)
    scripts = sorted(folder.names)
    with _share_out(folder, scripts, workers) as each:
        _exchange(folder, each, scripts)
        for index, converted in enumerate(each(_Folder.convert, scripts)):
            results.append(converted.result)
            if converted.helpers:
                helpers.setdefault(folder.helper_folder(converted.result.source), set()).update(converted.helpers)
            step(len(others) + index + 1)
    for target, names in helpers.items():
        folder.write_helpers(target, names)
    results.sort(key=lambda result: result.source)
    write_project_report({result.source.relative_to(job.root).as_posix(): result for result in results}, job.report)
    return results


def _prepare(job: FolderJob, tables: RuleTables, files: Sequence[Path]) -> _Folder:
    scripts = [path for path in files if path.suffix == ".py"]
    modules = read_modules(scripts, job.root)
    tops = frozenset(module.partition(".")[0] for module in modules.paths)
    apis = Apis(tables, Project(modules.paths, modules.roots, tops, tables.knows_api, modules.prefixes))
    helpers = _helper_module({job.root, *modules.starts.values()})
    return _Folder(job, apis, HelperLibrary(tables), look_around(apis), helpers, modules)


class _Each(Protocol):
    """Do some work with each of some scripts, here or in other processes."""

    def __call__(self, work: Callable[[_Folder, Path], _T], paths: Sequence[Path]) -> Iterator[_T]:
        """Yield the results in order."""


@contextmanager
def _share_out(folder: _Folder, scripts: Sequence[Path], workers: int | None) -> Iterator[_Each]:
    """Give what works with scripts; a large folder is shared out among processes."""

    def here(work: Callable[[_Folder, Path], _T], paths: Sequence[Path]) -> Iterator[_T]:
        yield from (work(folder, path) for path in paths)

    if workers is None:
        large = sum(path.stat().st_size for path in scripts) >= _LARGE
        workers = (os.cpu_count() or 1) if large else 1
    # A process that was started by another one, such as a worker that runs an unguarded main script, starts no more.
    if workers <= 1 or len(scripts) < 2 or multiprocessing.parent_process() is not None:
        yield here
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(scripts)), mp_context=context) as pool:

        def there(work: Callable[[_Folder, Path], _T], paths: Sequence[Path]) -> Iterator[_T]:
            known = pickle.dumps((folder.surroundings.received, folder.surroundings.shown))
            yield from pool.map(_work_there, repeat(folder.job), repeat(known), repeat(work), paths, chunksize=_CHUNK)

        yield there


@cache
def _folder_of(job: FolderJob) -> _Folder:
    return _prepare(job, load_tables(job.rules, target_version=job.target_version, twins=job.twins), list(_files(job)))


@lru_cache(maxsize=1)
def _informed(job: FolderJob, known: bytes) -> _Folder:
    folder = _folder_of(job)
    received, shown = pickle.loads(known)
    folder.surroundings = folder.surroundings.informed(received)
    folder.surroundings.shown.update(shown)
    return folder


def _work_there(job: FolderJob, known: bytes, work: Callable[[_Folder, Path], _T], path: Path) -> _T:
    """Work with a script in a process of its own, which keeps what it knows of the folder for the next one."""
    return work(_informed(job, known), path)


def _exchange(folder: _Folder, each: _Each, scripts: Sequence[Path]) -> None:
    """Let the scripts of a folder know what their functions get from each other."""
    given: dict[str, Arguments] = {}
    paths = scripts
    for _ in range(_ROUNDS):
        for path, kinds in zip(paths, each(_Folder.look, paths), strict=True):
            if kinds is not None:
                given[folder.names[path]] = kinds.given
                folder.surroundings.shown[folder.names[path]] = replace(kinds, given={})
        before, now = folder.surroundings.received, agreed(given.values(), folder.apis)
        folder.surroundings = folder.surroundings.informed(now)
        paths = [path for path in scripts if now.get(folder.names[path]) != before.get(folder.names[path])]
        if not paths:
            return


def _notebook(path: Path, folder: _Folder) -> ScriptResult | None:
    """Return what becomes of a notebook: a finding if it names a source framework."""
    if not folder.apis.mentions_root(path.read_text(encoding="utf-8", errors="replace")):
        return None
    say = "Notebooks are copied as they are. Export its code as a script, and convert that."
    found = (Diagnostic(Outcome.UNCONVERTED, path.name, "", str(path), 1, 0, say),)
    target = folder.job.output / path.relative_to(folder.job.root)
    return ScriptResult(path, target, folder.write_report(path, found), found)


def _helper_module(folders: Collection[Path]) -> str:
    name = _HELPER_MODULE
    while any((folder / f"{name}.py").exists() or (folder / name).exists() for folder in folders):
        name += "_"
    return name


def _files(job: FolderJob) -> Iterator[Path]:
    outside = {job.output.resolve(), job.report.resolve()}
    for folder, folders, names in os.walk(job.root):
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
