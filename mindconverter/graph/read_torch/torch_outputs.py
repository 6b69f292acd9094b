"""Flatten what a PyTorch module gives: a network gives a tensor, or a tuple of tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from mindconverter.errors import BadParameterError

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Outputs:
    """Describe the outputs of a module.

    Args:
        names: The names of its tensors, where dictionaries or classes name them.
        is_flat: Whether the module gives a tensor or a tuple of tensors by itself.
        count: How many tensors there are.
        notes: What to tell of them, one sentence each.
    """

    names: tuple[str, ...] | None
    is_flat: bool
    count: int
    notes: tuple[str, ...]

    def choose(self, wanted: Sequence[str] | None, source: str) -> OutputChoice:
        """Return what the outputs are called, and which of them are kept.

        Args:
            wanted: Names that the outputs have, of those to keep in their order; or another name for each.
            source: The file that the module came from.

        Raises:
            BadParameterError: The names are neither.
        """
        if wanted is None:
            return OutputChoice(self.names, None)
        if set(wanted) <= set(self.names or ()):
            return OutputChoice(self.names, None if tuple(wanted) == self.names else tuple(wanted))
        if len(wanted) == self.count:
            return OutputChoice(tuple(wanted), None)
        known = f": {', '.join(self.names)}" if self.names else ""
        raise BadParameterError(
            f"The module gives {self.count} tensor{'s' * (self.count > 1)}{known}, "
            f"but --output_nodes has {', '.join(wanted)}.",
            where=source,
            advice="Choose among their names, or give a name for each.",
        )


@dataclass(frozen=True)
class OutputChoice:
    """Say what the outputs of a module are called.

    Args:
        names: The names of all; None leaves them to the exporter.
        kept: Those to keep, in the order wanted; None keeps all as they are.
    """

    names: tuple[str, ...] | None
    kept: tuple[str, ...] | None


def describe_outputs(result: Any, taken: Sequence[str]) -> Outputs:
    """Describe what a module gave.

    Args:
        result: It.
        taken: Names that no output may have.
    """
    import torch

    if isinstance(result, torch.Tensor) or (
        type(result) in (tuple, list) and result and all(isinstance(item, torch.Tensor) for item in result)
    ):
        return Outputs(None, True, 1 if isinstance(result, torch.Tensor) else len(result), ())
    found = list(leaves(result, ()))
    tensors = [path for path, value in found if isinstance(value, torch.Tensor)]
    dropped = [f"{_name(path) or 'it'} ({type(value).__name__})" for path, value in found if _is_odd(value)]
    names = [_name(path) for path in tensors]
    named = len(set(names)) == len(names) and any(not item.isdigit() for path in tensors for item in path)
    told = ", ".join(names) if named else f"{len(names)} in all"
    kind = type(result).__name__
    form = "the tensor of it alone" if len(names) == 1 else "its tensors in a tuple"
    notes = [f"The module gives a {kind}; the network gives {form}: {told}."]
    if dropped:
        notes.append(f"Left out of the outputs, as they are no tensors: {', '.join(dropped)}.")
    free = tuple(f"{name}_output" if name in taken else name for name in names)
    return Outputs(free if named else None, False, len(names), tuple(notes))


@contextmanager
def flat_outputs(module: torch.nn.Module) -> Iterator[None]:
    """Let a module give a tensor or a tuple of tensors meanwhile."""
    import torch

    def flatten(_module: object, _arguments: object, result: Any) -> Any:
        tensors = tuple(value for _, value in leaves(result, ()) if isinstance(value, torch.Tensor))
        return tensors[0] if len(tensors) == 1 else tensors

    hook: Callable[..., Any] = flatten
    handle = module.register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


def leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield what nested containers hold, with its keys and places."""
    if isinstance(value, Mapping):
        items = [(str(key), item) for key, item in value.items()]
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        items = list(zip(value._fields, value, strict=True))
    elif isinstance(value, (tuple, list)):
        items = [(str(index), item) for index, item in enumerate(value)]
    elif is_dataclass(value) and not isinstance(value, type):
        items = [(field.name, getattr(value, field.name)) for field in fields(value)]
    else:
        yield path, value
        return
    for key, item in items:
        yield from leaves(item, (*path, key))


def _is_odd(value: object) -> bool:
    import torch

    return value is not None and not isinstance(value, torch.Tensor)


def _name(path: Sequence[str]) -> str:
    return "_".join(path)
