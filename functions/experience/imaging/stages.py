"""The three stages of a picture: bytes in, bytes out, the same bytes every time.

Between two stages lies a JPEG of quality 97 without chroma subsampling: it is written and read in
a fifth of a PNG's time, has a third of its bytes, and what it loses cannot be seen. For a picture
that is to be a PNG it is one as well: plain areas stay plain. Nothing there is transparent: a photo
is put on white first, and a style gives opaque pictures. Each stage raises `ImageRefused`. Pure.
"""

import io

import numpy as np
from PIL import Image, ImageOps

from experience.imaging import files
from experience.imaging.artwork import backgrounds, emblems, wheels
from experience.imaging.filters import Array
from experience.imaging.models import (
    MAX_PIXELS,
    Artwork,
    ImageRefused,
    Picture,
    PictureFormat,
    Poster,
    Recipe,
    RefusalCode,
    Style,
)
from experience.imaging.photos import fit, load
from experience.imaging.styles import STYLES

WORKING_SIDE = 2048
"""The maximum of pixels on the long side for styles; a larger picture is enlarged afterwards."""

THUMBNAIL_SIDE = 400
LOGO_SIDE = 512
LOGO_TYPES = ("image/png", "image/jpeg", "image/webp")


def normalise(photo: bytes, recipe: Recipe) -> bytes:
    """A guest's photo upright, in sRGB, cropped, in the size that its style works at."""
    size = within(recipe.size, WORKING_SIDE)
    # Cropping as early as this saves styling what nobody will see.
    return _kept(fit(load(photo, size), size), as_png=recipe.format == "png")


def stylise(image: bytes, style: Style) -> bytes:
    """An image, as a rule the normalised photo, in that style; of a PNG a PNG, else a JPEG."""
    photo = load(image)
    plain = fit(photo, within(photo.size, WORKING_SIDE))
    return _kept(stylised(plain, style), as_png=image.startswith(files.PNG))


def finish(image: bytes, recipe: Recipe, overlay: bytes | None = None) -> Picture:
    """What came back from styling, here or elsewhere, as the picture to publish.

    In the recipe's size, under the overlay, with its thumbnail, without any metadata.
    """
    picture = fit(load(image, recipe.size), recipe.size)
    if overlay is not None:
        lay_over(picture, overlay)
    return finished(picture, recipe.format)


def draw(artwork: Artwork) -> bytes:
    """A picture after words and colours, as WebP: a background, or an emblem on nothing."""
    draw_pixels = backgrounds.draw if artwork.kind == "background" else emblems.draw
    return _encoded(Image.fromarray(draw_pixels(artwork)), "webp")


def draw_poster(poster: Poster, background: bytes, emblem: bytes) -> bytes:
    """The picture of a campaign's wheel, 1200 by 630 pixels, as WebP."""
    return _encoded(wheels.draw(poster, background, emblem), "webp")


def logo(image: bytes) -> bytes:
    """A logo within 512 pixels, as WebP that holds pixels and nothing else; transparency stays."""
    try:
        with Image.open(io.BytesIO(image), formats=("PNG", "JPEG", "WEBP")) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise ImageRefused(RefusalCode.INVALID_INPUT, "The logo has too many pixels.")
            pixels = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, ValueError, SyntaxError) as error:
        is_picture = files.content_type(image) in LOGO_TYPES
        what = "damaged or incomplete" if is_picture else "not a PNG, JPEG or WebP image"
        raise ImageRefused(RefusalCode.INVALID_INPUT, f"The logo is {what}.") from error
    pixels.thumbnail((LOGO_SIDE, LOGO_SIDE), Image.Resampling.LANCZOS)
    plain = Image.frombytes("RGBA", pixels.size, pixels.tobytes())  # without a profile or a comment
    return _encoded(plain, "webp")


def stylised(image: Image.Image, style: Style) -> Image.Image:
    """An RGB image in that style, of the same size."""
    planes = [np.asarray(band, np.float32) / np.float32(255) for band in image.split()]
    return Image.merge("RGB", [_band(plane) for plane in STYLES[style](planes)])


def _band(plane: Array) -> Image.Image:
    """A plane as a band of an image."""
    values = plane * np.float32(255)
    values += np.float32(0.5)
    return Image.fromarray(np.clip(values, 0, 255, out=values).astype(np.uint8))


def lay_over(picture: Image.Image, overlay: bytes) -> None:
    """Put an overlay on an RGB image, stretched over the whole of it."""
    try:
        layer = load(overlay, picture.size).image.convert("RGBA").resize(picture.size)
    except ImageRefused as error:
        raise ImageRefused(
            RefusalCode.PROCESSING_FAILED,
            "The overlay cannot be read. Replace it in the experience by a PNG.",
        ) from error
    picture.paste(layer, mask=layer)


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


def _kept(image: Image.Image, *, as_png: bool) -> bytes:
    """What lies between two stages, written quickly: it is read once."""
    file = io.BytesIO()
    if as_png:
        image.save(file, "PNG", compress_level=1)
    else:
        image.save(file, "JPEG", quality=97, subsampling="4:4:4")
    return file.getvalue()


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
