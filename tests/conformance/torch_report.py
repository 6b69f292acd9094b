"""Show the results of PyTorch's suites as tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.conformance.outcome import Outcome, Result


@dataclass(frozen=True)
class Row:
    """Hold what became of a function, module or optimizer over all its cases.

    Attributes:
        suite: The list that it comes from.
        operator: Its name there.
        parts: The results of its samples.
    """

    suite: str
    operator: str
    parts: tuple[Result, ...]

    def count(self, *outcomes: Outcome) -> int:
        return sum(part.outcome in outcomes for part in self.parts)

    @property
    def state(self) -> str:
        """`passed`, `refused` if what does not pass is refused, else `failed`."""
        worse = {part.outcome for part in self.parts} - {Outcome.PASS}
        return "passed" if not worse else "refused" if worse == {Outcome.REFUSED} else "failed"

    @property
    def first(self) -> str:
        """The reason of the worst sample."""
        order = list(Outcome)
        bad = [part for part in self.parts if part.outcome is not Outcome.PASS]
        worst = max(bad, key=lambda part: order.index(part.outcome), default=None)
        return f"{worst.outcome.value}: {worst.say}" if worst is not None else ""

    @property
    def family(self) -> str:
        if self.suite != "op_db":
            return self.suite
        head = re.match(r"(nn\.functional|linalg|fft|special|signal\.windows)\.", self.operator)
        return f"torch.{head[1]}" if head else "torch and torch.Tensor"


def rows(results: Iterable[Result]) -> list[Row]:
    """Join the cases of each function; what has no sample that can be written down is left out."""
    found: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        if result.outcome is not Outcome.NOT_APPLICABLE:
            key = (result.name.partition("/")[0], result.operator)
            found.setdefault(key, []).extend(result.parts or (result,))
    return [Row(suite, operator, tuple(parts)) for (suite, operator), parts in sorted(found.items())]


def figures(table: Sequence[Row]) -> list[tuple[str, int, int, int, int]]:
    """Return family, functions, passed, refused and failed; each suite's sum comes last."""
    by_family: dict[str, list[Row]] = {}
    for row in table:
        by_family.setdefault(row.family, []).append(row)
        if row.suite == "op_db":
            by_family.setdefault("op_db in all", []).append(row)
    lines = []
    for family, members in sorted(by_family.items()):
        states = Counter(row.state for row in members)
        lines.append((family, len(members), states["passed"], states["refused"], states["failed"]))
    return lines


def classes(table: Sequence[Row]) -> list[tuple[str, str, list[str]]]:
    """Return the classes of failures: outcome, what the text begins with, and the functions; the largest first."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for row in table:
        for part in row.parts:
            if part.outcome.failed:
                text = re.sub(r" in \S*(torch|self|x\d).*$", "", part.say)
                text = re.sub(r"-?\d[\d.e+-]*%?", "N", text)[:90]
                found.setdefault((part.outcome.value, text), {})[row.operator] = None
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(outcome, text, list(operators)) for (outcome, text), operators in ordered]


def text(results: Iterable[Result]) -> str:
    """Return the figures and the classes of failures for a terminal."""
    table = rows(results)
    lines = [f"{'family':28s} {'all':>5s} {'passed':>7s} {'refused':>8s} {'failed':>7s}"]
    lines += [f"{name:28s} {n:5d} {good:7d} {refused:8d} {bad:7d}" for name, n, good, refused, bad in figures(table)]
    for outcome, say, operators in classes(table):
        shown = ", ".join(operators[:6]) + (", ..." if len(operators) > 6 else "")
        lines.append(f"{len(operators):5d}  {outcome:10s} {say:90s}  {shown}")
    return "\n".join(lines)


def markdown(results: Iterable[Result]) -> str:
    """Return the page of the documentation."""
    table = rows(results)
    lines = [
        "# PyTorch conformance",
        "",
        "What the samples of PyTorch's own suites give when each is written as source text, converted by AST mode and",
        "run under MindSpore on CPU: `op_db` (functions), `module_db` (modules, in evaluation and training mode, with",
        "gradients of inputs and parameters, and the state after a step) and `optim_db` (five steps with given",
        "gradients).",
        "",
        "- Of each function all samples without empty tensors run, for float32, int64 and bool where it takes",
        "  them (complex64 only where it takes none of these), in the form of the sample, positional, keyword,",
        "  shuffled keyword, and with defaults left out. The tensors are parameters of a function; those of integers",
        "  or bools are annotated so, such as `x: torch.LongTensor`, others are just `x: Tensor`.",
        "- Structure, shapes, kinds of types and values count, at 1e-3 relative and 1e-4 absolute. Of results that",
        "  PyTorch draws anew each time, and of memory that nobody has set, values do not count; of decompositions",
        "  absolute ones do, and of places of equal elements, in an order that is not stable, the elements.",
        "- Derivatives of modules and of the functions of `torch.nn.functional` count too, by all that PyTorch",
        "  differentiates by, at 1e-3 relative and 1e-4 of the greatest one of the call.",
        "- *Passed*: all samples do. *Refused*: those that do not are reported as not converted. *Failed*: some differ",
        "  or raise an error. Private names, sparse and masked tensors and code for CUDA are left out.",
        "",
        "Written by `python -m tests.conformance.run_torch --write`.",
        "",
        "| family | functions | passed | refused | failed |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(f"| {name} | {n} | {good} | {refused} | {bad} |" for name, n, good, refused, bad in figures(table)),
        "",
    ]
    for suite in dict.fromkeys(row.suite for row in table):
        lines += [f"## {suite}", "", "| name | result | samples passed | refused | failed | first reason |"]
        lines += ["| --- | --- | ---: | ---: | ---: | --- |"]
        for row in table:
            if row.suite == suite:
                good, refused = row.count(Outcome.PASS), row.count(Outcome.REFUSED)
                bad = len(row.parts) - good - refused
                reason = row.first.replace("|", "\\|").replace("<", "&lt;").replace("`", "'")[:200]
                lines.append(f"| {row.operator} | {row.state} | {good} | {refused} | {bad} | {reason} |")
        lines.append("")
    return "\n".join(lines)
