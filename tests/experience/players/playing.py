"""A player's documents as their own callables and their erasure meet them."""

from typing import Any

from google.cloud.firestore import Client, DocumentReference

from experience.clock import now_ms
from experience.players import store


def a_played_experience(
    db: Client, uid: str, workspace: str, experience: str, **fields: Any
) -> DocumentReference:
    """A player with progress in an experience, the profile included: what a first event leaves."""
    now = now_ms()
    store.player_ref(db, uid).set(
        {"totalExperiencesPlayed": 1, "createdAt": now, "updatedAt": now}, merge=True
    )
    reference = store.progress_ref(db, uid, workspace, experience)
    reference.set(
        {
            "workspaceId": workspace,
            "experienceId": experience,
            "experienceVersion": 1,
            "nickname": None,
            "startedAt": now,
            "lastPlayedAt": now,
            "version": 1,
            "createdAt": now,
            "updatedAt": now,
            **fields,
        }
    )
    return reference
