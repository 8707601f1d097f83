"""Photos as guests send them, and the pictures that come of them as arrays."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from experience.imaging.models import (
    AspectRatio,
    PictureFormat,
    Recipe,
    Style,
)
from experience.imaging.transform import transform_image

PHOTOS = Path(__file__).parents[2] / "emulator" / "photos"
ASTRONAUT = (PHOTOS / "astronaut.jpg").read_bytes()


def recipe(
    style: Style | None = None,
    ratio: AspectRatio = "1:1",
    format_: PictureFormat = "png",
    width: int = 256,
) -> Recipe:
    return Recipe(style=style, aspect_ratio=ratio, format=format_, width=width)


def encoded(image: Image.Image, format_: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format_, **options)
    return file.getvalue()


def pixels(data: bytes) -> NDArray[np.int16]:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), np.int16)


def transformed(data: bytes, **how: Any) -> NDArray[np.int16]:
    return pixels(transform_image(data, recipe(**how)).data)


def plain_of(data: bytes) -> NDArray[np.int16]:
    middle: NDArray[np.int16] = transformed(data)[128, 128]
    return middle


def plain(mode: str, colour: Any, format_: str = "PNG", **options: Any) -> NDArray[np.int16]:
    """The middle pixel of the picture of a photo in one colour."""
    picture = transformed(encoded(Image.new(mode, (300, 300), colour), format_, **options))
    middle: NDArray[np.int16] = picture[128, 128]
    return middle


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises so many pixels and holds none."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
