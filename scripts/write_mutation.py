"""Judge damages of the tables, and write docs/mutation.md: ``python scripts/write_mutation.py``, some ten minutes.

What lint and the texts of examples do not notice runs under both frameworks, which have to be installed.
"""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path

from mindconverter.cli.main import main as run

PAGE = Path(__file__).resolve().parents[1] / "docs" / "mutation.md"
COMMAND = "rules mutate --sample 1000 --seed 1 --format markdown"
HEAD = f"""\
# What notices a damage of the tables

Written by `scripts/write_mutation.py` on {date.today()}, from `mindconverter {COMMAND}`.
Rules are damaged one edit at a time. A mutant is dead if lint reports an error, if the text that an example becomes
differs from what the example says, if the result of a call no longer fits the signature of its target (totality), or if
an example gives other numbers or fails where it runs under both frameworks (run). Each mutant counts for the first of
these that notices it, so that all but those in the column "run" die without any framework. What is alive names a rule
that is short of an example, or that says something twice.

"""


def main() -> None:
    """Write the page."""
    with redirect_stdout(io.StringIO()) as printed:
        run(COMMAND.split())
    PAGE.write_text(HEAD + printed.getvalue(), encoding="utf-8")


if __name__ == "__main__":
    main()
