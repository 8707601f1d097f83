"""The state machine of an event session as a Mermaid diagram, generated from its moves."""

from experience.journeys.models.moves import MOVES
from tools import ROOT, markdown

PAGE = ROOT / "docs" / "journeys.md"


def diagram() -> str:
    """The Mermaid diagram of every move."""
    lines = [f"    {move.before} --> {move.after}: {move.by}" for move in MOVES]
    first = f"    [*] --> {MOVES[0].before}: startJourney"
    return "\n".join(["stateDiagram-v2", first, *lines])


def blocks() -> dict[str, str]:
    """The part of the page that is generated."""
    return {"states": f"```mermaid\n{diagram()}\n```"}


def write() -> None:
    """Write the diagram into the page."""
    markdown.fill(PAGE, blocks())
