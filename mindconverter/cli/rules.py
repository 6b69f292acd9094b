"""Run ``mindconverter rules``: look at the rule tables and check them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from mindconverter.cli.parser import SubcommandParser

Commands: TypeAlias = "argparse._SubParsersAction[SubcommandParser]"


def run_rules(argv: Sequence[str]) -> int:
    """Run a subcommand of ``mindconverter rules`` and return the exit status.

    Args:
        argv: The arguments after ``rules``.

    Raises:
        BadParameterError: An argument is wrong, a path or a rule does not exist.
    """
    options = _parser().parse_args(argv)
    status: int = options.run(options)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = SubcommandParser(prog="mindconverter rules", description="Look at the rule tables and check them.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (_add_lint, _add_test, _add_mutate, _add_list, _add_show, _add_coverage, _add_new, _add_diff, _add_docs):
        add(commands)
    return parser


def _add_lint(commands: Commands) -> None:
    def run(options: argparse.Namespace) -> int:
        from mindconverter.cli.rules_lint import lint

        return lint(options)

    parser = commands.add_parser(
        "lint", help="check rule files", description="Check rule files; exit with 1 for errors."
    )
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="files and folders (default: the shipped tables)"
    )
    parser.add_argument("--select", action="append", metavar="CODES", help="only these checks, as in R003,R010")
    parser.add_argument("--ignore", action="append", metavar="CODES", help="without these checks")
    parser.add_argument("--format", choices=("text", "json", "sarif", "github"), default="text", help="default: text")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the findings to a file")
    parser.add_argument("--statistics", action="store_true", help="text: count warnings by code, list errors only")
    parser.add_argument("--quiet", action="store_true", help="errors only, and no summary")
    parser.add_argument("--fix", action="store_true", help="correct what can be corrected for certain")
    parser.add_argument("--diff", action="store_true", help="show what --fix would change, and change nothing")
    parser.set_defaults(run=run)


def _add_test(commands: Commands) -> None:
    def run(options: argparse.Namespace) -> int:
        from mindconverter.cli.rules_test import test

        return test(options)

    parser = commands.add_parser(
        "test",
        help="run the examples of rules",
        description="Compare the texts that examples become, sweep over the forms of calls, and run the examples under "
        "both frameworks; exit with 1 where something differs.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="APIs or operators, * for anything (default: all)")
    parser.add_argument("--static", action="store_true", help="only what needs no framework: texts and the sweep")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="how many processes run examples (default: 1)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    _add_overlays(parser)
    parser.set_defaults(run=run)


def _add_mutate(commands: Commands) -> None:
    def run(options: argparse.Namespace) -> int:
        from mindconverter.cli.rules_mutate import mutate

        return mutate(options)

    parser = commands.add_parser(
        "mutate",
        help="damage rules, and tell what notices",
        description="Damage the tables one edit at a time, and report what neither lint nor an example notices.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="APIs or operators, * for anything (default: all)")
    parser.add_argument("--sample", type=int, metavar="N", help="judge only N mutants, drawn by the seed")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="default: 0")
    parser.add_argument("--static", action="store_true", help="run nothing under the frameworks")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="how many processes judge (default: 1)")
    parser.add_argument("--format", choices=("text", "json", "markdown"), default="text", help="default: text")
    _add_overlays(parser)
    parser.set_defaults(run=run)


def _add_list(commands: Commands) -> None:
    def run(options: argparse.Namespace) -> int:
        from mindconverter.cli.rules_list import list_rules

        return list_rules(
            options.rules,
            pattern=options.pattern,
            family=options.family,
            status=options.status,
            form=options.format,
        )

    parser = commands.add_parser(
        "list", help="list what has a rule", description="List APIs, operators and fusions that have a rule."
    )
    parser.add_argument("pattern", nargs="?", default="", metavar="PATTERN", help="a part of names, or one with '*'")
    parser.add_argument("--family", default="", metavar="F", help="a folder or file of the tables: nn, torch/math")
    parser.add_argument(
        "--status", choices=("mapped", "proved", "refused", "missing"), default="", help="only those of this status"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    _add_overlays(parser)
    parser.set_defaults(run=run)


def _add_show(commands: Commands) -> None:
    def run(options: argparse.Namespace) -> int:
        from mindconverter.cli.rules_show import show_rule

        return show_rule(options.name, options.rules, form=options.format)

    parser = commands.add_parser(
        "show", help="explain a rule", description="Explain the rule that holds for an API or operator, or a fusion."
    )
    parser.add_argument("name", metavar="NAME", help="an API by its full name, an operator or a fusion")
    parser.add_argument(
        "--format", choices=("text", "json", "yaml"), default="text", help="yaml: as the tables have it (default: text)"
    )
    _add_overlays(parser)
    parser.set_defaults(run=run)


def _add_coverage(commands: Commands) -> None:
    def run(options: argparse.Namespace) -> int:
        from mindconverter.cli.rules_coverage import coverage

        return coverage(options.rules, operators=options.onnx, missing=options.missing, form=options.format)

    parser = commands.add_parser(
        "coverage",
        help="tell what the tables cover",
        description="Count the public names that are mapped, proved, refused and missing; or list the operators.",
    )
    parser.add_argument("--onnx", action="store_true", help="list the operators of ONNX instead")
    parser.add_argument("--missing", action="store_true", help="list only what has no rule")
    parser.add_argument("--format", choices=("text", "markdown", "json"), default="text", help="default: text")
    _add_overlays(parser)
    parser.set_defaults(run=run)


def _add_new(commands: Commands) -> None:
    def run(options: argparse.Namespace) -> int:
        from mindconverter.cli.rules_new import new_rules

        return new_rules(options.names, options.rules, to=options.to, output=options.output)

    parser = commands.add_parser(
        "new", help="draft a rule", description="Write drafts of rules from the catalogues and the rules that exist."
    )
    parser.add_argument("names", nargs="+", metavar="NAME", help="an API by its full name, or an operator")
    parser.add_argument("--to", metavar="TARGET", help="the target API (default: the likeliest)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="the rule file to append to (default: print)")
    _add_overlays(parser)
    parser.set_defaults(run=run)


def _add_diff(commands: Commands) -> None:
    def run(options: argparse.Namespace) -> int:
        from mindconverter.cli.rules_diff import diff

        return diff(options.old, options.new, git=options.git, form=options.format)

    parser = commands.add_parser(
        "diff", help="compare two versions", description="Tell what changed between two versions of the tables."
    )
    parser.add_argument("old", metavar="OLD", help="a folder of tables, a project, a wheel, or a revision")
    parser.add_argument("new", nargs="?", metavar="NEW", help="the same, of the newer version")
    parser.add_argument("--git", action="store_true", help="OLD and NEW are revisions of the project in this folder")
    parser.add_argument("--format", choices=("text", "markdown", "json"), default="text", help="default: text")
    parser.set_defaults(run=run)


def _add_docs(commands: Commands) -> None:
    def run(options: argparse.Namespace) -> int:
        from mindconverter.cli.rules_docs import write_docs

        return write_docs(options.rules, options.output)

    parser = commands.add_parser(
        "docs", help="write pages of the tables", description="Write pages that show the tables, a page a family."
    )
    parser.add_argument(
        "--output", type=Path, default=Path("docs/tables"), metavar="DIR", help="their folder (default: docs/tables)"
    )
    _add_overlays(parser)
    parser.set_defaults(run=run)


def _add_overlays(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rules", action="append", type=Path, default=[], metavar="DIR", help="tables of your own")
