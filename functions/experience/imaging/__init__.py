"""From the bytes of a photo to those of a picture.

Only the worker imports this, where it is used: all but `models` loads Pillow and numpy. Pure.
"""

ROOMS = (
    "models",
    "files",
    "colour_profiles",
    "filters",
    "photos",
    "styles",
    "stages",
    "transform",
)
