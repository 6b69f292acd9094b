"""The shipped tables, read once for all tests of a process."""

from __future__ import annotations

from functools import cache

from mindconverter.rules.tables import RuleTables, load_tables


@cache
def tables() -> RuleTables:
    return load_tables()
