"""The image filters that styles are made of, on float32 planes with values from 0 to 1. Pure."""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[np.float32]

WIDE = 6


def luminance(red: Array, green: Array, blue: Array) -> Array:
    """How bright each pixel looks (ITU-R BT.601)."""
    light: Array = np.float32(0.299) * red + np.float32(0.587) * green + np.float32(0.114) * blue
    return light


def blur(plane: Array, sigma: float) -> Array:
    """A Gaussian blur. Pillow's own knows only 8 bits, too few to find edges with.

    A wide one is made at a fraction of the size: what it leaves has no details to lose.
    """
    if sigma > WIDE:
        height, width = plane.shape
        small = (max(1, round(side * WIDE / 2 / sigma)) for side in (width, height))
        return resize(blur(resize(plane, *small), WIDE / 2), width, height)
    radius = max(1, math.ceil(2.5 * sigma))
    weights = np.exp(-0.5 * (np.arange(radius + 1) / sigma) ** 2).astype(np.float32)
    weights /= weights[0] + 2 * weights[1:].sum()
    for _ in range(2):  # down the columns, then, turned, along the rows
        height = plane.shape[0]
        padded = np.pad(plane, ((radius, radius), (0, 0)), mode="edge")
        total = plane * weights[0]
        pair = np.empty_like(total)  # a new plane for each costs more than the sum
        for distance in range(1, radius + 1):
            above, below = padded[radius - distance :], padded[radius + distance :]
            np.add(above[:height], below[:height], out=pair)
            pair *= weights[distance]
            total += pair
        plane = np.ascontiguousarray(total.T)
    return plane


def keep_edges(plane: Array, radius: float, contrast: float) -> Array:
    """Flat where the contrast lies below `contrast`, untouched where it lies far above.

    The guided filter (He, Sun, Tang: "Guided Image Filtering", 2010) of a plane by itself. Its
    coefficients change slowly, so they are found at a fraction of the size.
    """
    height, width = plane.shape
    factor = max(1, round(radius / 3))
    small = resize(plane, max(1, width // factor), max(1, height // factor))
    sigma = radius / factor / 1.5
    mean = blur(small, sigma)
    variance: Array = np.maximum(blur(small * small, sigma) - mean * mean, 0)
    gain: Array = variance / (variance + np.float32(contrast * contrast))
    offset: Array = mean - gain * mean
    gain, offset = (resize(blur(each, sigma), width, height) for each in (gain, offset))
    flat: Array = gain * plane
    flat += offset
    return flat


def brush(planes: list[Array], radius: int) -> list[Array]:
    """Patches of one colour with crisp borders, as from a brush of that radius.

    The generalised Kuwahara filter (Papari, Petkov, Campisi 2007): around every pixel lie eight
    windows, and the pixel takes the mean colour of those that vary least.
    """
    means = [blur(plane, radius / 2) for plane in planes]
    light = luminance(*planes)
    variance = blur(light * light, radius / 2) - luminance(*means) ** 2
    # Inverse to the fourth power; the floor lets windows without structure count alike.
    weight = np.float32(1e-4) / np.maximum(variance, np.float32(1e-5))
    weight = np.square(np.square(weight))
    total = _eight_neighbours(weight, radius)
    return [_eight_neighbours(mean * weight, radius) / total for mean in means]


def exposure(light: Array) -> tuple[float, float]:
    """The gain and offset that expose a dark or hazy photo well.

    The brightest hundredth becomes white, by four times the light at most; the darkest becomes
    black where it is nearly so, and a photo of a white wall stays white.
    """
    dark, bright = (float(value) for value in np.percentile(light[::4, ::4], (1, 99)))
    gain = 1 / max(bright, 0.25)
    black = min(gain * dark, 0.15)
    return gain / (1 - black), -black / (1 - black)


def resize(plane: Array, width: int, height: int) -> Array:
    """The plane in that size, smoothly."""
    image = Image.fromarray(plane).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(image, np.float32)


def _eight_neighbours(plane: Array, distance: int) -> Array:
    """For every pixel the sum of the eight on a circle around it."""
    height, width = plane.shape
    padded = np.pad(plane, distance, mode="edge")
    near, middle, far = distance - round(0.7 * distance), distance, distance + round(0.7 * distance)
    places = [(0, middle), (2 * distance, middle), (middle, 0), (middle, 2 * distance)]
    places += [(y, x) for y in (near, far) for x in (near, far)]
    total = np.zeros_like(plane)
    for y, x in places:
        total += padded[y : y + height, x : x + width]
    return total
