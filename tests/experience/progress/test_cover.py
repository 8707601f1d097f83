"""Cells that cover a circle: all of it, few and fine, wherever on the globe."""

import math
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from experience.progress.cover import MAX_CELLS, MAX_RADIUS_METERS, cells_covering
from experience.progress.geography import (
    EARTH_RADIUS_METERS,
    TURNED,
    cell_of,
    cells_of,
    distance_meters,
)

LATITUDES = st.floats(-90, 90) | st.sampled_from(
    [-90.0, -89.999, -85.45, 0.0, 45.0, 84.999, 85.0, 85.449, 85.45, 89.9, 90.0]
)
LONGITUDES = st.floats(-180, 180) | st.sampled_from([-180.0, -179.9999, 0.0, 179.9999, 180.0])
RADII = st.floats(0.1, MAX_RADIUS_METERS) | st.sampled_from([1.0, 19.0, 150.0, 4900.0, 50_000.0])


def position_at(lat: float, lng: float, meters: float, bearing: float) -> tuple[float, float]:
    """Where one comes to from a position."""
    angle, phi = meters / EARTH_RADIUS_METERS, math.radians(lat)
    there = math.asin(
        max(-1.0, min(1.0, math.sin(phi) * math.cos(angle)
        + math.cos(phi) * math.sin(angle) * math.cos(bearing)))
    )  # fmt: skip
    along = math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(phi),
        math.cos(angle) - math.sin(phi) * math.sin(there),
    )
    return math.degrees(there), (lng + math.degrees(along) + 540) % 360 - 180


def area_of(cells: list[str]) -> float:
    """Of the cells, in square meters."""
    area = 0.0
    for name in cells:
        cell = name.removeprefix(TURNED)
        bits = len(cell) * 5
        rows, columns = 1 << bits // 2, 1 << (bits + 1) // 2
        south = south_of(cell)
        north = south + 180 / rows
        band = math.sin(math.radians(north)) - math.sin(math.radians(south))
        area += band * 2 * math.pi / columns * EARTH_RADIUS_METERS**2
    return area


def south_of(cell: str) -> float:
    """The southern border of a cell, by halving as `cell_of` does."""
    low, high = -90.0, 90.0
    for _ in range(len(cell) * 5 // 2):
        middle = (low + high) / 2
        inside = cell_of(middle, west_of(cell), len(cell)) <= cell
        low, high = (middle, high) if inside else (low, middle)
    return low


def west_of(cell: str) -> float:
    """A longitude within a cell, from its letters."""
    low, high, place = -180.0, 180.0, 0
    for letter in cell:
        value = "0123456789bcdefghjkmnpqrstuvwxyz".index(letter)
        for bit in (16, 8, 4, 2, 1):
            if place % 2 == 0:
                middle = (low + high) / 2
                low, high = (middle, high) if value & bit else (low, middle)
            place += 1
    return (low + high) / 2


@settings(max_examples=40)
@given(LATITUDES, LONGITUDES, RADII, st.randoms(use_true_random=False))
@example(90.0, 0.0, 50_000.0, random.Random(1))
@example(-89.9, 180.0, 50_000.0, random.Random(1))
@example(51.5, -180.0, 50_000.0, random.Random(1))
def test_they_hold_every_position_within_the_radius(
    lat: float, lng: float, radius: float, chosen: random.Random
) -> None:
    cells = cells_covering(lat, lng, radius)
    assert 1 <= len(cells) <= MAX_CELLS
    assert not any(a != b and b.startswith(a) for a in cells for b in cells)
    for number in range(20):
        away = radius * (1.0 if number % 2 else math.sqrt(chosen.random()))
        there = position_at(lat, lng, away, chosen.uniform(0, 2 * math.pi))
        if distance_meters(lat, lng, *there) <= radius:
            assert set(cells) & set(cells_of(*there))
    assert set(cells) & set(cells_of(lat, lng))


def test_the_area_reading_cells_of_a_known_grid() -> None:
    assert area_of(list("0123456789bcdefghjkmnpqrstuvwxyz")) == pytest.approx(
        4 * math.pi * EARTH_RADIUS_METERS**2
    )


@settings(max_examples=40)
@given(LATITUDES, LONGITUDES, st.floats(12, MAX_RADIUS_METERS))
@example(85.449, 0.0, 50_000.0)
@example(-89.9, 180.0, 3_000.0)
@example(90.0, 0.0, 12.0)
@example(0.0, 180.0, 12.0)
def test_they_are_less_than_ten_times_the_circle(lat: float, lng: float, radius: float) -> None:
    """From 12 m, at every latitude. Six of the smallest cells are 14 circles of 10 m."""
    angle = radius / EARTH_RADIUS_METERS
    circle = 2 * math.pi * (1 - math.cos(angle)) * EARTH_RADIUS_METERS**2
    assert area_of(cells_covering(lat, lng, radius)) < 10 * circle
