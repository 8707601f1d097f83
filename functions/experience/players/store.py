"""Where players, their progress, its events, saves, boards and rollups live."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import Client, DocumentReference, FieldFilter, Query
from google.cloud.firestore_v1.field_path import FieldPath

from experience import transactions
from experience.players.models.event import content_hash
from experience.players.models.leaderboard import OwnBoards

SHARDS = range(16)
FOLDED = "all"
_AFTER_ALL_DAYS = "a"  # days begin with a digit


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


def player_of(progress: DocumentReference) -> str:
    """The uid of whose progress this is."""
    player = progress.parent.parent
    assert player is not None
    uid: str = player.id
    return uid


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


def accounts_state_ref(client: Client) -> DocumentReference:
    """`/sweeps/accounts`: how far the sweep of deleted accounts has come."""
    return client.document("sweeps", "accounts")


_OF_ACCOUNT = ["mergedInto", "missingSince"]


def query_accounts(client: Client) -> Query:
    """All players in the order of their uids, with what the sweep of accounts needs."""
    return client.collection("players").order_by("__name__").select(_OF_ACCOUNT)


def query_missing(client: Client, until: int) -> Query:
    """The players for whom a run up to this one found no account, those of the oldest first."""
    since = FieldFilter("missingSince", "<=", until)
    players = client.collection("players").where(filter=since)
    return players.order_by("missingSince").select(_OF_ACCOUNT)


def exports_folder(uid: str) -> str:
    """`exports/players/{sha256(uid)}/`, in the bucket."""
    return f"exports/players/{player_hash(uid)}/"


@dataclass(frozen=True)
class BoardFields:
    """Where the values of a board lie in a progress document, in one of two periods."""

    key_path: str | None
    key: str
    value_path: str
    ascends: bool

    @property
    def at_path(self) -> str:
        """When the value was reached."""
        return f"{self.value_path.removesuffix('.value')}.at"


def query_board(
    client: Client, workspace_id: str, experience_id: str, fields: BoardFields
) -> Query:
    """An experience's players who have a value there, the best first, of equal ones the earlier.

    Each comes with its nickname and the value alone: a progress document may be large.
    """
    query = query_progress(client, workspace_id, experience_id)
    if fields.key_path is not None:
        query = query.where(filter=FieldFilter(fields.key_path, "==", fields.key))
    direction = Query.ASCENDING if fields.ascends else Query.DESCENDING
    return (
        query.order_by(fields.value_path, direction=direction)
        .order_by(fields.at_path)
        .order_by("__name__")
        .select(["nickname", fields.value_path, fields.at_path])
    )


def count_better(
    client: Client,
    workspace_id: str,
    experience_id: str,
    fields: BoardFields,
    value: float,
    limit: int,
) -> int:
    """How many have a better value there, at most `limit`. One read for each thousand of them."""
    better = FieldFilter(fields.value_path, "<" if fields.ascends else ">", value)
    query = query_board(client, workspace_id, experience_id, fields).where(filter=better)
    counted: Any = query.limit(limit).count()
    [[result]] = counted.get()
    return int(result.value)


def query_progress(client: Client, workspace_id: str, experience_id: str) -> Query:
    """The progress of all players of an experience."""
    return (
        client.collection_group("experienceProgress")
        .where(filter=FieldFilter("workspaceId", "==", workspace_id))
        .where(filter=FieldFilter("experienceId", "==", experience_id))
    )


def query_events(client: Client, workspace_id: str, experience_id: str) -> Query:
    """What all players did in an experience. One equality, not two, keeps its indexes small."""
    events = client.collection_group("progressEvents")
    about = progress_id(workspace_id, experience_id)
    return events.where(filter=FieldFilter("experienceProgressId", "==", about))


def find_boards_of(
    client: Client, workspace_id: str, experience_id: str
) -> list[DocumentReference]:
    """Every board of an experience: whoever erases a player deletes them. One read each.

    A renewal that is under way then finds no document, and stores nothing. Names are in order, so
    this needs no index.
    """
    first, last = (board_ref(client, workspace_id, f"{experience_id}{end}") for end in "~\x7f")
    boards = client.collection("workspaces", workspace_id, "boards").order_by("__name__")
    found = boards.start_at({"__name__": first}).end_before({"__name__": last}).select([])
    return [snapshot.reference for snapshot in found.stream()]


def find_own_boards(
    client: Client, uid: str, workspace_id: str, experience_id: str
) -> OwnBoards | None:
    """What a player has on the boards. One read, without the rest of the progress."""
    reference = progress_ref(client, uid, workspace_id, experience_id)
    snapshot = reference.get(["nickname", "boards"])
    return OwnBoards.load(snapshot.to_dict() or {}) if snapshot.exists else None


def read_rollups(
    client: Client, workspace_id: str, experience_id: str, first: str, content_id: str | None
) -> Iterator[dict[str, Any]]:
    """The fields of every rollup of the first day and later, at one moment. One read each.

    The names of documents are in the order of their days, so this needs no index. It finds a day
    whether it is folded or not, and what came late besides. Of a named content come its fields.
    """
    begin = rollup_ref(client, workspace_id, experience_id, first, "")
    end = rollup_ref(client, workspace_id, experience_id, _AFTER_ALL_DAYS, "")
    rollups = client.collection("workspaces", workspace_id, "contentRollups")
    query = (
        rollups.where(filter=FieldFilter("__name__", ">=", begin))
        .where(filter=FieldFilter("__name__", "<", end))
        .order_by("__name__")
    )
    if content_id is not None:
        query = query.select(["events", "other", FieldPath("contents", content_id).to_api_repr()])
    for snapshot in query.stream():
        yield transactions.fields(snapshot) or {}


def count_visitors(
    client: Client, workspace_id: str, experience_id: str, content_id: str, first: str
) -> int:
    """How many players visited a content on the first day or later. One read for each thousand."""
    visitors = visitor_ref(client, workspace_id, experience_id, content_id, "anybody").parent
    return count_of(visitors.where(filter=FieldFilter("lastDay", ">=", first)))


def count_of(query: Any) -> int:
    """How many documents a query finds. One read for each thousand."""
    [[result]] = query.count().get()
    return int(result.value)


def query_unfolded(client: Client, last: str) -> Query:
    """The rollups of shards up to a day, the oldest first. Folded ones have no `shard`."""
    return (
        client.collection_group("contentRollups")
        .select(["day", "shard"])
        .where(filter=FieldFilter("day", "<=", last))
        .order_by("day")
        .order_by("shard")
        .order_by("__name__")
    )


def query_events_near(
    client: Client, equal: dict[str, str | None], cells: list[str], since: int | None
) -> Query:
    """The events in any of the cells, the newest first, with the equalities that are not None."""
    query: Any = client.collection_group("progressEvents")
    for field, value in equal.items():
        if value is not None:
            query = query.where(filter=FieldFilter(field, "==", value))
    query = query.where(filter=FieldFilter("cells", "array_contains_any", cells))
    if since is not None:
        query = query.where(filter=FieldFilter("timestamp", ">=", since))
    ordered: Query = query.order_by("timestamp", direction=Query.DESCENDING).order_by(
        "__name__", direction=Query.DESCENDING
    )
    return ordered
