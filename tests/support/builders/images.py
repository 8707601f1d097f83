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

PHOTOS = Path(__file__).parents[3] / "emulator" / "demo" / "photos"
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


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG in RGB of these chunks between its header and its end."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    named = [(b"IHDR", header), *chunks, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*each) for each in named)


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises so many pixels and holds none."""
    return png(width, height, (b"IDAT", zlib.compress(b"")))


def jpeg_with(*segments: tuple[int, bytes], photo: bytes = ASTRONAUT) -> bytes:
    """The photo with more segments (marker, body) at its beginning."""
    added = [struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body for marker, body in segments]
    return photo[:2] + b"".join(added) + photo[2:]


def avif_with(photo: bytes, name: bytes, body: bytes) -> bytes:
    """An AVIF of one image with one more box before all but the first."""
    box = struct.pack(">I4s", 8 + len(body), name) + body
    start, image = int.from_bytes(photo[:4]), photo.index(b"mdat") + 4
    moved = photo.replace(struct.pack(">I", image), struct.pack(">I", image + len(box)), 1)
    return moved[:start] + box + moved[start:]


def exif(orientation: int, entries: int = 1) -> bytes:
    """A TIFF directory that names the orientation, last of so many entries."""
    others = b"".join(
        struct.pack("<HHII", 0x9C00 + number % 99, 2, 10**9, 8) for number in range(entries - 1)
    )
    wanted = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", entries) + others + wanted + bytes(4)
