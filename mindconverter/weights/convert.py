"""The checkpoint of a converted script: a PyTorch state dict as the parameters of its network."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mindconverter.errors import CheckpointGenerationError, ModelLoadingError
from mindconverter.report.write import replacing
from mindconverter.rules.tables import RuleTables, load_tables
from mindconverter.weights.plan import WeightPlan, plan_checkpoint
from mindconverter.weights.torch_state import load_state
from mindconverter.weights.transforms import Array, evaluate_weight

if TYPE_CHECKING:
    import mindspore

_SHOWN = 10


class UnusedWeightWarning(UserWarning):
    """Weights of a checkpoint have no place in the network, or parameters of the network have no weights."""


def convert_checkpoint(
    source: Mapping[str, Any] | str | Path,
    network: mindspore.nn.Cell,
    *,
    rules: Iterable[str | Path] = (),
    tables: RuleTables | None = None,
) -> dict[str, mindspore.Parameter]:
    """Give every parameter of a converted network its value from a PyTorch checkpoint.

    Args:
        source: A state dict of tensors or arrays, or the path of one. A file is loaded without running code from it.
        network: A network built from a converted script. Its buffers get their values at once, for
            ``mindspore.load_param_into_net`` sets parameters only.
        rules: Folders of tables that win over the shipped ones.
        tables: The tables to convert by; by default those that ``rules`` names.

    Returns:
        The parameters by name, for ``mindspore.load_param_into_net``. What found no place on either side is the subject
        of an ``UnusedWeightWarning``.

    Raises:
        ModelLoadingError: The file is no state dict.
        CheckpointGenerationError: A trainable parameter has no weight, or a shape differs.
    """
    arrays = read_state_dict(source) if isinstance(source, (str, Path)) else as_arrays(source)
    tables = tables if tables is not None else load_tables([Path(folder) for folder in rules])
    plan = plan_checkpoint(arrays, network, tables)
    leftover = describe_leftover(plan, arrays)
    if leftover:
        warnings.warn("\n".join(leftover), UnusedWeightWarning, stacklevel=2)
    return fill_parameters(plan, arrays, network)


def read_state_dict(path: str | Path) -> dict[str, Array]:
    """Load the state dict of a file as arrays; nothing that the file holds is run.

    Raises:
        MissingDependencyError: PyTorch is not installed.
        ModelLoadingError: The file cannot be read, or holds no state dict.
    """
    return as_arrays(load_state(Path(path)))


def as_arrays(state: Mapping[str, Any]) -> dict[str, Array]:
    """Return the tensors of a state dict as arrays, which share their memory where they can.

    Raises:
        ModelLoadingError: A value is neither a tensor nor an array.
    """
    return {name: _as_array(name, value) for name, value in state.items() if not name.endswith("_extra_state")}


def _as_array(name: str, value: Any) -> Array:
    if isinstance(value, np.ndarray):
        return value
    try:
        tensor = value.detach().cpu()
        if str(tensor.dtype).endswith("bfloat16"):
            tensor = tensor.float()  # numpy has no bfloat16; every value of it is a float32
        array: Array = tensor.numpy()
    except (AttributeError, TypeError, RuntimeError) as error:
        raise ModelLoadingError(
            f"The entry {name!r} of the state dict is a {type(value).__name__}, not a dense tensor.",
            advice="Give the state dict of the model, without other entries.",
        ) from error
    return array


def describe_leftover(plan: WeightPlan, arrays: Mapping[str, Array]) -> list[str]:
    """Return a line for each group of weights or parameters that has no counterpart.

    Args:
        plan: The plan.
        arrays: The source weights; one that is another name of a used weight is not reported.
    """
    used = {_memory(arrays[name]) for match in plan.matches for name in match.sources.values()}
    unused = [name for name in plan.unused if _memory(arrays[name]) not in used]
    lines = []
    if unused:
        lines.append(f"Weights without a place in the network: {_listed(unused)}.")
    if plan.kept:
        lines.append(f"Parameters that keep their values, as the source has none for them: {_listed(plan.kept)}.")
    return lines


def _memory(array: Array) -> tuple[int, tuple[int, ...]]:
    return array.__array_interface__["data"][0], array.shape


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def fill_parameters(
    plan: WeightPlan, arrays: Mapping[str, Array], network: mindspore.nn.Cell
) -> dict[str, mindspore.Parameter]:
    """Make the parameters that a plan describes, and set the buffers of the network.

    Args:
        plan: The plan, made for the network.
        arrays: The source weights by name.
        network: The network.

    Raises:
        CheckpointGenerationError: A trainable parameter has no weight, or a shape differs.
    """
    import mindspore

    if plan.missing:
        raise CheckpointGenerationError(
            f"The source has no weights for {_listed(plan.missing)}.",
            advice="Check that the network is built with the same arguments as the PyTorch model.",
        )
    network.check_names_and_refresh_name()
    places = {**dict(network.named_buffers()), **dict(network.parameters_and_names())}
    result: dict[str, mindspore.Parameter] = {}
    for match in plan.matches:
        place = places[match.target]
        weights = {name: arrays[source] for name, source in match.sources.items()}
        value = evaluate_weight(match.expression, weights, where=match.where) if match.where else weights[match.target]
        if value.shape != tuple(place.shape):
            raise CheckpointGenerationError(
                f"The weight {', '.join(sorted(match.sources.values()))} gives the shape {value.shape}, but the "
                f"parameter {match.target!r} has the shape {tuple(place.shape)}.",
                where=match.where,
                advice="Check that the network is built with the same arguments as the PyTorch model.",
            )
        tensor = mindspore.Tensor(np.ascontiguousarray(value).reshape(value.shape), dtype=place.dtype)
        if isinstance(place, mindspore.Parameter):
            result[place.name] = mindspore.Parameter(tensor, name=place.name, requires_grad=place.requires_grad)
        else:
            place.assign_value(tensor)
    return result


def write_checkpoint(parameters: Mapping[str, mindspore.Parameter], path: Path) -> None:
    """Write parameters as a MindSpore checkpoint, whole or not at all.

    Args:
        parameters: The parameters by name.
        path: The file, with the suffix ``.ckpt``.

    Raises:
        CheckpointGenerationError: The file cannot be written.
    """
    import mindspore

    entries = [{"name": name, "data": parameter} for name, parameter in parameters.items()]
    with replacing(path, CheckpointGenerationError) as temporary:
        mindspore.save_checkpoint(entries, str(temporary))
