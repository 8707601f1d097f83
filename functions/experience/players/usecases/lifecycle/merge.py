"""An anonymous player becomes a part of an account."""

from functools import partial
from typing import Any

from google.cloud.firestore import DELETE_FIELD, Client, DocumentReference, Transaction

from experience import clients, clock, transactions
from experience.errors import InvalidArgument, NotFound, ResourceExhausted
from experience.players import store
from experience.players.models.lifecycle.merge import (
    MAX_MERGED_PLAYERS,
    MergePlayer,
    merged_progress,
    merged_stats,
    profile_with,
    require_small,
)
from experience.players.models.lifecycle.own import SavedState
from experience.players.models.profile import PlayerProfile
from experience.players.models.progress import ExperienceProgress
from experience.players.usecases import access
from experience.players.usecases.lifecycle.gate import require_writable
from experience.players.usecases.record import (
    Player,
    Rollups,
    whatever_rollups_hold,
    write_rollups,
)
from experience.progress.rules import ProgressRules
from experience.store import find, get, parse

MAX_MOVED_VISITS = 100


def merge_player(uid: str, request: MergePlayer) -> PlayerProfile:
    """The caller's profile with all that the anonymous player of the token had.

    Two reads for each progress of theirs to see whether there is room, two to four and two writes
    to end them, and of each progress four reads, three writes, and two and one for each save; each
    tier of an achievement that both reach together is a write, and all of them one more. Of each
    content that they visited three reads, a write and a delete, and two reads more. Safe
    to repeat, to call at once and to break off anywhere: `sweepPlayers` continues. Raises
    InvalidArgument, FailedPrecondition `player_erased` and `player_merged`, and ResourceExhausted
    `progress_full` before anything is written.
    """
    client = clients.firestore()
    other = _verified(request.from_id_token)
    if other == uid:
        raise InvalidArgument(("fromIdToken", "is the caller's own"))
    _require_room(client, uid, other)
    _begin(client, uid, other)
    finish(client, uid, other)
    return get(client, store.player_ref(client, uid), PlayerProfile, what="player")


def _verified(token: str) -> str:
    """The uid of an anonymous player, as their token proves. Raises InvalidArgument."""
    from firebase_admin import auth

    try:
        claims = auth.verify_id_token(token, clients.app())
    except (auth.InvalidIdTokenError, ValueError) as error:
        raise InvalidArgument(("fromIdToken", "is not a valid ID token")) from error
    if claims.get("firebase", {}).get("sign_in_provider") != "anonymous":
        raise InvalidArgument(("fromIdToken", "is not the token of an anonymous player"))
    return str(claims["uid"])


def _require_room(client: Client, uid: str, other: str) -> None:
    """Raise ResourceExhausted where a progress of both would be too large, before any write."""
    for theirs in store.list_progress(client, other):
        mine = store.player_ref(client, uid).collection("experienceProgress").document(theirs.id)
        found = transactions.read(client, [mine, theirs])
        own, taken = (parse(each, ExperienceProgress) for each in found)
        if taken and taken.merged_into is None:
            merged_progress(uid, own, taken, _rules_of(client, own or taken), clock.now_ms())


def _begin(client: Client, uid: str, other: str) -> None:
    """End the other player: from now on nothing is written for them. Both learn of each other."""

    def body(transaction: Transaction) -> None:
        wanted = [store.player_ref(client, each) for each in (uid, other)]
        mine, theirs = transactions.read(client, wanted, transaction)
        own, taken = parse(mine, PlayerProfile), parse(theirs, PlayerProfile)
        require_writable(client, uid, own, transaction)
        if taken and taken.merged_into == uid:
            return
        require_writable(client, other, taken, transaction)
        now = clock.now_ms()
        profile = own or PlayerProfile(created_at=now, updated_at=now)
        ended = taken or PlayerProfile(created_at=now, updated_at=now)
        family = list(dict.fromkeys([*profile.merged_from, other, *ended.merged_from]))
        if len(family) > MAX_MERGED_PLAYERS:
            raise ResourceExhausted("progress_full", "Too many were merged.", field="mergedFrom")
        changed = profile.model_copy(
            update={
                "stats": merged_stats(profile.stats, ended.stats),
                "merged_from": family,
                "updated_at": now,
            }
        )
        require_small(changed, ended)
        transaction.set(mine.reference, changed.dump(), merge=True)
        end = {"merged_into": uid, "merge_pending": True, "updated_at": now}
        transaction.set(theirs.reference, ended.model_copy(update=end).dump(), merge=True)

    transactions.run(client, body)


def finish(client: Client, uid: str, other: str) -> None:
    """Take over what is left of a player who was ended. Safe to repeat and to run twice at once."""
    for theirs in store.list_progress(client, other):
        account: str | None = uid
        while account is not None:
            account = _take_over(client, account, other, theirs.id)
    _move_visits(client, uid, other)
    ended = store.player_ref(client, other)
    transactions.retry(lambda: ended.set({"mergePending": False}, merge=True))


def _take_over(client: Client, uid: str, other: str, progress_id: str) -> str | None:
    """Merge one progress, with the saves in slots that the account has not used.

    Returns the account that has taken over this one meanwhile: then it gets what was left.
    """
    workspace_id, _, experience_id = progress_id.partition("~")
    mine, theirs = (
        store.progress_ref(client, each, workspace_id, experience_id) for each in (uid, other)
    )
    slots = [each.id for each in theirs.collection("saves").select([]).stream()]

    def body(rollups: Rollups, transaction: Transaction) -> str | None:
        saves = [store.save_ref(each, slot) for slot in slots for each in (mine, theirs)]
        wanted = [store.player_ref(client, uid), mine, theirs, *saves]
        found, first, second, *saved = transactions.read(client, wanted, transaction)
        profile = parse(found, PlayerProfile)
        own, taken = parse(first, ExperienceProgress), parse(second, ExperienceProgress)
        if taken is None or taken.merged_into is not None:
            return None
        if profile is None:
            raise access.erased()
        if profile.merged_into is not None:
            return profile.merged_into
        now = max(clock.now_ms(), taken.updated_at + 1, own.updated_at + 1 if own else 0)
        rules = _rules_of(client, own or taken)
        effects = merged_progress(uid, own, taken, rules, now)
        merged = effects.progress
        for each in effects.logged:
            transaction.create(store.event_ref(mine, each.key), each.event.dump())
        player = Player(uid, merged, rules, profile, now)
        write_rollups(client, transaction, player, effects, rollups)
        if own is None:
            transaction.create(mine, merged.dump())
        else:
            transaction.update(mine, own.difference(merged))
        changed = profile_with(profile, own, taken, merged)
        transaction.update(found.reference, profile.difference(changed))
        ended: dict[str, Any] = {
            "boards": DELETE_FIELD,
            "experienceId": DELETE_FIELD,
            "mergedInto": uid,
            "mergedAt": now,
            "accountStartedAt": own and own.started_at,
        }
        transaction.update(theirs, ended)
        for slot, used, save in zip(slots, saved[::2], saved[1::2], strict=True):
            if not used.exists and (kept := parse(save, SavedState)):
                transaction.set(store.save_ref(mine, slot), kept.dump())
        return None

    return whatever_rollups_hold(
        uid, experience_id, lambda rollups: transactions.run(client, partial(body, rollups))
    )


def _move_visits(client: Client, uid: str, other: str) -> None:
    """Make the visits of a player who was ended the account's, who is one visitor of a content.

    Three reads for each content that the player visited, one for each hundred and one at the end, a
    delete for each, and a write where the account was there earlier or not at all. Raises
    FailedPrecondition `player_erased`.
    """
    page = store.query_visits_of(client, other).limit(MAX_MOVED_VISITS)
    while found := [each.reference for each in page.stream()]:
        transactions.run(client, partial(_move, client, uid, found))


def _move(
    client: Client, uid: str, visits: list[DocumentReference], transaction: Transaction
) -> None:
    account = uid
    while True:
        profile = find(client, store.player_ref(client, account), PlayerProfile, transaction)
        if profile is None:
            raise access.erased()
        if profile.merged_into is None:
            break
        account = profile.merged_into
    wanted = [each for visit in visits for each in (visit, visit.parent.document(account))]
    read = transactions.read(client, wanted, transaction)
    for theirs, mine in zip(read[::2], read[1::2], strict=True):
        if not (visit := transactions.fields(theirs)):
            continue
        kept = transactions.fields(mine) or {}
        if kept.get("lastDay", "") < visit["lastDay"]:
            moved = {**visit, "playerId": account, "updatedAt": clock.now_ms()}
            transaction.set(mine.reference, moved)
        transaction.delete(theirs.reference)


def _rules_of(client: Client, progress: ExperienceProgress) -> ProgressRules:
    """As `access.rules_of`; without rules where the experience is gone."""
    try:
        return access.rules_of(client, progress)
    except NotFound:
        return ProgressRules()
