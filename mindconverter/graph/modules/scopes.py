"""Find out which module of the source ran each node, from what the exporter wrote down."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mindconverter.graph.ir import Scope

if TYPE_CHECKING:
    import onnx

_METADATA_LIMIT = 2**16
_CALL_SUFFIX = re.compile(r"(.+)_(\d+)")
_GENERATED_SUFFIX = re.compile(r"__\d+$")
_FUNCTION_SCOPES = re.compile(r"(Stateful)?PartitionedCall(_\d+)?")
_OPERATION_SCOPES = frozenset({"batchnorm", "moments", "Tensordot", "strided_slice"})
"""Name scopes that TensorFlow's own functions open, which are not layers."""


def node_scopes(
    proto: onnx.ModelProto, classes: Mapping[str, str] | None = None
) -> tuple[list[tuple[Scope, ...]], str | None]:
    """Return the module path of each node of the outermost graph, and the class of the root module.

    Both of PyTorch's exporters and tf2onnx are understood; nodes that tell nothing have an empty path.

    Args:
        proto: The model.
        classes: The full class name of each module by its qualified name, "" being the root, where the caller
            has the modules at hand.
    """
    nodes = proto.graph.node
    hierarchies = [_hierarchy(node) for node in nodes]
    if any(hierarchy is not None for hierarchy in hierarchies):
        roots = Counter(found[1][0] for found in hierarchies if found is not None and found[1] and found[1][0])
        root = roots.most_common(1)[0][0] if roots else None
        paths = [_metadata_path(node, found) for node, found in zip(nodes, hierarchies, strict=True)]
        return paths, _short(root)
    if any(node.name.startswith("/") for node in nodes):
        known = _known_modules(proto) if classes is None else frozenset(classes)
        paths = _path_names(proto, known, exact=classes is not None)
        if classes is None:
            return paths, None
        return [_with_classes(path, classes) for path in paths], _short(classes.get(""))
    if proto.producer_name == "tf2onnx":
        return _name_scopes(proto), None
    return [() for _ in nodes], None


def source_location(node: onnx.NodeProto) -> str:
    """Return the innermost source line outside torch that made a node, as "FILE:LINE", or ""."""
    trace = _metadata(node).get("pkg.torch.onnx.stack_trace", "")
    frames = re.findall(r'File "([^"\n]+)", line (\d+)', trace)
    outside = [frame for frame in frames if "/torch/nn/" not in frame[0]]
    return ":".join((outside or frames)[-1]) if frames else ""


def layer_path(name: str) -> tuple[str, ...]:
    """Return the layers that a TensorFlow name passes through, without the operation itself."""
    elements = [_GENERATED_SUFFIX.sub("", element) for element in name.removesuffix(":0").split("/")]
    while elements and _FUNCTION_SCOPES.fullmatch(elements[0]):
        del elements[0]
    return tuple(element for element in elements[:-1] if element and element not in _OPERATION_SCOPES)


def _metadata(node: onnx.NodeProto) -> dict[str, str]:
    return {entry.key: entry.value for entry in node.metadata_props}


def _string_list(text: str) -> list[str] | None:
    if len(text) > _METADATA_LIMIT:
        return None
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    return None


def _hierarchy(node: onnx.NodeProto) -> tuple[list[str], list[str]] | None:
    """Return the qualified names and classes from the root to the operation, or None."""
    metadata = _metadata(node)
    names = _string_list(metadata.get("pkg.torch.onnx.name_scopes", ""))
    classes = _string_list(metadata.get("pkg.torch.onnx.class_hierarchy", ""))
    if not names or not classes or len(names) != len(classes):
        return None
    return names, classes


def _metadata_path(node: onnx.NodeProto, found: tuple[list[str], list[str]] | None) -> tuple[Scope, ...]:
    if found is None:
        return ()
    names, classes = found
    qualified = names[1:-1]
    path = []
    parent = names[0]
    for name, class_name in zip(qualified, classes[1:-1], strict=True):
        path.append(Scope(_relative(name, parent), _short(class_name), class_name or None))
        parent = name
    if not path or "Fuse" not in _metadata(node).get("pkg.onnxscript.rewriter.rule_name", ""):
        return tuple(path)
    # A fused node carries the path of the last module fused into it, but the weights of the first.
    owner = next((name.rpartition(".")[0] for name in node.input[1:] if "." in name), "")
    grandparent = ([names[0], *qualified])[-2]
    if owner and owner != qualified[-1] and owner.rpartition(".")[0] == qualified[-1].rpartition(".")[0]:
        path[-1] = Scope(_relative(owner, grandparent))
    return tuple(path)


def _relative(name: str, parent: str) -> str:
    return name.removeprefix(f"{parent}.") if parent else name


def _short(class_name: str | None) -> str | None:
    return class_name.rpartition(".")[2] or None if class_name else None


def _known_modules(proto: onnx.ModelProto) -> frozenset[str]:
    """Return the qualified names of the modules that own initializers."""
    known: set[str] = set()
    for tensor in proto.graph.initializer:
        parts = tensor.name.split(".")
        known.update(".".join(parts[:end]) for end in range(1, len(parts)))
    return frozenset(known)


def _path_names(proto: onnx.ModelProto, known: frozenset[str], *, exact: bool) -> list[tuple[Scope, ...]]:
    """Read names such as "/layer1/layer1.0/conv1/Conv", whose parts may repeat the name of their parent."""
    seen: set[tuple[str, ...]] = set()
    paths = []
    for node in proto.graph.node:
        parts = node.name.split("/")[1:-1] if node.name.startswith("/") else []
        path: tuple[str, ...] = ()
        parent = ""
        for part in parts:
            own, parent_name = part, parent
            for prefix in (parent_name, path[-1] if path else ""):
                if prefix and own.startswith(f"{prefix}."):
                    own = own.removeprefix(f"{prefix}.")
                    break
            path = _without_call(path, own, known, seen, exact=exact)
            seen.add(path)
            parent = part
        paths.append(tuple(Scope(name) for name in path))
    return paths


def _without_call(
    path: tuple[str, ...], name: str, known: frozenset[str], seen: set[tuple[str, ...]], *, exact: bool
) -> tuple[str, ...]:
    """Return the path with a name added, without the "_1" that the exporter adds to a module's second call."""
    whole = (*path, name)
    match = _CALL_SUFFIX.fullmatch(name)
    if match is None or ".".join(whole) in known:
        return whole
    called = (*path, match[1])
    if ".".join(called) in known or (not exact and called in seen):
        return called
    return whole


def _with_classes(path: tuple[Scope, ...], classes: Mapping[str, str]) -> tuple[Scope, ...]:
    scopes = []
    qualified = ""
    for scope in path:
        qualified = f"{qualified}.{scope.name}" if qualified else scope.name
        class_name = classes.get(qualified)
        scopes.append(Scope(scope.name, _short(class_name), class_name))
    return tuple(scopes)


def _name_scopes(proto: onnx.ModelProto) -> list[tuple[Scope, ...]]:
    """Read names such as "model/block1/conv/Conv2D", of which the part that all share is left out."""
    paths = []
    for node in proto.graph.node:
        merged = next((name for name in node.input if name.endswith("/merged_input:0")), None)
        paths.append(layer_path(node.name if merged is None else merged.removesuffix("/merged_input:0")))
    named = [path for path in paths if path]
    if named and len({path[0] for path in named}) == 1:
        shared = _CALL_SUFFIX.fullmatch(named[0][0])
        paths = [path[1:] for path in paths]
        if shared is not None:
            paths = _without_shared_suffix(paths, f"_{shared[2]}")
    return [tuple(Scope(name) for name in path) for path in paths]


def _without_shared_suffix(paths: Sequence[tuple[str, ...]], suffix: str) -> list[tuple[str, ...]]:
    """Drop the "_1" that Keras adds to every layer of a model that is called again."""
    if not all(path[0].endswith(suffix) for path in paths if path):
        return list(paths)
    return [(path[0].removesuffix(suffix), *path[1:]) if path else () for path in paths]
