"""The names of source modules that leftovers keep, where the target's modules want the same names."""

from __future__ import annotations

from collections.abc import Collection

from mindconverter.source.calls.context import Context
from mindconverter.source.names.names import Binding


def other_name(context: Context, name: str, binding: Binding, wanted: Collection[str]) -> str | None:
    """Return another name for a module that stays imported, so that its own goes to a module of the target.

    Args:
        context: The conversion, whose uses of APIs have all been decided.
        name: The name that the import binds.
        binding: The import.
        wanted: The names that the target's modules want.

    Returns:
        None if nothing wants the name, or if it cannot be changed wherever the script reads it.
    """
    names = context.script.names
    if name not in wanted or binding.alias is None or binding.qualified is None or context.script.is_package:
        return None
    if not context.apis.is_module(context.apis.canonical(binding.qualified)):
        return None
    every = [bound for bound, _ in names.bound_names()]
    new = f"{binding.qualified.partition('.')[0]}_{name}"
    if every.count(name) > 1 or new in every or binding.node not in context.script.tree.body:
        return None
    reads = context.kept_reads.get(id(binding.alias), [])
    return new if reads and all(context.source.slice(context.span(node)) == name for node in reads) else None


def rename(context: Context, binding: Binding, new: str) -> None:
    """Give the module that an import brings another name, wherever what is left of the script reads it."""
    assert binding.alias is not None
    for node in context.kept_reads.get(id(binding.alias), []):
        context.replace(context.span(node), new)
