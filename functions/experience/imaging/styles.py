"""The looks that a photo can get. Another one is a function here, and its name in `Style`. Pure."""

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from experience.imaging.filters import (
    Array,
    blur,
    brush,
    exposure,
    keep_edges,
    luminance,
    resize,
)
from experience.imaging.models import Style

Planes = list[Array]
"""Red, green and blue."""

PAPER = (0.985, 0.975, 0.95)
GRAPHITE = (0.12, 0.12, 0.14)
DUOTONE_DARK = (0.14, 0.07, 0.38)
DUOTONE_LIGHT = (1.0, 0.84, 0.56)
POSTER_TONES = 5
POSTER_TINT = 0.16
PIXELS_ACROSS = 64


def cartoon(planes: Planes) -> Planes:
    """Flat, saturated patches of few tones within dark outlines.

    After Winnemöller, Olsen, Gooch: "Real-Time Video Abstraction" (2006).
    """
    unit = _unit(planes)
    gain, offset = exposure(luminance(*planes))
    flat = brush([gain * plane + offset for plane in planes], max(2, round(3 * unit)))
    flat = [keep_edges(plane, 8 * unit, contrast=0.06) for plane in flat]
    light = luminance(*flat)
    tone = _few_tones(light, count=7)
    # A spot that is darker than its surroundings is a line; the offset ignores faint ones.
    edge = blur(light, 1.2 * unit) - blur(light, 1.9 * unit)
    ink = 0.1 + 0.9 * (1 + np.tanh(np.minimum(140 * (edge + 0.01), 0)))
    return [ink * (tone + 1.35 * (plane - light)) for plane in flat]


def sketch(planes: Planes) -> Planes:
    """A pencil drawing on paper: lines where brightness changes, hatching where it is dark."""
    unit = _unit(planes)
    gain, offset = exposure(luminance(*planes))
    light = np.clip(gain * luminance(*planes) + offset, 0, 1)
    light = keep_edges(light, 4 * unit, contrast=0.04)
    # "Colour dodge" with the blurred negative leaves white paper but at edges, fine and broad ones.
    # The base keeps black areas from being one large edge.
    base = 0.1 + 0.9 * light
    fine, broad = (np.minimum(base / blur(base, size * unit), 1) for size in (2, 8))
    lines = (0.6 * fine + 0.4 * broad) ** 1.8
    strokes, grain = _pencil(light.shape, max(8, round(14 * unit)))
    shade = np.clip(0.85 - light, 0, 1)
    hatching = 1 - np.clip(shade * (0.5 + 0.3 * shade + 0.16 * strokes), 0, 1)
    drawing = np.clip(lines * hatching + 0.03 * grain, 0, 1)
    return [
        np.float32(dark) + np.float32(paper - dark) * drawing
        for dark, paper in zip(GRAPHITE, PAPER, strict=True)
    ]


def posterize(planes: Planes) -> Planes:
    """A screen print: five tones and few colours, in large plain areas with crisp borders."""
    unit = _unit(planes)
    gain, offset = exposure(luminance(*planes))
    flat = brush([gain * plane + offset for plane in planes], max(2, round(3 * unit)))
    flat = [blur(keep_edges(plane, 8 * unit, contrast=0.08), 1.2 * unit) for plane in flat]
    light = luminance(*flat)
    light = light + 0.4 * (light - blur(light, 20 * unit))  # so that a face is not all of one tone
    tone = _steps(np.clip(light, 0, 1) * (POSTER_TONES - 1)) / (POSTER_TONES - 1)
    # Colour apart from brightness, with grey in the middle of a step: a wall stays of one colour.
    red, blue = (
        POSTER_TINT * _steps(1.5 * (flat[i] - luminance(*flat)) / POSTER_TINT) for i in (0, 2)
    )
    green = -(np.float32(0.299) * red + np.float32(0.114) * blue) / np.float32(0.587)
    return [tone + red, tone + green, tone + blue]


def duotone(planes: Planes) -> Planes:
    """The photo printed in two inks: the dark one in the shadows, the light one in the lights."""
    unit = _unit(planes)
    gain, offset = exposure(luminance(*planes))
    light = np.clip(gain * luminance(*planes) + offset, 0, 1)
    # More contrast where it shows forms, so that a face stands out of two colours alone.
    light = np.clip(light + 0.35 * (light - blur(light, 12 * unit)), 0, 1)
    light = light * light * (3 - 2 * light)
    return [
        np.float32(dark) + np.float32(bright - dark) * light
        for dark, bright in zip(DUOTONE_DARK, DUOTONE_LIGHT, strict=True)
    ]


def pixelate(planes: Planes) -> Planes:
    """Squares of one colour each, as on an early screen: this number along the long side."""
    gain, offset = exposure(luminance(*planes))
    shape = planes[0].shape
    rows, columns = (_cells(side, max(shape) / PIXELS_ACROSS) for side in shape)
    sums: Planes = [
        np.add.reduceat(np.add.reduceat(plane, rows, axis=0), columns, axis=1) for plane in planes
    ]
    heights, widths = (
        np.diff(starts, append=side) for starts, side in zip((rows, columns), shape, strict=True)
    )
    areas = np.outer(heights, widths).astype(np.float32)
    small = _saturated([gain * (total / areas) + offset for total in sums], 1.25)
    return [plane.repeat(heights, axis=0).repeat(widths, axis=1) for plane in small]


def watercolor(planes: Planes) -> Planes:
    """Thin washes of paint on rough paper, darker where they end.

    How pigment thickens and thins follows Bousseau, Kaplan, Thollot, Sillion: "Interactive
    Watercolor Rendering with Temporal Coherence and Abstraction" (2006).
    """
    unit = _unit(planes)
    gain, offset = exposure(luminance(*planes))
    lit = [np.clip(gain * plane + offset, 0, 1) for plane in planes]
    wash = brush(lit, max(2, round(4 * unit)))
    wash = [keep_edges(plane, 10 * unit, contrast=0.1) for plane in wash]
    light = luminance(*wash)
    tone = 0.5 * light + 0.5 * _few_tones(light, count=6)
    # Water carries pigment to the border of its wash and leaves it there.
    rim = np.maximum(blur(tone, 5 * unit) - blur(tone, 1 * unit), 0)
    shape = light.shape
    flow = _clouds(shape, 8, seed=3) + 0.7 * _clouds(shape, 30, seed=4)
    grain = _clouds(shape, 400, seed=5)
    density = 1 + 9 * np.minimum(rim, 0.1) + 0.2 * flow + 0.1 * grain
    unpainted = _margin(shape, 22 * unit, 0.5 * flow + 0.15 * grain)
    painted = []
    for plane, paper in zip(_saturated(wash, 1.45), PAPER, strict=True):
        colour = np.clip(0.2 + 0.8 * (plane + tone - light), 0.03, 1)  # thin paint is never black
        colour -= (colour - colour * colour) * (density - 1)
        painted.append(np.float32(paper) * (colour + unpainted * (1 - colour)))
    return painted


STYLES: Mapping[Style, Callable[[Planes], Planes]] = {
    "cartoon": cartoon,
    "sketch": sketch,
    "posterize": posterize,
    "duotone": duotone,
    "pixelate": pixelate,
    "watercolor": watercolor,
}


def _unit(planes: Planes) -> float:
    """A thousandth of the long side, so that a picture looks the same at every size."""
    unit: float = max(planes[0].shape) / 1000
    return unit


def _few_tones(light: Array, count: int) -> Array:
    """Steps of brightness with soft borders, so that no hard contours run across a face."""
    steps = light * count
    nearest = np.round(steps)
    tones: Array = (nearest + 0.5 * np.tanh(8 * (steps - nearest))) / np.float32(count)
    return tones


def _saturated(planes: Planes, factor: float) -> Planes:
    light = luminance(*planes)
    return [light + np.float32(factor) * (plane - light) for plane in planes]


def _steps(plane: Array) -> Array:
    """Whole numbers with borders one pixel wide, so that they are not jagged."""
    down, across = np.gradient(plane) if min(plane.shape) > 1 else (plane * 0, plane * 0)
    slope = np.maximum(np.hypot(down, across), np.float32(1e-3))
    below = np.floor(plane)
    steps: Array = below + np.clip((plane - below - 0.5) / slope + 0.5, 0, 1)
    return steps


def _cells(side: int, size: float) -> NDArray[np.intp]:
    """Where cells of about that size begin on a side of this number of pixels."""
    count = max(1, min(side, round(side / size)))
    return np.arange(count) * side // count


def _clouds(shape: tuple[int, ...], cells: int, seed: int) -> Array:
    """Soft noise, the same at each call: `cells` along the long side, mean 0 and deviation 1."""
    scale = cells / max(shape)
    small = tuple(max(2, math.ceil(side * scale)) for side in shape)
    noise = np.random.default_rng(seed).standard_normal((cells, cells), dtype=np.float32)
    return resize(noise[: small[0], : small[1]], shape[1], shape[0])


def _margin(shape: tuple[int, ...], width: float, waves: Array) -> Array:
    """1 along the borders of the picture, 0 inside, between them a wavy line."""
    down, across = (np.minimum(np.arange(side), np.arange(side)[::-1]) for side in shape)
    inside = np.minimum(down[:, None], across[None, :]).astype(np.float32) / np.float32(width)
    margin: Array = np.clip(4 * (1 - inside + 0.5 * waves), 0, 1)
    return margin


def _pencil(shape: tuple[int, ...], length: int) -> tuple[Array, Array]:
    """Diagonal strokes (mean 0, deviation 1) and the grain of paper (within half of 1).

    Always the same tile, which continues into itself at its borders.
    """
    size = 512
    noise = np.random.default_rng(seed=7).random((size, size), dtype=np.float32) - np.float32(0.5)
    strokes = np.zeros_like(noise)
    for step in range(length):
        strokes += np.roll(noise, (step, -step), axis=(0, 1))
    strokes /= strokes.std()
    height, width = shape
    tiles = (-(-height // size), -(-width // size))
    return np.tile(strokes, tiles)[:height, :width], np.tile(noise, tiles)[:height, :width]
