"""What lint finds, as JSON by ``schemas/lint.schema.json``."""

from __future__ import annotations

import json
from collections.abc import Sequence

from mindconverter.rules.lint.finding import Finding, Severity

FORMAT = 1


def render_json(findings: Sequence[Finding], files: int) -> str:
    """Return the findings as JSON.

    Args:
        findings: The findings.
        files: How many files were looked at.
    """
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    data = {
        "format": FORMAT,
        "files": files,
        "errors": errors,
        "warnings": len(findings) - errors,
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity.value,
                "file": finding.location.file,
                "line": finding.location.line,
                "column": finding.location.column,
                "message": finding.message,
                "advice": finding.advice,
                "fixable": finding.fix is not None,
            }
            for finding in findings
        ],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
