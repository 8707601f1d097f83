"""A canvas, its colours, and light on it, on float32 planes. Pure.

Colours are mixed in OKLab (Ottosson, "A perceptual color space for image processing", 2020), where
no grey lies halfway between blue and yellow, and equal steps look equal.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from experience.imaging.filters import Array

Colour = NDArray[np.float32]
"""Three numbers in OKLab: lightness from 0 to 1, and two of colour around 0."""

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)
_FROM_LAB = np.linalg.inv(_TO_LAB).astype(np.float32)
_FROM_LMS = np.linalg.inv(_TO_LMS).astype(np.float32)
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # of linear sRGB, as in WCAG

CONTRAST = 5.5
"""What text has on a picture: WCAG's 4.5, and what WebP takes of it along sharp edges."""


def dice(*words: str) -> np.random.Generator:
    """Random numbers that are the same for the same words."""
    digest = hashlib.sha256("\n".join(words).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def linear(colour: str) -> Colour:
    """A colour `#rrggbb` in linear sRGB."""
    values = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)], np.float32)
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )


def oklab(colour: str) -> Colour:
    """A colour `#rrggbb` in OKLab."""
    lab: Colour = _TO_LAB @ np.cbrt(_TO_LMS @ linear(colour))
    return lab


def lighter(colour: Colour, by: float) -> Colour:
    """The colour with more lightness, or with less."""
    return np.array([np.clip(colour[0] + by, 0, 1), *colour[1:]], np.float32)


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """The colour at this share of the way to the second."""
    mix: Colour = (first + (second - first) * np.float32(share)).astype(np.float32)
    return mix


def smooth(plane: Array, low: float, high: float) -> Array:
    """From 0 to 1 between two values, without an edge at either."""
    share: Array = np.clip((plane - np.float32(low)) / np.float32(high - low), 0, 1)
    return share * share * (3 - 2 * share)


class Canvas:
    """An opaque picture in the making, with the coordinates of its pixels.

    `x` and `y` go from -1 to 1 along the short side, and further along the long one.
    """

    def __init__(self, width: int, height: int, ground: Colour) -> None:
        self.width, self.height = width, height
        unit = min(width, height) / 2
        across = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) / unit
        down = (np.arange(height, dtype=np.float32) + 0.5 - height / 2) / unit
        self.x, self.y = np.meshgrid(across.astype(np.float32), down.astype(np.float32))
        self.pixel = np.float32(1 / unit)
        self.planes = [np.full((height, width), value, np.float32) for value in ground]

    def distance(self, x: float, y: float) -> Array:
        """Of each pixel from a point."""
        found: Array = np.hypot(self.x - np.float32(x), self.y - np.float32(y))
        return found

    def angle(self, x: float, y: float) -> Array:
        """Of each pixel around a point, in radians."""
        found: Array = np.arctan2(self.y - np.float32(y), self.x - np.float32(x))
        return found

    def inside(self, depth: Array) -> Array:
        """Coverage of a shape from its signed distance, above 0 inside: edges without steps."""
        cover: Array = np.clip(depth / self.pixel + np.float32(0.5), 0, 1)
        return cover

    def paint(self, colour: Colour, cover: Array) -> None:
        """Lay a colour over the picture, as opaque as `cover` says for each pixel."""
        self.paint_in((slice(None), slice(None)), colour, cover)

    def window(self, x: float, y: float, reach: float) -> tuple[slice, slice]:
        """The rows and columns within `reach` of a point: small things need no whole planes."""

        def part(at: float, size: int) -> slice:
            middle, around = at / self.pixel + size / 2, reach / self.pixel + 1
            return slice(max(0, int(middle - around)), max(0, min(size, int(middle + around))))

        return part(y, self.height), part(x, self.width)

    def paint_in(self, window: tuple[slice, slice], colour: Colour, cover: Array) -> None:
        """The same in a window."""
        for plane, value in zip(self.planes, colour, strict=True):
            part = plane[window]
            part += (value - part) * cover

    def light(self, amount: Array) -> None:
        """Add lightness, or take it."""
        self.planes[0] += amount
        np.clip(self.planes[0], 0, 1, out=self.planes[0])

    def rgb(self, text: str | None = None) -> NDArray[np.uint8]:
        """The pixels in sRGB. On each of them `text`, a colour, can be read."""
        lms = (np.tensordot(_FROM_LAB, np.stack(self.planes), 1)) ** 3
        values = np.clip(np.tensordot(_FROM_LMS, lms, 1), 0, 1)
        if text:
            values = _readable(values, linear(text))
        srgb = np.where(values <= 0.0031308, values * 12.92, 1.055 * values ** (1 / 2.4) - 0.055)
        return np.moveaxis(np.round(srgb * 255), 0, 2).astype(np.uint8)


def _readable(values: Array, text: Colour) -> Array:
    """Linear sRGB, darkened under light text and lightened under dark text, where it must be."""
    luminance = np.tensordot(_LUMINANCE, values, 1)
    of_text = float(_LUMINANCE @ text)
    ceiling = (of_text + 0.05) / CONTRAST - 0.05
    if of_text > 0.18:  # as far from black as from white
        share = np.minimum(1, max(ceiling, 0) / np.maximum(luminance, 1e-4))
        return (values * share).astype(np.float32)
    floor = min((of_text + 0.05) * CONTRAST - 0.05, 1.0)
    share = np.clip((floor - luminance) / np.maximum(1 - luminance, 1e-4), 0, 1)
    return (values + (1 - values) * share).astype(np.float32)


def grain(rng: np.random.Generator, canvas: Canvas, amount: float = 0.004) -> None:
    """A little noise: without it a wide gradient shows bands."""
    noise = rng.standard_normal((canvas.height, canvas.width)).astype(np.float32)
    canvas.light(noise * np.float32(amount))


def image(pixels: NDArray[np.uint8]) -> Image.Image:
    """The pixels as an image, RGB or RGBA."""
    return Image.fromarray(np.ascontiguousarray(pixels))
