"""Run the conversion of a checkpoint for the command line."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mindconverter.cli.parser import SubcommandParser
from mindconverter.errors import BadParameterError, ScriptGenerationError

if TYPE_CHECKING:
    import mindspore

_EPILOG = """\
The network is what the name in MODULE.py gives when it is called without arguments: a class or function of a converted
script. Exit status: 0 converted, 1 something has no counterpart and --strict is given, 2 an error.
"""


def run_weights(argv: Sequence[str]) -> int:
    """Convert a PyTorch checkpoint for a converted script and return the exit status.

    Args:
        argv: The arguments after ``weights``.

    Raises:
        MindConverterError: The checkpoint cannot be converted.
    """
    options = _parser().parse_args(argv)
    os.environ.setdefault("GLOG_v", "3")  # MindSpore reads it when it is imported, and logs a great deal without it
    from mindconverter.rules.tables import load_tables
    from mindconverter.weights.convert import describe_leftover, fill_parameters, read_state_dict, write_checkpoint
    from mindconverter.weights.plan import plan_checkpoint

    network = build_network(options.network)
    arrays = read_state_dict(options.checkpoint)
    plan = plan_checkpoint(arrays, network, load_tables(Path(folder) for folder in options.rules))
    parameters = fill_parameters(plan, arrays, network)
    write_checkpoint(parameters, Path(options.output))
    print(f"Wrote {len(parameters)} parameters to {options.output}.")
    leftover = describe_leftover(plan, arrays)
    for line in leftover:
        print(line)
    return 1 if options.strict and leftover else 0


def build_network(place: str) -> mindspore.nn.Cell:
    """Build the network that a place such as ``model.py:resnet50`` names.

    Raises:
        BadParameterError: The file or the name does not exist.
        ScriptGenerationError: The script fails, or gives no network.
    """
    file, _, name = place.rpartition(":")
    path = Path(file)
    if not file or not path.is_file():
        raise BadParameterError(
            f"{place!r} does not name a network.", advice="Give file and name, as in --network model.py:resnet50."
        )
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise BadParameterError(f"{file!r} is no Python script.", advice="Give the converted script.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    sys.path.insert(0, str(path.resolve().parent))
    try:
        spec.loader.exec_module(module)
        if not hasattr(module, name):
            raise BadParameterError(f"{file!r} has no {name!r}.", advice="Name a class or function of the script.")
        network = getattr(module, name)()
    except (ImportError, NameError, AttributeError, TypeError, ValueError, SyntaxError, RuntimeError) as error:
        raise ScriptGenerationError(
            f"The network {name!r} cannot be built: {type(error).__name__}: {error}",
            where=file,
            advice="Finish what the report lists, or name a function without parameters that builds the network.",
        ) from error
    finally:
        sys.path.remove(str(path.resolve().parent))
    if not hasattr(network, "parameters_and_names"):
        raise ScriptGenerationError(
            f"{name!r} gives a {type(network).__name__}, not a network.",
            where=file,
            advice="Name a class or function of the script that gives a mindspore.nn.Cell.",
        )
    built: mindspore.nn.Cell = network
    return built


def _parser() -> SubcommandParser:
    parser = SubcommandParser(
        prog="mindconverter weights",
        description="Convert a PyTorch checkpoint for a script that AST mode has converted.",
        epilog=_EPILOG,
        allow_abbrev=False,
    )
    parser.add_argument("--checkpoint", required=True, metavar="FILE", help="PyTorch file of a state dict")
    parser.add_argument("--network", required=True, metavar="MODULE.py:NAME", help="what builds the network")
    parser.add_argument("--output", required=True, metavar="FILE", help="MindSpore checkpoint to write (.ckpt)")
    parser.add_argument(
        "--rules", action="append", default=[], metavar="DIR", help="folder of tables that win over the shipped ones"
    )
    parser.add_argument("--strict", action="store_true", help="end with status 1 if anything has no counterpart")
    return parser
