"""A QR code in the terminal, which looks the same on a dark and on a light one."""

import subprocess
from pathlib import Path

from emulator.web import node

SCRIPT = Path(__file__).with_name("qr_code.mjs")
QUIET = 4
"""Modules of margin, as ISO/IEC 18004 asks for."""
# Both colours are drawn, from the cube of 256 that no terminal's theme changes.
BLACK, WHITE = 16, 231
END = "\x1b[0m"


def draw(text: str) -> str:
    """Lines of half blocks that hold the text, two modules high each."""
    command = [node.find(), str(SCRIPT), str(node.MODULES), text]
    rows = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return drawn([[digit == "1" for digit in row] for row in rows])


def drawn(modules: list[list[bool]]) -> str:
    """The lines for these rows, where True is dark."""
    width = len(modules[0]) + 2 * QUIET
    margin = [False] * QUIET
    empty = [[False] * width] * QUIET
    rows = [*empty, *([*margin, *row, *margin] for row in modules), *empty]
    if len(rows) % 2:
        rows.append([False] * width)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join("".join(map(_cell, *pair)) + END for pair in pairs)


def _cell(upper: bool, lower: bool) -> str:
    colours = [BLACK if is_dark else WHITE for is_dark in (upper, lower)]
    return "\x1b[38;5;{};48;5;{}m▀".format(*colours)
