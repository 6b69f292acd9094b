"""R024: a rule is for some known version of the target framework, and holds for all that it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mindconverter.rules.catalog import Catalog
from mindconverter.rules.lint.checks.parameters_accounted import lost
from mindconverter.rules.lint.checks.target_api import api_names, target_problems
from mindconverter.rules.lint.checks.target_parameters import argument_problems
from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.forms import Form, LintRule
from mindconverter.rules.lint.other_code import other_code
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.lint.version_gaps import VersionGaps, used_in
from mindconverter.rules.location import Location
from mindconverter.rules.template import Template

_ADVICE = "Say by 'versions' which ones the rule is for, and write a record of its own for the others."
_FOR_ALL = "Records of this kind hold for all versions: write it in a way that all of them have."


def _run(subject: Subject) -> Iterator[Problem]:
    framework = subject.tables.target_catalog.framework
    yield from _of_other_records(subject)
    for rule in subject.rules:
        versions = subject.versions.within(rule.rule.versions.get(framework, ""))
        if not versions:
            known = f"Known are: {', '.join(subject.versions.all)}."
            yield Problem(rule.record.locate("versions"), "The rule is for none of the known versions.", known)
        for version in versions[1:]:
            between, helpers = subject.versions.gaps(versions[0], version)
            yield from _of_helpers(rule, helpers)
            for form in rule.forms:
                yield from _in_code(form, between)
                if any(between.differs(name) for name in _names(form)):
                    older = subject.targets(rule, version)
                    yield from _of_form(rule, form, subject.targets(rule), older, subject.policies_of(rule))


def _of_other_records(subject: Subject) -> Iterator[Problem]:
    """Yield what records that are no rules, and so hold for all versions, use and one of them lacks."""
    newest, *others = subject.versions.all
    for code in other_code(subject):
        for version in others:
            between, helpers = subject.versions.gaps(newest, version)
            if code.helper in helpers:
                yield Problem(code.place, f"{code.helper}: {helpers[code.helper]}", _FOR_ALL)
            if code.template is not None:
                for say in _in_template(code.template, between):
                    yield Problem(code.place, say, _FOR_ALL)


def _of_helpers(rule: LintRule, lacking: Mapping[str, str]) -> Iterator[Problem]:
    dynamic = rule.rule.dynamic or ""
    if dynamic in lacking:
        yield _problem(rule.record.locate("dynamic"), f"{dynamic}: {lacking[dynamic]}")
    for form in rule.forms:
        for name in form.action.helper:
            if name in lacking:
                yield _problem(form.place("helper"), f"{name}: {lacking[name]}")


def _in_code(form: Form, gaps: VersionGaps) -> Iterator[Problem]:
    if form.action.rewrite is not None:
        for say in _in_template(form.action.rewrite, gaps):
            yield _problem(form.place("rewrite"), say)


def _in_template(template: Template, gaps: VersionGaps) -> Iterator[str]:
    if gaps.concern(template.text):
        framework = gaps.newer.framework
        yield from dict.fromkeys(gaps.among(used_in(template.tree, {framework: framework})))


def _of_form(rule: LintRule, form: Form, newer: Catalog, older: Catalog, policies: frozenset[str]) -> Iterator[Problem]:
    """Yield what is wrong with what a form names in the older version only."""
    told = {(problem.location, problem.message) for problem in _of_targets(rule, form, newer)}
    for problem in _of_targets(rule, form, older):
        if (problem.location, problem.message) not in told:
            yield replace(problem, message=f"For {older.title}: {problem.message}", advice=_ADVICE)
    missing = [
        source.required & (set(lost(form, source, policies, older)) - set(lost(form, source, policies, newer)))
        for source in form.sources
    ]
    if missing and all(missing):
        names = ", ".join(map(repr, sorted(missing[0])))
        message = f"For {older.title}: Nothing converts, as the target has no place for {names}."
        yield _problem(form.place(), message)


def _of_targets(rule: LintRule, form: Form, catalog: Catalog) -> Iterator[Problem]:
    if form.action.mint is not None and catalog.find(form.action.mint) is None:
        form = replace(form, action=replace(form.action, mint=None))  # a version without the twin does without
    yield from target_problems(rule, form, catalog)
    yield from argument_problems(rule, form, catalog)


def _names(form: Form) -> Iterator[str]:
    action = form.action
    targets = (action.to, action.mint, action.cell, action.call)
    yield from (name for name in targets if name is not None)
    holes = action.rewrite.holes.values() if action.rewrite is not None else ()
    for expression in (*action.args.values(), *holes):
        if "api(" in expression.text:
            yield from api_names(expression, form.lets)


def _problem(location: Location, message: str) -> Problem:
    return Problem(location, message, _ADVICE)


OLDER_VERSIONS = Check("R024", "The rule holds for all versions that it is for", _run)
