"""R012: the helpers that a rule names exist, and those that its code calls are named."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.forms import Form, LintRule
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.near import near
from mindconverter.rules.template import Template


def _run(subject: Subject) -> Iterator[Problem]:
    for rule in subject.rules:
        yield from _dynamic(subject, rule)
        for form in rule.forms:
            for name in form.action.helper:
                if name not in subject.helpers:
                    yield Problem(form.place("helper"), _missing(name), near(name, subject.helpers.definitions))
            yield from _made(subject, form)
            yield from _called(subject, form)


def _dynamic(subject: Subject, rule: LintRule) -> Iterator[Problem]:
    name = rule.rule.dynamic
    if name is not None and name not in subject.helpers:
        yield Problem(rule.record.locate("dynamic"), _missing(name), near(name, subject.helpers.definitions))


def _made(subject: Subject, form: Form) -> Iterator[Problem]:
    """Yield the helper class of a Cell that is not listed."""
    name = form.action.cell
    if name is not None and name in subject.helpers and name not in form.action.helper:
        message = f"The Cell is of the helper {name!r}, which is not listed."
        yield Problem(form.place("cell"), message, f"Write 'helper: {name}' beside it.")


def _is_imported(call: str, modules: frozenset[str]) -> bool:
    return any(call == module or call.startswith(f"{module}.") for module in modules)


def _called(subject: Subject, form: Form) -> Iterator[Problem]:
    """Yield the bare names of a rewrite that nothing binds."""
    template = form.action.rewrite
    if template is None:
        return
    framework = subject.tables.target_catalog.framework
    # What the tables import is bound too, and what is in it, whatever framework it belongs to.
    names = {call.split(".")[0] for call in template.calls if not _is_imported(call, subject.imported_modules)}
    names -= {framework, *form.action.helper}
    if not names:
        return
    # A parameter may be called as a builtin is, such as `input`: without its braces it is forgotten.
    python = set(dir(builtins)) - {name for source in form.sources for name in source.parameters}
    for name in sorted(names - _bound_names(template) - python):
        if name in subject.helpers:
            message = f"The rewrite uses the helper {name!r}, which is not listed."
            yield Problem(form.place("rewrite"), message, f"Write 'helper: {name}' beside it.")
        else:
            message = f"The rewrite uses {name!r}, which is neither a helper nor a full name of an API."
            yield Problem(form.place("rewrite"), message, "Source parameters stand in {holes}.")


def _bound_names(template: Template) -> set[str]:
    """Return the names that the code of a rewrite binds itself: loop variables and parameters of lambdas."""
    bound = {node.id for node in ast.walk(template.tree) if isinstance(node, ast.Name) and _stores(node)}
    return bound | {node.arg for node in ast.walk(template.tree) if isinstance(node, ast.arg)}


def _stores(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _missing(name: str) -> str:
    return f"There is no helper {name!r}."


HELPERS = Check("R012", "The helpers that a rule uses exist and are listed", _run)
