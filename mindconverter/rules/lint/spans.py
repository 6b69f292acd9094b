"""Where the parts of a rule file begin and end in its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from mindconverter.rules.yaml_source import Path, compose


@dataclass(frozen=True, slots=True)
class Part:
    """Hold the places of a key with its value, or of an item of a list.

    Attributes:
        path: The keys that lead there.
        start: Where it begins: with its key, or with the item itself.
        key_end: Where the key ends; ``start`` for an item.
        value_start: Where the value begins.
        end: Where the value ends.
        style: How the value is written: ``plain``, ``'`` or ``"`` for a scalar of one such kind, ``block`` for what
            goes by lines, ``flow`` for what stands in brackets.
        siblings: The paths of all parts of the same mapping or list, this one among them, in order.
        in_flow: Whether these stand in brackets.
        shared: Whether an anchor or an alias is part of it, so that its text stands elsewhere, or for more than this.
    """

    path: Path
    start: int
    key_end: int
    value_start: int
    end: int
    style: str
    siblings: tuple[Path, ...]
    in_flow: bool
    shared: bool


def parts_of(text: str) -> dict[Path, Part]:
    """Return all parts of a file by their paths.

    Args:
        text: The file, which is YAML.
    """
    node = compose(text)
    if node is None:
        return {}
    counts = Counter(map(id, _nodes(node)))
    return {part.path: part for part in _inside(node, (), counts)}


def _nodes(node: yaml.Node) -> Iterator[yaml.Node]:
    yield node
    for _, _, value in _pairs(node):
        yield from _nodes(value)


def _inside(node: yaml.Node, path: Path, counts: Mapping[int, int]) -> Iterator[Part]:
    pairs = _pairs(node)
    siblings = tuple((*path, name) for name, _, _ in pairs)
    for (_, key, value), own in zip(pairs, siblings, strict=True):
        head = key or value
        yield Part(
            own,
            head.start_mark.index,
            (key.end_mark if key is not None else head.start_mark).index,
            value.start_mark.index,
            _end(value),
            _style(value),
            siblings,
            _in_brackets(node),
            any(counts[id(each)] > 1 for each in _nodes(value)),
        )
        yield from _inside(value, own, counts)


def _pairs(node: yaml.Node) -> list[tuple[str | int, yaml.Node | None, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        return [(key.value, key, value) for key, value in node.value]
    if isinstance(node, yaml.SequenceNode):
        return [(index, None, value) for index, value in enumerate(node.value)]
    return []


def _in_brackets(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def _style(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        return "flow" if _in_brackets(node) else "block"
    return {"": "plain", "|": "block", ">": "block"}.get(node.style or "", node.style or "plain")


def _end(node: yaml.Node) -> int:
    """Return where a node ends, without the empty lines and comments behind what goes by lines."""
    pairs = _pairs(node)
    if pairs and not _in_brackets(node):
        return _end(pairs[-1][2])
    return int(node.end_mark.index)
