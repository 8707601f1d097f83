"""A picture of pairs: what is bare, and what is around it."""

import math
from collections.abc import Sequence

WIDTH, LEFT, RIGHT, TOP, ROW, BAR = 860, 190, 90, 56, 26, 9
TICKS = 5


def bars(pairs: Sequence[tuple[str, float, float]]) -> str:
    """An SVG of name, seconds bare and seconds called."""
    longest = max((max(bare, called) for _, bare, called in pairs), default=1)
    longest = math.ceil(longest * 100) / 100  # so that the axis ends at a round number
    scale = (WIDTH - LEFT - RIGHT) / longest
    height = TOP + ROW * len(pairs) + 20
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="system-ui, sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<rect x="{LEFT}" y="14" width="12" height="{BAR}" fill="#b8bcc8"/>'
        f'<text x="{LEFT + 18}" y="23" fill="#333333">the bare transaction</text>',
        f'<rect x="{LEFT + 160}" y="14" width="12" height="{BAR}" fill="#5b3df5"/>'
        f'<text x="{LEFT + 178}" y="23" fill="#333333">the callable, over HTTP (ms)</text>',
    ]
    for tick in range(TICKS + 1):
        x, value = LEFT + tick * (WIDTH - LEFT - RIGHT) / TICKS, longest * tick / TICKS
        lines.append(f'<path d="M{x:.1f} {TOP - 8}V{height - 14}" stroke="#e6e8ee"/>')
        lines.append(
            f'<text x="{x:.1f}" y="{TOP - 12}" fill="#777777" text-anchor="middle">'
            f"{value * 1000:.0f}</text>"
        )
    for row, (name, bare, called) in enumerate(pairs):
        y = TOP + row * ROW
        lines.append(
            f'<text x="{LEFT - 10}" y="{y + 13}" fill="#333333" text-anchor="end">{name}</text>'
            f'<rect x="{LEFT}" y="{y}" width="{bare * scale:.1f}" height="{BAR}" fill="#b8bcc8"/>'
            f'<rect x="{LEFT}" y="{y + BAR}" width="{called * scale:.1f}" height="{BAR}" '
            f'fill="#5b3df5"/>'
            f'<text x="{LEFT + called * scale + 6:.1f}" y="{y + BAR + 8}" fill="#777777">'
            f"{called / bare:.1f} x</text>"
        )
    return "\n".join([*lines, "</svg>", ""])
