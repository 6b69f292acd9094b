"""R014: the operator and the versions that a rule covers are those of the specification."""

from __future__ import annotations

from collections.abc import Iterator

from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.near import near


def _run(subject: Subject) -> Iterator[Problem]:
    catalog = subject.tables.operators
    for rule in subject.rules:
        if not rule.is_operator:
            continue
        head, domain = rule.rule.head, rule.rule.domain
        versions = catalog.versions(domain, head)
        if not versions:
            message = f"There is no operator {head} in the domain {domain} of ONNX {catalog.version}."
            yield Problem(rule.record.locate("onnx"), message, near(head, catalog.domains.get(domain, ())))
            continue
        for index, since in enumerate(rule.rule.since):
            if since not in versions:
                message = f"The operator {head} has no version {since}."
                yield Problem(rule.record.locate("since", index), message, f"It has: {', '.join(map(str, versions))}.")


OPERATOR_VERSIONS = Check("R014", "The operator has the versions that the rule covers", _run)
