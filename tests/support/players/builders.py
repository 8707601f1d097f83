"""Players' progress and its log, as they are stored, and experiences that count it."""

from typing import Any

from google.cloud.firestore import Client, WriteBatch

from experience.clock import now_ms
from experience.ids import new_id
from experience.players.models.event import ProgressEvent, event_key
from experience.players.models.profile import PlayerProfile
from experience.players.models.progress import ExperienceProgress
from experience.players.store import event_ref, player_ref, progress_id, progress_ref
from tests.support.builders.workspaces import a_step, an_experience, write


def a_counting_experience(
    db: Client,
    workspace: str,
    *,
    experience: str | None = None,
    batch: WriteBatch | None = None,
    **rules: Any,
) -> str:
    """The id of a new published experience with progress rules: `levels`, `timeZone` and so on."""
    config = {"steps": [a_step("name")], "transform": None, "progress": rules}
    return an_experience(db, workspace, draft=config, experience=experience, batch=batch)


def a_player(
    db: Client, uid: str | None = None, *, batch: WriteBatch | None = None, **fields: Any
) -> str:
    """The uid of a player with a profile; `fields` overrides what is stored."""
    uid, now = uid or f"player-{new_id()}", now_ms()
    stored = PlayerProfile(created_at=now, updated_at=now).dump() | fields
    write(db, batch, {player_ref(db, uid): stored})
    return uid


def a_progress(
    db: Client,
    uid: str,
    workspace: str,
    experience: str,
    *,
    batch: WriteBatch | None = None,
    **fields: Any,
) -> ExperienceProgress:
    """A player's new progress in version 1 of an experience.

    `fields` overrides what is stored: `xp`, `boards`, `state`, `nickname` and so on.
    """
    now = now_ms()
    times = dict.fromkeys(("startedAt", "lastPlayedAt", "createdAt", "updatedAt"), now)
    progress = ExperienceProgress.load(
        {
            "workspaceId": workspace,
            "experienceId": experience,
            "experienceVersion": 1,
            **times,
            **fields,
        }
    )
    write(db, batch, {progress_ref(db, uid, workspace, experience): progress.dump()})
    return progress


def a_progress_event(
    db: Client,
    uid: str,
    workspace: str,
    experience: str,
    *,
    batch: WriteBatch | None = None,
    **fields: Any,
) -> str:
    """The key of a new event in a player's log, which changes nothing else.

    `fields` overrides what is stored: `eventType`, `contentId`, `timestamp` and so on.
    """
    now, key = now_ms(), event_key(new_id())
    event = ProgressEvent.load(
        {
            "experienceProgressId": progress_id(workspace, experience),
            "playerId": uid,
            "workspaceId": workspace,
            "experienceId": experience,
            "eventType": "interaction_performed",
            "timestamp": now,
            "receivedAt": now,
            **fields,
        }
    )
    progress = progress_ref(db, uid, workspace, experience)
    write(db, batch, {event_ref(progress, key): event.dump()})
    return key


def stored_progress(db: Client, uid: str, workspace: str, experience: str) -> ExperienceProgress:
    """A player's progress as it lies in the database."""
    fields = progress_ref(db, uid, workspace, experience).get().to_dict()
    assert fields is not None
    return ExperienceProgress.load(fields)
