"""The picture of a campaign: its wheel, headline and button before its background. Pure.

Drawn at twice its size, which makes edges smooth. The font is Roboto Bold (Apache 2.0): Latin,
Greek and Cyrillic. A headline with other letters is left out, rather than drawn as boxes.
"""

import functools
import io
import math
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

from experience.imaging.models import Poster

WIDTH, HEIGHT = 1200, 630
SCALE = 2
MIN_LABEL, MAX_LINES = 24, 4
LEADING = 1.16
_FONT = Path(__file__).with_name("Roboto-Bold.ttf")

Font = ImageFont.FreeTypeFont


def draw(poster: Poster, background: bytes, emblem: bytes) -> Image.Image:
    """The picture, 1200 by 630 pixels, RGB."""
    size = (WIDTH * SCALE, HEIGHT * SCALE)
    behind = Image.open(io.BytesIO(background)).convert("RGB")
    canvas = ImageOps.fit(behind, size, Image.Resampling.LANCZOS)
    has_text = can_draw(poster.headline)
    middle = size[0] * (0.71 if has_text else 0.5), size[1] * 0.52
    radius = size[1] * 0.405
    _shadow(canvas, middle, radius)
    wheel = _wheel(poster, round(radius))
    canvas.paste(wheel, _corner(middle, wheel), wheel)
    hub = Image.open(io.BytesIO(emblem)).convert("RGBA")
    hub.thumbnail((round(radius * 0.62),) * 2, Image.Resampling.LANCZOS)
    canvas.paste(hub, _corner(middle, hub), hub)
    _pointer(canvas, poster, (middle[0], middle[1] - radius))
    if has_text:
        _texts(canvas, poster)
    return canvas.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def can_draw(text: str) -> bool:
    """Whether the font has every letter of a text."""
    font = _font(40)
    missing = _mask(font, "\uffff")
    return all(each.isspace() or _mask(font, each) != missing for each in text)


def _mask(font: Font, text: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(text)
    return mask.size, bytes(mask)


@functools.cache
def _font(pixels: int) -> Font:
    return ImageFont.truetype(str(_FONT), pixels)


def _corner(middle: tuple[float, float], image: Image.Image) -> tuple[int, int]:
    return round(middle[0] - image.width / 2), round(middle[1] - image.height / 2)


def _shadow(canvas: Image.Image, middle: tuple[float, float], radius: float) -> None:
    """A soft one below the wheel."""
    small = Image.new("L", (canvas.width // 8, canvas.height // 8))
    x, y, r = middle[0] / 8, middle[1] / 8 + 5, radius / 8 + 1
    ImageDraw.Draw(small).ellipse((x - r, y - r, x + r, y + r), fill=130)
    mask = small.filter(ImageFilter.GaussianBlur(5)).resize(canvas.size)
    canvas.paste(ImageChops.multiply(canvas, Image.new("RGB", canvas.size, "#555")), mask=mask)


def _wheel(poster: Poster, radius: int) -> Image.Image:
    """The wheel with its rim, segments and labels, on nothing."""
    wheel = Image.new("RGBA", (2 * radius, 2 * radius))
    pen = ImageDraw.Draw(wheel)
    rim = round(radius * 0.075)
    pen.ellipse((0, 0, 2 * radius - 1, 2 * radius - 1), fill=poster.on_primary)
    edge = round(rim * 0.28)
    pen.ellipse((edge, edge, 2 * radius - 1 - edge, 2 * radius - 1 - edge), fill=poster.primary)
    inner = (rim, rim, 2 * radius - 1 - rim, 2 * radius - 1 - rim)
    count = len(poster.labels)
    width = 360 / count
    for number, fill in enumerate(_fills(poster)):
        start = -90 - width / 2 + number * width
        pen.pieslice(inner, start, start + width, fill=fill, outline=poster.on_primary, width=3)
    for number in range(2 * count):
        turn = math.radians(-90 + width / 2 * number)
        x, y = (radius + (radius - rim * 0.62) * part(turn) for part in (math.cos, math.sin))
        pen.ellipse((x - rim / 6, y - rim / 6, x + rim / 6, y + rim / 6), fill=poster.on_primary)
    for number, label in enumerate(poster.labels):
        ink = poster.on_primary if _fills(poster)[number] == poster.primary else poster.on_secondary
        _label(wheel, label, ink, number * width, count)
    return wheel


def _fills(poster: Poster) -> list[str]:
    """Two colours in turn; where the count is odd, no two neighbours are both primary."""
    count = len(poster.labels)
    return [
        poster.primary
        if number % 2 == 0 and not (count % 2 and number == count - 1)
        else poster.secondary
        for number in range(count)
    ]


def _label(wheel: Image.Image, label: str, ink: str, turn: float, count: int) -> None:
    """A label along its segment, from the rim inwards."""
    if not can_draw(label):
        return
    radius = wheel.width / 2
    pixels, lines = label_lines(label, count, radius)
    strip = Image.new("RGBA", (wheel.width, wheel.width))
    pen = ImageDraw.Draw(strip)
    for number, line in enumerate(lines):
        y = radius + (number - (len(lines) - 1) / 2) * pixels * LEADING
        right = radius + _span(radius, count, pixels * LEADING * len(lines))[1]
        pen.text((right, y), line, fill=ink, font=_font(pixels), anchor="rm")
    wheel.alpha_composite(strip.rotate(90 - turn, Image.Resampling.BICUBIC))


def label_lines(label: str, count: int, radius: float) -> tuple[int, list[str]]:
    """The largest size at which the whole label fits into a segment, and its lines.

    What does not fit at the smallest size ends with an ellipsis.
    """
    largest = max(MIN_LABEL, min(round(radius * 0.09), round(radius * 3.4 / count)))
    best: list[str] = []
    for pixels in range(largest, MIN_LABEL - 1, -2):
        font = _font(pixels)
        for most in range(1, MAX_LINES + 1):
            inner, outer = _span(radius, count, pixels * LEADING * most)
            room = outer - inner
            if room < 3 * pixels:
                break
            lines = list(_wrapped(label, font, room))
            if len(lines) <= most and all(font.getlength(each) <= room for each in lines):
                return pixels, lines
            shown = _cut(lines, most, font, room)
            if len("".join(shown)) >= len("".join(best)):
                best, smallest = shown, pixels
    return smallest, best


def _span(radius: float, count: int, height: float) -> tuple[float, float]:
    """From where to where along a spoke a text of this height has room in a segment."""
    half = height / 2
    begins = max(radius * 0.34, half / math.tan(math.pi / count)) if count > 2 else radius * 0.34
    return begins, math.sqrt((radius * 0.81) ** 2 - half**2)


def _cut(lines: list[str], most: int, font: Font, room: float) -> list[str]:
    """The first lines, up to the one that does not fit or has no other after it."""
    for number, line in enumerate(lines):
        is_last = number == most - 1 and len(lines) > most
        if not is_last and font.getlength(line) <= room:
            continue
        kept = line
        while font.getlength(f"{kept}…") > room and len(kept) > 1:
            kept = kept[:-1].rstrip()
        return [*lines[:number], f"{kept}…"]
    return lines


def _pointer(canvas: Image.Image, poster: Poster, tip: tuple[float, float]) -> None:
    """A drop at the top that points into the wheel."""
    x, y = tip
    size = canvas.height * 0.036
    pen = ImageDraw.Draw(canvas)
    for grown, fill in ((size * 0.18, poster.on_secondary), (0, poster.secondary)):
        r = size + grown
        pen.polygon([(x - r * 0.82, y), (x + r * 0.82, y), (x, y + size * 1.9 + grown)], fill=fill)
        pen.ellipse((x - r, y - size * 0.5 - r, x + r, y - size * 0.5 + r), fill=fill)
    dot = size * 0.34
    middle = y - size * 0.5
    pen.ellipse((x - dot, middle - dot, x + dot, middle + dot), fill=poster.on_secondary)


def _texts(canvas: Image.Image, poster: Poster) -> None:
    """The headline, as large as it fits, and the button below it."""
    pen = ImageDraw.Draw(canvas)
    left, room = canvas.width * 0.055, canvas.width * 0.4
    pixels, lines = _fitted(poster.headline, room, canvas.height * 0.56)
    font = _font(pixels)
    leading = pixels * LEADING
    button = _font(round(canvas.height * 0.046))
    has_button = can_draw(poster.button) and button.getlength(poster.button) < room * 0.8
    pill = canvas.height * 0.115
    total = leading * len(lines) + (pill * 1.5 if has_button else 0)
    top = (canvas.height - total) / 2
    for number, line in enumerate(lines):
        pen.text((left, top + leading * number), line, fill=poster.text, font=font)
    if has_button:
        y = top + leading * len(lines) + pill * 0.5
        wide = button.getlength(poster.button) + pill * 1.1
        pen.rounded_rectangle((left, y, left + wide, y + pill), pill / 2, fill=poster.primary)
        middle = (left + wide / 2, y + pill / 2)
        pen.text(middle, poster.button, fill=poster.on_primary, font=button, anchor="mm")


def _fitted(text: str, room: float, height: float) -> tuple[int, list[str]]:
    """The largest size at which the words fit, and their lines."""
    lines: list[str] = [text]
    for pixels in range(176, 55, -8):
        lines = list(_wrapped(text, _font(pixels), room))
        fits = all(_font(pixels).getlength(each) <= room for each in lines)
        if fits and len(lines) <= MAX_LINES and len(lines) * pixels * LEADING <= height:
            return pixels, lines
    return 56, lines[: int(height / (56 * LEADING))]


def _wrapped(text: str, font: Font, room: float) -> Iterator[str]:
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and font.getlength(longer) > room:
            yield line
            line = word
        else:
            line = longer
    yield line
