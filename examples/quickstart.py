"""Export torchvision's ResNet-18 to ONNX, convert it to MindSpore and compare the outputs of the two."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

os.environ.setdefault("GLOG_v", "3")

import numpy as np
import torch

from mindconverter import convert_model

OUTPUT = Path("output")
SHAPE = (1, 3, 64, 64)


def build_model() -> torch.nn.Module:
    """Return a ResNet-18 with random weights."""
    try:
        from torchvision.models import resnet18
    except RuntimeError:
        # The published torchvision is built for CUDA. Beside a CPU build of torch, two operators of object detection
        # have to be declared by hand; ResNet uses neither.
        library = torch.library.Library("torchvision", "DEF")
        library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        from torchvision.models import resnet18
    torch.manual_seed(0)
    return resnet18().eval()


def main() -> None:
    """Run the example and leave its files in ``output/``."""
    model, image = build_model(), torch.randn(SHAPE)
    OUTPUT.mkdir(exist_ok=True)
    source = OUTPUT / "resnet18.onnx"
    names = {"input_names": ["image"], "output_names": ["scores"]}
    torch.onnx.export(model, (image,), str(source), **names, external_data=False, verbose=False)

    result: Any = convert_model(source, output=OUTPUT)
    for kind in ("script", "checkpoint", "weight_map", "report"):
        print(f"{kind:10}  {getattr(result, kind)}")

    import mindspore

    with torch.no_grad():
        expected = model(image).numpy()
    found = result.load()(mindspore.Tensor(image.numpy())).asnumpy()
    difference = np.abs(found - expected).max() / np.abs(expected).max()
    print(f"largest relative difference to PyTorch: {difference:.1e}")


if __name__ == "__main__":
    main()
