"""Show the results of the models of real libraries as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tests.conformance.model_case import ModelCase
from tests.conformance.outcome import Outcome, Result


def summary(results: Sequence[Result]) -> str:
    """Return the numbers of results by library and outcome."""
    counts = Counter((result.operator.partition(".")[0], result.outcome.value) for result in results)
    return "\n".join(f"{count:6d}  {library}: {outcome}" for (library, outcome), count in sorted(counts.items()))


def markdown(cases: Sequence[ModelCase], results: Sequence[Result]) -> str:
    """Return the page of the documentation."""
    lines = [
        "# Models of torchvision and timm",
        "",
        "The source of the installed packages is converted as a folder: torchvision's `models`, and timm as a whole.",
        "Every classification model of torchvision, some of its others, and a small model of each family of timm, or",
        "a few, are then built, get PyTorch's weights through `convert_checkpoint`, and compute what PyTorch computes:",
        "differences are below 1e-4 of the largest value. The weights are random, and differ from channel to channel",
        "in normalisation layers too. torchvision's models are built where PyTorch cannot be imported; timm's package",
        "imports it for what is left of its data loading, optimizers and training.",
        "",
        "Written by `python -m tests.conformance.run_models --write`.",
    ]
    for library in dict.fromkeys(case.library for case in cases):
        pairs = [(case, found) for case, found in zip(cases, results, strict=True) if case.library == library]
        families = {case.family for case, _ in pairs}
        failed = {case.family for case, found in pairs if found.outcome is not Outcome.PASS}
        passed = len(families) - len(failed)
        lines += ["", f"## {library}", "", f"{passed} of {len(families)} families give PyTorch's outputs.", ""]
        lines += [
            "| family | model | image | result | difference, or what happened |",
            "| --- | --- | ---: | --- | --- |",
        ]
        for case, found in pairs:
            say = found.say.replace("|", "\\|").replace("<", "&lt;")
            size = f"{case.frames} x {case.size}" if case.frames else case.size
            lines.append(f"| {case.family} | {case.name} | {size} | {found.outcome.value} | {say} |")
    return "\n".join([*lines, ""])
