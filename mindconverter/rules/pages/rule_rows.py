"""What the rules of a file say, as rows of a table and as a list of what is refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from mindconverter.rules.draft.subject import RECEIVER, STANDARD
from mindconverter.rules.explain.explained import ALWAYS, Explained, Form
from mindconverter.rules.pages.markdown import code, table, text

_HEAD = ("Source", "Target", "What differs", "Example")
_EXAMPLE = 110
"""How long an example in a table may be, before and after together."""


def rule_lines(rules: Iterable[Explained]) -> list[str]:
    """Return the lines of a page about rules: a table of what is mapped, and a list of what is refused."""
    found = list(rules)
    mapped = [rule for rule in found if rule.status != "refused"]
    return [*table(_HEAD, map(_row, mapped)), *_refused(rule for rule in found if rule.status == "refused")]


def _row(rule: Explained) -> tuple[str, str, str, str]:
    targets = dict.fromkeys(form.result for form in rule.forms if form.result)
    return (_name(rule), "<br>".join(map(_target, targets)), "<br>".join(_differences(rule)), _example(rule))


def _name(rule: Explained) -> str:
    versions = f" {rule.versions.removeprefix('versions ')}" if rule.versions else ""
    return f"{code(rule.name.removeprefix(f'{STANDARD}::'))}{text(versions)}"


def _target(result: str) -> str:
    for prefix in ("the helper ", "nothing: ", "nodes of "):
        if result.startswith(prefix):
            name = result.removeprefix("the helper ")
            return f"helper {code(name)}" if name != result else text(result)
    return code(result)


def _differences(rule: Explained) -> Iterator[str]:
    several = len(rule.forms) > 1
    told: set[str] = set()
    for form in rule.forms:
        found = list(_of_form(form))
        if found and "; ".join(found) not in told:
            told.add("; ".join(found))
            yield f"{code(form.source)}: {'; '.join(found)}" if several else "; ".join(found)
    for said in rule.refusals:
        when = "" if said.when == ALWAYS else f" if {text(said.when)}"
        yield f"Refused{when}: {text(said.text)}"
    for said in rule.remarks:
        when = "" if said.when == ALWAYS else f"If {text(said.when)}: "
        yield f"{when}{text(said.text)}"
    changed = [f"{code(name)} from {code(source)}" for name, source in rule.weights if name != source]
    if changed:
        yield f"Weights: {', '.join(changed)}"


def _of_form(form: Form) -> Iterator[str]:
    renamed = [f"{_bare(row.source)} → {_bare(row.target)}" for row in form.rows if row.renamed]
    defaults = [f"{_bare(row.source)}" for row in form.rows if row.other_default]
    out = [_bare(row.source) for row in form.rows if row.left_out]
    if renamed:
        yield ", ".join(map(text, renamed))
    if defaults:
        yield f"other default: {', '.join(map(text, defaults))}"
    if out:
        yield f"without {', '.join(map(text, out))}"
    for row in form.rows:
        if not row.source and row.target != f"{_bare(row.target)}={RECEIVER}":
            yield code(row.target)
        if row.computed:
            yield code(f"{_bare(row.target)}={row.computed}")
    for case in form.cases:
        yield f"if {text(case.when)}: {_change(case.text)}"


def _change(change: str) -> str:
    parts = change.split("; ")
    return "; ".join(
        _target(part.removeprefix("becomes "))
        if part.startswith("becomes ")
        else code(part)
        if "=" in part
        else text(part)
        for part in parts
    )


def _bare(parameter: str) -> str:
    return parameter.partition("=")[0]


def _example(rule: Explained) -> str:
    for before, after in rule.examples:
        if before and after and "\n" not in before + after and len(before) + len(after) <= _EXAMPLE:
            return f"{code(before)} → {code(after)}"
    return ""


def _refused(rules: Iterable[Explained]) -> Iterator[str]:
    """Yield a line for each advice, with all that it holds for."""
    by_advice: dict[str, list[str]] = defaultdict(list)
    for rule in rules:
        by_advice[" ".join(dict.fromkeys(said.text for said in rule.refusals))].append(_name(rule))
    if by_advice:
        yield "Refused, with what to do instead:"
        yield ""
    for advice, names in by_advice.items():
        yield f"- {', '.join(names)}: {text(advice)}"
    if by_advice:
        yield ""
