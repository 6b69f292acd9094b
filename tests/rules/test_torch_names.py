"""No public name of the covered namespaces is unknown: each has a rule, if only one that says what to do instead.

Left out are names that begin with an underscore (Python's own methods are written as operators and built-in
functions), modules, and other names of what lives in another namespace.
"""

from __future__ import annotations

import pytest

from mindconverter.rules.coverage import Status, public_names, status_of
from mindconverter.rules.helper_source import HelperLibrary
from tests.rules.shipped import tables

NAMESPACES = (
    "torch",
    "torch.Tensor",
    "torch.fft",
    "torch.linalg",
    "torch.nn",
    "torch.nn.Module",
    "torch.nn.functional",
    "torch.special",
)


def names_of(namespace: str) -> list[str]:
    """Return the public names of a namespace of the catalogue, modules left out."""
    found = []
    for name, entry in tables().source_catalog.entries.items():
        owner, _, last = name.rpartition(".")
        if owner == namespace and not last.startswith("_") and entry["kind"] != "module":
            found.append(name)
    return found


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_no_public_name_is_unknown(namespace: str) -> None:
    names = names_of(namespace)
    assert names
    assert [name for name in names if name not in tables().heads] == []


def test_no_member_of_a_class_is_unknown() -> None:
    library = HelperLibrary(tables())
    assert [name for name in public_names(tables()) if status_of(library, name)[0] is Status.MISSING] == []
