"""Preparations of the inputs of networks for segmentation, detection, videos and optical flow."""

from image_functions import center_crop, convert_image_dtype, pil_to_tensor, resize_image
from image_transforms import normalize_image
from mindspore import Tensor, float32
from mindspore.dataset.vision import Inter


class SemanticSegmentation:
    """Prepare an image for segmentation: resize, scale to [0, 1] and normalise."""

    def __init__(
        self,
        *,
        resize_size,
        mean=(0.485, 0.456, 0.406),
        std=(0.229, 0.224, 0.225),
        interpolation=Inter.BILINEAR,
        antialias=True,
    ) -> None:
        self.resize_size = resize_size
        self.mean = mean
        self.std = std
        self.interpolation = interpolation
        self.antialias = antialias

    def __call__(self, image) -> Tensor:
        if self.resize_size is not None:
            image = resize_image(image, self.resize_size, self.interpolation, None, self.antialias)
        image = image if isinstance(image, Tensor) else pil_to_tensor(image)
        return normalize_image(convert_image_dtype(image, float32), self.mean, self.std)


class ObjectDetection:
    """Prepare an image for detection: scale to [0, 1]."""

    def __call__(self, image) -> Tensor:
        return convert_image_dtype(image if isinstance(image, Tensor) else pil_to_tensor(image), float32)


class VideoClassification:
    """Prepare videos, whose images come before their channels: resize, crop, scale to [0, 1] and normalise."""

    def __init__(
        self,
        *,
        crop_size,
        resize_size,
        mean=(0.43216, 0.394666, 0.37645),
        std=(0.22803, 0.22145, 0.216989),
        interpolation=Inter.BILINEAR,
    ) -> None:
        self.crop_size = crop_size
        self.resize_size = resize_size
        self.mean = mean
        self.std = std
        self.interpolation = interpolation

    def __call__(self, video: Tensor) -> Tensor:
        images = video.reshape((-1, *video.shape[-3:]))
        images = resize_image(images, self.resize_size, self.interpolation, None, False)
        images = convert_image_dtype(center_crop(images, self.crop_size), float32)
        images = normalize_image(images, self.mean, self.std)
        return images.reshape((*video.shape[:-3], *images.shape[1:])).swapaxes(-4, -3)


class OpticalFlow:
    """Prepare pairs of images: scale to [-1, 1]."""

    def __call__(self, first, second) -> tuple[Tensor, Tensor]:
        images = [image if isinstance(image, Tensor) else pil_to_tensor(image) for image in (first, second)]
        before, after = (convert_image_dtype(image, float32) * 2 - 1 for image in images)
        return before, after
