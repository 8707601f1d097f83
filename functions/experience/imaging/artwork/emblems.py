"""The badge at the hub of a wheel: a rosette with a sign after the words, on nothing. Pure."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from experience.imaging.artwork.shading import Canvas, Colour, dice, lighter, mixed, oklab, smooth
from experience.imaging.filters import Array, blur, resize
from experience.imaging.models import Artwork

Depth = Callable[[Array, Array], Array]
"""The signed distance of points from a sign's edge, above 0 inside; y goes down."""

PAPER = 0.97
"""The lightness of what is nearly white."""


def draw(artwork: Artwork) -> np.ndarray:
    """The pixels of an emblem, RGBA."""
    main, second = (oklab(colour) for colour in artwork.palette[:2])
    rng = dice("emblem", artwork.prompt, *artwork.palette)
    canvas = Canvas(artwork.width, artwork.height, mixed(main, second, 0.5))
    distance, angle = canvas.distance(0, 0), canvas.angle(0, 0)
    petals = int(rng.integers(12, 21))
    depth = _rosette(distance, angle, petals, bool(rng.integers(2)))

    _base(canvas, main, depth)
    _ring(canvas, distance, angle, lighter(second, 0.08), 2 * petals)
    _inner(canvas, distance, angle, second, int(rng.integers(8, 13)))
    _sign(canvas, _sign_of(artwork.prompt, rng), main)
    _gloss(canvas, distance)
    return _cut_out(canvas, depth)


def _rosette(distance: Array, angle: Array, petals: int, is_cog: bool) -> Array:
    """The outer edge: scallops, or the points of a seal."""
    wave = np.cos(angle * np.float32(petals))
    bump = abs(wave) * 0.045 if is_cog else wave * 0.035
    edge: Array = np.float32(0.86) + bump.astype(np.float32) - distance
    return edge


def _base(canvas: Canvas, main: Colour, depth: Array) -> None:
    """The rosette, lit from above, with a bevelled edge."""
    canvas.paint(main, np.ones_like(depth))
    canvas.light((-canvas.y * np.float32(0.09) - canvas.x * np.float32(0.03)).astype(np.float32))
    _bevel(canvas, depth, 0.045, 0.16)


def _bevel(canvas: Canvas, depth: Array, width: float, amount: float) -> None:
    """Light on the edges that face up and left, shade on the others."""
    down, across = np.gradient(depth)
    facing = (down + across) / (np.hypot(down, across) + np.float32(1e-6))
    near = np.exp(-((depth / np.float32(width)) ** 2)) * (depth > -3 * canvas.pixel)
    canvas.light((facing * near * np.float32(amount)).astype(np.float32))


def _ring(canvas: Canvas, distance: Array, angle: Array, colour: Colour, beads: int) -> None:
    """A ring with beads."""
    paper = np.array([PAPER, 0, 0], np.float32)
    for radius, width, tint in ((0.735, 0.052, paper), (0.735, 0.040, colour)):
        canvas.paint(tint, canvas.inside(np.float32(width) - abs(distance - np.float32(radius))))
    _bevel(canvas, np.float32(0.052) - abs(distance - np.float32(0.735)), 0.016, 0.08)
    step = np.float32(2 * np.pi / beads)
    off = (np.mod(angle + step / 2, step) - step / 2) * np.float32(0.735)
    bead = np.float32(0.022) - np.hypot(off, distance - np.float32(0.735))
    canvas.light(-canvas.inside(bead + np.float32(0.008)) * np.float32(0.10))
    canvas.paint(paper, canvas.inside(bead))


def _inner(canvas: Canvas, distance: Array, angle: Array, second: Colour, rays: int) -> None:
    """The field inside: a burst of rays under a soft shadow of the ring."""
    inside = canvas.inside(np.float32(0.675) - distance)
    canvas.paint(second, inside)
    wave = np.sin(angle * np.float32(rays))
    edge = np.float32(rays) * canvas.pixel / np.maximum(distance, canvas.pixel)
    cover = np.clip(wave / (2 * edge) + 0.5, 0, 1).astype(np.float32)
    canvas.paint(lighter(second, 0.1), inside * cover * np.float32(0.55))
    canvas.paint(
        lighter(second, 0.22), inside * np.exp(-((distance / 0.36) ** 2)) * np.float32(0.6)
    )
    lowered = canvas.distance(0.02, 0.05)
    canvas.light(-inside * smooth(lowered, 0.5, 0.74) * np.float32(0.17))


def _sign(canvas: Canvas, depth_of: Depth, main: Colour) -> None:
    """The sign in the middle, nearly white, with a shadow and a coloured edge."""
    size = np.float32(0.43)
    coarse = depth_of(canvas.x[::2, ::2] / size, canvas.y[::2, ::2] / size) * size
    depth = resize(coarse, canvas.width, canvas.height)
    below = np.roll(depth, round(0.04 / float(canvas.pixel)), axis=0)
    shadow = blur(canvas.inside(below), 0.03 / float(canvas.pixel))
    canvas.light(-shadow * np.float32(0.24))
    canvas.paint(lighter(main, -0.08), canvas.inside(depth + np.float32(0.03)))
    canvas.paint(np.array([PAPER, 0, 0], np.float32), canvas.inside(depth))
    shade = smooth(canvas.y, -0.35, 0.5) * canvas.inside(depth)
    canvas.paint(mixed(np.array([PAPER, 0, 0], np.float32), main, 0.35), shade * np.float32(0.7))
    _bevel(canvas, depth, 0.014, 0.07)


def _gloss(canvas: Canvas, distance: Array) -> None:
    """A reflection over the upper half."""
    arc = np.float32(0.66) - distance
    below = canvas.distance(0, 0.95) - np.float32(1.05)
    cover = canvas.inside(np.minimum(arc, below)) * smooth(-canvas.y, -0.1, 0.75)
    canvas.paint(np.array([1, 0, 0], np.float32), cover * np.float32(0.3))


def _cut_out(canvas: Canvas, depth: Array) -> np.ndarray:
    """The badge with its shadow, and nothing around."""
    cover = canvas.inside(depth)
    moved = np.roll(cover, round(0.035 / float(canvas.pixel)), axis=0)
    shadow = blur(moved, 0.035 / float(canvas.pixel)) * np.float32(0.38)
    alpha = cover + shadow * (1 - cover)
    share = cover / np.maximum(alpha, np.float32(1e-4))
    colours = canvas.rgb() * share[..., None]
    opacity = np.round(alpha * 255)[..., None]
    return np.concatenate([np.round(colours), opacity], axis=2).astype(np.uint8)


def _plane(values: Any) -> Array:
    plane: Array = values.astype(np.float32)
    return plane


def _polygon(*points: tuple[float, float]) -> Depth:
    """A sign with straight edges (Quilez, "2D distance functions")."""

    def depth_of(x: Array, y: Array) -> Array:
        nearest, inside = np.full_like(x, np.inf), np.zeros(x.shape, bool)
        for (x1, y1), (x2, y2) in zip(points, (*points[1:], points[0]), strict=True):
            across, down = np.float32(x2 - x1), np.float32(y2 - y1)
            dx, dy = x - np.float32(x1), y - np.float32(y1)
            along = np.clip((dx * across + dy * down) / (across**2 + down**2), 0, 1)
            off = np.hypot(dx - across * along, dy - down * along)
            nearest = np.minimum(nearest, off)
            crossing = (dy >= 0) & (y < np.float32(y2)) | (dy < 0) & (y >= np.float32(y2))
            inside ^= crossing & ((across * dy > dx * down) == (y2 > y1))
        return _plane(np.where(inside, nearest, -nearest))

    return depth_of


_star = _polygon(
    *(
        (radius * math.sin(turn), 0.06 - radius * math.cos(turn))
        for turn, radius in ((math.pi * n / 5, 0.46 if n % 2 else 1.0) for n in range(10))
    )
)
_heart = _polygon(
    *(
        (
            0.92 * math.sin(turn) ** 3,
            0.08
            - 0.8 * math.cos(turn)
            + 0.31 * math.cos(2 * turn)
            + 0.12 * math.cos(3 * turn)
            + 0.06 * math.cos(4 * turn),
        )
        for turn in (2 * math.pi * n / 48 for n in range(48))
    )
)
_crown = _polygon(
    *((-0.72, 0.62), (-0.9, -0.42), (-0.42, 0.04), (0.0, -0.75), (0.42, 0.04), (0.9, -0.42)),
    (0.72, 0.62),
)
_bolt = _polygon(
    *((0.24, -1.0), (-0.6, 0.2), (-0.06, 0.2), (-0.26, 1.0), (0.62, -0.28), (0.06, -0.28)),
)


def _flower(x: Array, y: Array) -> Array:
    """A flower of six petals with a hole."""
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    edge = np.float32(0.72) + np.float32(0.26) * np.cos(angle * 6) - radius
    return _plane(np.minimum(edge * np.float32(0.7), radius - np.float32(0.22)))


def _sun(x: Array, y: Array) -> Array:
    """A disc with twelve rays."""
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    step = np.float32(np.pi / 6)
    off = abs(np.mod(angle + step / 2, step) - step / 2) * radius
    ray = np.minimum(np.float32(0.3) - abs(radius - np.float32(0.8)), 0.26 - off - radius * 0.17)
    return _plane(np.maximum(np.float32(0.5) - radius, np.minimum(ray, radius - 0.6)))


def _drop(x: Array, y: Array) -> Array:
    """A drop: a disc under a tip."""
    disc = np.float32(0.58) - np.hypot(x, y - np.float32(0.32))
    tip = np.minimum((np.float32(0.44) * (y + 1.0) - abs(x) * 0.9), np.float32(0.1) - y)
    return _plane(np.maximum(disc, tip * np.float32(0.9)))


def _gift(x: Array, y: Array) -> Array:
    """A parcel with a ribbon and a bow."""
    box = np.minimum(np.float32(0.68) - abs(x), np.float32(0.44) - abs(y - np.float32(0.42)))
    lid = np.minimum(np.float32(0.8) - abs(x), np.float32(0.13) - abs(y + np.float32(0.2)))
    whole = np.maximum(np.minimum(box, y - 0.0), lid)
    cut = np.minimum(whole, abs(x) - np.float32(0.09))
    ring = np.hypot((abs(x) - np.float32(0.27)) * 0.85, y + np.float32(0.55))
    bow = np.float32(0.085) - abs(ring - np.float32(0.2))
    return _plane(np.maximum(cut, np.minimum(bow, -(y + np.float32(0.36)))))


SIGNS: dict[str, tuple[Depth, tuple[str, ...]]] = {
    "star": (_star, ("star", "win", "champion", "stern", "christmas", "weihnacht")),
    "heart": (
        _heart,
        ("family", "heart", "love", "valentine", "herz", "liebe", "wedding", "hochzeit"),
    ),
    "flower": (
        _flower,
        ("nature", "flower", "spring", "garden", "beauty", "blume", "blüte", "frühling"),
    ),
    "sun": (_sun, ("travel", "sun", "summer", "beach", "holiday", "sonne", "sommer", "urlaub")),
    "drop": (_drop, ("drink", "water", "coffee", "juice", "tropfen", "wasser", "kaffee")),
    "crown": (
        _crown,
        ("fashion", "music", "crown", "king", "queen", "luxury", "vip", "krone", "gold"),
    ),
    "bolt": (_bolt, ("tech", "energy", "sport", "flash", "power", "electric", "energie", "blitz")),
    "gift": (
        _gift,
        (
            "celebration",
            "shopping",
            "general",
            "gift",
            "birthday",
            "prize",
            "present",
            "geschenk",
            "geburtstag",
            "gewinn",
        ),
    ),
}
"""Each sign, and the words of a prompt that ask for it."""


def _sign_of(prompt: str, rng: np.random.Generator) -> Depth:
    """The sign whose word comes first in the prompt; without one, any."""
    found = [
        (at, depth)
        for depth, words in SIGNS.values()
        for word in words
        if (at := prompt.lower().find(word)) >= 0
    ]
    if found:
        return min(found, key=lambda each: each[0])[1]
    return list(SIGNS.values())[int(rng.integers(len(SIGNS)))][0]
