"""The shipped tables are what lint asks for."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from mindconverter.rules.lint import Severity, run_lint
from mindconverter.rules.places import rules_root

ROOT = Path(__file__).parents[2]


def test_lint_finds_no_error_in_the_shipped_tables() -> None:
    errors = [finding for finding in run_lint() if finding.severity is Severity.ERROR]
    assert [f"{finding.location}: {finding.code} {finding.message}" for finding in errors] == []


def test_lint_needs_no_framework_and_little_time() -> None:
    code = (
        "import sys\n"
        "from mindconverter.rules.lint import run_lint\n"
        "run_lint()\n"
        "print(sorted({'torch', 'mindspore', 'onnx', 'tensorflow'} & set(sys.modules)))\n"
    )
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    # Three seconds alone; other tests may be running beside this one.
    assert time.perf_counter() - start < 6


def test_every_shipped_rule_file_names_its_schema() -> None:
    for path in sorted(rules_root().rglob("*.yaml")):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        schema = first.removeprefix("# yaml-language-server: $schema=")
        assert first != schema, path
        assert (path.parent / schema).resolve() == ROOT / "schemas" / "rules.schema.json", path
