"""The types of the elements of arrays: classes of arrays of one type, what keeps it, and what several give together.

The tables name the classes of arrays whose elements have one type (``elements``). An array of any other class may have
elements of every type, and so may the result where the types of the parts are not known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mindconverter.source.kinds import kind
from mindconverter.source.kinds.kind import NONE, UNSURE, Kind

_OF_NUMBERS = {"int": "int64", "bool": "bool"}
"""The types that arrays of Python's numbers have; floats are left out, since their type can be set."""
_COMPLEX = "complex64"
"""The type for arrays of complex numbers; that they are complex is known, and their precision is not."""
_CATEGORIES = ("bool", "uint", "int", "float", "bfloat")
_PARTS = re.compile(r"([a-z]+)(\d*)")


@dataclass(frozen=True)
class ElementTypes:
    """Tell the types of the elements of arrays, in numpy's words.

    Attributes:
        array: The kind of an array with elements of any type.
        by_class: The types by the classes of arrays that have elements of one type.
    """

    array: Kind
    by_class: Mapping[str, str]

    def of(self, found: Kind) -> str | None:
        """Return the type of an array's elements; None if it is not known."""
        types = {self.by_class.get(name) for name in found - NONE}
        return types.pop() if len(types) == 1 else None

    def array_of(self, name: str | None) -> Kind:
        """Return the kind of the arrays whose elements have a type; None stands for every type."""
        classes = [array for array, elements in self.by_class.items() if elements == name]
        return kind.of(classes[0]) if classes else self.array

    def array_like(self, found: Kind) -> Kind:
        """Return the kind of an array with elements of the type that a value says.

        Args:
            found: The kind of an array, of a type of elements, of a number, or of a sequence of any of them.
        """
        return self.array_of(self._said(found))

    def promoted(self, operands: Sequence[Kind]) -> Kind:
        """Return the kind of the array that an operation on arrays and numbers gives."""
        numbers = [operand for operand in operands if operand and all(name in _OF_NUMBERS for name in operand)]
        types = [self._said(operand) for operand in operands if operand not in numbers]
        if _COMPLEX in types or kind.of("complex") in operands:
            return self.array_of(_COMPLEX)  # whatever the other one is
        result, *others = types or [self._said(operand) for operand in numbers]
        for other in others:
            result = _wider(result, other)
        if result == "bool" and any("int" in operand for operand in numbers):
            result = _OF_NUMBERS["int"]
        return self.array_of(result)

    def _said(self, found: Kind) -> str | None:
        found = found - NONE
        if found >= UNSURE or not found:
            return None
        if all(name in _OF_NUMBERS for name in found):
            return _OF_NUMBERS[next(iter(found))] if len(found) == 1 else None
        if all("[" in name for name in found):
            return self._said(kind.items_of(found))
        return self.of(found)


def _wider(one: str | None, other: str | None) -> str | None:
    """Return the type of what elements of two types give together; None if it is not known."""
    if one is None or other is None or one == other:
        return one if one == other else None
    first, second = sorted((one, other), key=_rank)
    low, high = _rank(first)[0], _rank(second)[0]
    integers = {_CATEGORIES.index("uint"), _CATEGORIES.index("int")}
    mixed = {low, high} == integers or (_CATEGORIES[high] == "bfloat" and _CATEGORIES[low] == "float")
    return None if mixed else second


def _rank(name: str) -> tuple[int, int]:
    match = _PARTS.match(name)
    assert match is not None
    return _CATEGORIES.index(match[1]), int(match[2] or 0)
