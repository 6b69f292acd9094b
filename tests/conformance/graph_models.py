"""Build the models that Graph mode is measured on, with random weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests import models
from tests.conformance import own_models

CLASSES = 10


def torch_model(library: str, name: str, options: Mapping[str, Any]) -> Any:
    """Build a PyTorch module in evaluation mode, always the same one.

    Args:
        library: ``torchvision``, ``timm``, ``transformers`` or ``own``.
        name: Its function or class.
        options: What that is called with; for transformers, the fields of its configuration.
    """
    import torch

    models.torchvision()
    torch.manual_seed(0)
    return models.randomise(_build(library, name, options).eval())


def _build(library: str, name: str, options: Mapping[str, Any]) -> Any:
    if library == "torchvision":
        return getattr(models.torchvision().models, name)(weights=None, num_classes=CLASSES, **options)
    if library == "timm":
        import timm

        return timm.create_model(name, pretrained=False, num_classes=CLASSES, **options)
    if library == "transformers":
        import transformers

        build = getattr(transformers, name)
        return build(build.config_class(**options))
    return getattr(own_models, name)(**options)


def flat(result: Any) -> Iterator[Any]:
    """Yield the tensors of a result in order, out of tuples, lists and dictionaries."""
    if isinstance(result, Mapping):
        result = tuple(result.values())
    if isinstance(result, (tuple, list)):
        for item in result:
            yield from flat(item)
    elif result is not None:
        yield result
