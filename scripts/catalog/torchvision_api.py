"""What the catalogue of torchvision covers."""

from __future__ import annotations

from catalog.names import public_names
from catalog.scope import Scope
from catalog.torch_api import MODULES as BENEATH

MODULES = (
    "torchvision",
    "torchvision.ops",
    "torchvision.ops.feature_pyramid_network",
    "torchvision.ops.misc",
    "torchvision.ops.poolers",
    "torchvision.transforms",
    "torchvision.transforms.functional",
    "torchvision.transforms.v2",
    "torchvision.transforms.v2.functional",
    "torchvision.datasets",
    "torchvision.datasets.folder",
    "torchvision.datasets.samplers",
    "torchvision.datasets.utils",
    "torchvision.io",
    "torchvision.models",
    "torchvision.models.detection",
    "torchvision.models.feature_extraction",
    "torchvision.models.optical_flow",
    "torchvision.models.quantization",
    "torchvision.models.segmentation",
    "torchvision.models.video",
    "torchvision.tv_tensors",
    "torchvision.utils",
)
# Where the compiled operators do not fit the installed PyTorch, their schemas let the rest be imported.
SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)


def torchvision_scope() -> Scope:
    """Describe the installed torchvision."""
    import torch

    library = torch.library.Library("torchvision", "FRAGMENT")
    for schema in SCHEMAS:
        library.define(schema)
    import torchvision

    beneath = public_names("torch", BENEATH).objects
    return Scope(
        framework="torchvision",
        version=torchvision.__version__.split("+")[0],
        modules=MODULES,
        forward="forward",
        layer="torch.nn.Module",
        stub=lambda owner, name: (),
        ancestors={id(item): path for path, item in beneath.items() if isinstance(item, type)},
    )
