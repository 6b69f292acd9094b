"""Run both sides of a conversion for the command line, and print how they compare."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mindconverter.cli.options import add_model_options, with_underscores
from mindconverter.cli.parser import SubcommandParser
from mindconverter.errors import ParameterMissingError

if TYPE_CHECKING:
    from mindconverter.verify.script import SourceScript
    from mindconverter.verify.source_model import SourceModel

_EPILOG = """\
The model or script is converted for the installed MindSpore. The source runs under ONNX Runtime, TensorFlow or PyTorch,
the conversion under MindSpore on the CPU, both with the same inputs. For a script, --model_entry names the class or
function of it that builds the network, and --shape is needed; a network's weights are random ones of the source.

  mindconverter verify --model_file model.onnx
  mindconverter verify --in_file net.py --model_entry Net --model_args '[10]' --shape 1,3,32,32 --inner

Exit status: 0 the outputs are the same, 1 they are not or the conversion does not run, 2 an error.
"""


def run_verify(argv: Sequence[str]) -> int:
    """Convert a model or a script, compare it with its source, and return 1 if it differs.

    Args:
        argv: The arguments after ``verify``.

    Raises:
        MindConverterError: The source cannot be converted, or does not run.
    """
    options = _parser().parse_args([with_underscores(argument) for argument in argv])
    os.environ.setdefault("GLOG_v", "4")  # MindSpore reads it when it is imported
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from mindconverter.verify.model import Conditions, verify_model
    from mindconverter.verify.script import verify_script
    from mindconverter.verify.verification import as_json, as_text

    conditions = Conditions(
        seed=options.seed,
        inputs=options.inputs,
        tolerance=options.tolerance,
        mode=options.mode,
        inner=options.inner,
        rules=options.rules,
        output=options.output,
    )
    if options.in_file is not None:
        found = verify_script(_script(options), conditions)
    else:
        found = verify_model(_model(options), conditions)
    print(as_json(found) if options.format == "json" else as_text(found))
    return 0 if found.holds else 1


def _script(options: argparse.Namespace) -> SourceScript:
    from mindconverter.verify.script import SourceScript

    missing = [name for name in ("model_entry", "shape") if getattr(options, name) is None]
    if missing:
        raise ParameterMissingError(
            f"A script does not say {'what builds its network' if missing[0] == 'model_entry' else 'its inputs'}.",
            where=f"--{missing[0]}",
            advice="Give --model_entry NAME, a class or function of it, and --shape with one shape for each input.",
        )
    project = Path(options.project_path) if options.project_path else None
    return SourceScript(
        options.in_file,
        options.model_entry,
        options.shape,
        arguments=options.model_args,
        input_nodes=options.input_nodes,
        input_types=options.input_types,
        project_path=project,
    )


def _model(options: argparse.Namespace) -> SourceModel:
    from mindconverter.verify.source_model import SourceModel

    if options.model_file is None and options.model_entry is None:
        raise ParameterMissingError(
            "There is nothing to verify: neither --in_file nor --model_file is given.",
            advice="Give --model_file FILE, or --in_file FILE with --model_entry NAME and --shape.",
        )
    project = Path(options.project_path) if options.project_path else None
    return SourceModel(
        options.model_file,
        shape=options.shape,
        input_nodes=options.input_nodes,
        output_nodes=options.output_nodes,
        project_path=project,
        model_entry=options.model_entry,
        model_args=options.model_args,
        input_types=options.input_types,
        signature=options.signature,
    )


def _parser() -> SubcommandParser:
    parser = SubcommandParser(
        prog="mindconverter verify",
        usage="mindconverter verify (--model_file FILE | --in_file FILE --model_entry NAME --shape 1,3,8,8) [options]",
        description="Convert a model or a script, run both sides on the same inputs, and compare what they give.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--model_file", type=Path, metavar="FILE", help="model, of any kind that Graph mode reads")
    which.add_argument("--in_file", type=Path, metavar="FILE", help="PyTorch script")
    add_model_options(parser.add_argument_group("the source"))
    run = parser.add_argument_group("the comparison")
    run.add_argument("--seed", type=int, default=0, help="what the random inputs follow from (default: 0)")
    run.add_argument("--inputs", type=Path, metavar="FILE.npz", help="inputs by name, instead of random ones")
    run.add_argument(
        "--tolerance",
        type=float,
        default=1e-4,
        help="how far numbers may be apart, as a share of the largest one of their tensor (default: 1e-4)",
    )
    run.add_argument("--mode", choices=("pynative", "graph"), default="pynative", help="how the conversion runs")
    run.add_argument(
        "--inner",
        action="store_true",
        help="compare what the nodes of an ONNX or TensorFlow model, or the layers of a PyTorch one, give too",
    )
    run.add_argument("--output", type=Path, metavar="DIR", help="keep the converted files here")
    run.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    run.add_argument(
        "--rules", action="append", type=Path, default=[], metavar="DIR", help="tables that win over the shipped ones"
    )
    return parser
