"""Read a model file of any known kind into the intermediate representation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mindconverter.errors import BadParameterError, UnknownModelError
from mindconverter.graph.ir import Graph
from mindconverter.graph.read_onnx.read import read_onnx
from mindconverter.graph.read_tf.read import read_tf
from mindconverter.graph.read_tf.saved_model import FILE, is_saved_model
from mindconverter.graph.read_torch.model_entry import EntryArguments
from mindconverter.graph.read_torch.read import read_torch
from mindconverter.rules.tables import RuleTables

_TORCH = (".pth", ".pt", ".pt2", ".bin", ".ckpt", ".safetensors")
_TENSORFLOW = (".pb", ".keras", ".h5", ".hdf5")
_SUFFIXES = (".onnx", *_TENSORFLOW, *_TORCH)


def read_model(
    model_file: str | Path | None,
    *,
    shape: Sequence[Sequence[int]] | None = None,
    input_nodes: Sequence[str] | None = None,
    output_nodes: Sequence[str] | None = None,
    project_path: str | Path | None = None,
    input_types: Sequence[str] | None = None,
    model_entry: str | None = None,
    model_args: EntryArguments | None = None,
    signature: str | None = None,
    tables: RuleTables | None = None,
) -> Graph:
    """Read a file of ONNX, TensorFlow or PyTorch; the name's ending tells which.

    Args:
        model_file: The file, or the folder of a SavedModel; None if the module that `model_entry` gives has its weights
            already.
        shape: The shape of each input, in the order of `input_nodes`; needed where the model does not say it.
        input_nodes: The inputs in the order wanted; None takes what the model says.
        output_nodes: The outputs in the order wanted; None takes what the model says.
        project_path: The source folder of the model's own classes.
        input_types: The element type of each input of a PyTorch module; found out without them.
        model_entry: What builds the PyTorch module that the file has the weights of.
        model_args: What that is called with.
        signature: The signature of a SavedModel to read; None takes the usual or only one.
        tables: The rules by which operators of an `.onnx` file expand to plainer ones; None leaves them as they are.

    Raises:
        MindConverterError: The file is of another kind, or cannot be read; see the readers.
    """
    torch_options: dict[str, Any] = {
        "input_nodes": input_nodes,
        "output_nodes": output_nodes,
        "input_types": input_types,
        "model_entry": model_entry,
        "model_args": model_args,
    }
    if signature is not None and (model_file is None or not is_saved_model(Path(model_file))):
        raise BadParameterError(
            "Only a SavedModel has signatures.", where="--signature", advice="Leave it out, or give the folder of one."
        )
    if model_file is None:
        return read_torch(None, shape, project_path, **torch_options)
    path = Path(model_file)
    if path.suffix.lower() in _SUFFIXES and not path.exists():
        raise BadParameterError("There is no such file.", where=str(path), advice="Check --model_file.")
    if path.is_dir():
        return _read_folder(path, shape, input_nodes, output_nodes, signature, tables)
    if is_onnx(path):
        return read_onnx(path, shape, input_nodes, output_nodes, tables)
    if is_tensorflow(path):
        return read_tf(path, shape, input_nodes, output_nodes, project_path, tables, signature=signature)
    if path.suffix.lower() in _TORCH or model_entry is not None:
        return read_torch(path, shape, project_path, **torch_options)
    raise UnknownModelError(
        f"A model file must end in .onnx, .pb, .keras, .h5, .pth, .pt or .pt2, not {path.suffix or 'in nothing'!r}.",
        where=str(path),
        advice="Give a PyTorch, TensorFlow or ONNX model; a Python file is converted with --in_file.",
    )


def is_onnx(path: Path) -> bool:
    """Tell whether a model file is one of ONNX."""
    return path.suffix.lower() == ".onnx"


def is_tensorflow(path: Path) -> bool:
    """Tell whether a model file, or the folder of a SavedModel, is one of TensorFlow."""
    return path.suffix.lower() in _TENSORFLOW or path.is_dir()


def _read_folder(
    path: Path,
    shape: Sequence[Sequence[int]] | None,
    input_nodes: Sequence[str] | None,
    output_nodes: Sequence[str] | None,
    signature: str | None,
    tables: RuleTables | None,
) -> Graph:
    """Read the folder of a SavedModel.

    Raises:
        UnknownModelError: It is another folder.
    """
    if not (path / FILE).is_file():
        raise UnknownModelError(
            f"The folder has no {FILE}, so that it is no SavedModel.",
            where=str(path),
            advice="Give a model file, or the folder that model.export or tf.saved_model.save wrote.",
        )
    return read_tf(path, shape, input_nodes, output_nodes, tables=tables, signature=signature)
