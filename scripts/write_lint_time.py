"""Measure how long lint takes for all shipped tables, and write that into docs/lint.md.

Run it on a machine that does nothing else: ``python scripts/write_lint_time.py``.
"""

from __future__ import annotations

import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "lint.md"
RUNS = 7
_LINE = re.compile(r"^All \d+ shipped files take .*$", flags=re.MULTILINE)


def main() -> None:
    """Run lint several times, and write the time of the fastest run."""
    times = []
    with tempfile.TemporaryDirectory() as folder:  # compiled once, as an installed package is
        around = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        for _ in range(1 + RUNS):
            before = _used()
            done = subprocess.run(
                [sys.executable, "-m", "mindconverter", "rules", "lint"],
                cwd=ROOT,
                env=around | {"PYTHONPYCACHEPREFIX": folder},
                capture_output=True,
                text=True,
                check=True,
            )
            times.append(_used() - before)
    files = done.stdout.splitlines()[-1].split()[0]
    version = ".".join(platform.python_version_tuple()[:2])
    line = (
        f"All {files} shipped files take {min(times):.1f} seconds of processor time with Python {version}, the start "
        "of the interpreter included (`scripts/write_lint_time.py`)."
    )
    text, count = _LINE.subn(line, PAGE.read_text(encoding="utf-8"))
    assert count == 1, f"{PAGE} has no line to write to"
    PAGE.write_text(text, encoding="utf-8")
    print(line)


def _used() -> float:
    """Return the processor time that finished processes of this one have taken."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
