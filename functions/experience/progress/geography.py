"""Geohash cells, the cells that cover a circle, and great-circle distances.

Geohash: a position's longitude and latitude, halved in turn, five bits a letter. A cell of n
letters is named by the prefix of all positions in it.

Towards a pole these cells become slivers, so positions there also have cells of a globe that is
turned by 90°, on whose equator the poles lie.
"""

import math

ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz"
MAX_LETTERS = 8
TURNED = "~"
"""What cells of the turned globe begin with."""
TURNED_FROM_LATITUDE = 85.0
EARTH_RADIUS_METERS = 6_371_008.8
"""The mean radius, as of WGS 84: https://en.wikipedia.org/wiki/Earth_radius"""


def cell_of(lat: float, lng: float, letters: int = MAX_LETTERS) -> str:
    """The cell of a position, with so many letters."""
    south, north, west, east = -90.0, 90.0, -180.0, 180.0
    found, value = "", 0
    for bit in range(letters * 5):
        if bit % 2 == 0:
            middle = (west + east) / 2
            inside = lng >= middle
            west, east = (middle, east) if inside else (west, middle)
        else:
            middle = (south + north) / 2
            inside = lat >= middle
            south, north = (middle, north) if inside else (south, middle)
        value = value * 2 + inside
        if bit % 5 == 4:
            found, value = found + ALPHABET[value], 0
    return found


def cells_of(lat: float, lng: float) -> list[str]:
    """The cells of a position, of one letter to eight; near a pole of the turned globe as well."""
    cells = _prefixes(cell_of(lat, lng))
    if abs(lat) >= TURNED_FROM_LATITUDE:
        cells += [TURNED + each for each in _prefixes(cell_of(*turned(lat, lng)))]
    return cells


def _prefixes(finest: str) -> list[str]:
    return [finest[:letters] for letters in range(1, MAX_LETTERS + 1)]


def turned(lat: float, lng: float) -> tuple[float, float]:
    """Where a position lies on the turned globe: the north pole at 0° N 0° E."""
    phi, along = math.radians(lat), math.radians(lng)
    east = math.cos(phi) * math.sin(along)
    return (
        math.degrees(math.asin(east)),
        math.degrees(math.atan2(math.cos(phi) * math.cos(along), math.sin(phi))),
    )


def distance_meters(lat1: float, lng1: float, lat2: float, lng2: float) -> float:
    """The great-circle distance of two positions, by the haversine formula."""
    half_lat = math.radians(lat2 - lat1) / 2
    half_lng = math.radians(lng2 - lng1) / 2
    inner = math.sin(half_lat) ** 2 + (
        math.cos(math.radians(lat1)) * math.cos(math.radians(lat2)) * math.sin(half_lng) ** 2
    )
    return 2 * EARTH_RADIUS_METERS * math.asin(math.sqrt(min(inner, 1.0)))
