"""Find out how the parameters of a network are called after its script was changed, by comparing both scripts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mindconverter.errors import BadParameterError
from mindconverter.weights.script_tree import Part


@dataclass
class Renaming:
    """Say what became of the parts of a network.

    Attributes:
        paths: The new path of each part that holds no others, by its old one.
        gone: The old paths of parts that are no longer there.
        added: The new paths of parts that were not there.
    """

    paths: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)

    def name(self, parameter: str) -> str | None:
        """Return the new name of a parameter; None if it is gone.

        Raises:
            BadParameterError: The old script has no such parameter.
        """
        path = parameter
        while path:
            if path in self.paths:
                return self.paths[path] + parameter.removeprefix(path)
            if path in self.gone:
                return None
            path = path.rpartition(".")[0]
        raise BadParameterError(
            f"The old script does not hold the parameter {parameter!r} of the checkpoint.",
            advice="Give the script that belongs to the checkpoint with --old_script.",
        )


def compare_networks(old: Part, new: Part) -> Renaming:
    """Return what became of each part.

    What kept its name is the same; what has a new one is what is made alike, at the same place among its like.

    Args:
        old: What the old script's network holds.
        new: What the new one's holds.

    Raises:
        BadParameterError: More than one part may be meant; the message names them.
    """
    result = Renaming()
    _compare(old, new, "", "", result)
    return result


def _compare(old: Part, new: Part, old_path: str, new_path: str, result: Renaming) -> None:
    if not old.parts or not new.parts:
        if old.parts or new.parts:
            raise _unclear(f"{old_path!r} is made in another way in the new script", [old_path], [new_path])
        result.paths[old_path] = new_path
        return
    if old.is_numbered and new.is_numbered and len(old.parts) != len(new.parts):
        raise _unclear(
            f"{old_path or 'The network'!r} had {len(old.parts)} items and has {len(new.parts)}: which ones stayed",
            [_join(old_path, name) for name in old.parts],
            [_join(new_path, name) for name in new.parts],
        )
    pairs = _pairs(old, new, old_path, new_path)
    for name, part in old.parts.items():
        own = _join(old_path, name)
        if name in pairs:
            _compare(part, new.parts[pairs[name]], own, _join(new_path, pairs[name]), result)
        else:
            result.gone.append(own)
    result.added += [_join(new_path, name) for name in new.parts if name not in pairs.values()]


def _pairs(old: Part, new: Part, old_path: str, new_path: str) -> dict[str, str]:
    """Return the new name of each part that is still there."""
    pairs = {name: name for name in old.parts if name in new.parts}
    for name in pairs:
        _check_kept(name, old, new, pairs, old_path, new_path)
    for with_arguments in (True, False):
        groups: dict[object, tuple[list[str], list[str]]] = {}
        for side, (part, known) in enumerate(((old, set(pairs)), (new, set(pairs.values())))):
            for name in [name for name in part.parts if name not in known]:
                form = part.parts[name].form(with_arguments=with_arguments)
                groups.setdefault(form, ([], []))[side].append(name)
        for before, after in groups.values():
            if before and after:
                pairs |= _renamed(before, after, old, new, old_path, new_path)
    left = [_join(old_path, name) for name in old.parts if name not in pairs]
    more = [_join(new_path, name) for name in new.parts if name not in pairs.values()]
    if left and more:
        raise _unclear(f"Whether {left[0]!r} went or was changed", left, more)
    return pairs


def _check_kept(name: str, old: Part, new: Part, pairs: Mapping[str, str], old_path: str, new_path: str) -> None:
    """Refuse a name that stayed on something else, while what had it may be found under another one."""
    before, after = (part.parts[name].form(with_arguments=True) for part in (old, new))
    if before == after:
        return
    others = [other for other in new.parts if other != name and new.parts[other].form(with_arguments=True) == before]
    moved = [other for other in others if other not in pairs or old.parts[other].form(with_arguments=True) != before]
    if moved:
        raise _unclear(
            f"Whether {_join(old_path, name)!r} kept its name",
            [_join(old_path, name)],
            [_join(new_path, other) for other in (name, *moved)],
        )


def _renamed(
    before: Sequence[str], after: Sequence[str], old: Part, new: Part, old_path: str, new_path: str
) -> dict[str, str]:
    """Return the new names of parts that are made alike, if places and uses agree on them."""
    pairs = dict(zip(before, after, strict=False))
    used, uses = ([name for name in part.uses if name in group] for part, group in ((old, before), (new, after)))
    if len(before) != len(after) or (len(used) == len(uses) and [pairs[name] for name in used] != uses):
        raise _unclear(
            f"Which part {_join(old_path, before[0])!r} became",
            [_join(old_path, name) for name in before],
            [_join(new_path, name) for name in after],
        )
    return pairs


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _unclear(what: str, before: Iterable[str], after: Iterable[str]) -> BadParameterError:
    return BadParameterError(
        f"{what} is not clear: {', '.join(before)} in the old script, {', '.join(after)} in the new one.",
        advice="Rename in several steps, each with fewer changes, and run the command after each.",
    )
