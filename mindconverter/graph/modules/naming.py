"""Name the classes of a script."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mindconverter.graph.identifiers import camel_case, identifier, unique
from mindconverter.graph.modules.classes import CellClass


def name_classes(classes: Sequence[CellClass], root_name: str, taken: frozenset[str]) -> dict[int, str]:
    """Return a name for each class by its number: the exporter's, or else one made from where it stands.

    Args:
        classes: The classes; the last is the model's own.
        root_name: What the model's own class is to be called.
        taken: Names that no class may have.
    """
    # An argument of the same name would hide the class where it is made.
    taken |= {parameter.name for cell_class in classes for parameter in cell_class.parameters}
    names = {classes[-1].number: unique(identifier(root_name, "Network"), taken)}
    for cell_class in classes[:-1]:
        used = taken | set(names.values())
        names[cell_class.number] = unique(_wish(cell_class), used)
    return names


def _wish(cell_class: CellClass) -> str:
    scope = cell_class.first.scope
    if scope is not None and scope.class_name and not (cell_class.first.is_chain and scope.is_library_class):
        return identifier(scope.class_name, "Layer")
    ends = [_words(instance.path) for instance in cell_class.instances]
    if len(set(ends)) == 1:
        return camel_case(ends[0], "Layer")
    stems = {re.sub(r"[0-9]+([a-z]$)?", "", end).strip("_") for end in ends}
    return camel_case(stems.pop() if len(stems) == 1 else ends[0], "Layer")


def _words(path: Sequence[str]) -> str:
    """Return the last telling name of a path; with "block" where it is that of a list it stands in."""
    parts = [part for step in path for part in step.split(".")]
    numbered = False
    while parts and parts[-1].isdigit():
        numbered = True
        parts.pop()
    if not parts:
        return "Layer"
    is_block = parts[-1].rstrip("0123456789").endswith("block")
    return f"{parts[-1]}_block" if numbered and not is_block else parts[-1]
