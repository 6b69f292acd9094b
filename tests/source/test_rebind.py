"""Calls for the sake of what they change in place."""

from __future__ import annotations

import pytest

from mindconverter.report.diagnostics import Outcome
from tests.source.conversion import convert

LAYERS = """\
from torch import nn
class A(nn.Module):
    def __init__(self, flag):
        self.a, self.other = nn.ReLU(), flag
        self.b = nn.ReLU(inplace=True)
        self.c = nn.ReLU(flag)
        self.d = nn.ReLU(False)
        self.e = nn.Conv2d(1, 1, 1)
        self.f = flag
        self.g = nn.ReLU(True)
        self.g = nn.ReLU()
    def forward(self, x, y):
        USE
        return x
"""


def converted(use: str) -> tuple[str, list[str]]:
    found = convert(LAYERS.replace("USE", use))
    review = [item.source for item in found.diagnostics if item.outcome is Outcome.REVIEW]
    return found.code.splitlines()[-2].strip(), review


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("self.b(x)", "x = self.b(x)"),
        ("self.b( y )", "y = self.b( y )"),
        ("nn.ReLU(inplace=True)(x)", "x = nn.ReLU()(x)"),
    ],
)
def test_the_result_is_assigned(before: str, after: str) -> None:
    assert converted(before) == (after, [])


@pytest.mark.parametrize(
    "use",
    ["self.a(x)", "self.d(x)", "self.e(x)", "self.f(x)", "y = self.b(x)", "x = self.b(x)", "print(self.b(x))", "f(x)"],
)
def test_calls_that_stay_as_they_are(use: str) -> None:
    assert converted(use) == (use, [])


@pytest.mark.parametrize(
    ("use", "shown"), [("self.b(x[0])", "self.b"), ("self.c(x)", "self.c"), ("self.g(x)", "self.g")]
)
def test_what_is_not_certain_is_to_be_reviewed(use: str, shown: str) -> None:
    assert converted(use) == (use, [shown])
