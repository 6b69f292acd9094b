"""Fold what exporters compute with indices over sizes that may be open, such as the masks of transformers.

An exporter writes `mask[batch, key]` as a gather of pairs of indices that it counts up first, and a comparison of such
indices that always holds as a comparison. Both follow from the sizes alone, open ones included: the gather only adds
axes, and the comparison goes. So do the choice and the addition of nothing that come of a mask which hides nothing,
and an expansion whose readers broadcast by themselves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

import numpy as np

from mindconverter.graph.ir import Dimension, Graph, Initializer, Node, Value
from mindconverter.graph.lower.uses import Uses, needed_nodes
from mindconverter.rules.tables import RuleTables

Shape = tuple[Dimension, ...]

_COMPARISONS = {
    "GreaterOrEqual": (False, True),
    "Greater": (False, False),
    "LessOrEqual": (True, True),
    "Less": (True, False),
}
"""Whether the second operand is the larger one, and whether both may be equal."""


@dataclass(frozen=True)
class Grid:
    """Describe whole numbers that are counted up along one axis.

    Attributes:
        shape: The shape of the tensor.
        start: The first number.
        axis: The axis along which they grow; None if all are the same.
        step: By how much.
    """

    shape: Shape
    start: int
    axis: int | None = None
    step: int = 0

    @property
    def low(self) -> float:
        """No number is smaller than this."""
        return self.start if self.axis is None or self.step >= 0 else -math.inf

    @property
    def high(self) -> float:
        """No number is larger than this."""
        return self.start if self.axis is None or self.step <= 0 else math.inf


def fold_indices(graph: Graph, tables: RuleTables) -> Graph:
    """Return a graph without gathers, comparisons, choices, sums and expansions that change nothing but the shape.

    Args:
        graph: A normalised graph.
        tables: The tables, which say which operators work item by item.
    """
    folding = _Folding(graph, tables)
    for node in graph.nodes:
        folding.visit(node)
    nodes = [folding.changed.get(node.name, node) for node in graph.nodes]
    nodes = [replace(node, inputs=tuple(folding.renamed.get(name, name) for name in node.inputs)) for node in nodes]
    kept = needed_nodes(nodes, graph.outputs)
    return replace(graph, nodes=kept, initializers=folding.initializers, values=folding.values)


@dataclass
class _Folding:
    graph: Graph
    tables: RuleTables
    grids: dict[str, Grid] = field(default_factory=dict)
    tuples: dict[str, tuple[Grid, ...]] = field(default_factory=dict)
    true: set[str] = field(default_factory=set)
    zero: set[str] = field(default_factory=set)
    renamed: dict[str, str] = field(default_factory=dict)
    changed: dict[str, Node] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.values = dict(self.graph.values)
        self.initializers = dict(self.graph.initializers)
        self.opset = self.graph.opsets.get("", 0)
        self.uses = Uses(self.graph)
        self.outputs = {value.name for value in self.graph.outputs}

    def visit(self, node: Node) -> None:
        """Follow what a node gives, and put something simpler in its place where that is the same."""
        if node.domain or len(node.outputs) != 1 or not node.inputs or (shape := self._shape(node.outputs[0])) is None:
            return
        grid = self._grid(node, shape)
        if grid is not None:
            self.grids[node.outputs[0]] = grid
        elif (node.op_type in _COMPARISONS and self._holds(node)) or (
            node.op_type in ("Expand", "Identity", "Unsqueeze") and self._is_true(node.inputs[0])
        ):
            self.true.add(node.outputs[0])
        elif node.op_type in ("Expand", "Identity", "Unsqueeze") and self._is_zero(node.inputs[0]):
            self.zero.add(node.outputs[0])
        elif node.op_type == "And":
            self._conjunction(node)
        elif node.op_type == "Where" and self._is_true(node.inputs[0]):
            self._choice(node)
        elif node.op_type == "Add":
            self._sum(node)
        elif node.op_type == "Concat":
            self._join(node, shape)
        elif node.op_type == "GatherND":
            self._gather(node, shape)
        if node.op_type == "Expand":
            self._replace(node, node.inputs[0])

    def _grid(self, node: Node, shape: Shape) -> Grid | None:
        """Return the grid that a node gives, if it gives one."""
        value = self.values[node.outputs[0]]
        if value.dtype not in ("int32", "int64"):
            return None
        if node.op_type == "Range":
            start, step = self._number(node.inputs[0]), self._number(node.inputs[2])
            return None if start is None or step is None else Grid(shape, start, 0, step)
        given = [self._known(name) for name in node.inputs]
        first = given[0]
        match node.op_type:
            case "Add" if first is not None and given[1] is not None:
                one, other = (first, given[1]) if given[1].axis is None else (given[1], first)
                moved = _moved(one, shape)
                return replace(moved, start=moved.start + other.start) if moved and other.axis is None else None
            case "Identity" | "Cast" | "Expand":
                return None if first is None else _moved(first, shape)
            case "Slice" if first is not None and first.shape == shape:
                # As long as before, from the first item on.
                starts, steps = self._numbers(node, "starts", 1), self._numbers(node, "steps", 4)
                return first if starts is not None and not any(starts) and set(steps or ()) <= {1} else None
            case "Unsqueeze":
                axes = self._numbers(node, "axes", 1)
                if first is None or axes is None:
                    return None
                kept = [place for place in range(len(shape)) if place not in {axis % len(shape) for axis in axes}]
                return replace(first, shape=shape, axis=None if first.axis is None else kept[first.axis])
        return None

    def _holds(self, node: Node) -> bool:
        """Tell whether a comparison holds everywhere."""
        one, other = (self._known(name) for name in node.inputs)
        if one is None or other is None:
            return False
        swapped, or_equal = _COMPARISONS[node.op_type]
        large, small = (other, one) if swapped else (one, other)
        return large.low > small.high or (or_equal and large.low == small.high)

    def _conjunction(self, node: Node) -> None:
        """Let a conjunction with what always holds be its other operand."""
        holds = [self._is_true(name) for name in node.inputs]
        if all(holds):
            self.true.add(node.outputs[0])
        elif any(holds):
            self._replace(node, node.inputs[holds.index(False)])

    def _choice(self, node: Node) -> None:
        """Let a choice that is always the same be what it chooses."""
        if self._is_zero(node.inputs[1]):
            self.zero.add(node.outputs[0])
        else:
            self._replace(node, node.inputs[1])

    def _sum(self, node: Node) -> None:
        """Let a sum with zeros be its other operand."""
        zero = [self._is_zero(name) for name in node.inputs]
        if all(zero):
            self.zero.add(node.outputs[0])
        elif any(zero):
            self._replace(node, node.inputs[zero.index(False)])

    def _join(self, node: Node, shape: Shape) -> None:
        """Note the grids that a value holds side by side along its last axis."""
        found = [self._known(name) for name in node.inputs]
        grids = [grid for grid in found if grid is not None and grid.shape[-1:] == (1,)]
        if node.attributes.get("axis") in (-1, len(shape) - 1) and len(grids) == len(found):
            self.tuples[node.outputs[0]] = tuple(replace(grid, shape=grid.shape[:-1]) for grid in grids)

    def _gather(self, node: Node, shape: Shape) -> None:
        """Let a gather of every item in order add axes, and nothing else."""
        data = self._shape(node.inputs[0])
        grids = self.tuples.get(node.inputs[1], ())
        if data is None or len(grids) != len(data) or node.attributes.get("batch_dims"):
            return
        axes = [grid.axis for grid in grids if grid.axis is not None]
        every = all(_counts(grid, size) for grid, size in zip(grids, data, strict=True))
        rest = [place for place in range(len(shape)) if place not in axes]
        if not every or axes != sorted(set(axes)) or any(shape[place] != 1 for place in rest):
            return
        sizes = [size if isinstance(size, int) else -1 for size in shape]
        if sizes.count(-1) <= 1 and 0 not in sizes:
            self._shift(node, "Reshape", sizes)
        elif len(axes) == len(data):
            self._shift(node, "Unsqueeze", rest)

    def _shift(self, node: Node, operator: str, numbers: Sequence[int]) -> None:
        """Put an operator with a constant second input in the place of a gather."""
        version = max(version for version in self.tables.operators.versions("", operator) if version <= self.opset)
        schema = self.tables.operators.schema("", operator, version)
        if schema is not None and len(schema.inputs) > 1:
            name = f"{node.name}/{operator}"
            self.initializers[name] = Initializer(name, np.asarray(numbers, np.int64), name, is_weight=False)
            inputs = (node.inputs[0], name)
            self.changed[node.name] = replace(node, op_type=operator, opset=version, inputs=inputs, attributes={})

    def _replace(self, node: Node, source: str) -> None:
        """Let a value be read in the place of what a node gives, if its readers broadcast it alike."""
        source = self.renamed.get(source, source)
        shape = self._shape(source)
        found: dict[str, Shape] = {}
        if shape is not None and source not in self.initializers and self._broadcasts(node.outputs[0], shape, found):
            self.renamed[node.outputs[0]] = source
            for name, new in found.items():
                self.values[name] = replace(self.values[name], shape=new)

    def _broadcasts(self, name: str, shape: Shape, found: dict[str, Shape]) -> bool:
        """Tell whether a value may have another shape, and note the shapes that others then have."""
        if self._shape(name) == shape:
            return True
        if name in self.outputs:
            return False
        found[name] = shape
        for node in self.uses.readers(name):
            if len(node.outputs) != 1 or name not in node.inputs:
                return False
            if node.op_type == "Expand" and node.inputs[0] == name and not node.domain:
                new: Shape | None = shape
            elif node.op_type == "Gather" and name == node.inputs[1] and self._is_of_rows(node):
                new = (*shape, *(self._shape(node.inputs[0]) or ())[1:])
            elif (node.domain, node.op_type) in self.tables.elementwise:
                shapes = [found.get(other) or self._shape(other) for other in node.inputs]
                new = None if None in shapes else _broadcast([item for item in shapes if item is not None])
            else:
                return False
            if new is None or not self._broadcasts(node.outputs[0], new, found):
                return False
        return True

    def _is_of_rows(self, node: Node) -> bool:
        """Tell whether a gather takes one row for each of its indices."""
        return not node.domain and not node.attributes.get("axis") and self._shape(node.inputs[0]) is not None

    def _shape(self, name: str) -> Shape | None:
        """Return the shape of a value if all of its sizes are known or have a name."""
        if name in self.initializers:
            return tuple(self.initializers[name].data.shape)
        value = self.values.get(name, Value(name, None, None))
        return None if value.shape is None or None in value.shape else value.shape

    def _known(self, name: str) -> Grid | None:
        """Return the grid that a value or a constant is."""
        initializer = self.initializers.get(name)
        if initializer is None or initializer.data.dtype.kind != "i" or not initializer.data.size:
            return self.grids.get(name)
        data = initializer.data
        number = self._number(name)
        if number is not None:
            return Grid(tuple(data.shape), number)
        long = [axis for axis, size in enumerate(data.shape) if size > 1]
        steps = {int(step) for step in np.diff(data.ravel()).tolist()}
        if len(long) != 1 or len(steps) != 1:
            return None
        return Grid(tuple(data.shape), int(data.ravel()[0]), long[0], steps.pop())

    def _number(self, name: str) -> int | None:
        """Return the number that all items of a constant are."""
        initializer = self.initializers.get(name)
        if initializer is None or initializer.data.dtype.kind != "i" or not initializer.data.size:
            return None
        numbers = {int(item) for item in initializer.data.ravel().tolist()}
        return numbers.pop() if len(numbers) == 1 else None

    def _is_true(self, name: str) -> bool:
        """Tell whether all items of a value are true for certain."""
        initializer = self.initializers.get(name)
        if initializer is None:
            return name in self.true
        return initializer.data.dtype.kind == "b" and bool(initializer.data.all())

    def _is_zero(self, name: str) -> bool:
        """Tell whether all items of a value are zeros, and stay so: a weight of zeros may be trained."""
        initializer = self.initializers.get(name)
        if initializer is None or initializer.is_weight:
            return name in self.zero
        return initializer.data.dtype.kind == "f" and bool(initializer.data.size) and not initializer.data.any()

    def _numbers(self, node: Node, attribute: str, place: int) -> list[int] | None:
        """Return the numbers that a node is given as an attribute or as a constant input."""
        found = node.attributes.get(attribute)
        if isinstance(found, tuple):
            return [int(item) for item in found if isinstance(item, int)]
        initializer = self.initializers.get(node.inputs[place]) if place < len(node.inputs) else None
        return None if initializer is None else [int(item) for item in initializer.data.ravel().tolist()]


def _moved(grid: Grid, shape: Shape) -> Grid | None:
    """Return a grid that is broadcast to a shape; None where the axis of its numbers grows."""
    if grid.axis is None:
        return replace(grid, shape=shape)
    axis = grid.axis + len(shape) - len(grid.shape)
    return replace(grid, shape=shape, axis=axis) if shape[axis] == grid.shape[grid.axis] else None


def _counts(grid: Grid, size: Dimension) -> bool:
    """Tell whether a grid names every place of an axis in order."""
    if grid.axis is None:
        return grid.start == 0 and size == 1
    return (grid.start, grid.step) == (0, 1) and grid.shape[grid.axis] == size


def _broadcast(shapes: Sequence[Shape]) -> Shape | None:
    """Return what shapes are broadcast to; None where sizes may differ."""
    sizes: list[Dimension] = []
    for items in zip_longest(*(shape[::-1] for shape in shapes), fillvalue=1):
        found = {item for item in items if item != 1} or {1}
        if len(found) > 1:
            return None
        sizes.append(found.pop())
    return tuple(sizes[::-1])
