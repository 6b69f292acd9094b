"""Real models, small enough to test with, and their exports."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, Literal

import numpy as np

from mindconverter.verify.frameworks import torchvision as torchvision

Exporter = Literal["dynamo", "torchscript"]

# The smallest image each exporter can take: TorchScript exports VGG's 7x7 pooling only where it divides its input.
IMAGE_SIZES = {"vgg16": 224}
TORCHVISION_MODELS = ("resnet50", "mobilenet_v2", "vgg16", "densenet121")
KERAS_MODELS = {"ResNet50": "resnet50", "MobileNetV2": "mobilenet_v2"}


def image_shape(name: str) -> tuple[int, int, int, int]:
    """Return the input shape to test a torchvision model with."""
    size = IMAGE_SIZES.get(name, 64)
    return 1, 3, size, size


def torch_model(name: str) -> Any:
    """Build a torchvision model in evaluation mode, whose normalisation statistics all differ."""
    import torch

    torch.manual_seed(0)
    build = getattr(torchvision().models, name)
    return randomise(build(weights=None, num_classes=10).eval())


def bert() -> Any:
    """Build a BERT of two narrow layers, which takes and returns plain tensors."""
    import torch

    torchvision()  # transformers imports it, if it is installed
    from transformers import BertConfig, BertModel

    class Encoder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            config = BertConfig(
                vocab_size=100,
                hidden_size=32,
                num_hidden_layers=2,
                num_attention_heads=4,
                intermediate_size=64,
                attn_implementation="eager",
            )
            self.bert = BertModel(config)

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
            found = self.bert(input_ids=input_ids, attention_mask=attention_mask)
            return found.last_hidden_state, found.pooler_output

    torch.manual_seed(0)
    return randomise(Encoder().eval())


def bert_inputs(length: int = 16) -> dict[str, np.ndarray[Any, Any]]:
    """Return token ids, and a mask that hides the last four."""
    ids = np.random.default_rng(0).integers(0, 100, (1, length), dtype=np.int64)
    mask = np.ones_like(ids)
    mask[:, -4:] = 0
    return {"input_ids": ids, "attention_mask": mask}


def randomise(module: Any) -> Any:
    """Give normalisation layers parameters and statistics that differ from channel to channel, as training does.

    A matrix of equal numbers gets random ones: the zeros that some heads begin with would hide all that is before them.
    """
    import torch

    with torch.no_grad():
        for name, tensor in module.state_dict().items():  # the buffers that are not stored have to stay
            if not tensor.is_floating_point():
                continue
            if tensor.ndim > 1:
                if tensor.numel() > 1 and not tensor.std():
                    tensor.normal_(0.0, 0.1)
            elif tensor.ndim == 1 and name.endswith(("running_mean", "bias")):
                tensor.normal_(0.0, 0.1)
            elif tensor.ndim == 1:
                tensor.uniform_(0.8, 1.2)
    return module


def export(module: Any, arguments: tuple[Any, ...], target: Path, exporter: Exporter, **options: Any) -> Path:
    """Export a module to ONNX as a user would, with the exporter's own defaults."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if exporter == "dynamo":
            options |= {"dynamo": True, "verbose": False}
        else:
            options |= {"dynamo": False}
        torch.onnx.export(module, arguments, str(target), **options)
    return target


def keras_model(name: str, size: int = 64) -> Any:
    """Build an application of Keras for images of that side, with random weights in its normalisation layers too."""
    import tensorflow as tf

    tf.keras.utils.set_random_seed(0)
    model = getattr(tf.keras.applications, name)(weights=None, input_shape=(size, size, 3), classes=10)
    random = np.random.default_rng(0)
    for weight in model.weights:
        if len(weight.shape) == 1:
            centred = weight.name in ("bias", "beta", "moving_mean")
            weight.assign(random.normal(0, 0.1, weight.shape) if centred else random.uniform(0.8, 1.2, weight.shape))
    for layer in model.layers:
        if isinstance(layer, tf.keras.layers.Normalization):
            layer.finalize_state()  # it keeps what it computed of its weights, until it is loaded
    return model


def save_keras(model: Any, form: str, folder: Path) -> Path:
    """Save a model of Keras as `.keras`, `.h5`, frozen `.pb` or `SavedModel`, and return the path."""
    path = folder / f"{model.name}{form if form.startswith('.') else ''}"
    if form == ".pb":
        _freeze(model, path)
    elif form == "SavedModel":
        model.export(path, verbose=False)
    else:
        model.save(path)
    return path


def freeze_keras(name: str, target: Path, size: int = 64) -> Path:
    """Freeze an application of Keras, with its batch size open, to a `.pb` file with images of that side as inputs."""
    _freeze(keras_model(name, size), target)
    return target


def _freeze(model: Any, target: Path) -> None:
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    function = tf.function(lambda inputs: model(inputs, training=False))
    concrete = function.get_concrete_function(
        tf.TensorSpec((None, *model.inputs[0].shape[1:]), tf.float32, name="input_1")
    )
    frozen = convert_variables_to_constants_v2(concrete)
    target.write_bytes(frozen.graph.as_graph_def().SerializeToString())
