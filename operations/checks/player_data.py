"""The documents of players as the invariants look at them: validated whole, and kept in part."""

from typing import Any

from pydantic import ConfigDict

from experience.documents import Document
from experience.players.models.event import ProgressEvent
from experience.players.models.lifecycle.own import SavedState
from experience.players.models.progress import ExperienceProgress


class LoggedEvent(Document):
    """Where an event of the log belongs. There are many, so nothing else of them is kept."""

    model_config = ConfigDict(extra="ignore")

    experience_progress_id: str
    player_id: str
    workspace_id: str
    experience_id: str


class Visitor(Document):
    """`/workspaces/{w}/contentVisitors/{experienceId}~{content hash}/visitors/{uid}`"""

    workspace_id: str
    experience_id: str
    content_id: str
    player_id: str
    last_day: str


class Sums(Document):
    """Of a content and event type."""

    count: int = 0
    timed: int = 0
    seconds: float = 0


class Rollup(Document):
    """`/workspaces/{w}/contentRollups/{experienceId}~{day}~{shard}`; a folded one has no shard."""

    workspace_id: str
    experience_id: str
    day: str
    shard: int | None = None
    events: dict[str, int] = {}
    contents: dict[str, dict[str, Sums]] = {}
    other: dict[str, Sums] = {}


def event(fields: dict[str, Any]) -> LoggedEvent:
    """An event of the log."""
    return LoggedEvent.load(ProgressEvent.load(fields).dump())


def progress(fields: dict[str, Any]) -> ExperienceProgress:
    """A progress, without the responses that it remembers."""
    return ExperienceProgress.load(fields).model_copy(update={"requests": []})


def save(fields: dict[str, Any]) -> SavedState:
    """A save, without what the game keeps."""
    return SavedState.load(fields).model_copy(update={"data": ""})
