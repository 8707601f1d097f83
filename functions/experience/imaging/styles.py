"""The looks that a photo can get. Another one is a function here and its name in `models.Style`."""

from collections.abc import Callable, Mapping

import numpy as np

from experience.imaging.filters import (
    Array,
    blur,
    brush,
    exposure,
    keep_edges,
    luminance,
)
from experience.imaging.models import Style

Planes = list[Array]
"""Red, green and blue."""

PAPER = (0.985, 0.975, 0.95)
GRAPHITE = (0.12, 0.12, 0.14)


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


STYLES: Mapping[Style, Callable[[Planes], Planes]] = {"cartoon": cartoon, "sketch": sketch}


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
