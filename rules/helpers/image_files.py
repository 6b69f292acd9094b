"""Images in files, in bytes, in grids, and with drawings on them."""

import io
from pathlib import Path

import numpy as np
from image_functions import convert_image_dtype, pil_to_tensor, to_pil_image
from mindspore import Tensor, ops, uint8
from PIL import Image, ImageColor, ImageDraw, ImageFont, ImageOps


def read_image(path, mode=None, apply_exif_orientation: bool = False) -> Tensor:
    """Read an image from a file, as a tensor of bytes."""
    with Image.open(path) as image:
        image = ImageOps.exif_transpose(image) if apply_exif_orientation else image
        wanted = {"GRAY": "L", "GRAY_ALPHA": "LA", "RGB_ALPHA": "RGBA", "UNCHANGED": None}.get(mode, mode)
        plain = {"P": "RGB", "1": "L", "CMYK": "RGB"}.get(image.mode, image.mode)
        return pil_to_tensor(image.convert(wanted or plain))


def decode_image(input: Tensor, mode=None, apply_exif_orientation: bool = False) -> Tensor:
    """Read an image from the bytes of a file, as a tensor of bytes."""
    return read_image(io.BytesIO(input.asnumpy().tobytes()), mode, apply_exif_orientation)


def encoded(input: Tensor, kind: str, **options) -> Tensor:
    """Return the bytes of a file of an image."""
    buffer = io.BytesIO()
    to_pil_image(input).save(buffer, kind, **options)
    return Tensor(np.frombuffer(buffer.getvalue(), np.uint8).copy())


def encode_jpeg(input: Tensor, quality: int = 75) -> Tensor:
    """Return the bytes of a JPEG file of an image."""
    return encoded(input, "JPEG", quality=quality)


def encode_png(input: Tensor, compression_level: int = 6) -> Tensor:
    """Return the bytes of a PNG file of an image."""
    return encoded(input, "PNG", compress_level=compression_level)


def read_file(path) -> Tensor:
    """Return the bytes of a file."""
    return Tensor(np.fromfile(path, np.uint8))


def write_file(filename, data: Tensor) -> None:
    """Write bytes to a file."""
    Path(filename).write_bytes(data.asnumpy().tobytes())


def write_jpeg(input: Tensor, filename, quality: int = 75) -> None:
    """Write an image to a JPEG file."""
    write_file(filename, encode_jpeg(input, quality))


def write_png(input: Tensor, filename, compression_level: int = 6) -> None:
    """Write an image to a PNG file."""
    write_file(filename, encode_png(input, compression_level))


def make_grid(
    tensor,
    nrow: int = 8,
    padding: int = 2,
    normalize: bool = False,
    value_range=None,
    scale_each: bool = False,
    pad_value: float = 0.0,
) -> Tensor:
    """Lay images side by side, some in a row, with space between them."""
    images = (ops.stack(list(tensor)) if isinstance(tensor, (list, tuple)) else tensor).asnumpy()
    images = images.reshape((1,) * (3 - images.ndim) + images.shape) if images.ndim < 3 else images
    images = images[None] if images.ndim == 3 else images
    images = images.repeat(3, 1) if images.shape[1] == 1 else images
    if normalize:
        axes = (1, 2, 3) if scale_each else None
        low, high = value_range or (images.min(axes, keepdims=True), images.max(axes, keepdims=True))
        images = ((np.clip(images, low, high) - low) / np.maximum(high - low, 1e-5)).astype(images.dtype)
    count, channels, height, width = images.shape
    if count == 1:
        return Tensor(images[0])
    columns = min(nrow, count)
    rows = -(-count // columns)
    down, across = height + padding, width + padding
    grid = np.full((channels, rows * down + padding, columns * across + padding), pad_value, images.dtype)
    for place, image in enumerate(images):
        top, left = place // columns * down + padding, place % columns * across + padding
        grid[:, top : top + height, left : left + width] = image
    return Tensor(grid)


def save_image(tensor, fp, format=None, **kwargs) -> None:
    """Write images with values between 0 and 1 to a file, several of them as a grid."""
    grid = make_grid(tensor, **kwargs).asnumpy()
    pixels = np.clip(grid * 255 + 0.5, 0, 255).astype(np.uint8).transpose(1, 2, 0)
    Image.fromarray(np.ascontiguousarray(pixels)).save(fp, format=format)


def some_colors(colors, count: int) -> list[tuple[int, ...]]:
    """Return a colour for each of some objects, at random where none is given."""
    if colors is None:
        return [tuple(color) for color in np.random.randint(0, 256, (count, 3)).tolist()]
    colors = colors if isinstance(colors, list) else [colors] * count
    if len(colors) < count:
        raise ValueError(f"There are {len(colors)} colours for {count} objects.")
    return [ImageColor.getrgb(color) if isinstance(color, str) else tuple(color) for color in colors[:count]]


def canvas(image: Tensor) -> Image.Image:
    """Return an image of Pillow in colours to draw on."""
    image = convert_image_dtype(image, uint8)
    return to_pil_image(ops.cat([image] * 3) if image.shape[0] == 1 else image)


def drawn(picture: Image.Image, image: Tensor) -> Tensor:
    """Return what was drawn as a tensor of the type of an image."""
    return convert_image_dtype(pil_to_tensor(picture), image.dtype)


def draw_bounding_boxes(
    image: Tensor,
    boxes: Tensor,
    labels=None,
    colors=None,
    fill: bool = False,
    width: int = 1,
    font=None,
    font_size=None,
    label_colors=None,
    label_background_colors=None,
    fill_labels: bool = False,
) -> Tensor:
    """Draw boxes, given by their corners, and their labels on an image."""
    count = boxes.shape[0]
    if count == 0:
        return image
    colors = some_colors(colors, count)
    texts = some_colors(label_colors or "black", count) if label_colors or fill_labels else colors
    grounds = some_colors(label_background_colors, count) if label_background_colors else colors
    letters = ImageFont.load_default() if font is None else ImageFont.truetype(font, font_size or 10)
    picture = canvas(image)
    draw = ImageDraw.Draw(picture, "RGBA" if fill else None)
    for index, box in enumerate(boxes.asnumpy().astype(int).tolist()):
        draw.rectangle(box, (*colors[index], 100) if fill else None, colors[index], width)
        if labels is not None and labels[index] is not None:
            place = box[0] + width + 1, box[1] + width + 1
            if fill_labels:
                left, top, right, bottom = draw.textbbox(place, labels[index], font=letters)
                draw.rectangle((left - 1, top - 1, right + 1, bottom + 1), fill=grounds[index])
            draw.text(place, labels[index], fill=texts[index], font=letters)
    return drawn(picture, image)


def draw_segmentation_masks(image: Tensor, masks: Tensor, alpha: float = 0.8, colors=None) -> Tensor:
    """Colour the pixels of masks; where several lie, they are dark."""
    chosen = masks.asnumpy().reshape((-1, *masks.shape[-2:]))
    pixels = image.asnumpy()
    top = pixels.copy()
    scale = 255 if pixels.dtype.kind == "f" else 1
    for mask, color in zip(chosen, some_colors(colors, len(chosen))):
        top[:, mask] = np.array(color, np.float64)[:, None] / scale
    top[:, chosen.sum(0) > 1] = 0
    return Tensor((pixels * np.float32(1 - alpha) + top * np.float32(alpha)).astype(pixels.dtype))


def draw_keypoints(
    image: Tensor, keypoints: Tensor, connectivity=None, colors=None, radius: int = 2, width: int = 3, visibility=None
) -> Tensor:
    """Draw the points of objects on an image, and the lines between them."""
    places = keypoints.asnumpy()
    seen = np.ones(places.shape[:2], bool) if visibility is None else visibility.asnumpy().reshape(places.shape[:2])
    color = None if colors is None else some_colors(colors, 1)[0]
    picture = canvas(image)
    draw = ImageDraw.Draw(picture)
    for points, visible in zip(places.astype(int).tolist(), seen.astype(bool).tolist()):
        for (x, y), shown in zip(points, visible):
            if shown:
                draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)
        for first, second in connectivity or ():
            if visible[first] and visible[second]:
                draw.line((*points[first], *points[second]), width=width)
    return drawn(picture, image)
