"""Versions: their order and their ranges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mindconverter.rules.versions import latest_version, parse_ranges, parse_version, ranges_overlap, version_matches


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("2.10.0", (2, 10)),
        ("2.10", (2, 10)),
        ("2.13.0+cpu", (2, 13)),
        ("2.3.0rc1", (2, 3)),
        ("2.9.1", (2, 9, 1)),
        ("10", (10,)),
        ("0.0", ()),
        ("main", ()),
    ],
)
def test_a_version_is_its_numbers(text: str, numbers: tuple[int, ...]) -> None:
    assert parse_version(text) == numbers


def test_the_newest_version_is_not_the_last_in_the_alphabet() -> None:
    assert latest_version(["2.9.0", "2.10.0", "2.2.14"]) == "2.10.0"


@pytest.mark.parametrize(
    "ranges", ["", ">=2.7", ">=2.7,<3", " >= 2.10 , <= 2.10 ", "==2.10", "!=2.9", ">2.9.9", "<2.11"]
)
def test_a_version_within(ranges: str) -> None:
    assert version_matches("2.10.0", ranges)


@pytest.mark.parametrize("ranges", [">=2.11", "<2.10", "==2.1", "!=2.10.0", ">2.10", ">=2.7,<2.9", "<2.9"])
def test_a_version_outside(ranges: str) -> None:
    assert not version_matches("2.10.0", ranges)


@pytest.mark.parametrize("ranges", ["2.7", "~=2.7", ">=", ">=2.7 <3", ">=2.x", "=>2.7"])
def test_what_is_no_range_is_refused(ranges: str) -> None:
    with pytest.raises(ValueError, match="not a version range"):
        parse_ranges(ranges)
    with pytest.raises(ValueError, match="not a version range"):
        version_matches("2.10", ranges)


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        ("", "", True),
        ("", "<0.1", True),
        (">=2.8", "<2.8", False),
        (">=2.8", "<=2.8", True),
        (">2.8", "<2.9", True),
        (">2.8", "<=2.8", False),
        ("<2.7", ">=2.9", False),
        ("==2.8", "!=2.8", False),
        ("!=2.8", "!=2.9", True),
        (">=2.7,<2.8", ">=2.8,<2.9", False),
        (">=2.7,<2.9", ">=2.8,<3", True),
        (">=3", ">=4", True),
    ],
)
def test_ranges_that_share_a_version(first: str, second: str, overlap: bool) -> None:
    assert ranges_overlap(first, second) is overlap
    assert ranges_overlap(second, first) is overlap


PARTS = st.builds(
    lambda sign, numbers: sign + ".".join(map(str, numbers)),
    st.sampled_from([">=", "<=", "==", "!=", ">", "<"]),
    st.lists(st.integers(0, 12), min_size=1, max_size=3),
)
RANGES = st.lists(PARTS, max_size=3).map(",".join)
VERSIONS = st.lists(st.integers(0, 13), min_size=1, max_size=4).map(lambda numbers: ".".join(map(str, numbers)))


@given(RANGES, RANGES, VERSIONS)
def test_a_version_in_both_ranges_is_an_overlap(first: str, second: str, version: str) -> None:
    if version_matches(version, first) and version_matches(version, second):
        assert ranges_overlap(first, second)


@given(RANGES, VERSIONS)
def test_all_parts_of_a_range_must_hold(ranges: str, version: str) -> None:
    parts = [part for part in ranges.split(",") if part]
    assert version_matches(version, ranges) == all(version_matches(version, part) for part in parts)
