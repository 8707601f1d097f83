"""Sequence pictures as SVG: who tells whom what, from top to bottom."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

LANE, LEFT, TOP, ROW, FOOT = 236, 118, 84, 40, 46
LETTER = 6.4
"""The widest that a letter of a label is on average, in pixels."""

HALO = 'paint-order="stroke" stroke="#fff" stroke-width="5"'
"""Keeps a label readable where a lane's line passes behind it."""

# What flows, by the colour of its arrow; the dashed ones come without being asked for.
STYLES = {
    "call": ("#5b3df5", "", "calls a function"),
    "write": ("#d48806", "", "writes or reads documents"),
    "object": ("#2f9e57", "", "sends or fetches a file"),
    "event": ("#8a8a8a", "6 4", "an event or a task"),
    "heard": ("#3b82c4", "6 4", "a listener hears"),
}


@dataclass(frozen=True)
class Arrow:
    """One row: from a lane to another one, or to itself for what is done there."""

    kind: str
    source: str
    target: str
    label: str


@dataclass(frozen=True)
class Picture:
    """A sequence with its title."""

    name: str
    title: str
    arrows: Sequence[Arrow]


def draw(picture: Picture, lanes: Sequence[str]) -> str:
    """The picture as one SVG document."""
    width = LEFT * 2 + LANE * (len(lanes) - 1)
    bottom = TOP + ROW * len(picture.arrows) + 16
    height = bottom + FOOT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" '
        'font-family="Inter, Helvetica, Arial, sans-serif">',
        f"<title>{escape(picture.title)}</title>",
        f"<defs>{''.join(_head(kind) for kind in STYLES)}</defs>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *(_lane(name, LEFT + LANE * number, bottom) for number, name in enumerate(lanes)),
        *(
            _arrow(arrow, lanes, TOP + ROW * row + ROW // 2)
            for row, arrow in enumerate(picture.arrows)
        ),
        *_legend({arrow.kind for arrow in picture.arrows}, bottom + 26),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _head(kind: str) -> str:
    return (
        f'<marker id="{kind}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" '
        f'markerHeight="8" orient="auto"><path d="M0 0 L10 5 L0 10 z" fill="{STYLES[kind][0]}"/>'
        "</marker>"
    )


def _lane(name: str, x: int, bottom: int) -> str:
    return (
        f'<line x1="{x}" y1="58" x2="{x}" y2="{bottom}" stroke="#d6d6d6"/>'
        f'<rect x="{x - 98}" y="18" width="196" height="40" rx="8" fill="#f6f6f8" '
        'stroke="#c9c9d2"/>'
        f'<text x="{x}" y="43" font-size="14" font-weight="600" text-anchor="middle" '
        f'fill="#111">{escape(name)}</text>'
    )


def _arrow(arrow: Arrow, lanes: Sequence[str], y: int) -> str:
    color, dash, _ = STYLES[arrow.kind]
    begin, end = (LEFT + LANE * lanes.index(name) for name in (arrow.source, arrow.target))
    room = abs(end - begin) if begin != end else LANE - 20
    if len(arrow.label) * LETTER > room - 16:
        raise ValueError(f"{arrow.label!r} is too long for its arrow")
    stroke = f'stroke="{color}" stroke-width="1.6"' + (
        f' stroke-dasharray="{dash}"' if dash else ""
    )
    text = f'font-size="12.5" text-anchor="middle" fill="#222" {HALO}>{escape(arrow.label)}</text>'
    if begin == end:
        return (
            f'<rect x="{begin - 106}" y="{y - 15}" width="212" height="28" rx="14" '
            f'fill="#ffffff" {stroke}/><text x="{begin}" y="{y + 4}" {text}'
        )
    away = 3 if end > begin else -3
    return (
        f'<line x1="{begin + away}" y1="{y + 8}" x2="{end - away}" y2="{y + 8}" {stroke} '
        f'marker-end="url(#{arrow.kind})"/><text x="{(begin + end) // 2}" y="{y}" {text}'
    )


def _legend(kinds: set[str], y: int) -> list[str]:
    shown = []
    x = 24
    for kind, (color, dash, meaning) in STYLES.items():
        if kind not in kinds:
            continue
        stroke = f'stroke-dasharray="{dash}"' if dash else ""
        shown.append(
            f'<line x1="{x}" y1="{y - 4}" x2="{x + 34}" y2="{y - 4}" stroke="{color}" '
            f'stroke-width="1.6" {stroke} marker-end="url(#{kind})"/>'
            f'<text x="{x + 42}" y="{y}" font-size="12" fill="#555">{meaning}</text>'
        )
        x += 66 + round(len(meaning) * LETTER)
    return shown
