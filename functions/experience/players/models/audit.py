"""A player's progress as the log alone has it, and where the stored one drifts from it."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from experience.documents import Document, Request
from experience.ids import DocumentId, Uid
from experience.players.models.effects import Arrival, begun, effects_of
from experience.players.models.progress import ExperienceProgress
from experience.progress.rules import ProgressRules

KEPT_BESIDE_THE_LOG = ("nickname", "version", "createdAt", "updatedAt", "requests")
"""Fields of the progress that do not follow from the log of what was played."""


class AuditProgress(Request):
    """Recompute a player's progress from the log, for the workspace's operators."""

    workspace_id: DocumentId
    experience_id: DocumentId
    player_id: Uid


class Drift(Document):
    """A field, or an event of the log, that is not as the log makes it."""

    path: str
    stored: Any = None
    recomputed: Any = None


class ProgressAudit(Document):
    """How many events the log has, and each drift: none is as it should be."""

    events: int
    drifts: list[Drift]


def replayed(
    stored: ExperienceProgress, rules: ProgressRules, log: Iterable[Arrival]
) -> tuple[ExperienceProgress, list[Arrival]]:
    """The progress and the log, made again from what came.

    What came at one moment was one batch. Events that counting made are made again.
    """
    came = sorted(
        (each for each in log if not each.is_unlocked_tier),
        key=lambda each: each.event.received_at,
    )
    first = min([stored.started_at, *(each.event.received_at for each in came[:1])])
    progress = begun(stored.workspace_id, stored.experience_id, stored.experience_version, first)
    logged: list[Arrival] = []
    for received_at, batch in groupby(came, key=lambda each: each.event.received_at):
        effects = effects_of(progress, rules, batch, received_at)
        progress = effects.progress
        logged += effects.logged
    return progress, logged


def drifts_of(stored: ExperienceProgress, rules: ProgressRules, log: list[Arrival]) -> list[Drift]:
    """Every field of the progress and every event that the log does not account for."""
    progress, logged = replayed(stored, rules, log)
    before, after = stored.dump(), progress.dump()
    fields = [
        Drift(path=name, stored=before.get(name), recomputed=after[name])
        for name in after
        if name not in KEPT_BESIDE_THE_LOG and before.get(name) != after[name]
    ]
    found = {each.key: each.event.dump() for each in log}
    made = {each.key: each.event.dump() for each in logged}
    events = [
        Drift(path=f"progressEvents/{key}", stored=found.get(key), recomputed=made.get(key))
        for key in sorted(found.keys() | made.keys())
        if found.get(key) != made.get(key)
    ]
    return fields + events
