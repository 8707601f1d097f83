"""Contrast of colours as WCAG 2.2 defines it, and colours that keep it.

https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio. Pure.
"""

import colorsys
import re

MIN_TEXT_CONTRAST = 4.5
"""Of text and what it stands on, success criterion 1.4.3."""

MIN_SHAPE_CONTRAST = 3.0
"""Of a button or a part of the wheel and what lies around it, success criterion 1.4.11."""

MIN_SEGMENT_CONTRAST = 1.5
"""Of the two colours of a wheel's segments: below it nobody sees where one ends."""

COLOUR_PATTERN = r"^#[0-9a-f]{6}$"

BLACK, WHITE = "#000000", "#ffffff"

_STEP = 0.02


def is_colour(text: str) -> bool:
    """Whether this is a colour as it is stored: `#rrggbb` in lower case."""
    return re.fullmatch(COLOUR_PATTERN, text) is not None


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def text_on(background: str) -> str:
    """Black or white, whichever is easier to read. It always has at least 4.5:1."""
    return max(WHITE, BLACK, key=lambda each: contrast(each, background))


def with_contrast(colour: str, background: str, ratio: float) -> str:
    """The colour itself or, if it is too close to the background, a darker or lighter one."""
    red, green, blue = (part / 255 for part in _parts(colour))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    step = -_STEP if text_on(background) == BLACK else _STEP
    while contrast(colour, background) < ratio and 0 < lightness + step < 1:
        lightness += step
        colour = _hex(colorsys.hls_to_rgb(hue, lightness, saturation))
    return colour if contrast(colour, background) >= ratio else text_on(background)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(parts: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
