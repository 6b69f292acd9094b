"""Show the results of onnx.backend.test as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from tests.conformance.outcome import Outcome, Result


def summary(results: Sequence[Result]) -> list[tuple[str, int]]:
    """Return the number of results of each class, those that failed largest first."""
    counts = Counter(result.outcome for result in results)
    failed = sorted((item for item in counts if item.failed), key=lambda item: -counts[item])
    return [(item.value, counts[item]) for item in (Outcome.PASS, Outcome.NOT_APPLICABLE, *failed) if counts[item]]


def failed_share(results: Sequence[Result]) -> float:
    """Return the share of failures among the cases that MindSpore has types for."""
    applicable = [result for result in results if result.outcome is not Outcome.NOT_APPLICABLE]
    return sum(result.outcome.failed for result in applicable) / max(1, len(applicable))


def groups(results: Sequence[Result]) -> list[tuple[str, str, list[Result]]]:
    """Return the failures by class and operator, the largest group first."""
    found: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        if result.outcome.failed:
            found.setdefault((result.outcome.value, result.operator), []).append(result)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(outcome, operator, members) for (outcome, operator), members in ordered]


def text(results: Sequence[Result]) -> str:
    """Return the tables for a terminal."""
    lines = [f"{count:6d}  {name}" for name, count in summary(results)]
    lines += [f"{failed_share(results):6.1%}  of the applicable cases fail", ""]
    for outcome, operator, members in groups(results):
        lines.append(f"{len(members):6d}  {outcome:22s} {operator:28s} {members[0].say[:110]}")
    return "\n".join(lines)


def markdown(results: Sequence[Result]) -> str:
    """Return the page of the documentation."""
    lines = [
        "# ONNX conformance",
        "",
        "What the models of `onnx.backend.test` (node, simple, pytorch-converted, pytorch-operator) give when each is",
        "converted and run under MindSpore on CPU, with the suite's own tolerances. Not applicable are models whose",
        "inputs or outputs have a type that MindSpore lacks.",
        "",
        "Beyond those tolerances, a value may differ by a millionth of the largest one of its output. Of outputs that",
        "are drawn at random (Bernoulli, Dropout in training), only shape and type are compared. A bfloat16 model that",
        "MindSpore cannot run counts as not applicable.",
        "",
        "Written by `python -m tests.conformance.run_onnx --write`.",
        "",
        "| result | models |",
        "| --- | ---: |",
        *(f"| {name} | {count} |" for name, count in summary(results)),
        "",
        f"{failed_share(results):.1%} of the applicable models fail.",
        "",
        "## By operator",
        "",
        "| operator | passed | failed | not applicable | failures |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for operator, members in by_operator(results).items():
        counts = Counter(member.outcome for member in members)
        failed = {item.value: count for item, count in counts.items() if item.failed}
        told = ", ".join(f"{name}: {count}" for name, count in sorted(failed.items()))
        cells = [operator, counts[Outcome.PASS], sum(failed.values()), counts[Outcome.NOT_APPLICABLE], told]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join([*lines, ""])


def by_operator(results: Sequence[Result]) -> dict[str, list[Result]]:
    """Return the results of each operator, by name."""
    rows: dict[str, list[Result]] = {}
    for result in results:
        rows.setdefault(result.operator, []).append(result)
    return dict(sorted(rows.items()))


def figures(results: Sequence[Result], reasons: Mapping[str, str], versions: Mapping[str, str]) -> dict[str, object]:
    """Return the figures that travel with the tables, for ``mindconverter rules coverage --onnx``.

    Args:
        results: The results of the whole suite.
        reasons: Why cases are known to fail.
        versions: The versions of the packages that took part.
    """
    operators: dict[str, object] = {}
    for operator, members in by_operator(results).items():
        counts = Counter(member.outcome for member in members)
        failed = [member for member in members if member.outcome.failed]
        gaps = sorted({reasons.get(member.name, member.say) for member in failed})
        operators[operator] = {
            "passed": counts[Outcome.PASS],
            "failed": len(failed),
            "not_applicable": counts[Outcome.NOT_APPLICABLE],
            "gaps": gaps,
        }
    return {"suite": "onnx.backend.test", "versions": dict(versions), "operators": operators}
