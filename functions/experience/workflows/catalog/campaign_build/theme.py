"""Colours of a campaign that can be read together: derived, corrected or refused."""

import colorsys
from dataclasses import dataclass

from experience.language_models import colours
from experience.workflows.catalog.campaign_build.manifest import Theme
from experience.workflows.skills import Data, SkillFailed

MIN_SEGMENT_CONTRAST = colours.MIN_SEGMENT_CONTRAST
"""Of the two colours of a wheel's segments: below it nobody sees where one ends."""

MAX_SHIFT = 0.12
"""How much lighter or darker a colour of a brand may become, out of 1: further it is another."""

_DARK_TEXT, _LIGHT_TEXT = "#171522", "#f6f6f9"


class Correction(Data):
    """A colour that was changed, and why."""

    name: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True)
class Colours:
    """What an author gives: the colour of the brand, and perhaps a second one."""

    primary: str
    secondary: str | None = None


def readable_theme(given: Colours, font_family: str) -> tuple[Theme, list[Correction]]:
    """A whole theme, and what was corrected in the given colours. SkillFailed `THEME_CONTRAST`.

    Text has 4.5:1 on whatever it stands on, and the primary colour 3:1 on the background.
    """
    primary = _required("primaryColor", given.primary)
    corrections: list[Correction] = []
    if given.secondary is None:
        secondary = _second(primary)
    else:
        secondary = _required("secondaryColor", given.secondary)
        corrected = _corrected(secondary, primary)
        if corrected != secondary:
            reason = f"looks like primaryColor {primary} on a wheel"
            corrections.append(
                Correction(name="secondaryColor", before=secondary, after=corrected, reason=reason)
            )
        secondary = corrected
    background = _background(primary)
    theme = Theme(
        primary_color=primary,
        secondary_color=secondary,
        background_color=background,
        text_color=text_on(background),
        on_primary_color=text_on(primary),
        on_secondary_color=text_on(secondary),
        font_family=font_family,
    )
    return theme, corrections


def text_on(background: str) -> str:
    """A soft black or white that can be read on a colour, or the plain one where it must be."""
    plain = colours.text_on(background)
    soft = _DARK_TEXT if plain == colours.BLACK else _LIGHT_TEXT
    return soft if colours.contrast(soft, background) >= colours.MIN_TEXT_CONTRAST else plain


def _required(name: str, colour: str) -> str:
    lower = colour.lower()
    if not colours.is_colour(lower):
        raise SkillFailed("THEME_COLOR", f"{name} {colour[:40]!r} is no colour such as #1a2b3c.")
    return lower


def _corrected(secondary: str, primary: str) -> str:
    """The second colour, lighter or darker by as little as keeps the two apart. SkillFailed."""
    hue, lightness, saturation = _hls(secondary)
    shifts = [sign * step / 100 for step in range(round(MAX_SHIFT * 100) + 1) for sign in (1, -1)]
    for shift in shifts:
        there = lightness + shift
        shifted = _hex(hue, there, saturation) if shift and 0 <= there <= 1 else secondary
        if colours.contrast(shifted, primary) >= MIN_SEGMENT_CONTRAST:
            return shifted
    ratio = colours.contrast(secondary, primary)
    raise SkillFailed(
        "THEME_CONTRAST",
        f"secondaryColor {secondary} and primaryColor {primary} look alike: their contrast is"
        f" {ratio:.2f}:1, and a wheel needs {MIN_SEGMENT_CONTRAST}:1. Choose another one.",
        details={"primaryColor": primary, "secondaryColor": secondary},
    )


def _second(primary: str) -> str:
    """A neighbour of the primary colour on the colour wheel, clearly lighter or darker."""
    hue, lightness, saturation = _hls(primary)
    there = lightness + 0.3 if lightness < 0.55 else lightness - 0.3
    neighbour = _hex((hue + 0.08) % 1, there, min(1.0, saturation + 0.1))
    return colours.with_contrast(neighbour, primary, MIN_SEGMENT_CONTRAST)


def _background(primary: str) -> str:
    """Nearly white with a tint of the primary colour; nearly black where that is itself light."""
    hue, _, saturation = _hls(primary)
    light = _hex(hue, 0.972, min(saturation, 0.6))
    if colours.contrast(primary, light) >= colours.MIN_SHAPE_CONTRAST:
        return light
    return _hex(hue, 0.1, min(saturation, 0.35))


def _hls(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return colorsys.rgb_to_hls(red, green, blue)


def _hex(hue: float, lightness: float, saturation: float) -> str:
    parts = colorsys.hls_to_rgb(hue, lightness, saturation)
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
