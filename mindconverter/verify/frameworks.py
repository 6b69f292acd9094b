"""The frameworks that examples run under: which are missing, and how they are imported."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any

from mindconverter.errors import MissingDependencyError

_LIBRARIES: list[Any] = []


def require(*packages: str) -> None:
    """Make sure that packages are installed.

    Raises:
        MissingDependencyError: One is not.
    """
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise MissingDependencyError(
            f"The examples run under {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed.",
            advice="Install it, or give '--static' to compare the texts alone, which needs no framework.",
        )


@cache
def torchvision() -> Any:
    """Import torchvision, also where its native operators do not fit the installed PyTorch."""
    import torch

    try:
        library = torch.library.Library("torchvision", "DEF")
        for schema in (
            "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
            "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
        ):
            library.define(schema)
        _LIBRARIES.append(library)
    except RuntimeError:
        pass  # torchvision defined them itself
    import torchvision as module

    return module
