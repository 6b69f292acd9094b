"""Functions of images: Pillow's images keep their kind, tensors hold their channels before height and width."""

import math

import numpy as np
from image_transforms import ConvertImageDtype
from mindspore import Tensor, float32
from PIL import Image, ImageEnhance, ImageOps
from vision import interpolate


def pair(size) -> tuple[int, int]:
    """Return a size as height and width."""
    if isinstance(size, (tuple, list)):
        return int(size[0]), int(size[-1])
    return int(size), int(size)


def get_dimensions(img) -> list[int]:
    """Return the channels, the height and the width of an image."""
    if isinstance(img, Image.Image):
        return [len(img.getbands()), img.height, img.width]
    return [img.shape[-3] if img.ndim > 2 else 1, img.shape[-2], img.shape[-1]]


def get_image_size(img) -> list[int]:
    """Return the width and the height of an image."""
    return get_dimensions(img)[:0:-1]


def get_image_num_channels(img) -> int:
    """Return the number of channels of an image."""
    return get_dimensions(img)[0]


def only_pillow(img, name: str):
    """Return an image of Pillow; say what to do with anything else."""
    if not isinstance(img, Image.Image):
        raise TypeError(f"{name} takes an image of Pillow here: give it to_pil_image(img), and turn the result back.")
    return img


def pil_to_tensor(pic) -> Tensor:
    """Return an image of Pillow as a tensor of its bytes."""
    array = np.atleast_3d(np.asarray(pic))
    return Tensor(np.ascontiguousarray(array.transpose(2, 0, 1)))


def to_pil_image(pic, mode=None):
    """Return a tensor, or an array with its channels at the end, as an image of Pillow."""
    if isinstance(pic, Image.Image):
        return pic
    array = pic.asnumpy() if isinstance(pic, Tensor) else pic
    before = array.ndim == 3 and (isinstance(pic, Tensor) or array.shape[2] > 4 >= array.shape[0])
    array = array.transpose(1, 2, 0) if before else array
    if array.dtype.kind == "f" and mode != "F":
        array = (array * 255).astype(np.uint8)
    array = array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else np.ascontiguousarray(array)
    image = Image.fromarray(array)
    if mode in (None, image.mode):
        return image
    return Image.frombytes(mode, image.size, array.tobytes())


class ToPILImage:
    """Turn a tensor, or an array with its channels at the end, into an image of Pillow."""

    def __init__(self, mode=None) -> None:
        self.mode = mode

    def __call__(self, pic):
        return to_pil_image(pic, self.mode)


def convert_image_dtype(image: Tensor, dtype=float32) -> Tensor:
    """Cast an image, with the range that is usual for each type."""
    if image.dtype == dtype:
        return image
    return Tensor(ConvertImageDtype(dtype)(image))


def crop(img, top: int, left: int, height: int, width: int):
    """Cut a rectangle out; what lies outside of the image is black."""
    if isinstance(img, Image.Image):
        return img.crop((left, top, left + width, top + height))
    rows, columns = img.shape[-2:]
    bottom, right = top + height, left + width
    img = img[..., max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    around = [max(-left, 0), max(-top, 0), max(right - columns, 0), max(bottom - rows, 0)]
    return pad_image(img, around) if any(around) else img


def pad_image(img, padding, fill=0, padding_mode: str = "constant"):
    """Add pixels at the sides: as many everywhere, or (across, down), or (left, top, right, bottom)."""
    sides = list(padding) if isinstance(padding, (tuple, list)) else [padding]
    left, top, right, bottom = sides * (4 // len(sides))
    if isinstance(img, Image.Image):
        if padding_mode == "constant":
            return ImageOps.expand(img, (left, top, right, bottom), border_color(img, fill))
        array = np.asarray(img)
        return Image.fromarray(np.pad(array, [(top, bottom), (left, right), (0, 0)][: array.ndim], padding_mode))
    widths = [(0, 0)] * (img.ndim - 2) + [(top, bottom), (left, right)]
    options = {"constant_values": fill or 0} if padding_mode == "constant" else {}
    return Tensor(np.pad(img.asnumpy(), widths, padding_mode, **options))


def hflip(img):
    """Exchange left and right."""
    return ImageOps.mirror(img) if isinstance(img, Image.Image) else img[..., ::-1]


def vflip(img):
    """Exchange top and bottom."""
    return ImageOps.flip(img) if isinstance(img, Image.Image) else img[..., ::-1, :]


def new_size(img, size, max_size=None) -> tuple[int, int]:
    """Return the height and width that a size means; one number is the shorter side."""
    if isinstance(size, (tuple, list)) and len(size) == 2:
        return int(size[0]), int(size[1])
    _, height, width = get_dimensions(img)
    short = int(size[0] if isinstance(size, (tuple, list)) else size)
    long = int(short * max(height, width) / min(height, width))
    if max_size is not None and long > max_size:
        short, long = int(max_size * short / long), max_size
    return (short, long) if height <= width else (long, short)


def resize_image(img, size, interpolation=2, max_size=None, antialias=True):
    """Bring an image to a height and width, or to a length of its shorter side."""
    height, width = new_size(img, size, max_size)
    if isinstance(img, Image.Image):
        return img.resize((width, height), Image.Resampling(int(interpolation)))
    if img.shape[-2:] == (height, width):
        return img
    mode = {0: "nearest", 2: "bilinear", 3: "bicubic"}[int(interpolation)]
    images = img.reshape((-1, 1, *img.shape[-2:])).astype(float32)
    if mode == "nearest":
        images = interpolate(images, (height, width))
    else:
        images = interpolate(images, (height, width), None, mode, False, None, bool(antialias))
    images = images.reshape((*img.shape[:-2], height, width))
    if img.is_floating_point():
        return images.astype(img.dtype)
    return images.clamp(0, 255).round().astype(img.dtype)


def center_crop(img, output_size):
    """Cut out the middle; an image that is too small gets black sides."""
    height, width = pair(output_size)
    _, rows, columns = get_dimensions(img)
    down, across = max(height - rows, 0), max(width - columns, 0)
    if down or across:
        img = pad_image(img, [across // 2, down // 2, (across + 1) // 2, (down + 1) // 2])
        _, rows, columns = get_dimensions(img)
    return crop(img, round((rows - height) / 2), round((columns - width) / 2), height, width)


def resized_crop(img, top, left, height, width, size, interpolation=2, antialias=True):
    """Cut a rectangle out, and bring it to a size."""
    return resize_image(crop(img, top, left, height, width), size, interpolation, None, antialias)


def five_crop(img, size) -> tuple:
    """Cut out the four corners and the middle."""
    height, width = pair(size)
    _, rows, columns = get_dimensions(img)
    corners = ((0, 0), (0, columns - width), (rows - height, 0), (rows - height, columns - width))
    return (*(crop(img, top, left, height, width) for top, left in corners), center_crop(img, (height, width)))


def ten_crop(img, size, vertical_flip: bool = False) -> tuple:
    """Cut out the four corners and the middle, of the image and of its mirror image."""
    return five_crop(img, size) + five_crop(vflip(img) if vertical_flip else hflip(img), size)


def changed(img: Tensor, pixels: np.ndarray) -> Tensor:
    """Return pixels, which may have left the range of an image, as an image of its type."""
    array = img.asnumpy()
    limit = 1.0 if array.dtype.kind == "f" else 255
    return Tensor(np.clip(pixels, 0, limit).astype(array.dtype))


def gray(img: Tensor) -> np.ndarray:
    """Return the brightness of a coloured image, in whole numbers for an image of bytes."""
    array = img.asnumpy()
    if array.shape[-3] == 1:
        return array.astype(np.float32)
    red, green, blue = (array[..., channel, :, :].astype(np.float32) for channel in range(3))
    found = 0.2989 * red + np.float32(0.587) * green + np.float32(0.114) * blue
    found = np.expand_dims(found, -3)
    return found if array.dtype.kind == "f" else np.floor(found)


def adjust_brightness(img, brightness_factor: float):
    """Make an image brighter or darker."""
    if isinstance(img, Image.Image):
        return ImageEnhance.Brightness(img).enhance(brightness_factor)
    return changed(img, brightness_factor * img.asnumpy().astype(np.float32))


def adjust_contrast(img, contrast_factor: float):
    """Move the pixels away from the mean brightness, or towards it."""
    if isinstance(img, Image.Image):
        return ImageEnhance.Contrast(img).enhance(contrast_factor)
    mean = gray(img).mean((-3, -2, -1), keepdims=True)
    return changed(img, contrast_factor * img.asnumpy() + (1 - contrast_factor) * mean)


def adjust_saturation(img, saturation_factor: float):
    """Make the colours stronger or weaker."""
    if isinstance(img, Image.Image):
        return ImageEnhance.Color(img).enhance(saturation_factor)
    return changed(img, saturation_factor * img.asnumpy() + (1 - saturation_factor) * gray(img))


def adjust_sharpness(img, sharpness_factor: float):
    """Make the edges sharper or softer."""
    return ImageEnhance.Sharpness(only_pillow(img, "adjust_sharpness")).enhance(sharpness_factor)


def adjust_gamma(img, gamma: float, gain: float = 1):
    """Raise the brightness to a power."""
    if gamma < 0:
        raise ValueError(f"gamma must not be negative, but it is {gamma}.")
    if isinstance(img, Image.Image):
        table = [int((256 - 1e-3) * gain * (value / 255.0) ** gamma) for value in range(256)] * 3
        return img.convert("RGB").point(table).convert(img.mode)
    array = convert_image_dtype(img, float32).asnumpy()
    return convert_image_dtype(Tensor(np.clip(gain * array**gamma, 0, 1).astype(np.float32)), img.dtype)


def adjust_hue(img, hue_factor: float):
    """Turn the circle of colours by a share of it, between -0.5 and 0.5."""
    if not -0.5 <= hue_factor <= 0.5:
        raise ValueError(f"hue_factor must lie between -0.5 and 0.5, but it is {hue_factor}.")
    if only_pillow(img, "adjust_hue").mode in ("L", "1", "I", "F"):
        return img
    hue, saturation, value = img.convert("HSV").split()
    turned = (np.asarray(hue).astype(np.int32) + int(hue_factor * 255)).astype(np.uint8)
    return Image.merge("HSV", (Image.fromarray(turned), saturation, value)).convert(img.mode)


def rgb_to_grayscale(img, num_output_channels: int = 1):
    """Take the colours away; the brightness stands in one channel or in three."""
    if isinstance(img, Image.Image):
        found = img.convert("L")
        return found if num_output_channels == 1 else Image.merge("RGB", (found,) * 3)
    found = gray(img).astype(img.asnumpy().dtype)
    return Tensor(found if num_output_channels == 1 else np.repeat(found, 3, -3))


def invert(img):
    """Exchange dark and bright."""
    if isinstance(img, Image.Image):
        return ImageOps.invert(img)
    return (1 if img.is_floating_point() else 255) - img


def posterize(img, bits: int):
    """Keep some bits of each channel."""
    if isinstance(img, Image.Image):
        return ImageOps.posterize(img, bits)
    return Tensor(img.asnumpy() & np.uint8(256 - 2 ** (8 - bits)))


def solarize(img, threshold):
    """Invert the pixels that are at least as bright as a threshold."""
    if isinstance(img, Image.Image):
        return ImageOps.solarize(img, threshold)
    return Tensor(np.where(img.asnumpy() >= threshold, invert(img).asnumpy(), img.asnumpy()))


def autocontrast(img):
    """Stretch the brightness of each channel to the whole range."""
    return ImageOps.autocontrast(only_pillow(img, "autocontrast"))


def equalize(img):
    """Spread the brightness of each channel evenly over the range."""
    return ImageOps.equalize(only_pillow(img, "equalize"))


def erase(img: Tensor, i: int, j: int, h: int, w: int, v, inplace: bool = False) -> Tensor:
    """Put a value into a rectangle of an image."""
    array = img.asnumpy().copy()
    array[..., i : i + h, j : j + w] = v.asnumpy() if isinstance(v, Tensor) else v
    return Tensor(array)


def border_color(img, fill):
    """Return the colour of what comes in from outside, for each band of an image of Pillow."""
    bands = len(img.getbands())
    color = tuple(fill) if isinstance(fill, (tuple, list)) else (fill or 0,)
    color = color * bands if len(color) == 1 else color
    return color if bands > 1 else color[0]


def rotate(img, angle: float, interpolation=0, expand: bool = False, center=None, fill=None):
    """Turn an image of Pillow against the clock, by degrees."""
    color = border_color(only_pillow(img, "rotate"), fill)
    return img.rotate(angle, Image.Resampling(int(interpolation)), expand, center, fillcolor=color)


def affine(img, angle: float, translate, scale: float, shear, interpolation=0, fill=None, center=None):
    """Turn an image of Pillow with the clock, move, enlarge and shear it, around its middle or another place."""
    color = border_color(only_pillow(img, "affine"), fill)
    shears = [float(value) for value in shear] if isinstance(shear, (tuple, list)) else [float(shear), 0.0]
    across, down = (math.radians(value) for value in (*shears, 0.0)[:2])
    turn = math.radians(angle)
    forward = np.array(
        [
            [math.cos(turn - down), -math.cos(turn - down) * math.tan(across) - math.sin(turn) * math.cos(down)],
            [math.sin(turn - down), -math.sin(turn - down) * math.tan(across) + math.cos(turn) * math.cos(down)],
        ]
    ) * (scale / math.cos(down))
    middle = np.array([img.width * 0.5, img.height * 0.5] if center is None else center)
    back = np.linalg.inv(forward)
    shift = middle - back @ (middle + np.array(translate))
    matrix = (*back[0], shift[0], *back[1], shift[1])
    return img.transform(
        img.size, Image.Transform.AFFINE, matrix, Image.Resampling(int(interpolation)), fillcolor=color
    )


def perspective(img, startpoints, endpoints, interpolation=2, fill=None):
    """Move the four corners of an image of Pillow."""
    color = border_color(only_pillow(img, "perspective"), fill)
    rows = []
    for (x, y), (u, v) in zip(endpoints, startpoints):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    matrix = np.linalg.solve(np.array(rows, np.float64), np.array(startpoints, np.float64).reshape(8))
    kind = Image.Resampling(int(interpolation))
    return img.transform(
        img.size, Image.Transform.PERSPECTIVE, matrix.astype(np.float32).tolist(), kind, fillcolor=color
    )


def gaussian_blur(img, kernel_size, sigma=None):
    """Blur an image with a Gaussian of a size and spread, each for both axes or (across, down)."""
    array = np.atleast_3d(np.asarray(img)).transpose(2, 0, 1) if isinstance(img, Image.Image) else img.asnumpy()
    sizes = list(kernel_size) if isinstance(kernel_size, (tuple, list)) else [kernel_size] * 2
    if sigma is None:
        spreads = [size * 0.15 + 0.35 for size in sizes]
    else:
        spreads = [float(value) for value in (sigma if isinstance(sigma, (tuple, list)) else [sigma])]
    found = array.astype(np.float32)
    for axis, size, spread in zip((-1, -2), sizes, spreads * (2 // len(spreads))):
        half = size // 2
        weights = np.exp(-0.5 * (np.arange(-half, half + 1, dtype=np.float32) / spread) ** 2)
        widths = [(0, 0)] * found.ndim
        widths[axis] = (half, half)
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(found, widths, "reflect"), size, axis)
        found = windows @ (weights / weights.sum()).astype(np.float32)
    found = (np.round(found) if array.dtype.kind in "ui" else found).astype(array.dtype)
    return to_pil_image(Tensor(found)) if isinstance(img, Image.Image) else Tensor(found)
