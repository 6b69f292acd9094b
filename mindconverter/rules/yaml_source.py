"""Rule files as data with positions: YAML by the scalars of YAML 1.2, without its traps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

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
    """

    file: str
    data: object
    positions: Mapping[Path, tuple[int, int]]

    def locate(self, path: Path) -> Location:
        """Return the place of what a path leads to, or of its nearest ancestor."""
        while path and path not in self.positions:
            path = path[:-1]
        return Location(self.file, *self.positions.get(path, (1, 1)))


_SafeLoader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]
    """Resolve plain scalars as YAML 1.2 does: only true and false are booleans, and 1e-5 is a number."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"~|null|", ["~", "n", ""]),
    ("bool", r"true|false", list("tf")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*([eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)|[-+]?\.inf|\.nan", list("-+0123456789.")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)


def parse_yaml(text: str, file: str) -> YamlDocument:
    """Parse a rule file.

    Args:
        text: The file's content.
        file: Its name in messages.

    Raises:
        YamlError: The text is not YAML, has a tag, or has a key that is no text or stands twice.
    """
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        positions: dict[Path, tuple[int, int]] = {}
        data = None if node is None else _construct(loader, node, (), positions, file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = Location(file, mark.line + 1, mark.column + 1) if mark is not None else Location(file, 1)
        raise YamlError(str(error.problem or "not YAML"), place) from error
    finally:
        loader.dispose()
    return YamlDocument(file, data, positions)


def _construct(
    loader: yaml.Loader, node: yaml.Node, path: Path, positions: dict[Path, tuple[int, int]], file: str
) -> object:
    positions.setdefault(path, _position(node))
    if isinstance(node, yaml.MappingNode):
        result: dict[str, object] = {}
        for key_node, value_node in node.value:
            place = Location(file, *_position(key_node))
            key = loader.construct_object(key_node)
            if not isinstance(key, str):
                raise YamlError(f"The key {key_node.value!r} is {type(key).__name__}, not text. Quote it.", place)
            if key in result:
                raise YamlError(f"The key {key!r} stands twice.", place)
            positions[(*path, key)] = _position(key_node)
            result[key] = _construct(loader, value_node, (*path, key), positions, file)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_construct(loader, item, (*path, index), positions, file) for index, item in enumerate(node.value)]
    return loader.construct_object(node)


def _position(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1
