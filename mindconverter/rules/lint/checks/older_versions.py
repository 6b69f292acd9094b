"""R024: a rule is for some known version of the target framework, and holds for all that it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

from mindconverter.rules.lint.checks.target_api import api_literals, target_problems
from mindconverter.rules.lint.checks.target_parameters import argument_problems
from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.forms import Form, LintRule
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.lint.version_gaps import VersionGaps
from mindconverter.rules.location import Location
from mindconverter.rules.tables import RuleTables

_ADVICE = "Say by 'versions' which ones the rule is for, and write a record of its own for the others."


def _run(subject: Subject) -> Iterator[Problem]:
    framework = subject.tables.target_catalog.framework
    folders = [root / "helpers" for root in subject.tables.roots]

    @cache
    def gaps(newer: str, older: str) -> tuple[VersionGaps, Mapping[str, str]]:
        between = VersionGaps(*(subject.versions[version].target_catalog for version in (newer, older)))
        return between, between.in_helpers(folders)

    for rule in subject.rules:
        versions = subject.versions_of(rule.rule.versions.get(framework, ""))
        if not versions:
            known = f"Known are: {', '.join(subject.versions)}."
            yield Problem(rule.record.locate("versions"), "The rule is for none of the known versions.", known)
        for version in versions[1:]:
            between, helpers = gaps(versions[0], version)
            yield from _of_helpers(rule, helpers)
            for form in rule.forms:
                yield from _of_form(rule, form, between, subject.versions[version], framework)


def _of_helpers(rule: LintRule, lacking: Mapping[str, str]) -> Iterator[Problem]:
    dynamic = rule.rule.dynamic or ""
    if dynamic in lacking:
        yield _problem(rule.record.locate("dynamic"), f"{dynamic}: {lacking[dynamic]}")
    for form in rule.forms:
        for name in form.action.helper:
            if name in lacking:
                yield _problem(form.place("helper"), f"{name}: {lacking[name]}")


def _of_form(rule: LintRule, form: Form, gaps: VersionGaps, tables: RuleTables, framework: str) -> Iterator[Problem]:
    action = form.action
    if action.rewrite is not None and gaps.concern(action.rewrite.text):
        for say in gaps.in_code(action.rewrite.tree, {framework: framework}):
            yield _problem(form.place("rewrite"), say)
    if not any(gaps.differs(name) for name in _names(form)):
        return
    catalog = tables.node_catalog if rule.is_operator else tables.target_catalog
    if action.mint is not None and catalog.find(action.mint) is None:
        form = replace(form, action=replace(action, mint=None))  # a version without the twin does without
    for problem in (*target_problems(rule, form, catalog), *argument_problems(rule, form, catalog)):
        yield _problem(problem.location, f"For {catalog.title}: {problem.message}")


def _names(form: Form) -> Iterator[str]:
    action = form.action
    targets = (action.to, action.mint, action.cell, action.call)
    yield from (name for name in targets if name is not None)
    holes = action.rewrite.holes.values() if action.rewrite is not None else ()
    for expression in (*action.args.values(), *holes):
        if "api(" in expression.text:
            yield from api_literals(expression)


def _problem(location: Location, message: str) -> Problem:
    return Problem(location, message, _ADVICE)


OLDER_VERSIONS = Check("R024", "The rule holds for all versions that it is for", _run)
