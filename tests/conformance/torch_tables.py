"""Load the tables once a process."""

from __future__ import annotations

from functools import cache

from mindconverter.rules.tables import RuleTables, load_tables


@cache
def tables() -> RuleTables:
    return load_tables()
