"""Rename the parameters of a checkpoint after its script was changed, for the command line."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from mindconverter.cli.parser import SubcommandParser

_EPILOG = """\
Both scripts are read, and neither is run. What keeps its name in a class is the same; what has a new one is what is
made alike, at the same place among its like. Where more than one may be meant, nothing is written, and the message
names them all.
Exit status: 0 renamed, 1 something has no counterpart and --strict is given, 2 an error.
"""


def run_rename(argv: Sequence[str]) -> int:
    """Rename the parameters of a checkpoint and return the exit status.

    Args:
        argv: The arguments after ``rename``.

    Raises:
        MindConverterError: A file cannot be read or written, or what became of a part is not clear.
    """
    options = _parser().parse_args(argv)
    os.environ.setdefault("GLOG_v", "3")  # MindSpore reads it when it is imported, and logs a great deal without it
    from mindconverter.weights.checkpoint import rename_parameters
    from mindconverter.weights.rename import compare_networks
    from mindconverter.weights.script_tree import read_network
    from mindconverter.weights.weight_map import rename_weight_map

    old = read_network(Path(options.old_script), options.old_network)
    new = read_network(Path(options.new_script), options.new_network)
    renaming = compare_networks(old, new)
    output = Path(options.output)
    count, lost = rename_parameters(Path(options.checkpoint), renaming.name, output)
    print(f"Wrote {count} parameters to {output}.")
    if options.weight_map:
        print(f"Wrote {rename_weight_map(Path(options.weight_map), renaming.name, output)}.")
    for name in lost:
        print(f"{name} is left out: the new script has no part for it.")
    for path in renaming.added:
        print(f"{path} is new, and has no values in the checkpoint.")
    return 1 if options.strict and (lost or renaming.added) else 0


def _parser() -> SubcommandParser:
    parser = SubcommandParser(
        prog="mindconverter rename",
        description="Let a checkpoint follow after classes or attributes of its script were renamed.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--old_script", "--old-script", required=True, metavar="FILE", help="the script as it was")
    parser.add_argument("--new_script", "--new-script", required=True, metavar="FILE", help="the script as it is now")
    parser.add_argument("--checkpoint", required=True, metavar="FILE", help="checkpoint of the old script")
    parser.add_argument("--output", required=True, metavar="FILE", help="checkpoint to write (.ckpt)")
    parser.add_argument(
        "--weight_map", "--weight-map", metavar="FILE", help="weight map to bring along, to the folder of --output"
    )
    parser.add_argument("--old_network", "--old-network", metavar="CLASS", help="the network's class in the old script")
    parser.add_argument("--new_network", "--new-network", metavar="CLASS", help="the network's class in the new script")
    parser.add_argument("--strict", action="store_true", help="end with status 1 if anything has no counterpart")
    return parser
