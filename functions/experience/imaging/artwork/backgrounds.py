"""What lies behind a wheel: a gradient, a pattern after the words, light, and grain. Pure."""

from collections.abc import Callable

import numpy as np

from experience.imaging.artwork.shading import (
    Canvas,
    Colour,
    dice,
    grain,
    lighter,
    mixed,
    oklab,
    smooth,
)
from experience.imaging.models import Artwork

Pattern = Callable[[Canvas, np.random.Generator, list[Colour]], None]


def draw(artwork: Artwork) -> np.ndarray:
    """The pixels of a background, on which text of the palette's last colour can be read."""
    main, second, ground = (oklab(colour) for colour in artwork.palette[:3])
    rng = dice("background", artwork.prompt, *artwork.palette)
    canvas = Canvas(artwork.width, artwork.height, ground)
    _gradient(canvas, rng, [main, second, ground])
    _pattern(artwork.prompt, rng)(canvas, rng, [main, second, ground])
    _light(canvas, rng, lighter(main, 0.25))
    grain(rng, canvas)
    return canvas.rgb(artwork.palette[3])


def _gradient(canvas: Canvas, rng: np.random.Generator, colours: list[Colour]) -> None:
    """Wide, soft areas of the colours, each of which fades into the ground."""
    main, second, ground = colours
    for number, colour in enumerate((main, second, main, second)):
        x, y = rng.uniform(-1.5, 1.5), rng.uniform(-1.0, 1.0)
        tint = mixed(ground, colour, 0.5 if number < 2 else 0.36)
        canvas.paint(tint, np.exp(-((canvas.distance(x, y) / rng.uniform(0.7, 1.2)) ** 2)))


def _light(canvas: Canvas, rng: np.random.Generator, glow: Colour) -> None:
    """A glow in the middle, light from above, and darker corners."""
    middle = np.exp(-((canvas.distance(0, rng.uniform(-0.2, 0.1)) / 0.85) ** 2))
    canvas.paint(glow, middle * np.float32(0.16))
    canvas.light((-canvas.y * np.float32(0.03)).astype(np.float32))
    canvas.light(smooth(canvas.distance(0, 0), 0.9, 2.2) * np.float32(-0.13))


def _rays(canvas: Canvas, rng: np.random.Generator, colours: list[Colour]) -> None:
    """A burst of rays from the middle."""
    rays = int(rng.integers(9, 17))
    turn = rng.uniform(0, 2 * np.pi)
    distance = canvas.distance(0, 0)
    wave = np.sin(canvas.angle(0, 0) * np.float32(rays) + np.float32(turn))
    edge = np.float32(rays) * canvas.pixel / np.maximum(distance, canvas.pixel)
    cover = np.clip(wave / (2 * edge) + 0.5, 0, 1) * smooth(distance, 0.1, 0.8)
    canvas.paint(lighter(colours[0], 0.12), cover * np.float32(0.2))
    for radius in (0.9, 1.35, 1.8):
        ring = np.exp(-(((distance - np.float32(radius)) / 0.012) ** 2))
        canvas.paint(lighter(colours[1], 0.15), ring * np.float32(0.25))


def _waves(canvas: Canvas, rng: np.random.Generator, colours: list[Colour]) -> None:
    """Ridges one behind another, each with light on its crest and shade below."""
    main, second, ground = colours
    ridges = 6
    for number in range(ridges):
        level = -0.45 + 1.3 * number / (ridges - 1)
        crest = np.full_like(canvas.x, np.float32(level))
        for octave in (1, 2):
            phase, pace = rng.uniform(0, 2 * np.pi), rng.uniform(0.9, 1.7) * octave
            crest += np.sin(canvas.x * np.float32(pace) + np.float32(phase)) * np.float32(
                0.16 / octave
            )
        depth = canvas.y - crest
        tint = mixed(mixed(main, second, number / (ridges - 1)), ground, 0.3)
        fade = np.exp(-np.maximum(depth, 0) * np.float32(1.6))
        cover = canvas.inside(depth)
        canvas.paint(tint, cover * (np.float32(0.16) + fade * np.float32(0.3)))
        canvas.light(cover * np.exp(-np.maximum(depth, 0) * 40) * np.float32(0.07))
        canvas.light((1 - cover) * np.exp(np.minimum(depth, 0) * 14) * np.float32(-0.045))


def _silk(canvas: Canvas, rng: np.random.Generator, colours: list[Colour]) -> None:
    """Folds of cloth in the light."""
    x, y = canvas.x, canvas.y
    for pace in (1.1, 1.7, 2.6):  # each bends the ones before
        turn, phase = rng.uniform(0, 2 * np.pi), rng.uniform(0, 2 * np.pi)
        along = x * np.float32(np.cos(turn) * pace) + y * np.float32(np.sin(turn) * pace)
        bend = np.sin(along + np.float32(phase)) * np.float32(0.55 / pace)
        x, y = x - bend * np.float32(np.sin(turn)), y + bend * np.float32(np.cos(turn))
    folds = np.sin((x + y * np.float32(rng.uniform(0.6, 1.2))) * np.float32(3.4))
    down, across = (np.gradient(folds, axis=axis) / canvas.pixel for axis in (0, 1))
    light = (-(across + down) / np.sqrt(6 + across**2 + down**2)).astype(np.float32)
    canvas.paint(colours[1], smooth(folds, -0.2, 1.0) * np.float32(0.42))
    canvas.paint(lighter(colours[0], 0.05), smooth(-folds, -0.2, 1.0) * np.float32(0.42))
    canvas.light(light * np.float32(0.085))


def _bokeh(canvas: Canvas, rng: np.random.Generator, colours: list[Colour]) -> None:
    """Lights out of focus."""
    for number in range(54):
        x, y = rng.uniform(-1.7, 1.7), rng.uniform(-1.1, 1.1)
        radius = rng.uniform(0.03, 0.2) * (1.5 if number < 8 else 1)
        blurred = rng.uniform(0.006, 0.05)
        window = canvas.window(x, y, radius + 3 * blurred)
        distance = np.hypot(canvas.x[window] - np.float32(x), canvas.y[window] - np.float32(y))
        depth = np.float32(radius) - distance
        disc = smooth(depth, -blurred, blurred)
        rim = np.exp(-((depth / np.float32(blurred + 0.006)) ** 2))
        colour = lighter(colours[number % 2], rng.uniform(0.05, 0.3))
        strength = np.float32(rng.uniform(0.12, 0.45))
        canvas.paint_in(window, colour, (disc * 0.8 + rim * 0.35) * strength)


def _facets(canvas: Canvas, rng: np.random.Generator, colours: list[Colour]) -> None:
    """A cut stone: each facet is as light as it is turned to the lamp."""
    points = rng.uniform((-1.8, -1.2), (1.8, 1.2), (58, 2))
    nearest = np.full_like(canvas.x, np.inf)
    second = np.full_like(canvas.x, np.inf)
    shade = np.zeros_like(canvas.x)
    tint = np.zeros_like(canvas.x)
    for x, y in points:
        tilt = rng.uniform(-1, 1, 2)
        distance = canvas.distance(x, y)
        closer = distance < nearest
        slope = (canvas.x - np.float32(x)) * np.float32(tilt[0]) + (
            canvas.y - np.float32(y)
        ) * np.float32(tilt[1])
        second = np.where(closer, nearest, np.minimum(second, distance))
        shade = np.where(closer, np.float32(tilt.sum() * 0.5) + slope * 1.5, shade)
        tint = np.where(closer, np.float32(rng.uniform()), tint)
        nearest = np.minimum(nearest, distance)
    canvas.paint(colours[0], tint * np.float32(0.28))
    canvas.paint(colours[1], (1 - tint) * np.float32(0.22))
    canvas.light((shade * np.float32(0.055)).astype(np.float32))
    edge = np.exp(-(((second - nearest) / np.float32(0.008)) ** 2)).astype(np.float32)
    canvas.light(edge * np.float32(0.05))


def _confetti(canvas: Canvas, rng: np.random.Generator, colours: list[Colour]) -> None:
    """Paper in the air, thinner towards the middle, where the wheel is."""
    for number in range(190):
        turn, radius = rng.uniform(0, 2 * np.pi), rng.uniform(0.35, 2.0)
        x, y = radius * np.cos(turn), radius * np.sin(turn) * 0.75
        near = rng.uniform(0.45, 1.0) ** 2
        wide, high = 0.06 * near * rng.uniform(0.5, 1.4), 0.03 * near * rng.uniform(0.4, 1.2)
        lean = rng.uniform(0, np.pi)
        window = canvas.window(x, y, 0.1)
        dx, dy = canvas.x[window] - np.float32(x), canvas.y[window] - np.float32(y)
        along = dx * np.float32(np.cos(lean)) + dy * np.float32(np.sin(lean))
        aside = dy * np.float32(np.cos(lean)) - dx * np.float32(np.sin(lean))
        depth = np.minimum(np.float32(wide) - abs(along), np.float32(high) - abs(aside))
        colour = lighter(colours[number % 2], rng.uniform(0.0, 0.3))
        canvas.paint_in(window, colour, canvas.inside(depth) * np.float32(0.3 + 0.65 * near))


PATTERNS: dict[str, tuple[Pattern, tuple[str, ...]]] = {
    "rays": (
        _rays,
        ("food", "sun", "summer", "ray", "burst", "retro", "circus", "sonne", "sommer"),
    ),
    "waves": (
        _waves,
        ("travel", "nature", "sea", "wave", "beach", "ocean", "hill", "meer", "welle", "strand"),
    ),
    "silk": (
        _silk,
        ("coffee", "silk", "elegant", "luxury", "fashion", "beauty", "calm", "seide", "edel"),
    ),
    "bokeh": (
        _bokeh,
        (
            "music",
            "halloween",
            "night",
            "light",
            "christmas",
            "winter",
            "nacht",
            "licht",
            "weihnacht",
        ),
    ),
    "facets": (_facets, ("diamond", "crystal", "tech", "modern", "sport", "kristall", "ice")),
    "confetti": (
        _confetti,
        (
            "celebration",
            "family",
            "shopping",
            "party",
            "birthday",
            "confetti",
            "festival",
            "jubil",
            "feier",
        ),
    ),
}
"""Each pattern, and the words of a prompt that ask for it."""


def _pattern(prompt: str, rng: np.random.Generator) -> Pattern:
    """The pattern whose word comes first in the prompt; without one, any."""
    found = [
        (at, pattern)
        for pattern, words in PATTERNS.values()
        for word in words
        if (at := prompt.lower().find(word)) >= 0
    ]
    if found:
        return min(found, key=lambda each: each[0])[1]
    return list(PATTERNS.values())[int(rng.integers(len(PATTERNS)))][0]
