"""Run all checks over rule files."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from mindconverter.rules.lint.checks.blanks import BLANKS
from mindconverter.rules.lint.checks.cell_inputs import CELL_INPUTS
from mindconverter.rules.lint.checks.conditions import CONDITIONS
from mindconverter.rules.lint.checks.dynamic_signature import DYNAMIC_SIGNATURE
from mindconverter.rules.lint.checks.element_types import ELEMENT_TYPES
from mindconverter.rules.lint.checks.example import EXAMPLE
from mindconverter.rules.lint.checks.expressions import EXPRESSIONS
from mindconverter.rules.lint.checks.fusion_operators import FUSION_OPERATORS
from mindconverter.rules.lint.checks.fusion_variables import FUSION_VARIABLES
from mindconverter.rules.lint.checks.helper_names import HELPERS
from mindconverter.rules.lint.checks.layer_weights import LAYER_WEIGHTS
from mindconverter.rules.lint.checks.literals import LITERALS
from mindconverter.rules.lint.checks.modeline import MODELINE
from mindconverter.rules.lint.checks.modules import MODULES
from mindconverter.rules.lint.checks.names import NAMES
from mindconverter.rules.lint.checks.namespaces import NAMESPACES
from mindconverter.rules.lint.checks.older_versions import OLDER_VERSIONS
from mindconverter.rules.lint.checks.operator_versions import OPERATOR_VERSIONS
from mindconverter.rules.lint.checks.order import ORDER
from mindconverter.rules.lint.checks.parameters_accounted import PARAMETERS_ACCOUNTED
from mindconverter.rules.lint.checks.reachable import REACHABLE
from mindconverter.rules.lint.checks.redundant import REDUNDANT
from mindconverter.rules.lint.checks.remark_text import REMARK_TEXT
from mindconverter.rules.lint.checks.schema import SCHEMA
from mindconverter.rules.lint.checks.source_api import SOURCE_API
from mindconverter.rules.lint.checks.source_defaults import SOURCE_DEFAULTS
from mindconverter.rules.lint.checks.target_api import TARGET_API
from mindconverter.rules.lint.checks.target_parameters import TARGET_PARAMETERS
from mindconverter.rules.lint.checks.unique import UNIQUE
from mindconverter.rules.lint.checks.version_ranges import VERSION_RANGES
from mindconverter.rules.lint.checks.weights import WEIGHTS
from mindconverter.rules.lint.checks.yaml import YAML
from mindconverter.rules.lint.finding import Check, Finding
from mindconverter.rules.lint.load import load_subject

CHECKS: tuple[Check, ...] = (
    YAML,
    SCHEMA,
    EXPRESSIONS,
    NAMES,
    SOURCE_API,
    TARGET_API,
    TARGET_PARAMETERS,
    PARAMETERS_ACCOUNTED,
    REACHABLE,
    REDUNDANT,
    UNIQUE,
    HELPERS,
    DYNAMIC_SIGNATURE,
    OPERATOR_VERSIONS,
    WEIGHTS,
    REMARK_TEXT,
    EXAMPLE,
    MODULES,
    VERSION_RANGES,
    LITERALS,
    NAMESPACES,
    FUSION_OPERATORS,
    FUSION_VARIABLES,
    OLDER_VERSIONS,
    MODELINE,
    BLANKS,
    CELL_INPUTS,
    CONDITIONS,
    ORDER,
    SOURCE_DEFAULTS,
    ELEMENT_TYPES,
    LAYER_WEIGHTS,
)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Leave garbage alone: what is read stays until the end, and looking for cycles in it takes a fifth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.freeze()
            gc.unfreeze()  # all of it is old now, and not looked at again at once
            gc.enable()


def run_lint(
    paths: Sequence[Path] = (), checks: Sequence[Check] = CHECKS, texts: Mapping[Path, str] | None = None
) -> tuple[Finding, ...]:
    """Check rule files.

    Args:
        paths: Files and folders; none for the shipped tables.
        checks: What to check.
        texts: What files shall be looked at as, instead of what they hold.

    Returns:
        What was found, by file, line and code.

    Raises:
        BadParameterError: A path does not exist.
        RuleTableError: A catalogue or a helper file cannot be read.
    """
    with _without_collection():
        subject = load_subject(paths, texts)
        found = {
            Finding(check.code, problem.location, problem.message, problem.advice, problem.severity, problem.fix): None
            for check in checks
            for problem in check.run(subject)
        }
    order = {file.name: index for index, file in enumerate(subject.files)}
    return tuple(
        sorted(
            found,
            key=lambda finding: (
                order.get(finding.location.file, -1),
                finding.location.line,
                finding.location.column,
                finding.code,
            ),
        )
    )
