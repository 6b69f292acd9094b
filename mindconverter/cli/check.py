"""Check that scripts convert completely, for a hook or CI: nothing is written."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from mindconverter.cli.parser import SubcommandParser


def run_check(argv: Sequence[str]) -> int:
    """Print what of some scripts would be left unconverted, and return 1 if there is anything.

    Args:
        argv: The arguments after ``check``.

    Raises:
        MindConverterError: A script is not Python or cannot be read, or a table is wrong.
    """
    options = _parser().parse_args(argv)
    from mindconverter.report.diagnostics import Outcome
    from mindconverter.report.text import one_line
    from mindconverter.source.convert import convert_script

    left = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in options.files:
            (result,) = convert_script(path, folder, rules=options.rules, target_version=options.target_version)
            for item in result.diagnostics:
                if item.outcome is Outcome.UNCONVERTED:
                    left += 1
                    place = f"{path}:{item.line}:{item.column}"
                    print(one_line(f"{place}: {item.source} would not be converted. {item.say}"))
    return 1 if left else 0


def _parser() -> SubcommandParser:
    parser = SubcommandParser(
        prog="mindconverter check",
        description="Check that PyTorch scripts convert completely, without writing anything; exit with 1 if not.",
        allow_abbrev=False,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="scripts")
    parser.add_argument(
        "--rules", action="append", type=Path, default=[], metavar="DIR", help="tables that win over the shipped ones"
    )
    parser.add_argument(
        "--target_version", "--target-version", metavar="VERSION", help="MindSpore version to convert to"
    )
    return parser
