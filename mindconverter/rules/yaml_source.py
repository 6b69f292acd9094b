"""Rule files as data with positions: YAML by the scalars of YAML 1.2, without its traps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from mindconverter.rules.location import Location

Path = tuple[str | int, ...]


class YamlError(Exception):
    """A file that is not the YAML that rules are written in."""

    def __init__(self, message: str, location: Location) -> None:
        super().__init__(message)
        self.message = message
        self.location = location


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """Hold a parsed file.

    Attributes:
        file: Its name in messages.
        data: Its content.
        positions: Line and column, both from 1, of each key or item by its path.
        plain: The paths of the scalars that stand without quotes.
        numbers: Those of the numbers among them, as they are written.
    """

    file: str
    data: object
    positions: Mapping[Path, tuple[int, int]]
    plain: frozenset[Path] = frozenset()
    numbers: Mapping[Path, str] = field(default_factory=dict)

    def locate(self, path: Path) -> Location:
        """Return the place of what a path leads to, or of its nearest ancestor."""
        while path and path not in self.positions:
            path = path[:-1]
        return Location(self.file, *self.positions.get(path, (1, 1)))


_TAG = "tag:yaml.org,2002:"
_TEXT, _MAP, _LIST = f"{_TAG}str", f"{_TAG}map", f"{_TAG}seq"
_NUMBERS = (f"{_TAG}int", f"{_TAG}float")
_NOT_TEXT = re.compile(
    r"(?P<null>~|null|)|(?P<bool>true|false)|(?P<int>[-+]?[0-9]+)"
    r"|(?P<float>[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+|[-+]?\.inf|\.nan)"
)
_SafeLoader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]
    """Resolve plain scalars as YAML 1.2 does: only true and false are booleans, and 1e-5 is a number."""

    def resolve(self, kind: type[yaml.Node], value: str, implicit: tuple[bool, bool]) -> str:
        """Return the tag of a node without one."""
        if kind is not yaml.ScalarNode:
            return _MAP if kind is yaml.MappingNode else _LIST
        found = _NOT_TEXT.fullmatch(value) if implicit[0] else None
        return _TEXT if found is None else f"{_TAG}{found.lastgroup}"


def parse_yaml(text: str, file: str) -> YamlDocument:
    """Parse a rule file.

    Args:
        text: The file's content.
        file: Its name in messages.

    Raises:
        YamlError: The text is not YAML, has a tag or an alias of itself, or has a key that is no text or stands twice.
    """
    try:
        node = compose(text)
        reader = _Reader(file)
        data = None if node is None else reader.read(node, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Location(file, mark.line + 1, mark.column + 1) if mark is not None else Location(file, 1)
        raise YamlError(f"The file is not YAML: {error.problem or error.context}.", place) from error
    except yaml.YAMLError as error:
        raise YamlError(f"The file is not YAML: {str(error).splitlines()[0]}.", Location(file, 1)) from error
    return YamlDocument(file, data, reader.positions, frozenset(reader.plain), reader.numbers)


def compose(text: str) -> yaml.Node | None:
    """Return the nodes of a rule file; None for an empty one.

    Raises:
        yaml.YAMLError: The text is not YAML.
    """
    loader = _Loader(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
        return node
    finally:
        loader.dispose()


@dataclass(slots=True)
class _Reader:
    """Turn nodes into data and note where they stand."""

    file: str
    positions: dict[Path, tuple[int, int]] = field(default_factory=dict)
    plain: set[Path] = field(default_factory=set)
    numbers: dict[Path, str] = field(default_factory=dict)
    ancestors: list[yaml.Node] = field(default_factory=list)

    def read(self, node: yaml.Node, path: Path) -> object:
        if path not in self.positions:
            self.positions[path] = _position(node)
        if isinstance(node, yaml.ScalarNode):
            if not node.style:
                self.plain.add(path)
            if node.tag == _TEXT:
                return node.value
            if node.tag in _NUMBERS and not node.style:
                self.numbers[path] = node.value
            return self._value(node)
        if node in self.ancestors:
            raise YamlError("The alias stands within what it names.", self._place(node))
        self.ancestors.append(node)
        try:
            if isinstance(node, yaml.MappingNode) and node.tag == _MAP:
                return self._mapping(node, path)
            if isinstance(node, yaml.SequenceNode) and node.tag == _LIST:
                return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]
            raise self._not_data(node)
        finally:
            self.ancestors.pop()

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, object]:
        result: dict[str, object] = {}
        for key_node, value_node in node.value:
            if key_node.tag != _TEXT or not isinstance(key_node, yaml.ScalarNode):
                raise self._no_key(key_node)
            key = key_node.value
            if key in result:
                raise YamlError(f"The key {key!r} stands twice.", self._place(key_node))
            inner = (*path, key)
            self.positions[inner] = _position(key_node)
            result[key] = self.read(value_node, inner)
        return result

    def _value(self, node: yaml.ScalarNode) -> object:
        """Return what a scalar that is no text stands for."""
        kind = node.tag.removeprefix(_TAG)
        text = node.value
        try:
            if kind == "int":
                return int(text)  # in decimals, whatever stands in front: 010 is ten
            if kind == "float":
                return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        except ValueError as error:
            raise YamlError(f"{text!r} is not of the type {kind}.", self._place(node)) from error
        if kind == "null":
            return None
        if kind == "bool" and text in ("true", "false"):
            return bool(text == "true")
        raise self._not_data(node)

    def _no_key(self, node: yaml.Node) -> YamlError:
        if isinstance(node, yaml.ScalarNode):
            self._value(node)
            return YamlError(f"The key {node.value!r} is not text. Quote it.", self._place(node))
        return self._not_data(node)

    def _not_data(self, node: yaml.Node) -> YamlError:
        return YamlError(f"{node.tag!r} is not allowed: rule files are plain data.", self._place(node))

    def _place(self, node: yaml.Node) -> Location:
        return Location(self.file, *_position(node))


def _position(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1
