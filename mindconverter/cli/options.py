"""Declare the options of a conversion and read them from the arguments."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from mindconverter import __version__
from mindconverter.errors import BadParameterError

if TYPE_CHECKING:
    from pathlib import Path

    from mindconverter.graph.read_torch.model_entry import EntryArguments

_DESCRIPTION = """\
Convert PyTorch scripts, and PyTorch, TensorFlow and ONNX models, to MindSpore.

  AST mode:    mindconverter --in_file FILE_OR_DIR [--output DIR] [--report DIR]
  Graph mode:  mindconverter --model_file FILE [--shape 1,3,224,224 ...] [--input_nodes NAME ...]
                             [--output_nodes NAME ...] [--output DIR] [--report DIR] [--project_path DIR]
                             [--model_entry package.module:factory] [--model_args JSON]
"""

_EPILOG = """\
Options may be written with '-' for '_': --in-file is --in_file.

  mindconverter rules --help     check the rule tables
  mindconverter check --help     check that scripts convert completely
  mindconverter weights --help   convert a PyTorch checkpoint for a converted script
  mindconverter verify --help    run a model or script and its conversion, and compare what they give
  mindconverter rename --help    rename a checkpoint's parameters after its script

Exit status: 0 converted, 1 something is left unconverted and --strict is given, 2 an error that the message explains.
"""


class Options(NamedTuple):
    """Hold the options of one conversion, as given.

    A named tuple, and ``pathlib`` imported late: the modules behind ``dataclasses`` and ``Path`` would take a third of
    the time of ``mindconverter --help``.
    """

    in_file: Path | None
    model_file: Path | None
    shape: list[tuple[int, ...]] | None
    input_nodes: list[str] | None
    output_nodes: list[str] | None
    output: Path
    report: Path | None
    project_path: Path | None
    model_entry: str | None
    model_args: EntryArguments | None
    input_types: list[str] | None
    signature: str | None
    rules: tuple[Path, ...]
    target_version: str | None
    fusion: bool
    report_format: str
    api: str
    strict: bool
    debug: bool


def parse_options(arguments: Sequence[str]) -> Options:
    """Read the options of a conversion.

    Args:
        arguments: The arguments, without the program's name.

    Raises:
        BadParameterError: For an unknown option, a missing value, or a value of the wrong form.
        SystemExit: After ``--help`` and ``--version`` have printed their text.
    """
    found = _parser().parse_args([with_underscores(argument) for argument in arguments])
    from pathlib import Path

    return Options(
        in_file=Path(found.in_file) if found.in_file else None,
        model_file=Path(found.model_file) if found.model_file else None,
        shape=found.shape,
        input_nodes=found.input_nodes,
        output_nodes=found.output_nodes,
        output=Path(found.output),
        report=Path(found.report) if found.report else None,
        project_path=Path(found.project_path) if found.project_path else None,
        model_entry=found.model_entry,
        model_args=found.model_args,
        input_types=found.input_types,
        signature=found.signature,
        rules=tuple(Path(folder) for folder in found.rules),
        target_version=found.target_version,
        fusion=not found.no_fusion,
        report_format=found.report_format,
        api=found.api,
        strict=found.strict,
        debug=found.debug,
    )


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadParameterError(
            f"{message[0].upper()}{message[1:]}.",
            advice="Give a script by --in_file, a model by --model_file; 'mindconverter --help' shows every option.",
        )


def with_underscores(argument: str) -> str:
    """Return an argument with the name of its option in the spelling that the parsers know."""
    if not argument.startswith("--"):
        return argument
    name, equals, value = argument[2:].partition("=")
    return f"--{name.replace('-', '_')}{equals}{value}"


def _shape(text: str) -> tuple[int, ...]:
    sizes = text.split(",")
    if not all(size.strip().isdecimal() and int(size) > 0 for size in sizes):
        raise argparse.ArgumentTypeError(
            f"'{text}' is not a shape; write positive whole numbers with commas and without spaces, such as 1,3,224,224"
        )
    return tuple(int(size) for size in sizes)


def _model_args(text: str) -> EntryArguments:
    import json

    try:
        value = json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no JSON ({error})") from error
    if not isinstance(value, (list, dict)):
        raise argparse.ArgumentTypeError(
            f"'{text}' is neither a JSON list, such as [10], nor an object, such as {{\"num_classes\": 10}}"
        )
    return value


def add_model_options(group: argparse._ArgumentGroup) -> None:
    """Add the options that say how a model is read."""
    group.add_argument(
        "--shape",
        type=_shape,
        nargs="+",
        help="shape of every input, in the order of --input_nodes, such as 1,512 1,512; "
        "needed where the model itself leaves it open",
    )
    group.add_argument(
        "--input_nodes",
        nargs="+",
        help="names of the inputs, such as input_1:0 input_2:0; default: the inputs of the model",
    )
    group.add_argument(
        "--output_nodes",
        nargs="+",
        help="names of the outputs, such as output_1:0 output_2:0; default: the outputs of the model",
    )
    group.add_argument(
        "--project_path",
        help="folder of the PyTorch project whose classes a .pth file needs, when it is not in PYTHONPATH",
    )
    group.add_argument(
        "--model_entry",
        metavar="PLACE:FACTORY",
        help="what builds the PyTorch module that --model_file has the weights of: package.module:factory, or "
        "file.py:factory below --project_path; without --model_file the weights that it gives are taken",
    )
    group.add_argument(
        "--model_args",
        type=_model_args,
        metavar="JSON",
        help="what --model_entry is called with: a list, or an object of keyword arguments such as '{\"depth\": 18}'",
    )
    group.add_argument(
        "--input_types",
        nargs="+",
        metavar="TYPE",
        help="element type of every input of a PyTorch module, such as int64 bool; found out without it",
    )
    group.add_argument(
        "--signature",
        metavar="NAME",
        help="signature of a SavedModel to convert; default: serving_default, or the only one",
    )


def _parser() -> _Parser:
    parser = _Parser(
        prog="mindconverter",
        usage="mindconverter (--in_file FILE_OR_DIR | --model_file FILE) [options]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"mindconverter {__version__}")
    inputs = parser.add_argument_group("input")
    inputs.add_argument(
        "--in_file",
        help="PyTorch script, or folder of scripts, to convert by its syntax tree (AST mode); "
        "when --model_file is given too, this one is converted",
    )
    inputs.add_argument(
        "--model_file",
        help="PyTorch (.pth, .pt, .pt2), TensorFlow (.pb, .keras, .h5, or the folder of a SavedModel) or ONNX (.onnx) "
        "model to convert by its graph (Graph mode)",
    )
    graph = parser.add_argument_group("Graph mode")
    add_model_options(graph)
    graph.add_argument(
        "--no_fusion",
        action="store_true",
        help="keep the model's nodes as they are, also where several form one operation",
    )
    parser.add_argument(
        "--api",
        choices=("default", "mint"),
        default="default",
        help="AST mode: mint takes the twin that a rule names; most of them run on Ascend only",
    )
    outputs = parser.add_argument_group("output")
    outputs.add_argument("--output", default="output", help="folder of the converted files (default: output)")
    outputs.add_argument("--report", help="folder of the reports (default: the folder of --output)")
    outputs.add_argument(
        "--report_format",
        default="text",
        metavar="FORMATS",
        help="further forms of the report beside the text, such as html or json,sarif: json and sarif for machines, "
        "html to look at with the script",
    )
    outputs.add_argument("--strict", action="store_true", help="end with status 1 if anything is left unconverted")
    outputs.add_argument("--debug", action="store_true", help="show the traceback of an error")
    tables = parser.add_argument_group("rules")
    tables.add_argument(
        "--rules",
        action="append",
        default=[],
        metavar="DIR",
        help="folder of rule tables that win over the shipped ones; may be given several times",
    )
    tables.add_argument(
        "--target_version",
        metavar="VERSION",
        help="MindSpore version to convert to (default: the installed one, else the newest known)",
    )
    return parser
