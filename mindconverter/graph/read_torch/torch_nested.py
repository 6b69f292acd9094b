"""Let a PyTorch module whose parameters are lists or dictionaries of tensors take plain tensors, one for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import is_dataclass
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Any, TypeAlias, get_args, get_origin, get_type_hints

from mindconverter.errors import BadParameterError

if TYPE_CHECKING:
    import torch

Tree: TypeAlias = "str | dict[str, Tree]"
"""The name of a plain input, or what a list or dictionary holds, by its keys or places."""

_DOT = "."


@contextmanager
def plain_inputs(module: torch.nn.Module, names: Sequence[str] | None) -> Iterator[list[str] | None]:
    """Let a module take plain tensors meanwhile, and give the names of its inputs.

    A name such as `batch.ids` is an item of the dictionary that the parameter `batch` is, and `images.0` one of a list.
    If no name is so, the module stays as it is.

    Args:
        module: The module.
        names: The names that the user gave its inputs.

    Raises:
        BadParameterError: The names do not fit the parameters, or each other.
    """
    import torch

    is_script = isinstance(module, torch.jit.ScriptModule)
    own = [] if is_script else list(signature(module.forward).parameters.values())
    known = {parameter.name for parameter in own if parameter.kind is not Parameter.VAR_POSITIONAL}
    if is_script:
        known = {item.name for item in module.forward.schema.arguments}
    if names is None or not any(_DOT in name and name.partition(_DOT)[0] in known for name in names):
        yield None if names is None else list(names)
        return
    if is_script:
        raise BadParameterError(
            "The exporter takes no lists and dictionaries as inputs of TorchScript.",
            where="--input_nodes",
            advice="Give the module itself, saved whole, or exported as a program.",
        )
    trees = _trees(names, own)
    hints = _hints(module.forward)
    given, before = module.forward, vars(module).get("forward")

    def forward(*arguments: Any, **keywords: Any) -> Any:
        values = plain.bind(*arguments, **keywords).arguments
        return given(**{name: _filled(tree, values, hints.get(name)) for name, tree in trees.items()})

    flat = [name for tree in trees.values() for name in _leaves(tree)]
    plain = Signature([Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in flat])
    forward.__signature__ = plain  # type: ignore[attr-defined]
    replaced: Any = module
    replaced.forward = forward
    try:
        yield [plain_name(name) for name in names]
    finally:
        if before is None:
            del replaced.forward
        else:
            replaced.forward = before


def _trees(names: Sequence[str], own: Sequence[Parameter]) -> dict[str, Tree]:
    """Return what each parameter of a module is made of, in the order of the parameters."""
    found: dict[str, Any] = {}
    for name in names:
        *path, last = name.split(_DOT)
        place = found
        for key in path:
            place = place.setdefault(key, {})
            if not isinstance(place, dict):
                raise _refusal(f"{name!r} is an item of {key!r}, which is an input itself")
        if last in place or plain_name(name) in map(plain_name, set(names) - {name}):
            raise _refusal(f"{name!r} is there twice")
        place[last] = plain_name(name)
    known = [parameter.name for parameter in own]
    takes_any = any(parameter.kind is Parameter.VAR_KEYWORD for parameter in own)
    unknown = [name for name in found if name not in known and not takes_any]
    missing = [
        parameter.name
        for parameter in own
        if parameter.default is Parameter.empty
        and parameter.name not in found
        and parameter.kind not in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    ]
    if unknown or missing:
        told = f"lack {', '.join(missing)}" if missing else f"have {', '.join(unknown)}, which the module does not"
        raise _refusal(f"The names of the inputs {told}")
    order = [name for name in known if name in found] + [name for name in found if name not in known]
    return {name: found[name] for name in order}


def _refusal(message: str) -> BadParameterError:
    return BadParameterError(
        f"{message}.",
        where="--input_nodes",
        advice="Name each tensor once: the parameter, or the parameter, a point and the key or the place, such as"
        " --input_nodes ids images.0 images.1 batch.mask.",
    )


def plain_name(name: str) -> str:
    """Return the name of an item of a list or dictionary as that of an input."""
    return name.replace(_DOT, "_")


def _leaves(tree: Tree) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
        return
    for item in tree.values():
        yield from _leaves(item)


def _hints(source: Callable[..., Any]) -> dict[str, Any]:
    """Return the annotations of a function or class, or none where they cannot be looked up."""
    try:
        return get_type_hints(source)
    except Exception:  # annotations are code of the user, and may name what is not there
        return {}


def _filled(tree: Tree, values: Mapping[str, Any], hint: Any) -> Any:
    """Build the value of a parameter: a list where there are places, a tuple or class where the annotation says so."""
    if isinstance(tree, str):
        return values[tree]
    origin, kinds = get_origin(hint) or hint, get_args(hint)
    if origin is tuple and Ellipsis not in kinds:
        inner = {str(place): kind for place, kind in enumerate(kinds)}
    elif isinstance(hint, type) and (is_dataclass(hint) or hasattr(hint, "_fields")):
        return hint(**{key: _filled(item, values, _hints(hint).get(key)) for key, item in tree.items()})
    else:
        inner = dict.fromkeys(tree, kinds[0 if origin is tuple else -1] if kinds else None)
    items = {key: _filled(item, values, inner.get(key)) for key, item in tree.items()}
    if origin is dict and kinds and kinds[0] is int:
        return {int(key): item for key, item in items.items()}
    if origin is dict or set(items) != {str(place) for place in range(len(items))}:
        return items
    sequence = [items[str(place)] for place in range(len(items))]
    return tuple(sequence) if origin is tuple else sequence
