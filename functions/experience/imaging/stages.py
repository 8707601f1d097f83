"""The three stages of a picture, for whoever keeps what lies between them.

Bytes in, bytes out, the same bytes every time. Between two stages lies a PNG, which loses nothing:
one after the other they make exactly what `transform_image` makes at once. Each raises
`ImageRefused`.
"""

import io

from PIL import Image

from experience.imaging import transform
from experience.imaging.models import Picture, Recipe, Style
from experience.imaging.photos import fit, load


def normalise(photo: bytes, recipe: Recipe) -> bytes:
    """A guest's photo upright, in sRGB, cropped, in the size that its style works at."""
    return _kept(transform.normalised(photo, recipe))


def stylise(image: bytes, style: Style) -> bytes:
    """An image, as a rule the normalised photo, in that style."""
    photo = load(image)
    plain = fit(photo, transform.within(photo.size, transform.WORKING_SIDE))
    return _kept(transform.stylised(plain, style))


def finish(image: bytes, recipe: Recipe, overlay: bytes | None = None) -> Picture:
    """What came back from styling, here or elsewhere, as the picture to publish.

    In the recipe's size, under the overlay, with its thumbnail, without any metadata.
    """
    styled = fit(load(image, recipe.size), recipe.size)
    return transform.finished(transform.composed(styled, recipe, overlay), recipe.format)


def _kept(image: Image.Image) -> bytes:
    """A PNG, written quickly: it is read once."""
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()
