"""A photo becomes a picture: one pure function from bytes to bytes. Pure."""

from experience.imaging.models import Picture, Recipe
from experience.imaging.stages import finish, normalise, stylise


def transform_image(data: bytes, recipe: Recipe, overlay: bytes | None = None) -> Picture:
    """The picture of a photo (JPEG, PNG or WebP) after a recipe, the same bytes every time.

    They are those of a run of `photo.transform` by the local provider, which does the same stages,
    with the same images between them. Without a style the photo is only finished.

    An overlay is a PNG that is stretched over the whole picture and seen where it is opaque.
    Raises `ImageRefused`.
    """
    if recipe.style:
        data = stylise(normalise(data, recipe), recipe.style)
    return finish(data, recipe, overlay)
