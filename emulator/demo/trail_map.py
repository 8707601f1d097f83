"""The trail as a picture: where visitors went, what they stopped at, and who leads."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emulator.demo import trail

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

WIDTH, HEIGHT, MAP = 1400, 820, 880
MARGIN = 90
PAPER, INK, FADED = "#f5f1e6", "#26323a", "#7b868c"
ACCENT, LINE = "#0b7a75", "#d8d0bd"
SCALE = 2
"""Drawn so many times as large, then reduced: lines and circles without steps."""


def draw(
    file: Path,
    progress: dict[str, Any],
    board: dict[str, Any],
    analytics: dict[str, Any],
    positions: list[dict[str, Any]],
) -> None:
    """Draw the map with its heat, the board and the player's progress, and save it."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), PAPER)
    _heat(picture, positions)
    pen = ImageDraw.Draw(picture)
    _waypoints(pen, analytics, set(progress["state"]["visitedWaypoints"]))
    _panel(pen, progress, board)
    picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(file, optimize=True)


def _pixel(lat: float, lng: float) -> tuple[float, float]:
    """Where a position lies on the map."""
    start_lat, start_lng = trail.START
    north = (lat - start_lat) * trail.METERS_A_DEGREE
    east = (lng - start_lng) * trail.METERS_A_DEGREE * math.cos(math.radians(start_lat))
    wide = max(each.east for each in trail.WAYPOINTS)
    scale = (MAP - 2 * MARGIN) / wide
    return (MARGIN + east * scale) * SCALE, (HEIGHT - MARGIN - 80 - north * scale) * SCALE


def _heat(picture: "Image", positions: list[dict[str, Any]]) -> None:
    """Where events happened: the more, the warmer."""
    from PIL import Image, ImageChops, ImageDraw, ImageFilter

    heat = Image.new("L", picture.size, 0)
    for event in positions:
        x, y = _pixel(event["locationLat"], event["locationLng"])
        radius = 16 * SCALE
        box = (int(x - radius), int(y - radius), int(x + radius), int(y + radius))
        stamp = Image.new("L", (2 * radius, 2 * radius), 0)
        ImageDraw.Draw(stamp).ellipse((0, 0, 2 * radius - 1, 2 * radius - 1), fill=26)
        area = heat.crop(box)
        heat.paste(ImageChops.add(area, stamp.crop((0, 0, *area.size))), box[:2])
    heat = heat.filter(ImageFilter.GaussianBlur(9 * SCALE))
    picture.paste(Image.new("RGB", picture.size, "#e8703a"), (0, 0), heat)


def _waypoints(pen: "ImageDraw", analytics: dict[str, Any], visited: set[str]) -> None:
    visits = {each["contentId"]: each for each in analytics["contents"]}
    busiest = max([each["visits"] for each in visits.values()], default=1)
    points = [_pixel(*trail.position(each.east, each.north)) for each in trail.WAYPOINTS]
    pen.line(points, fill=FADED, width=3 * SCALE, joint="curve")
    for waypoint, (x, y) in zip(trail.WAYPOINTS, points, strict=True):
        found = visits.get(waypoint.id, {"visits": 0, "uniqueVisitors": 0, "averageSeconds": 0})
        radius = (12 + 18 * found["visits"] / busiest) * SCALE
        fill = ACCENT if waypoint.id in visited else PAPER
        box = (x - radius, y - radius, x + radius, y + radius)
        pen.ellipse(box, fill=fill, outline=INK, width=3 * SCALE)
        ink = PAPER if waypoint.id in visited else INK
        pen.text((x, y), str(found["visits"]), font=_font(16), fill=ink, anchor="mm")
        below = y + radius + 8 * SCALE
        _label(pen, (x, below), waypoint.name, 19, INK)
        seconds = found["averageSeconds"] or 0
        words = f"{found['uniqueVisitors']} visitors, {seconds:.0f} s each"
        _label(pen, (x, below + 25 * SCALE), words, 14, FADED)


def _label(pen: "ImageDraw", at: tuple[float, float], words: str, size: int, ink: str) -> None:
    """Text below a point, with an edge that keeps it readable on the path."""
    pen.text(
        at, words, font=_font(size), fill=ink, anchor="ma",
        stroke_width=4 * SCALE, stroke_fill=PAPER,
    )  # fmt: skip


def _panel(pen: "ImageDraw", progress: dict[str, Any], board: dict[str, Any]) -> None:
    left, right = (MAP + 30) * SCALE, (WIDTH - 50) * SCALE
    pen.text((50 * SCALE, 40 * SCALE), "The Wylding Woods", font=_font(34), fill=INK)
    words = "circles: visits in seven days; glow: where visitors were"
    pen.text((50 * SCALE, 84 * SCALE), words, font=_font(16), fill=FADED)
    pen.text((left, 40 * SCALE), f"Board of {board['key']}", font=_font(26), fill=INK)
    y = 92 * SCALE
    for entry in board["entries"][:13]:
        if entry["isMe"]:
            box = (left - 12 * SCALE, y - 6 * SCALE, right + 12 * SCALE, y + 28 * SCALE)
            pen.rounded_rectangle(box, radius=8 * SCALE, fill=ACCENT)
        ink = PAPER if entry["isMe"] else INK
        pen.text((left + 26 * SCALE, y), str(entry["rank"]), font=_font(19), fill=ink, anchor="ra")
        name = entry["nickname"] or "-"
        pen.text((left + 48 * SCALE, y), name, font=_font(19), fill=ink)
        pen.text((right, y), f"{entry['value']:.0f} xp", font=_font(19), fill=ink, anchor="ra")
        y += 37 * SCALE
    y += 24 * SCALE
    pen.line((left, y, right, y), fill=LINE, width=2 * SCALE)
    y += 20 * SCALE
    done = progress["completionPercentage"]
    bar = (left, y + 34 * SCALE, right, y + 52 * SCALE)
    pen.text((left, y), f"Ada: {done:.0f} % of the trail", font=_font(20), fill=INK)
    pen.rounded_rectangle(bar, radius=9 * SCALE, fill=LINE)
    full = left + (right - left) * done / 100
    pen.rounded_rectangle((left, bar[1], full, bar[3]), radius=9 * SCALE, fill=ACCENT)
    unlocked = ", ".join(f"{each['id']} {each['tier']}" for each in progress["achievements"])
    facts = (
        f"level {progress['level']}, {progress['xp']} xp",
        f"{progress['distanceMeters']:.0f} m, {progress['playtimeSeconds'] / 60:.0f} minutes",
        f"unlocked: {unlocked or 'nothing yet'}",
    )
    for number, fact in enumerate(facts):
        below = y + (66 + 28 * number) * SCALE
        pen.text((left, below), fact, font=_font(17), fill=INK)


def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size * SCALE)
