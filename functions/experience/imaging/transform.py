"""A photo becomes a picture: one pure function from bytes to bytes, made of four stages.

`stages` has the same four with bytes between them.
"""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image

from experience.imaging.models import (
    ImageRefused,
    Picture,
    PictureFormat,
    Recipe,
    RefusalCode,
    Style,
)
from experience.imaging.photos import fit, load
from experience.imaging.styles import STYLES

STEPS = ("load", "normalise", "stylise", "crop", "encode")
"""What `on_step` is called with, in this order."""

WORKING_SIDE = 2048
"""Styles work on at most so many pixels on the long side; a larger picture is enlarged after."""

THUMBNAIL_SIDE = 400


def transform_image(
    data: bytes,
    recipe: Recipe,
    overlay: bytes | None = None,
    on_step: Callable[[str], None] = lambda _: None,
) -> Picture:
    """The picture of a photo (JPEG, PNG or WebP) after a recipe, the same bytes every time.

    An overlay is a PNG that is stretched over the whole picture and seen where it is opaque.
    `on_step` hears the name of each of the `STEPS` as it begins. Raises `ImageRefused`.
    """
    image = normalised(data, recipe, on_step)
    on_step("stylise")
    if recipe.style:
        image = stylised(image, recipe.style)
    on_step("crop")
    image = composed(image, recipe, overlay)
    on_step("encode")
    return finished(image, recipe.format)


def normalised(
    data: bytes, recipe: Recipe, on_step: Callable[[str], None] = lambda _: None
) -> Image.Image:
    """The photo upright, in sRGB, cropped, in the size that its style works at."""
    size = recipe.size if recipe.style is None else within(recipe.size, WORKING_SIDE)
    on_step("load")
    photo = load(data, size)
    # Cropping as early as this saves styling what nobody will see.
    on_step("normalise")
    return fit(photo, size)


def stylised(image: Image.Image, style: Style) -> Image.Image:
    """An RGB image in that style, of the same size."""
    planes = [np.asarray(band, np.float32) / np.float32(255) for band in image.split()]
    styled = np.stack(STYLES[style](planes), axis=-1)
    return Image.fromarray(np.clip(styled * 255 + 0.5, 0, 255).astype(np.uint8))


def composed(image: Image.Image, recipe: Recipe, overlay: bytes | None = None) -> Image.Image:
    """An RGB image of the recipe's shape, in the recipe's size, under the overlay."""
    picture = image.resize(recipe.size, Image.Resampling.LANCZOS)
    if overlay is not None:
        try:
            layer = load(overlay, picture.size).image.convert("RGBA").resize(picture.size)
        except ImageRefused as error:
            raise ImageRefused(
                RefusalCode.PROCESSING_FAILED,
                "The overlay cannot be read. Replace it in the experience by a PNG.",
            ) from error
        picture.paste(layer, mask=layer)
    return picture


def finished(image: Image.Image, format_: PictureFormat) -> Picture:
    """The picture and its thumbnail as files that hold pixels and nothing else."""
    if image.info:  # Pillow would write what it finds there: a profile, a place, comments
        raise ValueError(f"an image without metadata is expected, not one with {set(image.info)}")
    thumbnail = image.copy()
    thumbnail.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return Picture(
        data=_encoded(image, format_),
        format=format_,
        width=image.width,
        height=image.height,
        thumbnail=_encoded(thumbnail, "webp"),
    )


def within(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The size, made smaller where its long side is longer than that."""
    scale = min(1, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _encoded(image: Image.Image, format_: PictureFormat) -> bytes:
    file = io.BytesIO()
    match format_:
        case "jpeg":
            image.save(file, "JPEG", quality=90, subsampling="4:4:4", progressive=True)
        case "webp":
            image.save(file, "WEBP", quality=88, method=3)
        case "png":
            image.save(file, "PNG", compress_level=4)
    return file.getvalue()
