"""Export PyTorch modules and programs to ONNX so that they can be trained on, and read what came out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from mindconverter.errors import MissingDependencyError, ModelLoadingError
from mindconverter.graph.ir import Graph
from mindconverter.graph.onnx_model.onnx_file import load_onnx
from mindconverter.graph.quiet import first_line, quiet
from mindconverter.graph.read_onnx.onnx_to_ir import to_graph
from mindconverter.graph.read_onnx.read import prepare
from mindconverter.graph.read_torch.kept_operators import translations
from mindconverter.graph.read_torch.open_batch import BATCH, name_batch, open_batch
from mindconverter.graph.read_torch.torch_inputs import Example, example_inputs
from mindconverter.graph.read_torch.torch_outputs import describe_outputs, flat_outputs

if TYPE_CHECKING:
    import onnx
    import torch

Exporter: TypeAlias = Literal["dynamo", "torchscript"]

_TRAINING = "training_mode"
_LIBRARY = "torch."


@dataclass
class _Dropped:
    """Note what drops at random in training and is not kept."""

    functions: set[str] = field(default_factory=set)


def export_module(
    module: torch.nn.Module,
    shape: Sequence[Sequence[int]],
    source: str,
    *,
    exporter: Exporter | None = None,
    input_nodes: Sequence[str] | None = None,
    output_nodes: Sequence[str] | None = None,
    input_types: Sequence[str] | None = None,
) -> Graph:
    """Export a module in evaluation mode, but with its dropout, and read what came out.

    Args:
        module: The module; it is put into evaluation mode.
        shape: The shape of each input.
        source: The file that it came from.
        exporter: The exporter to use; None tries the newer one ("dynamo"), then the older.
        input_nodes: Names for the inputs, or the parameters of the module's call that they are.
        output_nodes: The outputs to keep, by the names that the module gives them; or a name for each.
        input_types: The element type of each input; found out without them.

    Raises:
        BadParameterError: The number of shapes, types or names does not fit the module.
        MissingDependencyError: The package that the exporter needs is not installed.
        ModelLoadingError: The module does not run with such inputs, or cannot be exported.
    """
    module.eval()
    for parameter in module.parameters():
        parameter.requires_grad_(False)
    widened = in_single_precision(module)
    example = example_inputs(module, shape, source, names=input_nodes, types=input_types)
    outputs = describe_outputs(example.result, example.names)
    choice = outputs.choose(output_nodes, source)
    given = tuple(input_nodes or ())
    names = example.names if not given or set(given) == set(example.names) else given
    dropped = _Dropped()
    reasons: list[str] = []
    for kind in _exporters(module, exporter):
        with TemporaryDirectory(prefix="mindconverter-") as folder, ExitStack() as stack:
            target = Path(folder) / "model.onnx"
            if not outputs.is_flat:
                stack.enter_context(flat_outputs(module))
            program = open_batch(module, example, _dropout_kept(module, dropped)) if kind == "dynamo" else None
            stack.enter_context(_dropout_kept(module, dropped))
            reason = _export(program or module, example, target, kind, names, choice.names)
            if reason is not None and program is not None:
                program = None
                reason = _export(module, example, target, kind, names, choice.names)
            if reason is not None:
                reasons.append(f"{kind}: {reason}")
                continue
            order = given if set(given) == set(example.names) else ()
            graph = read_exported(target, source, _classes(module), order, outputs=choice.kept)
        notes = (
            *widened,
            *example.notes,
            *outputs.notes,
            *_training_notes(module, example, dropped),
            *_unused(graph, names),
        )
        sizes = {} if program is None else {BATCH: len((*example.positional, *example.keywords.values())[0])}
        graph = with_source_shapes(graph, module.state_dict(), {name for name, _ in module.named_buffers()})
        return replace(graph, notes=(*notes, *graph.notes), sizes=sizes)
    raise ModelLoadingError(
        f"PyTorch cannot export the module to ONNX ({'; '.join(reasons)}).",
        where=source,
        advice="Change the part of the module that is named, or export it to ONNX yourself and give that file.",
    )


def with_source_shapes(graph: Graph, state: Mapping[str, torch.Tensor], buffers: Collection[str]) -> Graph:
    """Return a graph whose initializers know the shapes that they have in the module's state, and which are buffers."""
    shapes = {name: tuple(tensor.shape) for name, tensor in state.items()}
    initializers = {
        name: replace(
            initializer,
            source_shape=shapes.get(initializer.source_name),
            is_buffer=initializer.source_name in buffers,
        )
        for name, initializer in graph.initializers.items()
    }
    return replace(graph, initializers=initializers)


def other_precisions(tensors: Iterable[torch.Tensor]) -> list[str]:
    """Return the types of numbers among tensors that are not of single precision, which is what Cells compute in."""
    import torch

    kinds = {item.dtype for item in tensors if item.is_floating_point() and item.dtype != torch.float32}
    return sorted(str(kind).removeprefix("torch.") for kind in kinds)


def in_single_precision(module: torch.nn.Module) -> list[str]:
    """Turn the weights of a module to single precision, and tell so."""
    kinds = other_precisions([*module.parameters(), *module.buffers()])
    if not kinds:
        return []
    module.float()
    return [f"The weights are {', '.join(kinds)} in the source; they are converted to float32, as is the network."]


def read_exported(
    path: Path,
    source: str,
    classes: Mapping[str, str] | None,
    inputs: Sequence[str] = (),
    shape: Sequence[Sequence[int]] | None = None,
    outputs: Sequence[str] | None = None,
) -> Graph:
    """Read an ONNX file that was just exported.

    Args:
        path: The exported file.
        source: The file that the user gave.
        classes: The full class name of each module by qualified name, "" being the root, where they are at hand.
        inputs: The inputs in the order that the result shall have; that of the file without them.
        shape: The shape of each input, where the file leaves it open.
        outputs: The outputs to keep; None keeps all.
    """
    model = load_onnx(path)
    if classes is not None:
        name_batch(model.proto)
    _evaluate(model.proto)
    return to_graph(prepare(model, source, shape, list(inputs) or None, outputs), source, classes)


def _evaluate(proto: onnx.ModelProto) -> None:
    """Say of operators that were exported as in training that they run in evaluation: a Cell is switched as a whole."""
    import onnx

    versions = {entry.domain: entry.version for entry in proto.opset_import}
    read = {name for node in proto.graph.node for name in node.input} | {value.name for value in proto.graph.output}
    for node in proto.graph.node:
        version = versions.get(node.domain, 1)
        if not onnx.defs.has(node.op_type, version, node.domain):
            continue
        names = [parameter.name for parameter in onnx.defs.get_schema(node.op_type, version, node.domain).inputs]
        if _TRAINING in names and names.index(_TRAINING) == len(node.input) - 1:
            del node.input[-1]
            while len(node.output) > 1 and node.output[-1] not in read:
                del node.output[-1]  # the mask of what was dropped, which only training has


def _exporters(module: torch.nn.Module, exporter: Exporter | None) -> list[Exporter]:
    import torch

    if exporter is not None:
        return [exporter]
    return ["torchscript"] if isinstance(module, torch.jit.ScriptModule) else ["dynamo", "torchscript"]


def _export(
    module: torch.nn.Module | torch.export.ExportedProgram,
    example: Example,
    target: Path,
    exporter: Exporter,
    input_names: Sequence[str],
    output_names: Sequence[str] | None,
) -> str | None:
    """Export a module so that batch normalisation and weights stay as they are; return why that failed, or None."""
    import torch

    options: dict[str, Any] = {
        "kwargs": example.keywords or None,
        "input_names": list(input_names),
        "output_names": list(output_names or []) or None,
    }
    try:
        if exporter == "dynamo":
            options |= {"dynamo": True, "optimize": False, "external_data": True}
            options["custom_translation_table"] = translations()
        else:
            options |= {"dynamo": False, "do_constant_folding": False, "training": torch.onnx.TrainingMode.PRESERVE}
        with torch.no_grad(), quiet():
            is_traced = not isinstance(module, torch.nn.Module)
            if is_traced:
                options["kwargs"] = None
            torch.onnx.export(module, () if is_traced else example.positional, str(target), **options)
    except ImportError as error:
        raise MissingDependencyError(
            f"Exporting a module needs the package {error.name}.", advice='Run: pip install "mindconverter[torch]"'
        ) from error
    except Exception as error:  # the exporters raise what the module's own code raises, too
        return first_line(error)
    return None


@contextmanager
def _dropout_kept(module: torch.nn.Module, dropped: _Dropped) -> Iterator[None]:
    """Let dropout be exported as in training while everything else is in evaluation mode."""
    import torch

    if isinstance(module, torch.jit.ScriptModule):
        _keep_scripted_dropout(module, dropped)
        yield
        return

    kept = (torch.nn.functional.dropout, torch.dropout)

    class Keep(torch.overrides.TorchFunctionMode):  # type: ignore[misc]
        def __torch_function__(
            self, func: Any, _types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
        ) -> Any:
            keywords = dict(kwargs or {})
            if func in kept:
                place = 2  # of training, after the tensor and the probability
                if len(args) > place:
                    args = (*args[:place], True, *args[place + 1 :])
                else:
                    keywords["train" if func is torch.dropout else "training"] = True
                args = args[: place + 1]  # what changes its input in place would be taken apart by the exporter
                keywords.pop("inplace", None)
            elif keywords.get("p") and "training" in keywords:
                dropped.functions.add(getattr(func, "__name__", str(func)))
            return func(*args, **keywords)

    with Keep():
        yield


def _keep_scripted_dropout(module: torch.jit.ScriptModule, dropped: _Dropped) -> None:
    """Switch dropout on in TorchScript, whose modules ask whether they are trained, and whose traces know it."""
    import torch

    for part in module.modules():
        name = getattr(part, "original_name", "")
        if name == torch.nn.Dropout.__name__:
            part.train()
        elif torch.nn.Dropout.__name__ in name:
            dropped.functions.add(name)
        if not hasattr(part, "graph"):
            continue
        graph = part.graph
        found = [(node, 2) for node in graph.findAllNodes("aten::dropout")]
        for node in graph.findAllNodes("prim::CallFunction"):
            function = node.inputsAt(0).type().annotation_str
            if function.endswith(f".{torch.nn.functional.dropout.__qualname__}") and _LIBRARY in function:
                found.append((node, 3))
            elif torch.nn.functional.dropout.__name__ in function:
                dropped.functions.add(function.rpartition(".")[2])
        for node, training in found:
            with graph.insert_point_guard(node):  # one that stays would be gone when the exporter inlines the call
                node.replaceInput(training, graph.insertConstant(True))
        torch._C._jit_pass_dce(graph)


def _classes(module: torch.nn.Module) -> dict[str, str]:
    """Return the full class name of each module by its qualified name."""
    return {name: _class_name(part) for name, part in module.named_modules(remove_duplicate=False)}


def _class_name(part: torch.nn.Module) -> str:
    import torch

    if isinstance(part, torch.jit.ScriptModule):
        qualified = str(part._c._type().qualified_name())
        return ".".join(item for item in qualified.split(".") if not item.startswith("__"))
    return f"{type(part).__module__}.{type(part).__qualname__}"


def _training_notes(module: torch.nn.Module, example: Example, dropped: _Dropped) -> Iterator[str]:
    """Tell what a module does in training that the network does not."""
    lost = sorted(dropped.functions)
    lost += sorted(
        {
            f"that inside {type(part).__name__} {name}".rstrip()
            for name, part in module.named_modules()
            if isinstance(getattr(part, "dropout", None), float) and part.dropout
        }
    )
    lost += _uncalled_dropout(module, example)
    if lost:
        yield f"Dropout that is not kept, as the exporter has no form for it: {', '.join(lost)}."
    padded = [name for name, part in module.named_modules() if getattr(part, "padding_idx", None) is not None]
    if padded:
        yield f"The row of padding gets gradients in the network, unlike in the source: {', '.join(sorted(padded))}."
    asking = sorted({_class_name(part).rpartition(".")[2] for part in module.modules() if _asks_for_training(part)})
    if asking:
        yield f"What {', '.join(asking)} computes in training only is not in the network, for it asks `self.training`."


def _uncalled_dropout(module: torch.nn.Module, example: Example) -> list[str]:
    """Return the classes that only read the probability of a dropout layer, for a function that drops by itself."""
    import torch

    if isinstance(module, torch.jit.ScriptModule):
        return []
    layers = {name: part for name, part in module.named_modules() if isinstance(part, torch.nn.Dropout) and part.p}
    called: set[int] = set()
    hooks = [part.register_forward_pre_hook(lambda own, _: called.add(id(own))) for part in layers.values()]
    try:
        with torch.no_grad(), quiet():
            module(*example.positional, **example.keywords)
    finally:
        for hook in hooks:
            hook.remove()
    owners = {name.rpartition(".")[0] for name, part in layers.items() if id(part) not in called}
    return sorted({f"that inside {type(module.get_submodule(owner)).__name__}" for owner in owners})


def _asks_for_training(part: torch.nn.Module) -> bool:
    """Tell whether a class of the user asks whether it is trained, for another purpose than dropout that is kept."""
    import torch

    if _class_name(part).startswith(_LIBRARY):
        return False
    if isinstance(part, torch.jit.ScriptModule):
        return hasattr(part, "graph") and ".training" in part.code
    code = getattr(getattr(type(part), "forward", None), "__code__", None)
    names: Sequence[str] = () if code is None else code.co_names
    return "training" in names and not any("dropout" in name for name in names)


def _unused(graph: Graph, names: Sequence[str]) -> Iterator[str]:
    """Tell which inputs the exporter left out."""
    left = [name for name in names if name not in {value.name for value in graph.inputs}]
    if left and len(graph.inputs) < len(names):
        yield f"Inputs that the module does not use, and the network does not take: {', '.join(left)}."
