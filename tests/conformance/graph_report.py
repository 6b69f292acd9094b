"""Show the results of the models of Graph mode as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tests.conformance.graph_case import GraphCase, GraphResult
from tests.conformance.outcome import Outcome

_TITLES = {"own": "Own definitions", "keras": "keras.applications"}


def summary(results: Sequence[GraphResult]) -> str:
    """Return the numbers of results by library and outcome."""
    counts = Counter((result.operator.partition(".")[0], result.outcome.value) for result in results)
    return "\n".join(f"{count:6d}  {library}: {outcome}" for (library, outcome), count in sorted(counts.items()))


def markdown(results: Sequence[tuple[GraphCase, GraphResult]], total: int) -> str:
    """Return the page of the documentation.

    Args:
        results: The cases that were run, with what became of them.
        total: How many cases there are.
    """
    lines = [
        "# Models of Graph mode",
        "",
        "Each model is built with random weights, which differ from channel to channel in normalisation layers too, is",
        "converted, loaded, and run in PyNative and in graph mode. PyTorch models come in by `--model_entry`, those of",
        "Keras as the kind of file beside their names. Differences are those to the source framework, relative to the",
        "largest value; models with less than 1e-4 pass. Nodes are those of the report, and lines those of the script.",
        "The column with `=` tells how many parameters have the name and the shape that they have in the source (Keras",
        "calls a kernel otherwise, and has its axes in another order); it is empty for models that were not run again.",
        "",
        "Written by `python -m tests.conformance.run_graph --write`.",
        f"{len(results)} of the {total} models on its list were run.",
    ]
    for library in dict.fromkeys(case.library for case, _ in results):
        pairs = [(case, found) for case, found in results if case.library == library]
        passed = sum(found.outcome is Outcome.PASS for _, found in pairs)
        families = len({case.family for case, found in pairs if found.outcome is Outcome.PASS})
        lines += ["", f"## {_TITLES.get(library, library)}", ""]
        lines += [f"{passed} of {len(pairs)} models pass, of {families} families.", ""]
        lines += ["| family | model | inputs | nodes | lines | = | PyNative | graph | result |"]
        lines += ["| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |"]
        lines += [_row(case, found) for case, found in pairs]
    return "\n".join([*lines, ""])


def _row(case: GraphCase, found: GraphResult) -> str:
    shapes = ", ".join("x".join(map(str, item.shape)) for item in case.inputs)
    differences = [f"{value:.0e}" for value in found.differences] + ["", ""]
    say = found.say.replace("|", "\\|").replace("<", "&lt;")
    result = f"{found.outcome.value}: {say}" if say else found.outcome.value
    same = f"{found.same} of {found.weights}" if found.weights else ""
    numbers = [str(found.nodes or ""), str(found.lines or ""), same, *differences[:2]]
    return f"| {' | '.join([case.family, case.name, shapes, *numbers, result])} |"
