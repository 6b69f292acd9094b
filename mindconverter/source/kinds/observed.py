"""What the calls and the bodies of a script show of its functions: the kinds of their arguments and results."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mindconverter.source.kinds import kind
from mindconverter.source.kinds.kind import UNKNOWN, Kind

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Kinds:
    """Hold what is known of the values of a script.

    Attributes:
        by_node: The kinds of expressions by the identity of their nodes.
        attributes: The kinds of attributes that methods give to ``self``, by class and name.
        results: The kinds of what functions give, by the lines of their definitions.
        given: What calls give to functions of other files, by the place of the function and the parameter.
    """

    by_node: Mapping[int, Kind]
    attributes: Mapping[tuple[str, str], Kind]
    results: Mapping[int, Kind]
    given: Mapping[tuple[str, int], Mapping[str, Kind]] = field(default_factory=dict)

    def of(self, node: ast.expr) -> Kind:
        """Return the kind of an expression."""
        return self.by_node.get(id(node), UNKNOWN)


@dataclass
class Observed:
    """Collect what is seen of functions, by the identity of their definitions.

    Attributes:
        arguments: The kinds that all calls give to each parameter.
        results: The kinds of what the bodies return.
        attributes: The kinds of what methods give to attributes of ``self``, by class and name.
        arrays: The names that are given to networks, and to functions of arrays, by the node of their scope.
    """

    arguments: dict[int, dict[str, Kind]] = field(default_factory=dict)
    results: dict[int, Kind] = field(default_factory=dict)
    attributes: dict[tuple[str, str], Kind] = field(default_factory=dict)
    arrays: set[tuple[int, str]] = field(default_factory=set)

    def note_call(self, definition: Function, call: ast.Call, kinds: Mapping[int, Kind], *, bound: bool) -> None:
        """Note the arguments of a call.

        Args:
            definition: The function that is called.
            call: The call.
            kinds: The kinds of its arguments by the identity of the nodes.
            bound: Whether the function's first parameter is the instance.
        """
        found = self.arguments.setdefault(id(definition), {})
        for name, argument in given_arguments(definition, call, bound=bound).items():
            said = kinds.get(id(argument), UNKNOWN)
            found[name] = kind.join(found[name], said) if name in found else said

    def note_arrays(self, scope: ast.AST, given: Iterable[ast.expr]) -> None:
        """Note the names among what is given to an API that takes arrays."""
        self.arrays.update((id(scope), item.id) for item in given if isinstance(item, ast.Name))

    def note_result(self, definition: Function, found: Kind) -> None:
        """Note what a function returns at one place."""
        key = id(definition)
        self.results[key] = kind.join(self.results[key], found) if key in self.results else found


def given_arguments(definition: Function, call: ast.Call, *, bound: bool) -> dict[str, ast.expr]:
    """Return what a call gives to the parameters of a function, as far as no star hides it.

    Args:
        definition: The function.
        call: The call.
        bound: Whether the function's first parameter is the instance.
    """
    parameters = [parameter.arg for parameter in (*definition.args.posonlyargs, *definition.args.args)]
    given: dict[str, ast.expr] = {}
    for name, argument in zip(parameters[1:] if bound else parameters, call.args, strict=False):
        if isinstance(argument, ast.Starred):
            break
        given[name] = argument
    given.update({keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None})
    return given
