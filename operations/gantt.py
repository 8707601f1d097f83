"""A run as a Gantt picture: each step's waits and attempts, cache hits, and what was skipped."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from google.cloud.firestore import Client

Fields = Mapping[str, Any]

ROW = 26
LEFT, RIGHT, TOP = 190, 110, 62
SCALE = 620  # pixels from the run's start to its end
TICKS = 5

COLOURS = {
    "queue": "#d9dde3",
    "completed": "#3a8f5c",
    "failed": "#c8453b",
    "lost": "#8a8f98",
    "cancelled": "#8a8f98",
    "waiting": "#6f9fd8",
    "parked": "#f0c36d",
}
LEGEND = {
    "queue": "in the queue",
    "completed": "worked",
    "failed": "attempt failed",
    "lost": "worker lost or told to stop",
    "parked": "waits for a provider",
}


def load(client: Client, workspace_id: str, run_id: str) -> tuple[Fields, list[Fields]] | None:
    """A run and its steps, None where there is no such run."""
    reference = client.document("workspaces", workspace_id, "runs", run_id)
    run = reference.get().to_dict()
    steps = [each.to_dict() or {} for each in reference.collection("runSteps").stream()]
    return (run, steps) if run else None


def draw(run: Fields, steps: Sequence[Fields]) -> str:
    """The picture, as SVG."""
    rows = sorted(steps, key=lambda step: (_began(step), step["id"]))
    start = min([int(run["createdAt"]), *(_began(step) for step in rows)])
    end = max([start + 1, *(int(step.get("endedAt") or 0) for step in rows)])
    end = max(end, int(run.get("completedAt") or 0))
    height = TOP + ROW * len(rows) + 48
    width = LEFT + SCALE + RIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        _text(12, 22, f"{run['workflowName']} {run['workflowVersion']}, run {run['id']}", size=15),
        _text(12, 40, f"{run['status']} in {_seconds(end - start)}"),
        *_scale(start, end, height - 40),
    ]
    for number, step in enumerate(rows):
        parts += _row(step, TOP + ROW * number, start, end)
    parts += _legend(height - 14)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _began(step: Fields) -> int:
    return int(step.get("readyAt") or step.get("startedAt") or step["createdAt"])


def _scale(start: int, end: int, bottom: int) -> Iterator[str]:
    for tick in range(TICKS + 1):
        x = LEFT + SCALE * tick / TICKS
        yield f'<line x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{bottom}" stroke="#eceef1"/>'
        yield _text(x, TOP - 10, _seconds((end - start) * tick / TICKS), anchor="middle", size=10)


def _row(step: Fields, y: int, start: int, end: int) -> Iterator[str]:
    def x(at: float) -> float:
        return float(LEFT + SCALE * (at - start) / (end - start))

    def bar(kind: str, since: int, until: int, title: str, inset: int = 5) -> str:
        wide = max(x(until) - x(since), 1.5)
        place = f'x="{x(since):.1f}" y="{y + inset}" width="{wide:.1f}" height="{ROW - 2 * inset}"'
        return f'<rect {place} rx="2" fill="{COLOURS[kind]}"><title>{escape(title)}</title></rect>'

    yield _text(LEFT - 8, y + 17, str(step["id"]), anchor="end")
    attempts = step.get("attempts") or []
    before, gap = _began(step), "queue"
    for each in attempts:
        if each["startedAt"] > before:
            waited = f"{gap}: {_seconds(each['startedAt'] - before)}"
            yield bar(gap, before, each["startedAt"], waited, 10)
        took = _seconds(each["endedAt"] - each["startedAt"])
        said = f"attempt {each['attempt']} {each['outcome']} {each.get('code') or ''} {took}"
        yield bar(each["outcome"], each["startedAt"], each["endedAt"], said)
        before, gap = each["endedAt"], "parked" if each["outcome"] == "waiting" else "queue"
    ended = int(step.get("endedAt") or end)
    if step.get("cacheHit"):
        middle = f"{x(ended):.1f}"
        yield f'<path d="M{middle} {y + 4}l9 9l-9 9l-9 -9z" fill="#7a5bb5"/>'
    note = _note(step, attempts)
    if note:
        yield _text(max(x(ended), LEFT) + 12, y + 17, note, size=10)


def _note(step: Fields, attempts: Sequence[Fields]) -> str:
    if step.get("takenFrom"):
        return f"from run {step['takenFrom']}"
    if step.get("cacheHit"):
        return "from the cache"
    if step["status"] == "completed":
        return f"{len(attempts)} attempts" if len(attempts) > 1 else ""
    code = (step.get("error") or {}).get("code", "")
    return f"{step['status']} {code}".strip()


def _legend(y: int) -> Iterator[str]:
    for number, (kind, words) in enumerate(LEGEND.items()):
        x = 12 + number * 170
        yield f'<rect x="{x}" y="{y - 10}" width="12" height="12" rx="2" fill="{COLOURS[kind]}"/>'
        yield _text(x + 18, y, words, size=11)


def _text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 12) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"'
    return f'<text {place} fill="#24292f">{escape(words)}</text>'


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.2f} s"
