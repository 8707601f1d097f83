"""Erasing a player: a tombstone first, then everything of theirs until nothing is found."""

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from google.api_core.exceptions import NotFound, PreconditionFailed
from google.cloud.firestore import DELETE_FIELD, Client, DocumentReference, Transaction

from experience import clients, clock, logs, storage, transactions
from experience.errors import Contention
from experience.ids import new_id
from experience.players import store
from experience.players.models.lifecycle.erasure import ErasePlayer, PlayerErasure, PlayerTombstone
from experience.players.models.profile import PlayerProfile
from experience.players.usecases import access
from experience.store import parse

ERASE_MS = 40_000
"""How long a call works; the function has 60 s. The next call, or the sweep, continues."""
MAX_BATCH = 500

Until = int


def erase_player(uid: str, _request: ErasePlayer) -> PlayerErasure:
    """Erase the caller with all that the registry of personal data names, and verify it.

    Raises FailedPrecondition `player_merged` (the player who took them over erases both), and
    Contention if something is left when the time is over: another call continues, or the sweep.
    """
    receipt = erase(clients.firestore(), uid)
    logs.info("player erased", **receipt.dump())
    return receipt


def erase(
    client: Client, uid: str, milliseconds: int = ERASE_MS, *, even_if_merged: bool = False
) -> PlayerErasure:
    """Erase a player and those that they took over; the receipt says how much there was.

    The tombstone and the end of the profile are one commit: whatever is written for a player either
    changes the profile, which is gone then, or reads the tombstone. All is looked for again until
    nothing is found. Safe to repeat, to run twice at once, and to break off anywhere.
    """
    until = clock.now_ms() + milliseconds
    family, closed = _close(client, uid, even_if_merged=even_if_merged)
    erased = Counter(players=closed)
    for each in family:
        remember_erasure(store.player_hash(each))
    while clock.now_ms() < until:
        found = sum((erase_once(client, each, until) for each in family), Counter())
        erased += found
        if not found:
            _settle(client, uid)
            return PlayerErasure(
                receipt_id=new_id(),
                erased_at=clock.now_ms(),
                players=erased["players"],
                progress=erased["progress"],
                events=erased["events"],
                saves=erased["saves"],
                visitors=erased["visitors"],
                boards=erased["boards"],
                plays=erased["plays"],
                chats=erased["chats"],
                objects=erased["objects"],
            )
    raise Contention


def _close(client: Client, uid: str, *, even_if_merged: bool) -> tuple[list[str], int]:
    """End the profiles of a player and of those they took over; their uids, and how many ended."""
    own = store.tombstone_ref(client, uid)

    def body(transaction: Transaction) -> tuple[list[str], int]:
        player, stone = transactions.read(client, [store.player_ref(client, uid), own], transaction)
        profile, tombstone = parse(player, PlayerProfile), parse(stone, PlayerTombstone)
        if profile and not even_if_merged:
            access.require_unmerged(profile)
        before = (tombstone.pending if tombstone else None) or []
        taken = profile.merged_from if profile else []
        family = list(dict.fromkeys([uid, *taken, *before]))
        erased_at = tombstone.erased_at if tombstone else clock.now_ms()
        pending = PlayerTombstone(erased_at=erased_at, status="pending", pending=family)
        transaction.set(own, pending.dump())
        for each in family[1:]:
            gone = {"erasedAt": erased_at, "status": "erased"}
            transaction.set(store.tombstone_ref(client, each), gone, merge=True)
            transaction.delete(store.player_ref(client, each))
        if profile:
            transaction.delete(player.reference)
        return family, int(profile is not None)

    return transactions.run(client, body)


def _settle(client: Client, uid: str) -> None:
    """Forget the uids: nothing is left to be done."""
    reference = store.tombstone_ref(client, uid)
    fields = {"status": "erased", "pending": DELETE_FIELD}
    transactions.retry(lambda: reference.set(fields, merge=True))


def erasure_path(uid_hash: str) -> str:
    """`erasures/{sha256(uid)}`: a backup that is older than the erasure is held against it."""
    return f"erasures/{uid_hash}"


def remember_erasure(uid_hash: str) -> None:
    """Keep outside of the database that this player was erased. Safe to repeat."""
    blob = storage.bucket().blob(erasure_path(uid_hash))
    text = json.dumps({"erasedAt": clock.now_ms()})
    try:
        blob.upload_from_string(
            text, content_type="application/json", if_generation_match=0, retry=storage.retry()
        )
    except PreconditionFailed:  # it was remembered before
        return


def erase_once(client: Client, uid: str, until: Until) -> Counter[str]:
    """Erase what there is now of one player. Counts what was found."""
    return +sum((eraser(client, uid, until) for eraser in ERASERS.values()), Counter())


def _erase_profile(client: Client, uid: str, _until: Until) -> Counter[str]:
    reference = store.player_ref(client, uid)
    if not reference.get().exists:
        return Counter()
    transactions.retry(reference.delete)
    return Counter(players=1)


def _erase_from_boards(client: Client, uid: str, _until: Until) -> Counter[str]:
    """Delete the boards that may show the player; the next reader has them made without them.

    The player's values go first, so that no board is made with them again.
    """
    found: Counter[str] = Counter()
    for reference in store.list_progress(client, uid):
        snapshot = reference.get()
        if not snapshot.exists:
            continue
        if "boards" in (snapshot.to_dict() or {}):
            transactions.retry(partial(_hide, reference))
        workspace_id, _, experience_id = reference.id.partition("~")
        boards = store.find_boards_of(client, workspace_id, experience_id)
        _delete(client, boards)
        found["boards"] += len(boards)
    return found


def _hide(reference: DocumentReference) -> None:
    with contextlib.suppress(NotFound):  # another erasure was faster
        reference.update({"boards": DELETE_FIELD})


def _erase_visitors(client: Client, uid: str, until: Until) -> Counter[str]:
    return Counter(visitors=_delete_all(client, store.query_visits_of(client, uid), until))


def _erase_below(name: str, counted: str) -> "Eraser":
    """What erases a collection below each progress, and also where the progress is gone."""

    def eraser(client: Client, uid: str, until: Until) -> Counter[str]:
        return Counter(
            {
                counted: sum(
                    _delete_all(client, each.collection(name), until)
                    for each in store.list_progress(client, uid)
                )
            }
        )

    return eraser


def _erase_progress(client: Client, uid: str, until: Until) -> Counter[str]:
    progress = store.player_ref(client, uid).collection("experienceProgress")
    return Counter(progress=_delete_all(client, progress, until))


def _erase_exports(_client: Client, uid: str, _until: Until) -> Counter[str]:
    blobs = storage.bucket().list_blobs(prefix=store.exports_folder(uid), retry=storage.retry())
    return Counter(objects=storage.delete_objects(list(blobs)))


def _delete_all(client: Client, query: Any, until: Until | None = None) -> int:
    """Delete what a query finds, a commit for five hundred; how many. Raises Contention."""
    deleted = 0
    for page in _pages(query):
        if until is not None and clock.now_ms() >= until:
            raise Contention
        _delete(client, page)
        deleted += len(page)
    return deleted


def _delete(client: Client, references: list[DocumentReference]) -> None:
    for start in range(0, len(references), MAX_BATCH):
        batch = client.batch()
        for each in references[start : start + MAX_BATCH]:
            batch.delete(each)
        transactions.retry(batch.commit)


def _pages(query: Any) -> Iterator[list[DocumentReference]]:
    while page := [each.reference for each in query.select([]).limit(MAX_BATCH).stream()]:
        yield page
        if len(page) < MAX_BATCH:
            return


Eraser = Callable[[Client, str, Until], Counter[str]]

ERASERS: dict[str, Eraser] = {
    "players": _erase_profile,
    "workspaces/boards": _erase_from_boards,
    "workspaces/contentVisitors/visitors": _erase_visitors,
    "players/experienceProgress/progressEvents": _erase_below("progressEvents", "events"),
    "players/experienceProgress/saves": _erase_below("saves", "saves"),
    "players/experienceProgress": _erase_progress,
    "exports/players/": _erase_exports,
}
"""What erases each collection and folder that the registry says holds data of players, in order:
the progress goes last, because it says on which boards the player is."""
