"""What the other scripts of a project show of their classes and functions, for a script that imports them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from mindconverter.source.kinds import kind
from mindconverter.source.kinds.callers import Received
from mindconverter.source.kinds.kind import UNKNOWN, Kind
from mindconverter.source.kinds.observed import Function, Kinds
from mindconverter.source.names.project import Project, Script

Look = Callable[[Script, Received, "Surroundings | None"], Kinds]


@dataclass
class Surroundings:
    """Look at other scripts when they are asked for, and keep what they show.

    Each is looked at by itself, with what its functions get from the others: what it imports in its turn is not looked
    at. So the answer does not depend on which script is asked for first, and a circle of imports ends.

    Attributes:
        project: The scripts.
        look: Gives what is known of the values of a script, by itself or among the others.
        received: What the functions of each module get from other files.
        shown: What the scripts show that were looked at with this knowledge, here or in another process.
    """

    project: Project
    look: Look
    received: Mapping[str, Received] = field(default_factory=dict)
    shown: dict[str, Kinds] = field(default_factory=dict)

    def attribute(self, owner: str, name: str) -> Kind:
        """Return the kind of what the methods of a class give to an attribute."""
        kinds = self.of(self.project.home(owner))
        return kinds.attributes.get((owner, name), UNKNOWN) if kinds is not None else UNKNOWN

    def result(self, owner: str, definition: Function) -> Kind:
        """Return the kind of what a method gives, where ``owner`` is the full name of its class."""
        kinds = self.of(self.project.home(owner))
        return kinds.results.get(definition.lineno, UNKNOWN) if kinds is not None else UNKNOWN

    def function(self, name: str) -> Kind:
        """Return the kind of a function by its full name, also through imports; unknown for anything else."""
        actual = self.project.actual_name(name)
        definition = self.project.find_function(actual)
        kinds = self.of(self.project.home(actual)) if definition is not None else None
        if definition is None or kinds is None or definition.decorator_list:
            return UNKNOWN
        return kind.calling(kinds.results.get(definition.lineno, UNKNOWN))

    def kinds(self, script: Script) -> Kinds:
        """Return what is known of the values of a script among the others."""
        return self.look(script, self.received.get(script.names.module, {}), self)

    def informed(self, received: Mapping[str, Received]) -> Surroundings:
        """Return the same with other knowledge of what functions get from other files."""
        kept = {name: kinds for name, kinds in self.shown.items() if received.get(name) == self.received.get(name)}
        return Surroundings(self.project, self.look, received, kept)

    def of(self, module: str | None) -> Kinds | None:
        """Return what a module shows by itself; None if it is no script of the project."""
        script = self.project.script(module) if module is not None else None
        if module is None or script is None:
            return None
        if module not in self.shown:
            try:
                self.shown[module] = replace(self.look(script, self.received.get(module, {}), None), by_node={})
            except Exception:  # a mistake of the converter costs this script alone, whose conversion reports it
                self.shown[module] = Kinds({}, {}, {})
        return self.shown[module]
