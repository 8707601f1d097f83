"""From the bytes of a photo to those of a picture.

`processes` is what others call: it makes the `stages` run in child processes, which alone load
Pillow and numpy.
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
    "messages",
    "child",
    "processes",
)
