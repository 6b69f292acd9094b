"""Writing and reading checkpoints, also of states that hold more than parameters."""

import json
import os
import shutil
from argparse import Namespace
from pathlib import Path
from tempfile import TemporaryDirectory

import mindspore
from mindspore import Tensor, nn


def save_state(obj, f) -> None:
    """Write a cell, a dictionary of parameters, or a dictionary of these and of plain values, as a checkpoint."""
    tensors, layout = {}, None
    if isinstance(obj, nn.Cell):
        tensors = obj.parameters_dict()
    elif isinstance(obj, dict) and all(isinstance(value, Tensor) for value in obj.values()):
        tensors = dict(obj)
    else:
        layout = json.dumps(outline(obj, "", tensors))
    path = str(Path(f))
    written = path if path.endswith(".ckpt") else f"{path}.ckpt"
    entries = [{"name": name, "data": value} for name, value in tensors.items()]
    mindspore.save_checkpoint(entries, written, append_dict=None if layout is None else {"layout": layout})
    if written != path:
        os.replace(written, path)  # MindSpore writes no other names


def load_state(f):
    """Read what save_state wrote."""
    path = Path(f)
    if path.suffix == ".ckpt":
        found = mindspore.load_checkpoint(str(path))
    else:
        with TemporaryDirectory() as folder:
            renamed = Path(folder, "state.ckpt")  # MindSpore reads no other names
            shutil.copyfile(path, renamed)
            found = mindspore.load_checkpoint(str(renamed))
    layout = found.pop("layout", None)
    return found if layout is None else restored(json.loads(layout), found)


def outline(value, path: str, tensors: dict):
    """Describe a value in JSON, and add the tensors in it to a dictionary by where they are."""
    if isinstance(value, Tensor):
        tensors[path] = value
        return {"tensor": path}
    if isinstance(value, dict):
        start = f"{path}." if path else ""
        return {"dict": [[key, outline(item, f"{start}{key}", tensors)] for key, item in value.items()]}
    if isinstance(value, (list, tuple)):
        name = "list" if isinstance(value, list) else "tuple"
        return {name: [outline(item, f"{path}.{index}", tensors) for index, item in enumerate(value)]}
    if isinstance(value, Namespace):
        return {"namespace": outline(vars(value), path, tensors)}
    if hasattr(value, "dtype") and not getattr(value, "shape", None):
        return value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"A checkpoint holds tensors and plain values, and {path or 'this'} is {type(value).__name__}.")


def restored(layout, tensors: dict):
    """Return the value that a description in JSON is of."""
    if not isinstance(layout, dict):
        return layout
    ((kind, given),) = layout.items()
    if kind == "tensor":
        return tensors[given]
    if kind == "namespace":
        return Namespace(**restored(given, tensors))
    if kind == "dict":
        return {key: restored(item, tensors) for key, item in given}
    items = [restored(item, tensors) for item in given]
    return items if kind == "list" else tuple(items)
