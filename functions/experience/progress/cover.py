"""The geohash cells that cover a circle: few enough for one query, and as fine as they can be."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from experience.progress.geography import (
    ALPHABET,
    EARTH_RADIUS_METERS,
    MAX_LETTERS,
    TURNED,
    TURNED_FROM_LATITUDE,
    turned,
)

MAX_CELLS = 30
"""Firestore takes 30 values in `array-contains-any`."""
MAX_RADIUS_METERS = 50_000
_MARGIN_METERS = 0.001  # more than any rounding


def cells_covering(lat: float, lng: float, radius_meters: float) -> list[str]:
    """At most 30 cells, none within another, that hold every position within the radius.

    First the finest cells of one size of which 30 suffice. Then those are divided further whose
    division takes away most, for as long as there are no more than 30. Radius up to 50 km. A circle
    that lies near a pole, all of it, has cells of the turned globe.
    """
    radius = radius_meters + _MARGIN_METERS
    if abs(lat) - math.degrees(radius / EARTH_RADIUS_METERS) >= TURNED_FROM_LATITUDE:
        return [TURNED + each for each in _covering(*turned(lat, lng), radius)]
    return _covering(lat, lng, radius)


def _covering(lat: float, lng: float, radius: float) -> list[str]:
    circle = _Circle(math.radians(lat), math.radians(lng), radius)
    cells = next(
        found
        for letters in range(MAX_LETTERS, 0, -1)
        if (found := circle.cells_of(letters)) is not None
    )
    divided = {
        cell: [*circle.touched(cell.parts())] for cell in cells if cell.letters < MAX_LETTERS
    }
    while fitting := [
        cell for cell, parts in divided.items() if len(cells) + len(parts) - 1 <= MAX_CELLS
    ]:
        best = max(fitting, key=lambda cell: _gain(cell, divided[cell]))
        parts = divided.pop(best)
        cells = [cell for cell in cells if cell != best] + parts
        for cell in parts:
            if cell.letters < MAX_LETTERS:
                divided[cell] = [*circle.touched(cell.parts())]
    return sorted(cell.name for cell in cells)


@dataclass(frozen=True)
class _Cell:
    """A cell by its row from the south and its column from 180° W."""

    letters: int
    row: int
    column: int

    @property
    def rows(self) -> int:
        return 1 << self.letters * 5 // 2

    @property
    def columns(self) -> int:
        return 1 << (self.letters * 5 + 1) // 2

    @property
    def latitudes(self) -> tuple[float, float]:
        """From the south to the north, in radians."""
        height = math.pi / self.rows
        return self.row * height - math.pi / 2, (self.row + 1) * height - math.pi / 2

    @property
    def longitudes(self) -> tuple[float, float]:
        """From the west to the east, in radians."""
        width = 2 * math.pi / self.columns
        return self.column * width - math.pi, (self.column + 1) * width - math.pi

    @property
    def area(self) -> float:
        """Of a unit sphere's surface."""
        south, north = self.latitudes
        return (math.sin(north) - math.sin(south)) * 2 * math.pi / self.columns

    @property
    def name(self) -> str:
        """Bits of columns and rows in turn, a column's first, five bits a letter."""
        bits, row, column = 0, self.row, self.column
        for place in range(self.letters * 5):
            is_column = (self.letters * 5 - 1 - place) % 2 == 0
            bit, row, column = (
                (column & 1, row, column >> 1) if is_column else (row & 1, row >> 1, column)
            )
            bits |= bit << place
        return "".join(ALPHABET[bits >> 5 * place & 31] for place in range(self.letters))[::-1]

    def parts(self) -> Iterator["_Cell"]:
        """The 32 cells of one letter more within this one."""
        first = _Cell(self.letters + 1, 0, 0)
        down, along = first.rows // self.rows, first.columns // self.columns
        for row in range(down):
            for column in range(along):
                yield _Cell(first.letters, self.row * down + row, self.column * along + column)


def _gain(cell: _Cell, parts: list[_Cell]) -> float:
    """The area that a division takes away, for each cell that it adds."""
    saved = cell.area - sum(part.area for part in parts)
    return math.inf if len(parts) <= 1 else saved / (len(parts) - 1)


@dataclass(frozen=True)
class _Circle:
    """Its center in radians, its radius in meters."""

    lat: float
    lng: float
    radius: float

    def cells_of(self, letters: int) -> list[_Cell] | None:
        """The cells of one size that it touches, or None if they are too many for a query."""
        any_cell = _Cell(letters, 0, 0)
        angle = self.radius / EARTH_RADIUS_METERS
        rows = [
            _place((lat + math.pi / 2) / math.pi, any_cell.rows)
            for lat in (self.lat - angle, self.lat + angle)
        ]
        if abs(self.lat) + angle >= math.pi / 2:  # a pole is in it, so every longitude
            west, east = 0, any_cell.columns - 1
        else:
            width = math.asin(min(1.0, math.sin(angle) / math.cos(self.lat)))
            west, east = (
                math.floor((lng + math.pi) / (2 * math.pi) * any_cell.columns)
                for lng in (self.lng - width, self.lng + width)
            )
            east = min(east, west + any_cell.columns - 1)
        if (rows[1] - rows[0] + 1) * (east - west + 1) > 3 * MAX_CELLS:
            return None  # a circle fills more than a third of the rectangle around it
        found = [
            *self.touched(
                _Cell(letters, row, column % any_cell.columns)
                for row in range(rows[0], rows[1] + 1)
                for column in range(west, east + 1)
            )
        ]
        return found if len(found) <= MAX_CELLS else None

    def touched(self, cells: Iterable[_Cell]) -> Iterator[_Cell]:
        """Those of the cells that have a point within the radius."""
        return (cell for cell in cells if self._distance(cell) <= self.radius)

    def _distance(self, cell: _Cell) -> float:
        """From the center to the nearest point of a cell: of its meridians, or of its inside."""
        south, north = cell.latitudes
        west, east = cell.longitudes
        if west <= self.lng <= east:
            return max(south - self.lat, self.lat - north, 0.0) * EARTH_RADIUS_METERS
        return min(self._distance_to(lng, south, north) for lng in (west, east))

    def _distance_to(self, lng: float, south: float, north: float) -> float:
        """To the nearest point of a meridian between two latitudes."""
        away = math.cos(lng - self.lng)
        nearest = math.atan2(math.sin(self.lat), math.cos(self.lat) * away)
        at = [south, north, *([nearest] if south <= nearest <= north else [])]
        return min(self._distance_of(lat, lng) for lat in at)

    def _distance_of(self, lat: float, lng: float) -> float:
        half_lat, half_lng = (lat - self.lat) / 2, (lng - self.lng) / 2
        inner = math.sin(half_lat) ** 2 + math.cos(lat) * math.cos(self.lat) * (
            math.sin(half_lng) ** 2
        )
        return 2 * EARTH_RADIUS_METERS * math.asin(math.sqrt(min(inner, 1.0)))


def _place(fraction: float, count: int) -> int:
    """The part in which a fraction lies, of so many equal ones."""
    return min(max(math.floor(fraction * count), 0), count - 1)
