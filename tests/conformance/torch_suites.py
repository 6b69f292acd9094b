"""Collect the cases of PyTorch's own suites: op_db, module_db and optim_db."""

from __future__ import annotations

import re
import sys
import types
import unittest
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

SUITES = ("op_db", "module_db", "optim_db")
LEFT_OUT = re.compile(
    r"(_(?!_)|jiterator|masked\.|sparse\.|to_sparse$|nn\.functional\._|slice$|max_pool2d_with_indices_backward$"
    r"|native_dropout_backward$|SparseAdam$|torch\.ops\.)"
)
"""Private names, sparse and masked tensors, code for CUDA, and what has no public name."""
DTYPES = ("float32", "int64", "bool", "complex64")
"""The element types in the order of preference; complex64 only where a function takes no other."""


@dataclass(frozen=True)
class Case:
    """Name what a worker runs at a time; the samples are made there.

    Attributes:
        suite: The list of PyTorch that it comes from.
        operator: The function, module or optimizer, as the list calls it.
        variant: Which of several entries of the function; empty for the main one.
        dtype: The element type of the samples.
        sample: The only sample to run; None for all.
        most: How many samples run, the first ones; None for all.
    """

    suite: str
    operator: str
    variant: str = ""
    dtype: str = "float32"
    sample: int | None = None
    most: int | None = None

    @property
    def name(self) -> str:
        variant = f"-{self.variant}" if self.variant else ""
        return f"{self.suite}/{self.operator}{variant}/{self.dtype}"


@cache
def suite(name: str) -> list[Any]:
    """Return a list of PyTorch."""
    # Only the classes of tests that PyTorch defines beside its samples derive from what this package has.
    stand_in = types.ModuleType("expecttest")
    stand_in.TestCase = unittest.TestCase  # type: ignore[attr-defined]
    sys.modules.setdefault("expecttest", stand_in)
    if name == "op_db":
        from torch.testing._internal.common_methods_invocations import op_db

        return list(op_db)
    if name == "module_db":
        from torch.testing._internal.common_modules import module_db

        return list(module_db)
    from torch.testing._internal.common_optimizers import optim_db

    return list(optim_db)


def name_of(entry: Any) -> str:
    """Return what a list calls an entry: ``nn.functional.conv2d``, ``nn.Conv2d``, ``Adam``."""
    return str(entry.optim_cls.__name__ if hasattr(entry, "optim_cls") else entry.name)


def collect(suites: tuple[str, ...] = SUITES) -> list[Case]:
    """Return every case, in the order of the lists."""
    return [case for name in suites for case in _cases(name)]


def _cases(name: str) -> Iterator[Case]:
    for entry in suite(name):
        operator = name_of(entry)
        if LEFT_OUT.match(operator):
            continue
        if name != "op_db":
            yield Case(name, operator)
            continue
        taken = {str(dtype).removeprefix("torch.") for dtype in entry.supported_dtypes("cpu")}
        for dtype in [item for item in DTYPES[:3] if item in taken] or DTYPES[3:]:
            yield Case(name, operator, entry.variant_test_name, dtype)


def entry_of(case: Case) -> Any:
    """Return the entry of a list that a case is about."""
    return next(
        entry
        for entry in suite(case.suite)
        if name_of(entry) == case.operator and getattr(entry, "variant_test_name", "") == case.variant
    )
