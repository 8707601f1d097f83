"""A picture of limits on a logarithmic axis, and of the rate that all of ours are above."""

import math
from collections.abc import Sequence

from tools.scale.limits import AIM, Limit

WIDTH, LEFT, RIGHT, TOP, ROW, BAR = 860, 270, 80, 66, 24, 12
OURS, OTHERS, AIMED = "#5b3df5", "#b8bcc8", "#c2410c"


def bars(limits: Sequence[Limit]) -> str:
    """An SVG with a bar for each limit, which ends at its visits a minute."""
    decades = max(5, math.ceil(math.log10(max(limit.visits for limit in limits))))
    scale = (WIDTH - LEFT - RIGHT) / decades
    height = TOP + ROW * len(limits) + 20

    def x(visits: float) -> float:
        return LEFT + max(0.0, math.log10(visits)) * scale

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="system-ui, sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<rect x="{LEFT}" y="12" width="12" height="{BAR}" fill="{OURS}"/>'
        f'<text x="{LEFT + 18}" y="22" fill="#333333">of the code and its configuration</text>',
        f'<rect x="{LEFT + 230}" y="12" width="12" height="{BAR}" fill="{OTHERS}"/>'
        f'<text x="{LEFT + 248}" y="22" fill="#333333">of others, in visits a minute</text>',
    ]
    for decade in range(decades + 1):
        at = LEFT + decade * scale
        lines.append(f'<path d="M{at:.1f} {TOP - 8}V{height - 14}" stroke="#e6e8ee"/>')
        lines.append(
            f'<text x="{at:.1f}" y="{TOP - 12}" fill="#777777" text-anchor="middle">'
            f"{10**decade:,}</text>"
        )
    for row, limit in enumerate(limits):
        y, end = TOP + row * ROW, x(limit.visits)
        name = limit.name.replace("`", "")
        lines.append(
            f'<text x="{LEFT - 10}" y="{y + 11}" fill="#333333" text-anchor="end">{name}</text>'
            f'<rect x="{LEFT}" y="{y}" width="{max(2.0, end - LEFT):.1f}" height="{BAR}" '
            f'fill="{OURS if limit.is_ours else OTHERS}"/>'
            f'<text x="{end + 6:.1f}" y="{y + 11}" fill="#777777">{limit.visits:,.0f}</text>'
        )
    lines.append(
        f'<path d="M{x(AIM):.1f} {TOP - 8}V{height - 14}" stroke="{AIMED}" stroke-width="2"/>'
    )
    return "\n".join([*lines, "</svg>", ""])
