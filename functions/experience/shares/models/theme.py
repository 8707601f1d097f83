"""What may be used of how an event wants to look: people wrote it, and pages and mails show it."""

import re
from urllib.parse import urlsplit

FALLBACK = "#4a3aff"
INK, WHITE = "#000000", "#ffffff"
LOCAL_HOSTS = ("127.0.0.1", "localhost")

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_FONT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{0,60}")


def image_address(given: object) -> str | None:
    """The address, if a picture may be loaded from it: https, or http on this machine."""
    if not isinstance(given, str):
        return None
    try:
        parts = urlsplit(given)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or not re.fullmatch(r"[A-Za-z0-9.-]+(:\d+)?", parts.netloc):
        return None
    is_local = parts.scheme == "http" and host in LOCAL_HOSTS
    return given if parts.scheme == "https" or is_local else None


def brand_of(given: object) -> str:
    """The colour, if it is one, else a colour of ours."""
    text = str(given or "")
    return text.lower() if _COLOUR.fullmatch(text) else FALLBACK


def font_of(given: object) -> str | None:
    """The name of the font, if it is a plain one."""
    text = given.strip() if isinstance(given, str) else ""
    return text if _FONT.fullmatch(text) else None


def text_colour_on(brand: str) -> str:
    """Black or white: whichever is easier to read on the colour."""
    return INK if contrast(brand, INK) >= contrast(brand, WHITE) else WHITE


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21, as WCAG counts it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
