"""Run AST mode for the command line."""

from __future__ import annotations

import sys
from pathlib import Path

from mindconverter.cli.options import Options
from mindconverter.cli.progress import progress_bar
from mindconverter.cli.summary import summarise
from mindconverter.report.counts import count_outcomes


def run_source(options: Options, in_file: Path) -> int:
    """Convert the script or the folder ``in_file``, print what was done and return the exit status.

    Args:
        options: The options of the command line.
        in_file: The script or folder to convert.

    Raises:
        MindConverterError: When the conversion cannot be done.
    """
    from mindconverter.source.convert import convert_script

    with progress_bar() as progress:
        results = convert_script(
            in_file,
            output=options.output,
            report=options.report,
            rules=options.rules,
            target_version=options.target_version,
            report_format=options.report_format,
            api=options.api,
            progress=progress,
        )
    diagnostics = [diagnostic for result in results for diagnostic in result.diagnostics]
    scripts = "1 script" if len(results) == 1 else f"{len(results)} scripts"
    print(
        summarise(
            f"Converted {scripts} to {options.output}; reports in {options.report or options.output}:", diagnostics
        )
    )
    failed = [result for result in results if result.failed]
    for result in failed:
        print(f"{result.source}: {result.diagnostics[0].say}", file=sys.stderr)
    if failed:
        return 2
    return 1 if options.strict and count_outcomes(diagnostics).unconverted else 0
