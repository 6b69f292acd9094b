"""Gather the operations of a graph into the nested scopes of its modules, in an order that can be computed."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

from mindconverter.graph.ir import Scope
from mindconverter.graph.lower.lowered import Operation


@dataclass(frozen=True, eq=False)
class Region:
    """Hold what one call of a module computes.

    Attributes:
        scope: The module's step in the path; None for the whole graph.
        path: The names of the steps from the root.
        items: Operations and inner regions, each after all that it reads.
    """

    scope: Scope | None
    path: tuple[str, ...]
    items: tuple[Operation | Region, ...]

    def operations(self) -> list[Operation]:
        """Return all operations within, in order."""
        found: list[Operation] = []
        for item in self.items:
            found.extend(item.operations() if isinstance(item, Region) else [item])
        return found


@dataclass(eq=False)
class _Group:
    """Some operations that belong together; those of a scope, or a single one."""

    scope: Scope | None
    operations: list[Operation] = field(default_factory=list)


def build_regions(operations: Sequence[Operation], scope: Scope | None = None, path: tuple[str, ...] = ()) -> Region:
    """Return the graph as one region with the modules' regions within.

    A scope whose operations depend on something between them is taken apart into as many regions as that needs.

    Args:
        operations: The operations, each after all that it reads.
        scope: The step in the path that the graph is, if it is a body.
        path: The names of the steps from the root to the graph.
    """
    return _region(scope, path, operations, 0)


def _region(scope: Scope | None, path: tuple[str, ...], operations: Sequence[Operation], depth: int) -> Region:
    groups = _order(_apart(_untangle(_grouped(operations, depth)), depth))
    items: list[Operation | Region] = []
    for group in groups:
        if group.scope is None:
            items.extend(group.operations)
        else:
            items.append(_region(group.scope, (*path, group.scope.name), group.operations, depth + 1))
    return Region(scope, path, tuple(items))


def _grouped(operations: Sequence[Operation], depth: int) -> list[_Group]:
    groups: list[_Group] = []
    named: dict[str, _Group] = {}
    for operation in operations:
        scopes = operation.scopes
        if len(scopes) <= depth:
            groups.append(_Group(None, [operation]))
            continue
        scope = scopes[depth]
        if scope.name not in named:
            named[scope.name] = _Group(scope)
            groups.append(named[scope.name])
        named[scope.name].operations.append(operation)
    return groups


def _edges(groups: Sequence[_Group]) -> list[set[int]]:
    """Return the groups that read what each group computes."""
    owner = {name: index for index, group in enumerate(groups) for item in group.operations for name in item.outputs}
    readers: list[set[int]] = [set() for _ in groups]
    for index, group in enumerate(groups):
        for item in group.operations:
            for name in item.values:
                if name in owner and owner[name] != index:
                    readers[owner[name]].add(index)
    return readers


def _untangle(groups: list[_Group]) -> list[_Group]:
    """Split the groups that wait for each other."""
    result: list[_Group] = []
    for component in _components(_edges(groups)):
        members = [groups[index] for index in component]
        result.extend(members if len(members) == 1 else _runs(members))
    return result


def _runs(groups: Sequence[_Group]) -> list[_Group]:
    """Split groups into runs of operations, staying with a group as long as one of its operations can be computed."""
    operations = [(index, item) for index, group in enumerate(groups) for item in group.operations]
    producers = {name: place for place, (_, item) in enumerate(operations) for name in item.outputs}
    needs = [
        {producers[name] for name in item.values if name in producers and producers[name] != place}
        for place, (_, item) in enumerate(operations)
    ]
    readers: list[list[int]] = [[] for _ in operations]
    for place, needed in enumerate(needs):
        for producer in needed:
            readers[producer].append(place)
    missing = [len(needed) for needed in needs]
    ready = {
        index: [place for place, (owner, _) in enumerate(operations) if owner == index and not missing[place]]
        for index in range(len(groups))
    }
    runs: list[_Group] = []
    current = 0
    done = 0
    while done < len(operations):
        if not ready[current]:
            current = min((index for index in ready if ready[index]), key=lambda index: ready[index][0])
        run = _Group(groups[current].scope)
        while ready[current]:
            place = heapq.heappop(ready[current])
            run.operations.append(operations[place][1])
            done += 1
            for reader in readers[place]:
                missing[reader] -= 1
                if not missing[reader]:
                    heapq.heappush(ready[operations[reader][0]], reader)
        runs.append(run)
    return runs


def _apart(groups: list[_Group], depth: int) -> list[_Group]:
    """Split a module that is one Cell, called several times, into its calls."""
    result: list[_Group] = []
    for group in groups:
        cells = {item.cell.fingerprint if item.cell is not None else None for item in group.operations}
        innermost = all(len(item.scopes) == depth + 1 for item in group.operations)
        if group.scope is not None and innermost and len(cells) == 1 and None not in cells:
            result.extend(_Group(group.scope, [item]) for item in group.operations)
        else:
            result.append(group)
    return result


def _order(groups: Sequence[_Group]) -> list[_Group]:
    """Return the groups so that each comes after those that it reads, and otherwise as they stand."""
    readers = _edges(groups)
    missing = [0] * len(groups)
    for found in readers:
        for index in found:
            missing[index] += 1
    ready = [index for index, count in enumerate(missing) if not count]
    ordered: list[_Group] = []
    while ready:
        index = heapq.heappop(ready)
        ordered.append(groups[index])
        for reader in readers[index]:
            missing[reader] -= 1
            if not missing[reader]:
                heapq.heappush(ready, reader)
    return ordered


def _components(readers: Sequence[set[int]]) -> list[list[int]]:
    """Return the strongly connected components of a graph, each sorted, in the order of their first members."""
    state = _Search(readers)
    for start in range(len(readers)):
        if start not in state.number:
            state.visit(start)
    return sorted((sorted(component) for component in state.components), key=lambda component: component[0])


@dataclass
class _Search:
    """Tarjan's search, with its own stack in place of recursion."""

    readers: Sequence[set[int]]
    number: dict[int, int] = field(default_factory=dict)
    low: dict[int, int] = field(default_factory=dict)
    waiting: list[int] = field(default_factory=list)
    is_waiting: set[int] = field(default_factory=set)
    components: list[list[int]] = field(default_factory=list)

    def visit(self, start: int) -> None:
        steps = [(start, iter(sorted(self.readers[start])))]
        self._enter(start)
        while steps:
            node, rest = steps[-1]
            for reader in rest:
                if reader not in self.number:
                    self._enter(reader)
                    steps.append((reader, iter(sorted(self.readers[reader]))))
                    break
                if reader in self.is_waiting:
                    self.low[node] = min(self.low[node], self.number[reader])
            else:
                steps.pop()
                if steps:
                    self.low[steps[-1][0]] = min(self.low[steps[-1][0]], self.low[node])
                if self.low[node] == self.number[node]:
                    self._leave(node)

    def _enter(self, node: int) -> None:
        self.number[node] = self.low[node] = len(self.number)
        self.waiting.append(node)
        self.is_waiting.add(node)

    def _leave(self, node: int) -> None:
        component: list[int] = []
        while not component or component[-1] != node:
            component.append(self.waiting.pop())
            self.is_waiting.discard(component[-1])
        self.components.append(component)
