"""Resolve sizes that shape inference made symbols up for, where they are an open size of the model's inputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnx

Size = int | str | None


@dataclass(frozen=True)
class _Product:
    """Hold a product of a number and of open sizes."""

    number: int = 1
    symbols: Counter[str] = field(default_factory=Counter)

    def over(self, other: _Product) -> _Product | None:
        """Return the quotient, if it is such a product too."""
        if not other.number or self.number % other.number or not other.symbols <= self.symbols:
            return None
        return _Product(self.number // other.number, self.symbols - other.symbols)


def resolve_sizes(graph: onnx.GraphProto, inferred: onnx.GraphProto) -> bool:
    """Write down the shapes of reshaped values that follow from their numbers of elements, and tell whether any did.

    Args:
        graph: The graph, which gets the shapes; inference takes it on from there.
        inferred: The same graph after shape inference.
    """
    declared = {size for value in graph.input for size in _sizes(value) if isinstance(size, str)}
    values = {value.name: value for value in (*inferred.input, *inferred.value_info, *inferred.output)}
    products: dict[str, _Product] = {}
    found: dict[str, onnx.ValueInfoProto] = {}
    for node in inferred.node:
        is_reshaped = node.op_type == "Reshape" and node.domain in ("", "ai.onnx")
        if not is_reshaped or not {node.input[0], node.output[0]} <= values.keys():
            continue
        before, after = list(_sizes(values[node.input[0]])), list(_sizes(values[node.output[0]]))
        made_up = [place for place, size in enumerate(after) if isinstance(size, str) and size not in declared]
        if len(made_up) != 1:
            continue
        (place,) = made_up
        whole = _product(before, products)
        rest = _product([size for index, size in enumerate(after) if index != place], products)
        size = whole.over(rest) if whole is not None and rest is not None else None
        if size is None:
            continue
        symbol = next(iter(size.symbols), "")
        if size == _Product(1, Counter([symbol])) and symbol in declared:
            value = found[node.output[0]] = type(values[node.output[0]])()
            value.CopyFrom(values[node.output[0]])
            value.type.tensor_type.shape.dim[place].dim_param = symbol
        else:
            products[str(after[place])] = size
    resolved = bool(found)
    for index in reversed(range(len(graph.value_info))):
        if graph.value_info[index].name in found:
            del graph.value_info[index]
    for value in graph.output:
        if value.name in found:
            value.CopyFrom(found.pop(value.name))
    graph.value_info.extend(found.values())
    return resolved


def _sizes(value: onnx.ValueInfoProto) -> Iterator[Size]:
    """Yield the sizes of a value: a number, a symbol, or None."""
    for dimension in value.type.tensor_type.shape.dim:
        yield dimension.dim_value if dimension.HasField("dim_value") else dimension.dim_param or None


def _product(sizes: Iterable[Size], products: dict[str, _Product]) -> _Product | None:
    number, symbols = 1, Counter[str]()
    for size in sizes:
        if size is None:
            return None
        factor = products.get(size, _Product(1, Counter([size]))) if isinstance(size, str) else _Product(size)
        number *= factor.number
        symbols += factor.symbols
    return _Product(number, symbols)
