"""Run Graph mode for the command line."""

from __future__ import annotations

import os
from pathlib import Path

from mindconverter.cli.options import Options
from mindconverter.cli.progress import progress_bar
from mindconverter.cli.summary import summarise
from mindconverter.report.counts import count_outcomes

# The frameworks read these when they are first imported; left alone, they bury the summary in log lines.
_QUIET = {"GLOG_v": "3", "TF_CPP_MIN_LOG_LEVEL": "3"}


def run_graph(options: Options, model_file: Path | None) -> int:
    """Convert a model, print what was done and return the exit status.

    Args:
        options: The options of the command line.
        model_file: The model to convert; None if ``--model_entry`` gives it with its weights.

    Raises:
        MindConverterError: When the conversion cannot be done.
    """
    if not options.debug:
        for name, level in _QUIET.items():
            os.environ.setdefault(name, level)
    from mindconverter.graph.convert import convert_model

    with progress_bar() as progress:
        result = convert_model(
            model_file,
            shape=options.shape,
            input_nodes=options.input_nodes,
            output_nodes=options.output_nodes,
            output=options.output,
            report=options.report,
            project_path=options.project_path,
            model_entry=options.model_entry,
            model_args=options.model_args,
            input_types=options.input_types,
            signature=options.signature,
            rules=options.rules,
            target_version=options.target_version,
            fusion=options.fusion,
            report_format=options.report_format,
            progress=progress,
        )
    written = (
        f"Converted {model_file or options.model_entry} to {result.script}, with its checkpoint {result.checkpoint}, "
        f"weight map {result.weight_map} and report {result.report}:"
    )
    print(summarise(written, result.diagnostics))
    return 1 if options.strict and count_outcomes(result.diagnostics).unconverted else 0
