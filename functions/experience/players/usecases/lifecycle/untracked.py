"""Erasing what a guest's sessions alone have made of them as a player, once the guest is gone."""

from collections.abc import Iterator

from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import clock, transactions
from experience.guests.store import guest_ref
from experience.players import store
from experience.players.models.effects import Arrival
from experience.players.models.event import SESSION_COMPLETED, ProgressEvent
from experience.players.models.lifecycle.erasure import profile_without
from experience.players.models.profile import PlayerProfile
from experience.players.models.progress import ExperienceProgress
from experience.store import parse

PAGE_SIZE = 50


def erase_untracked(client: Client, uid: str) -> Iterator[bool]:
    """Erase a player's progress where no event was tracked and they are no guest any more.

    Yields for each progress whether it was erased. One read for each progress that there is, then
    the profile, the progress and its log up to the first page with another event, and one guest for
    each project that the log names. A progress goes in one commit with its log, its saves, the
    boards that show it and its share of the profile. That of a player who took others over, or was
    taken over, stays: it is an account's. Call it once nothing of the guest can be counted any
    more. Safe to repeat, and to run twice at once. Raises Contention.
    """
    for each in store.list_progress(client, uid):
        yield _erase(client, uid, each)


def _erase(client: Client, uid: str, own: DocumentReference) -> bool:
    def body(transaction: Transaction) -> bool:
        wanted = [store.player_ref(client, uid), own]
        player, snapshot = transactions.read(client, wanted, transaction)
        profile, progress = parse(player, PlayerProfile), parse(snapshot, ExperienceProgress)
        if profile is None or progress is None or _is_of_an_account(profile):
            return False
        log = _find_untracked(own)  # whatever is logged changes the progress, which is locked
        if not log or _is_guest(client, uid, log):
            return False
        below = [each.reference for each in own.collection("saves").select([]).stream()]
        below += [store.event_ref(own, each.key) for each in log]
        boards = store.find_boards_of(client, progress.workspace_id, progress.experience_id)
        for reference in (*below, *boards, own):
            transaction.delete(reference)
        changed = profile_without(profile, progress, clock.now_ms())
        if changed is None:
            transaction.delete(player.reference)
        else:
            transaction.update(player.reference, profile.difference(changed))
        return True

    return transactions.run(client, body)


def _is_of_an_account(profile: PlayerProfile) -> bool:
    return profile.merged_into is not None or bool(profile.merged_from)


def _find_untracked(own: DocumentReference) -> list[Arrival] | None:
    """The whole log of a progress, or None if something in it was tracked."""
    events = own.collection("progressEvents").order_by("__name__").limit(PAGE_SIZE)
    log: list[Arrival] = []
    while True:
        after = (
            events.start_after({"__name__": store.event_ref(own, log[-1].key)}) if log else events
        )
        page = [
            Arrival(each.id, ProgressEvent.load(each.to_dict() or {})) for each in after.stream()
        ]
        if not all(_is_made_by_sessions(each) for each in page):
            return None
        log += page
        if len(page) < PAGE_SIZE:
            return log


def _is_made_by_sessions(arrival: Arrival) -> bool:
    return arrival.event.event_type == SESSION_COMPLETED or arrival.is_unlocked_tier


def _is_guest(client: Client, uid: str, log: list[Arrival]) -> bool:
    """Whether they are still a guest of one of the projects whose sessions the log has."""
    named = (each.event.data.get("projectId") for each in log)
    projects = {str(project_id) for project_id in named if project_id is not None}
    guests = [guest_ref(client, each, uid) for each in sorted(projects)]
    return any(each.exists for each in transactions.read(client, guests))
