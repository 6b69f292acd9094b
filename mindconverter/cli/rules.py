"""Run ``mindconverter rules``: look at the rule tables and check them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from mindconverter.cli.parser import SubcommandParser


def run_rules(argv: Sequence[str]) -> int:
    """Run a subcommand of ``mindconverter rules`` and return the exit status.

    Args:
        argv: The arguments after ``rules``.

    Raises:
        BadParameterError: An argument is wrong, a path or a rule does not exist.
    """
    options = _parser().parse_args(argv)
    if options.command == "lint":
        from mindconverter.cli.rules_lint import lint

        return lint(options.paths)
    if options.command == "coverage":
        from mindconverter.cli.rules_coverage import coverage

        return coverage(options.rules, operators=options.onnx, missing=options.missing, form=options.format)
    from mindconverter.cli.rules_show import list_rules, show_rule

    if options.command == "list":
        return list_rules(options.rules)
    return show_rule(options.name, options.rules)


def _parser() -> argparse.ArgumentParser:
    parser = SubcommandParser(prog="mindconverter rules", description="Look at the rule tables and check them.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    lint = commands.add_parser("lint", help="check rule files", description="Check rule files; exit with 1 for errors.")
    lint.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="files and folders (default: the shipped tables)"
    )

    listing = commands.add_parser("list", help="list what has a rule", description="List the APIs that have a rule.")
    show = commands.add_parser("show", help="show the rule of an API", description="Show which rule holds for an API.")
    show.add_argument("name", metavar="NAME", help="an API by its full name, or an operator")
    covered = commands.add_parser(
        "coverage",
        help="tell what the tables cover",
        description="Count the public names that are mapped, proved, refused and missing; or list the operators.",
    )
    covered.add_argument("--onnx", action="store_true", help="list the operators of ONNX instead")
    covered.add_argument("--missing", action="store_true", help="list only what has no rule")
    covered.add_argument("--format", choices=("text", "markdown", "json"), default="text", help="default: text")
    for command in (listing, show, covered):
        command.add_argument(
            "--rules", action="append", type=Path, default=[], metavar="DIR", help="tables of your own"
        )
    return parser
