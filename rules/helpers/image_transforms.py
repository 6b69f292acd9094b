"""Transforms of images that mindspore.dataset.vision lacks."""

import numpy as np
from mindspore import Tensor, dtype_to_nptype
from mindspore.dataset import vision
from PIL import Image


class Compose:
    """Apply transforms one after the other; an array that comes out becomes a tensor."""

    def __init__(self, transforms) -> None:
        self.transforms = transforms

    def __call__(self, image):
        for transform in self.transforms:
            image = applied(transform, image.asnumpy() if isinstance(image, Tensor) else image)
            if isinstance(image, tuple) and len(image) == 1:
                image = image[0]
        return Tensor(image) if isinstance(image, np.ndarray) else image


def takes_channels_last(transform) -> bool:
    """Tell whether a transform is one of the library's that take arrays whose channels come last."""
    first = (vision.ToTensor, vision.ToPIL, vision.Normalize, vision.RandomErasing, vision.LinearTransformation)
    if type(transform).__module__.startswith("mindspore.dataset.vision"):
        return not isinstance(transform, first)
    inner = getattr(transform, "transforms", ())
    return isinstance(inner, (list, tuple)) and any(map(takes_channels_last, inner))


def applied(transform, image):
    """Apply a transform; of an array the channels come first, whatever the transform wants."""
    if not (isinstance(image, np.ndarray) and image.ndim == 3 and takes_channels_last(transform)):
        return transform(image)
    if isinstance(transform, vision.Resize):  # the kernel for arrays does not smooth what it makes smaller
        return np.stack([np.asarray(transform(Image.fromarray(channel))) for channel in image])
    if isinstance(transform, (vision.RandomResizedCrop, vision.Grayscale, vision.RandomGrayscale)):
        raise TypeError(f"{type(transform).__name__} takes images of Pillow: put it before ToTensor.")
    result = transform(np.ascontiguousarray(image.transpose(1, 2, 0)))
    found = [np.atleast_3d(part).transpose(2, 0, 1) for part in (result if isinstance(result, tuple) else (result,))]
    return tuple(found) if len(found) > 1 else found[0]


class PILToTensor:
    """Give an image as an array of bytes, channels first."""

    def __call__(self, image):
        array = np.asarray(image)
        return array[None] if array.ndim == 2 else np.ascontiguousarray(array.transpose(2, 0, 1))


class ConvertImageDtype:
    """Cast an image: floats lie between 0 and 1, whole numbers between 0 and the largest one of their type."""

    def __init__(self, dtype) -> None:
        self.dtype = dtype

    def __call__(self, image):
        array = image.asnumpy() if isinstance(image, Tensor) else np.asarray(image)
        kind = np.dtype(dtype_to_nptype(self.dtype))
        if kind.kind == "f":
            scale = np.iinfo(array.dtype).max if array.dtype.kind in "ui" else 1
            return (array.astype(np.float32) / np.float32(scale)).astype(kind)
        limit = np.iinfo(kind).max + 1
        if array.dtype.kind == "f":
            return (array * array.dtype.type(limit - 1e-3)).astype(kind)
        own = np.iinfo(array.dtype).max + 1
        return (array // (own // limit)).astype(kind) if own > limit else array.astype(kind) * kind.type(limit // own)


def normalize_image(tensor, mean, std):
    """Shift and scale the channels of an image, which come first."""
    array = tensor.asnumpy() if isinstance(tensor, Tensor) else tensor
    shape = (-1, 1, 1)
    moved = (array - np.reshape(mean, shape).astype(array.dtype)) / np.reshape(std, shape).astype(array.dtype)
    return Tensor(moved) if isinstance(tensor, Tensor) else moved
