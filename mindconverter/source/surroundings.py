"""What the other scripts of a project show of their classes and functions, for a script that imports them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mindconverter.source import kind
from mindconverter.source.kind import UNKNOWN, Kind
from mindconverter.source.observed import Function, Kinds
from mindconverter.source.project import Project, Script

Look = Callable[[Script], Kinds]


@dataclass
class Surroundings:
    """Look at other scripts when they are asked for, and keep what they show.

    Each is looked at by itself: what it imports in its turn counts by its annotations only. So the answer does not
    depend on which script is asked for first, and a circle of imports ends.

    Attributes:
        project: The scripts.
        look: Gives what is known of the values of a script by itself.
    """

    project: Project
    look: Look
    _kinds: dict[str, Kinds] = field(default_factory=dict)

    def attribute(self, owner: str, name: str) -> Kind:
        """Return the kind of what the methods of a class give to an attribute."""
        kinds = self._of(self.project.home(owner))
        return kinds.attributes.get((owner, name), UNKNOWN) if kinds is not None else UNKNOWN

    def result(self, owner: str, definition: Function) -> Kind:
        """Return the kind of what a method gives, where ``owner`` is the full name of its class."""
        kinds = self._of(self.project.home(owner))
        return kinds.results.get(id(definition), UNKNOWN) if kinds is not None else UNKNOWN

    def function(self, name: str) -> Kind:
        """Return the kind of a function by its full name, also through imports; unknown for anything else."""
        actual = self.project.actual_name(name)
        definition = self.project.find_function(actual)
        kinds = self._of(self.project.home(actual)) if definition is not None else None
        if definition is None or kinds is None or definition.decorator_list:
            return UNKNOWN
        return kind.calling(kinds.results.get(id(definition), UNKNOWN))

    def _of(self, module: str | None) -> Kinds | None:
        script = self.project.script(module) if module is not None else None
        if module is None or script is None:
            return None
        if module not in self._kinds:
            self._kinds[module] = self.look(script)
        return self._kinds[module]
