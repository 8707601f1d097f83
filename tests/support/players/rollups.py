"""Rollups and visitors of contents, as tracking writes them."""

from typing import Any

from google.cloud.firestore import Client, Increment, WriteBatch

from experience.clock import now_ms
from experience.players import store

Visit = tuple[str | None, str, float | None]
"""A content, an event type, and the seconds that the visit took, if they are known."""


def add_to_rollup(
    db: Client,
    workspace: str,
    experience: str,
    day: str,
    shard: int,
    *visits: Visit,
    others: bool = False,
    batch: WriteBatch | None = None,
) -> None:
    """Add visits to the shard of a day, with increments; `others` counts no content by itself."""
    sums: dict[str, Any] = {"events": {}, "contents": {}, "other": {}}
    for content, event_type, seconds in visits:
        sums["events"][event_type] = sums["events"].get(event_type, 0) + 1
        if content is None:
            continue
        kind = sums["other"] if others else sums["contents"].setdefault(content, {})
        tally = kind.setdefault(event_type, {"count": 0, "timed": 0, "seconds": 0})
        tally["count"] += 1
        tally["timed"] += seconds is not None
        tally["seconds"] += seconds or 0
    ids = {"workspaceId": workspace, "experienceId": experience, "day": day, "shard": shard}
    reference = store.rollup_ref(db, workspace, experience, day, shard)
    fields = {**ids, **_incremented(sums)}
    if batch is None:
        reference.set(fields, merge=True)
    else:
        batch.set(reference, fields, merge=True)


def a_visitor(
    db: Client, workspace: str, experience: str, content: str, uid: str, day: str
) -> None:
    """A player who was at a content, on this day for the last time."""
    store.visitor_ref(db, workspace, experience, content, uid).set(
        {
            "workspaceId": workspace,
            "experienceId": experience,
            "contentId": content,
            "playerId": uid,
            "lastDay": day,
            "updatedAt": now_ms(),
        }
    )


def _incremented(sums: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _incremented(value) if isinstance(value, dict) else Increment(value)
        for name, value in sums.items()
        if not isinstance(value, dict) or value
    }
