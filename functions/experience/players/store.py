"""Where players, their progress, its events, saves, boards and rollups live."""

import hashlib
from typing import Any

from google.cloud.firestore import Client, DocumentReference, FieldFilter

from experience.players.models.event import content_hash


def player_ref(client: Client, uid: str) -> DocumentReference:
    """`/players/{uid}`"""
    return client.document("players", uid)


def progress_id(workspace_id: str, experience_id: str) -> str:
    """`{workspaceId}~{experienceId}`: ids cannot hold a tilde."""
    return f"{workspace_id}~{experience_id}"


def progress_ref(
    client: Client, uid: str, workspace_id: str, experience_id: str
) -> DocumentReference:
    """`/players/{uid}/experienceProgress/{workspaceId}~{experienceId}`"""
    return client.document(
        "players", uid, "experienceProgress", progress_id(workspace_id, experience_id)
    )


def event_ref(progress: DocumentReference, key: str) -> DocumentReference:
    """`…/experienceProgress/{…}/progressEvents/{eventKey}`"""
    reference: DocumentReference = progress.collection("progressEvents").document(key)
    return reference


def save_ref(progress: DocumentReference, slot: str) -> DocumentReference:
    """`…/experienceProgress/{…}/saves/{slot}`"""
    reference: DocumentReference = progress.collection("saves").document(slot)
    return reference


def tombstone_ref(client: Client, uid: str) -> DocumentReference:
    """`/playerTombstones/{sha256(uid)}`: this player was erased; nothing is written any more."""
    return client.document("playerTombstones", player_hash(uid))


def player_hash(uid: str) -> str:
    """SHA-256 of a uid, in hex."""
    return hashlib.sha256(uid.encode()).hexdigest()


def board_ref(client: Client, workspace_id: str, board_id: str) -> DocumentReference:
    """`/workspaces/{w}/boards/{experienceId}~{metric}~{key}`: the top 100, as of a moment."""
    return client.document("workspaces", workspace_id, "boards", board_id)


def rollup_ref(
    client: Client, workspace_id: str, experience_id: str, day: str, shard: int | str
) -> DocumentReference:
    """`/workspaces/{w}/contentRollups/{experienceId}~{day}~{shard}`; shard `all` when folded."""
    return client.document(
        "workspaces", workspace_id, "contentRollups", f"{experience_id}~{day}~{shard}"
    )


def visitor_ref(
    client: Client, workspace_id: str, experience_id: str, content_id: str, uid: str
) -> DocumentReference:
    """`/workspaces/{w}/contentVisitors/{experienceId}~{content hash}/visitors/{uid}`"""
    return client.document(
        "workspaces", workspace_id, "contentVisitors",
        f"{experience_id}~{content_hash(content_id)}", "visitors", uid,
    )  # fmt: skip


def list_progress(client: Client, uid: str) -> list[DocumentReference]:
    """A player's progress in all experiences, and where one is gone but has documents below it."""
    progress = player_ref(client, uid).collection("experienceProgress")
    return list(progress.list_documents())


def query_visits_of(client: Client, uid: str) -> Any:
    """Query: the visitor documents of a player, in all workspaces."""
    visitors = client.collection_group("visitors")
    return visitors.where(filter=FieldFilter("playerId", "==", uid))


def query_boards(client: Client, workspace_id: str, experience_id: str) -> Any:
    """Query: the boards of an experience, whose ids begin with its id and a tilde."""
    boards = client.collection("workspaces", workspace_id, "boards")
    first, last = (boards.document(f"{experience_id}{sign}") for sign in ("~", "\x7f"))
    return boards.where(filter=FieldFilter("__name__", ">=", first)).where(
        filter=FieldFilter("__name__", "<", last)
    )


def exports_folder(uid: str) -> str:
    """`exports/players/{sha256(uid)}/`, in the bucket."""
    return f"exports/players/{player_hash(uid)}/"
