"""The provider `local`: Pillow and numpy in this process. No network, no price."""

from collections.abc import Callable

from experience.imaging.models import Picture, Recipe
from experience.providers import calling

ID = "local"


def transform(
    photo: bytes, recipe: Recipe, *, overlay: bytes | None, on_step: Callable[[str], None]
) -> Picture:
    """The picture of a photo. Raises ProviderFailed, and ImageRefused for the photo's faults."""
    from experience.imaging.transform import transform_image

    calling.announce(ID, "submit")
    return transform_image(photo, recipe, overlay=overlay, on_step=on_step)
