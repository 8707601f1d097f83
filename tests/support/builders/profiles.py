"""Colour profiles of displays, as cameras and phones embed them, and what their colours mean.

A profile of version 2.1 with three colorants and a curve each; layout after ICC.1:2001-04.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def _srgb_curve(value: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _adobe_curve(value: NDArray[np.float64]) -> NDArray[np.float64]:
    power: NDArray[np.float64] = value ** (563 / 256)
    return power


@dataclass(frozen=True)
class Display:
    """The colorants, each as X, Y, Z under D50, and the curve from a value to light."""

    red: tuple[float, float, float]
    green: tuple[float, float, float]
    blue: tuple[float, float, float]
    curve: Curve

    @property
    def to_xyz(self) -> NDArray[np.float64]:
        return np.array([self.red, self.green, self.blue]).T

    def profile(self) -> bytes:
        """The ICC profile of this display."""
        curve = np.round(65535 * self.curve(np.linspace(0, 1, 1024))).astype(">u2").tobytes()
        tags = {
            b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"Test\0" + bytes(79),
            b"cprt": b"text\0\0\0\0None\0",
            b"wtpt": _xyz((0.9642, 1.0, 0.8249)),
            b"rXYZ": _xyz(self.red),
            b"gXYZ": _xyz(self.green),
            b"bXYZ": _xyz(self.blue),
            **dict.fromkeys(
                (b"rTRC", b"gTRC", b"bTRC"), b"curv\0\0\0\0" + struct.pack(">I", 1024) + curve
            ),
        }
        return profile_of(tags, b"mntr", 2)

    def in_srgb(self, colour: Sequence[int]) -> NDArray[np.float64]:
        """What a colour of this display is in sRGB, by the definitions."""
        light = self.curve(np.array(colour) / 255)
        linear = np.clip(np.linalg.inv(SRGB.to_xyz) @ self.to_xyz @ light, 0, 1)
        shown = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
        return 255 * shown


def profile_of(tags: Mapping[bytes, bytes], class_: bytes = b"mntr", version: int = 4) -> bytes:
    """A profile in RGB of these tags."""
    table, bodies = struct.pack(">I", len(tags)), b""
    for name, body in tags.items():
        offset = 128 + 4 + 12 * len(tags) + len(bodies)
        table += struct.pack(">4sII", name, offset, len(body))
        bodies += body + bytes(-len(body) % 4)
    size = 128 + len(table) + len(bodies)
    header = struct.pack(">I4xI", size, version << 24 | 0x100000) + class_ + b"RGB XYZ "
    header += bytes(12) + b"acsp" + bytes(28) + struct.pack(">iii", 0xF6D6, 0x10000, 0xD32D)
    return header.ljust(128, b"\0") + table + bodies


def endless_profile(elements: int) -> bytes:
    """A valid profile that never comes to its end.

    Its conversion is a chain of so many elements (`D2B0`, of type `mpet`), which all lie at the
    same place: eight bytes of table make one more matrix to multiply and to optimise.
    """
    identity = (1, 0, 0, 0, 1, 0, 0, 0, 1)
    matrix = b"matf" + bytes(4) + struct.pack(">HH12f", 3, 3, *identity, 0.0001, 0, 0)
    place = struct.pack(">II", 16 + 8 * elements, len(matrix))
    chain = b"mpet" + bytes(4) + struct.pack(">HHI", 3, 3, elements) + place * elements + matrix
    words = b"mluc" + bytes(4) + struct.pack(">II4sII", 1, 12, b"enUS", 2, 28) + b"\0x"
    white = _xyz((0.9642, 1.0, 0.8249))
    tags = {b"desc": words, b"cprt": words, b"wtpt": white, b"D2B0": chain}
    return profile_of(tags, b"scnr")


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">iii", *(round(value * 65536) for value in values))


SRGB = Display(
    (0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410),
    _srgb_curve,
)  # fmt: skip
DISPLAY_P3 = Display(
    (0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407),
    _srgb_curve,
)  # fmt: skip
ADOBE_RGB = Display(
    (0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457),
    _adobe_curve,
)  # fmt: skip
