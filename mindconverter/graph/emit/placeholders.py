"""Write stand-ins for the operators that were not converted, so that the script imports and holds their weights."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mindconverter.graph.emit import skeleton
from mindconverter.graph.emit.target_names import TargetNames
from mindconverter.graph.identifiers import identifier, unique
from mindconverter.graph.lower.lowered import Operation, with_inner

_NAMESPACE = "onnx"
_BASE = "Unconverted"
_SOURCE = '''\
class {namespace}:
    """Stand-ins for operators that were not converted: replace each by hand, guided by its shapes."""

    class {base}({cell}):
        """Hold the weights of an operator; a call says that it is to be replaced."""

        def __init__(self, input_shape, output_shape, **weights):
            super().__init__()
            shapes = f"from {{input_shape}} to {{output_shape}}"
            self.message = f"{{self.cls_name}} {{shapes}} was not converted: replace this cell by hand."
            for name, weight in weights.items():
                setattr(self, name, weight)

        def construct(self, *inputs):
            raise RuntimeError(self.message)
'''
_OPERATOR = '''
    class {name}({base}):
        """Stand in for {name}."""
'''


@dataclass(frozen=True)
class Placeholders:
    """Hold the stand-ins.

    Attributes:
        code: Their code; empty if every operator was converted.
        references: The expression of each stand-in, by operator.
    """

    code: str
    references: Mapping[str, str]


def write_placeholders(operations: Sequence[Operation], names: TargetNames, taken: frozenset[str]) -> Placeholders:
    """Write a stand-in for each operator that was not converted.

    Args:
        operations: All operations.
        names: Shortens target APIs.
        taken: Names that the stand-ins' namespace may not have.
    """
    cells = [item.cell for item in with_inner(operations) if item.cell is not None]
    operators = dict.fromkeys(cell.target for cell in cells if cell.placeholder)
    if not operators:
        return Placeholders("", {})
    namespace = unique(_NAMESPACE, taken)
    text = _SOURCE.format(namespace=namespace, base=_BASE, cell=ast.unparse(names.reference(skeleton.CELL)))
    used = {_BASE}
    references: dict[str, str] = {}
    for operator in operators:
        name = unique(identifier(operator, "Operator"), used)
        used.add(name)
        references[operator] = f"{namespace}.{name}"
        text += _OPERATOR.format(name=name, base=_BASE)
    return Placeholders(text, references)
