"""A player's progress as the log alone has it, and where the stored one drifts from it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from experience.documents import Document, Request
from experience.ids import DocumentId, Uid
from experience.players.models.effects import Arrival, begun, effects_of
from experience.players.models.lifecycle.merge import merged_progress
from experience.players.models.progress import Boards, ExperienceProgress
from experience.progress.rules import ProgressRules

KEPT_BESIDE_THE_LOG = ("nickname", "version", "createdAt", "updatedAt", "requests")
"""Fields of the progress that do not follow from the log of what was played."""
ENDING = ("merged_into", "merged_at", "account_started_at")
"""Fields that say that an account has taken a progress over."""


class AuditProgress(Request):
    """Recompute a player's progress from the log, for the workspace's operators."""

    workspace_id: DocumentId
    experience_id: DocumentId
    player_id: Uid


class Drift(Document):
    """A field, or an event of the log, that is not as the log makes it.

    What is wrong with a player who was taken over has a path from `mergedFrom/{playerId}/`.
    """

    path: str
    stored: Any = None
    recomputed: Any = None


class ProgressAudit(Document):
    """How many events the log has, and each drift: none is as it should be.

    The log is that of the player, and of those whom they took over.
    """

    events: int
    drifts: list[Drift]


@dataclass(frozen=True)
class History:
    """What is stored of a player in an experience, and of those whose progress it took over."""

    uid: str
    experience_id: str
    stored: ExperienceProgress
    rules: ProgressRules
    log: list[Arrival]
    taken: list["History"] = field(default_factory=list)

    @property
    def merged_at(self) -> int:
        """When it became a part of an account's."""
        return self.stored.merged_at or 0

    def audit(self) -> ProgressAudit:
        """How many events there are in all, and every drift."""
        return ProgressAudit(events=self.events, drifts=list(drifts_of(self)))

    @property
    def events(self) -> int:
        """How many there are in the logs."""
        return len(self.log) + sum(each.events for each in self.taken)

    def begun(self, at: int) -> ExperienceProgress:
        """The progress before anything was done."""
        stored = self.stored
        return begun(stored.workspace_id, self.experience_id, stored.experience_version, at)


def replayed(history: History) -> tuple[ExperienceProgress, list[Arrival]]:
    """The progress and the log, made again from what came.

    What came at one moment was one batch. Events that counting made are made again, and so is each
    merger, at its time.
    """
    came = sorted(
        (each for each in history.log if not each.is_unlocked_tier),
        key=lambda each: each.event.received_at,
    )
    batches = {
        received_at: list(batch)
        for received_at, batch in groupby(came, key=lambda each: each.event.received_at)
    }
    taken = sorted(history.taken, key=lambda each: each.merged_at)
    start = taken[0].stored.account_started_at if taken else history.stored.started_at
    first = next(iter(batches), None)
    progress = None if start is None else history.begun(start if first is None else first)
    logged: list[Arrival] = []
    for at in sorted({*batches, *(each.merged_at for each in taken)}):
        for each in taken:
            if each.merged_at == at:
                other, _ = replayed(each)
                effects = merged_progress(history.uid, progress, other, history.rules, at)
                progress = effects.progress
                logged += effects.logged
        if batch := batches.get(at):
            is_new = at == first and (start is not None or progress is None)
            before = progress or history.begun(at)
            effects = effects_of(before, history.rules, batch, at, is_new=is_new)
            progress = effects.progress
            logged += effects.logged
    return progress or history.begun(history.stored.started_at), logged


def drifts_of(history: History) -> Iterator[Drift]:
    """Every field of the progress and every event that the log does not account for."""
    progress, logged = replayed(history)
    before, after = history.stored.dump(), _ended(progress, history.stored).dump()
    for name in after:
        if name not in KEPT_BESIDE_THE_LOG and before.get(name) != after[name]:
            yield Drift(path=name, stored=before.get(name), recomputed=after[name])
    found = {each.key: each.event.dump() for each in history.log}
    made = {each.key: each.event.dump() for each in logged}
    for key in sorted(found.keys() | made.keys()):
        if found.get(key) != made.get(key):
            path = f"progressEvents/{key}"
            yield Drift(path=path, stored=found.get(key), recomputed=made.get(key))
    for each in history.taken:
        for drift in drifts_of(each):
            yield drift.model_copy(update={"path": f"mergedFrom/{each.uid}/{drift.path}"})


def _ended(progress: ExperienceProgress, stored: ExperienceProgress) -> ExperienceProgress:
    """The progress as it is kept once an account has taken it over."""
    if stored.merged_into is None:
        return progress
    ending = {name: getattr(stored, name) for name in ENDING}
    return progress.model_copy(update={**ending, "experience_id": "", "boards": Boards()})
