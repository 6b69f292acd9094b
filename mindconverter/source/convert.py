"""AST mode: PyTorch scripts to MindSpore scripts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from mindconverter.errors import BadParameterError, MindConverterError, ScriptGenerationError
from mindconverter.report.report import Report
from mindconverter.report.reports import report_formats, write_reports
from mindconverter.report.write import atomic_write_bytes
from mindconverter.rules.helper_source import HelperLibrary
from mindconverter.rules.tables import RuleTables, load_tables
from mindconverter.source.convert_folder import FolderJob, convert_folder
from mindconverter.source.convert_text import convert_text, look_around, may_need_conversion
from mindconverter.source.edit.text import decode_script, encode_script
from mindconverter.source.kinds.api import Apis
from mindconverter.source.mistakes import mistake
from mindconverter.source.names.import_roots import module_of
from mindconverter.source.names.project import Project, parse
from mindconverter.source.results import ScriptResult, SourceConversion

__all__ = ["ScriptResult", "SourceConversion", "convert_script", "convert_source"]

Progress = Callable[[str, int, int], None]
APIS = ("default", "mint")


def convert_source(
    code: str,
    *,
    filename: str = "<string>",
    package: str | None = None,
    tables: RuleTables | None = None,
    rules: Sequence[Path] = (),
    target_version: str | None = None,
    api: str = APIS[0],
) -> SourceConversion:
    """Convert the text of a script.

    Args:
        code: The script.
        filename: Its name in the diagnostics.
        package: The package that it lies in, by which relative imports are resolved.
        tables: The tables to convert by; by default those that ``rules`` and ``target_version`` name.
        rules: Folders of tables that win over the shipped ones.
        target_version: The version of the target framework; None for the installed one, else the newest known.
        api: ``default``, or ``mint`` for the twins of the target's APIs that the rules name.

    Raises:
        ScriptGenerationError: The script is not Python; the message has the place.
        RuleTableError: A table is wrong.
        BadParameterError: A folder of rules or a version is not known.
    """
    tables = tables if tables is not None else load_tables(rules, target_version=target_version, twins=_twins(api))
    stem = Path(filename).stem if filename.endswith(".py") else "script"
    module = f"{package}.{stem}" if package else stem
    is_package = Path(filename).name == "__init__.py"
    return _convert(
        code, module, filename, is_package, Project({module: Path(filename)}, is_api=tables.knows_api), tables
    )


def _convert(
    code: str, module: str, filename: str, is_package: bool, project: Project, tables: RuleTables
) -> SourceConversion:
    apis = Apis(tables, project)
    mark = "\ufeff" if code.startswith("\ufeff") else ""
    if not may_need_conversion(code, module, apis):
        return SourceConversion(code, (), ())
    try:
        script = parse(code.removeprefix(mark), module, is_package=is_package)
    except RecursionError as error:
        raise mistake(error, filename) from error
    except SyntaxError as error:
        where = f"{filename}:{error.lineno or 1}:{max((error.offset or 1) - 1, 0)}"
        raise ScriptGenerationError(
            f"The script is not Python: {error.msg}.", where=where, advice="Correct it and run the conversion again."
        ) from error
    script = project.add(module, script)
    try:
        found = convert_text(script, apis, HelperLibrary(tables), filename, look_around(apis))
    except MindConverterError:
        raise
    except Exception as failure:
        raise mistake(failure, filename) from failure
    return SourceConversion(mark + found.code, found.diagnostics, found.helpers)


def convert_script(
    path: str | Path,
    output: str | Path = "output",
    report: str | Path | None = None,
    *,
    rules: Sequence[Path] = (),
    target_version: str | None = None,
    report_format: str = "text",
    api: str = APIS[0],
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[ScriptResult]:
    """Convert a script, or all scripts of a folder, into files.

    Args:
        path: The script or the folder.
        output: The folder for the result.
        report: The folder for the reports; that of the result if it is None.
        rules: Folders of tables that win over the shipped ones.
        target_version: The version of the target framework; None for the installed one, else the newest known.
        report_format: Further forms of the reports beside each text: ``json``, ``sarif`` and ``html``, with commas.
        api: ``default``, or ``mint`` for the twins of the target's APIs that the rules name.
        workers: How many processes convert a folder; None for as many as there are processors, if it is large.
        progress: Called with what is done, and the numbers of files done and in all.

    Returns:
        One result a file: for a folder those of its Python files, and of notebooks that are left to convert.

    Raises:
        BadParameterError: There is no such file or folder, or a folder of rules or a version is not known.
        ScriptGenerationError: The script is not Python, or a file cannot be written.
        ReportGenerationError: A report cannot be written.
        RuleTableError: A table is wrong.
    """
    path, output = Path(path), Path(output)
    report = Path(report) if report is not None else output
    if not path.exists():
        raise BadParameterError(f"There is no file or folder {str(path)!r}.", advice="Check '--in_file'.")
    formats = report_formats(report_format)
    tables = load_tables(rules, target_version=target_version, twins=_twins(api))
    if path.is_dir():
        job = FolderJob(path, output, report, tuple(rules), target_version, _twins(api), formats)
        return convert_folder(job, tables, progress, workers)
    return [_convert_file(path, output, report, tables, progress, formats)]


def _twins(api: str) -> bool:
    if api not in APIS:
        raise BadParameterError(f"There is no choice of APIs {api!r}.", advice=f"Choose one of: {', '.join(APIS)}.")
    return api != APIS[0]


def _convert_file(
    path: Path, output: Path, report: Path, tables: RuleTables, progress: Progress | None, formats: frozenset[str]
) -> ScriptResult:
    target = output / path.name
    if target.resolve() == path.resolve():
        raise BadParameterError("The result would take the place of the script.", advice="Choose another '--output'.")
    try:
        data = path.read_bytes()
        text, encoding = decode_script(data)
    except OSError as error:
        raise BadParameterError(f"The script cannot be read: {error.strerror}.", where=str(path)) from error
    except SyntaxError as error:
        raise ScriptGenerationError(str(error), where=str(path), advice="Store it in UTF-8.") from error
    module, root = module_of(path)
    tops = frozenset({module.partition(".")[0]}) if "." in module else None
    project = Project({module: path}, (root,), tops, tables.knows_api)
    found = _convert(text, module, str(path), path.name == "__init__.py", project, tables)
    atomic_write_bytes(target, encode_script(found.code, encoding), ScriptGenerationError)
    title = tables.target_catalog.title
    written = write_reports(Report(path.stem, str(path), title, found.diagnostics, path), report, formats)
    if progress is not None:
        progress("Converting scripts", 1, 1)
    return ScriptResult(path, target, written, found.diagnostics)
