"""From the bytes of a photo, or from words alone, to the bytes of a picture.

`processes` is what others call: it makes the `stages` run in child processes, which alone load
Pillow and numpy.
"""

ROOMS = (
    "models",
    "heif",
    "files",
    "colour_profiles",
    "filters",
    "photos",
    "styles",
    "artwork",
    "stages",
    "transform",
    "messages",
    "child",
    "processes",
)
