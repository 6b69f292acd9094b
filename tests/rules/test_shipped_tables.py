"""The shipped tables are what lint asks for."""

from __future__ import annotations

import resource
import subprocess
import sys
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
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.stdout == "[]\n"
    # Three seconds alone; the same work takes up to twice the processor's time where other tests share its caches.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 6


def test_every_shipped_rule_file_names_its_schema() -> None:
    for path in sorted(rules_root().rglob("*.yaml")):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        schema = first.removeprefix("# yaml-language-server: $schema=")
        assert first != schema, path
        assert (path.parent / schema).resolve() == ROOT / "schemas" / "rules.schema.json", path
