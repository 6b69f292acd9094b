"""Find inputs that a PyTorch module accepts: which of its parameters they are, and the type of their elements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from inspect import Parameter, signature
from itertools import product
from typing import TYPE_CHECKING, Any

from mindconverter.errors import BadParameterError, ModelLoadingError
from mindconverter.graph.quiet import first_line, quiet

if TYPE_CHECKING:
    import torch

INPUT_TYPES = ("float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool")

_ATTEMPTS = 100
_SHOWN = 6
_MASK = "mask"
_INTEGER_WORDS = ("id", "ids", "index", "indices", "mask", "token", "tokens", "label", "labels", "length", "lengths")


@dataclass(frozen=True, eq=False)
class Example:
    """Hold inputs that a module runs with.

    Args:
        positional: Those that are passed by place.
        keywords: Those that are passed by name, in the order of the module's parameters.
        names: The names of all, in that order.
        result: What the module gave.
        notes: What to tell of them, one sentence each.
    """

    positional: tuple[torch.Tensor, ...]
    keywords: dict[str, torch.Tensor]
    names: tuple[str, ...]
    result: Any
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Called:
    """Describe a parameter of a module's call."""

    name: str
    required: bool


def example_inputs(
    module: torch.nn.Module,
    shape: Sequence[Sequence[int]],
    source: str,
    *,
    names: Sequence[str] | None = None,
    types: Sequence[str] | None = None,
) -> Example:
    """Return inputs that a module accepts.

    Args:
        module: The module, in evaluation mode.
        shape: The shape of each input.
        source: The file that it came from, for messages.
        names: Names for the inputs. Parameters of the module's call are passed by name, so that others between them
            keep their defaults; other names are only names.
        types: The element type of each input, of `INPUT_TYPES`; found out without them.

    Raises:
        BadParameterError: The number of inputs does not fit the module, or a type is unknown.
        ModelLoadingError: The module accepts no such inputs.
    """
    import torch

    parameters, is_open = _parameters(module)
    known = [parameter.name for parameter in parameters]
    by_name = names is not None and len(names) == len(shape) and set(names) <= set(known)
    chosen = list(names or ()) if by_name else known[: len(shape)]
    _check_count(parameters, chosen, len(shape), is_open=is_open)
    if len(chosen) < len(shape):
        chosen = [f"input_{index}" for index in range(len(shape))]
    as_keywords = by_name and chosen != known[: len(chosen)]
    generator = torch.Generator().manual_seed(0)
    reason = ""
    for kinds in _kinds(chosen, _given_types(types, len(shape))):
        tensors = [_tensor(sizes, kind, generator) for sizes, kind in zip(shape, kinds, strict=True)]
        pairs = dict(zip(chosen, tensors, strict=True))
        keywords = {name: pairs[name] for name in known if name in pairs} if as_keywords else {}
        positional = () if as_keywords else tuple(tensors)
        try:
            with torch.no_grad(), quiet():
                result = module(*positional, **keywords)
        except Exception as error:  # the user's own code runs here, and may raise anything
            reason = reason or first_line(error)
            continue
        notes = [] if types is not None else _type_notes(pairs)
        notes += _default_notes(parameters, chosen)
        return Example(positional, keywords, tuple(keywords or chosen), result, tuple(notes))
    told = " ".join(",".join(map(str, sizes)) for sizes in shape)
    raise ModelLoadingError(
        f"The module does not run with inputs of the shape {told}: {reason}.",
        where=source,
        advice="Check --shape: one shape for each input of the module, the batch included. --input_types gives the type"
        " of each, such as float32 int64 bool. Of an input that is a list or a dictionary, name each tensor:"
        " --input_nodes images.0 images.1 batch.mask.",
    )


def _parameters(module: torch.nn.Module) -> tuple[list[_Called], bool]:
    """Return the parameters of a module's call, and whether it takes any number of inputs."""
    import torch

    if isinstance(module, torch.jit.ScriptModule):
        return [_Called(item.name, not item.has_default_value()) for item in module.forward.schema.arguments[1:]], False
    found = []
    is_open = False
    for parameter in signature(module.forward).parameters.values():
        if parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
            is_open = is_open or parameter.kind is Parameter.VAR_POSITIONAL
        else:
            found.append(_Called(parameter.name, parameter.default is Parameter.empty))
    return found, is_open


def _check_count(parameters: Sequence[_Called], chosen: Sequence[str], count: int, *, is_open: bool) -> None:
    """Refuse fewer shapes than the module has inputs, and more.

    Raises:
        BadParameterError: The number does not fit.
    """
    missing = [parameter.name for parameter in parameters if parameter.required and parameter.name not in chosen]
    if not missing and (is_open or count <= len(parameters)):
        return
    told = ", ".join(parameter.name + ("" if parameter.required else " (optional)") for parameter in parameters)
    raise BadParameterError(
        f"--shape gives {count} shape(s), but the module takes {told or 'no inputs'}.",
        where="--shape",
        advice="Give one shape for each input. To pass some of the optional ones, or tensors of a list or dictionary,"
        " name all that are given by --input_nodes, in the same order: ids images.0 images.1 batch.mask.",
    )


def _given_types(types: Sequence[str] | None, count: int) -> list[torch.dtype] | None:
    import torch

    if types is None:
        return None
    unknown = [name for name in types if name not in INPUT_TYPES]
    if unknown or len(types) != count:
        raise BadParameterError(
            f"{unknown[0]!r} is no type of inputs." if unknown else f"--input_types gives {len(types)} for {count}.",
            where="--input_types",
            advice=f"Give one for each input: {', '.join(INPUT_TYPES)}.",
        )
    return [getattr(torch, name) for name in types]


def _kinds(names: Sequence[str], given: list[torch.dtype] | None) -> Iterator[tuple[torch.dtype, ...]]:
    """Yield the types to try, the likelier first: numbers, whole numbers where the name says so, then all others."""
    import torch

    if given is not None:
        yield tuple(given)
        return
    floating, whole = torch.float32, torch.int64
    words = [set(name.lower().split("_")) for name in names]
    hinted = tuple(whole if own & set(_INTEGER_WORDS) else floating for own in words)
    masked = tuple(torch.bool if _MASK in own else kind for own, kind in zip(words, hinted, strict=True))
    tried = dict.fromkeys([(floating,) * len(names), hinted, masked, (whole,) * len(names)])
    for likely in list(tried):  # of many inputs, one more that is not of the likely kind
        for index, kind in product(range(len(names)), (floating, whole, torch.bool)):
            tried.setdefault((*likely[:index], kind, *likely[index + 1 :]))
    every = product((floating, whole, torch.bool), repeat=len(names))
    for _, kinds in zip(range(_ATTEMPTS), every, strict=False):
        tried.setdefault(kinds)
    yield from tried


def _tensor(sizes: Sequence[int], kind: torch.dtype, generator: torch.Generator) -> torch.Tensor:
    import torch

    if kind.is_floating_point:
        return torch.rand(tuple(sizes), generator=generator).to(kind)
    return torch.ones(tuple(sizes), dtype=kind)


def _type_notes(tensors: dict[str, torch.Tensor]) -> list[str]:
    kinds = {name: str(tensor.dtype).removeprefix("torch.") for name, tensor in tensors.items()}
    if set(kinds.values()) == {"float32"}:
        return []
    told = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
    return [f"The inputs were taken to be {told}, which the module runs with; --input_types says otherwise."]


def _default_notes(parameters: Sequence[_Called], chosen: Sequence[str]) -> list[str]:
    left = [parameter.name for parameter in parameters if parameter.name not in chosen]
    if not left:
        return []
    more = f" and {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
    return [f"Parameters of the module that keep their defaults: {', '.join(left[:_SHOWN])}{more}."]
