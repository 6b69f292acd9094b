"""What a catalogue covers and how an object's signatures are found there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

StubLookup = Callable[[str, str], tuple[str, ...]]


@dataclass(frozen=True)
class Scope:
    """Name the modules that a catalogue covers.

    Args:
        framework: The package.
        version: Its version, without a local part.
        modules: Public modules; of two names of one object the one in the earlier module is canonical.
        forward: Name of the method of a layer that a call runs, such as ``forward``.
        layer: Dotted name of the class that layers derive from.
        operators: Classes whose ``__call__`` tells the operands of an operator, by dotted name.
        operator_members: Classes whose special methods are listed too.
        memberless: Metaclasses whose classes only repeat another class's members, by bare name.
        borrowed: Names under which the package offers what belongs to the standard library.
        ancestors: Classes of another framework that classes may derive from: their public names by identity.
        private: Dotted names that count as public, in spite of their underscores.
        stub: Signatures that type stubs know, by owner (module or class) and name.
        held: What tells of a layer the names, the arrays and whether they are trained of all that a checkpoint of it
            has; None where layers are not looked into.
    """

    framework: str
    version: str
    modules: tuple[str, ...]
    forward: str
    layer: str
    stub: StubLookup
    operators: tuple[str, ...] = ()
    operator_members: tuple[str, ...] = ()
    memberless: tuple[str, ...] = ()
    borrowed: tuple[str, ...] = ()
    ancestors: Mapping[int, str] = field(default_factory=dict)
    private: tuple[str, ...] = ()
    held: Callable[[Any], Iterable[tuple[str, Any, bool]]] | None = None
