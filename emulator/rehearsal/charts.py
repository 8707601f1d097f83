"""Pictures of a report as inline SVG: their colours are the page's, and each has its words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 190
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 12, 26
TICKS = 4

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """One line of a chart; `kind` is its class, whose colour and dashes the page's style sets."""

    name: str
    kind: str
    points: Sequence[Point]


def chart(name: str, words: str, lines: Sequence[Line], bars: Sequence[Point] = ()) -> str:
    """Values over seconds: lines, and bars behind them. `words` is the picture in words."""
    points = [*bars, *(point for line in lines for point in line.points)]
    right = max([x for x, _ in points], default=0) or 1
    top = _round_up(max([y for _, y in points], default=0) or 1)

    def at(x: float, y: float) -> Point:
        across = LEFT + (WIDTH - LEFT - RIGHT) * x / right
        return across, TOP + (HEIGHT - TOP - BOTTOM) * (1 - y / top)

    parts = [*_frame(right, top)]
    wide = (at(bars[1][0], 0)[0] - at(bars[0][0], 0)[0]) * 0.9 if len(bars) > 1 else 0.0
    for x, y in bars:
        across, down = at(x, y)
        high = HEIGHT - BOTTOM - down
        parts.append(
            f'<rect class="bar" x="{across - wide / 2:.1f}" y="{down:.1f}" width="{wide:.1f}"'
            f' height="{high:.1f}"/>'
        )
    for line in lines:
        path = " ".join("{:.1f},{:.1f}".format(*at(x, y)) for x, y in line.points)
        parts.append(f'<polyline class="{line.kind}" points="{path}"/>')
    legend = "".join(
        f'<li><svg viewBox="0 0 24 6" width="24" height="6" aria-hidden="true">'
        f'<polyline class="{line.kind}" points="0,3 24,3"/></svg> {escape(line.name)}</li>'
        for line in lines
    )
    return (
        f'<figure><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(words)}">'
        f"{''.join(parts)}</svg><figcaption>{escape(name)}<ul>{legend}</ul></figcaption></figure>"
    )


def ranges(rows: Sequence[tuple[str, float, float, float]], words: str) -> str:
    """For each name three values on a common scale: to the first a bar, to the others whiskers."""
    row, left = 20, 190
    high = row * len(rows) + 22
    top = _round_up(max([worst for *_, worst in rows], default=0) or 1)
    scale = (WIDTH - left - RIGHT) / top
    parts = []
    for tick in range(TICKS + 1):
        x = left + scale * top * tick / TICKS
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{high - 18}"/>')
        parts.append(_text(x, high - 4, f"{top * tick / TICKS:g}", "end" if tick else "middle"))
    for number, (name, half, most, worst) in enumerate(rows):
        y = number * row + row / 2
        parts.append(_text(left - 6, y + 4, name, "end"))
        parts.append(
            f'<rect class="bar" x="{left}" y="{y - 5}" width="{scale * half:.1f}" height="10"/>'
            f'<line class="p95" x1="{left + scale * half:.1f}" x2="{left + scale * most:.1f}"'
            f' y1="{y}" y2="{y}"/><line class="p99" x1="{left + scale * most:.1f}"'
            f' x2="{left + scale * worst:.1f}" y1="{y}" y2="{y}"/>'
        )
    return (
        f'<figure><svg viewBox="0 0 {WIDTH} {high}" role="img" aria-label="{escape(words)}">'
        f"{''.join(parts)}</svg></figure>"
    )


def _frame(right: float, top: float) -> Iterator[str]:
    for tick in range(TICKS + 1):
        y = TOP + (HEIGHT - TOP - BOTTOM) * (1 - tick / TICKS)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _text(LEFT - 6, y + 4, f"{top * tick / TICKS:g}", "end")
        x = LEFT + (WIDTH - LEFT - RIGHT) * tick / TICKS
        yield _text(x, HEIGHT - 8, f"{right * tick / TICKS:.0f} s", "end" if tick else "start")


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _round_up(value: float) -> float:
    """The next value that four ticks divide into short numbers."""
    scale = 1.0
    while scale * 10 <= value:
        scale *= 10
    while scale > value:
        scale /= 10
    return next(scale * step for step in (1, 2, 4, 6, 8, 10) if scale * step >= value)


def table(heading: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table whose first column names its rows; numbers are on the right."""
    if not rows:
        return f"<p>{escape(heading)}: none.</p>"
    head = "".join(
        f'<th scope="col">{escape(column)}</th>' if column else "<td></td>" for column in columns
    )
    body = "".join(
        f'<tr><th scope="row">{escape(str(first))}</th>'
        + "".join(f"<td>{escape(_shown(value))}</td>" for value in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(heading)}"><table>'
        f"<caption>{escape(heading)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
