"""Move nodes behind those that read them, where that makes some of them cancel out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mindconverter.graph.ir import Graph, Node
from mindconverter.graph.lower.fuse import Fusing
from mindconverter.graph.lower.match import Matcher
from mindconverter.graph.lower.uses import Uses, needed_nodes
from mindconverter.rules.fusion import Fusion
from mindconverter.rules.tables import RuleTables


def settle(graph: Graph, tables: RuleTables) -> Graph:
    """Return a graph in which nodes that the tables can move have gone, wherever their moving leads to fewer of them.

    Args:
        graph: A graph whose nodes are fused.
        tables: The rules and catalogues.
    """
    moves = [fusion for fusion in tables.fusions if fusion.moves]
    moved = {(fusion.becomes.domain, fusion.becomes.operator) for fusion in moves}
    ends = [fusion for fusion in tables.fusions if not fusion.moves and moved & set(fusion.pattern.anchors)]
    for seed in [node for node in graph.nodes if (node.domain, node.op_type) in moved]:
        if any(node is seed for node in graph.nodes):
            trial = _moved(graph, seed, tables, [*ends, *moves])
            if _count(trial, moved) < _count(graph, moved):
                graph = trial
    return graph


def _count(graph: Graph, operators: set[tuple[str, str]]) -> int:
    return sum((node.domain, node.op_type) in operators for node in graph.nodes)


def _moved(graph: Graph, seed: Node, tables: RuleTables, fusions: Sequence[Fusion]) -> Graph:
    """Return the graph with a node moved as far as it gets."""
    graph = replace(graph, values=dict(graph.values), initializers=dict(graph.initializers))
    uses = Uses(graph)
    fusing = Fusing(graph, uses, tables, Matcher(graph, uses, tables.operators, tables.commutative))
    pending = [seed.outputs[0]]
    while pending:
        for reader in uses.readers(pending.pop()):
            if any(fusing.apply_at(fusion, reader, copies=True) for fusion in fusions):
                pending.append(reader.outputs[0])
    return replace(graph, nodes=needed_nodes(uses.nodes, graph.outputs))
