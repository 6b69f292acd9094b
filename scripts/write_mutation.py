"""Judge damages of the tables, and write docs/mutation.md: ``python scripts/write_mutation.py``, a few minutes."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path

from mindconverter.cli.main import main as run

PAGE = Path(__file__).resolve().parents[1] / "docs" / "mutation.md"
COMMAND = "rules mutate --static --sample 1000 --seed 1 --format markdown"
HEAD = f"""\
# What notices a damage of the tables

Written by `scripts/write_mutation.py` on {date.today()}, from `mindconverter {COMMAND}`.
Rules are damaged one edit at a time, and a mutant is dead if lint reports an error, if the text that an example
becomes differs from what the example says, or if the result of a call no longer fits the signature of its target.
Nothing is run here: what only the numbers show, such as the weights of a script's layers, counts as alive; without
`--static` the examples of those run too. What is alive names a rule that is short of an example.

"""


def main() -> None:
    """Write the page."""
    with redirect_stdout(io.StringIO()) as printed:
        run(COMMAND.split())
    PAGE.write_text(HEAD + printed.getvalue(), encoding="utf-8")


if __name__ == "__main__":
    main()
