"""Start the command line: choose what to run, and turn every failure into a message and an exit status."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from mindconverter.errors import MindConverterError, ParameterMissingError

_REPORT_ADVICE = "Run the command again with --debug, and report the traceback that it prints."


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status.

    Args:
        argv: The arguments without the program's name; those of the process by default.

    Returns:
        0 after a conversion, 1 if ``--strict`` found something unconverted or a check failed, 2 after an error, 130
        after an interrupt.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        status = _dispatch(arguments)
        sys.stdout.flush()
        if argv is None:
            gc.freeze()  # the process ends here: looking for cycles in all that was read takes a fifth of lint's time
        return status
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of the output has gone, as in `| head`: what Python still buffers must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except MindConverterError as error:
        _explain(error, debug="--debug" in arguments)
        return 2
    except Exception as failure:
        lines = str(failure).strip().splitlines()
        reason = f"{type(failure).__name__}: {lines[0].rstrip('.')}" if lines else type(failure).__name__
        unknown = MindConverterError(f"{reason}.", advice=_REPORT_ADVICE)
        unknown.__cause__ = failure
        _explain(unknown, debug="--debug" in arguments)
        return 2


def _dispatch(arguments: list[str]) -> int:
    if arguments[:1] == ["rules"]:
        from mindconverter.cli.rules import run_rules

        return run_rules(arguments[1:])
    if arguments[:1] == ["check"]:
        from mindconverter.cli.check import run_check

        return run_check(arguments[1:])
    if arguments[:1] == ["weights"]:
        from mindconverter.cli.weights import run_weights

        return run_weights(arguments[1:])
    if arguments[:1] == ["verify"]:
        from mindconverter.cli.verify import run_verify

        return run_verify(arguments[1:])
    if arguments[:1] == ["rename"]:
        from mindconverter.cli.rename import run_rename

        return run_rename(arguments[1:])

    from mindconverter.cli.options import parse_options

    options = parse_options(arguments)
    if options.in_file is not None:
        from mindconverter.cli.run_source import run_source

        return run_source(options, options.in_file)
    if options.model_file is not None or options.model_entry is not None:
        from mindconverter.cli.run_graph import run_graph

        return run_graph(options, options.model_file)
    raise ParameterMissingError(
        "There is nothing to convert: neither --in_file nor --model_file is given.",
        advice="Give --in_file FILE_OR_DIR to convert a PyTorch script, or --model_file FILE to convert a model.",
    )


def _explain(error: MindConverterError, *, debug: bool) -> None:
    from mindconverter.report.text import one_line

    if debug:
        import traceback

        traceback.print_exception(error)
    print("\n".join(one_line(line) for line in str(error).splitlines()), file=sys.stderr)
