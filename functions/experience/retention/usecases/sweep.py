"""Deleting guests with their visits when their time is over, and objects that belong to nobody."""

from collections.abc import Callable, Iterable
from typing import Any

from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import sweeps, transactions
from experience.guests.models import Guest
from experience.guests.store import find_guest, guest_ref
from experience.media.models import path_in
from experience.media.store import uploads
from experience.media.store.uploads import ListedObject
from experience.players.usecases.completions import withdraw_completion
from experience.players.usecases.lifecycle.untracked import erase_untracked
from experience.retention import store
from experience.retention.models import (
    RECHECKED_MS,
    UPLOAD_KEPT_MS,
    KeptSession,
    is_orphaned,
    last_seen,
)
from experience.retention.store import SessionIds
from experience.retention.usecases import sweep_events
from experience.retention.usecases.ranges import all_ranges, still_due
from experience.retention.usecases.sweep_run import SweepRun, delete_counts, enqueue_updates
from experience.sessions.store import session_ref
from experience.store import parse, parse_or_log
from experience.sweeps import Rest
from experience.transforms.models.job import run_id_of
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.usecases import delete

SLICE_MS = 60_000
"""How long a run works on one range. Tasks go on with what takes longer."""


def sweep_retention(milliseconds: int = sweeps.LONG_RUN_MS) -> dict[str, int]:
    """Delete what its project or event no longer keeps, and return how much of each kind.

    A guest goes with everything of theirs, when all of it is older than the project's published
    `retentionDays`; until then all of it stays. Of an event each session goes by its own age. Two
    reads, a write, and a request to the storage for a thousand objects of each project and event
    where nothing is over; a guest costs four reads and one more for each session, and as a player
    what `erase_untracked` reads. What takes longer than a minute, or was not begun when the time
    is over, is handed on to tasks. Safe to repeat, to run twice at once, and to break off anywhere:
    the guest goes first, and a session whose guest is gone is found by the next run.
    """
    run = SweepRun(milliseconds)
    run.sweep_ranges(all_ranges(run), lambda rest: _sweep(run, rest), SLICE_MS)
    return run.deleted


def continue_retention(milliseconds: int, rest: Rest) -> dict[str, int]:
    """Go on with a range that a run had no time for; how much of each kind was deleted.

    One read, and as `sweep_retention`. What is still left goes on in two tasks.
    """
    run = SweepRun(milliseconds, rest)
    due = still_due(run, rest)
    run.sweep_ranges([due] if due else [], lambda rest: _sweep(run, rest), milliseconds)
    return run.deleted


def _sweep(run: SweepRun, rest: Rest) -> int | None:
    """Sweep a range; gives where it stopped, or None after all of it."""
    if rest.part == 0:
        run.kept_until = rest.until
    return SWEEPERS[rest.kind](run, rest)


def _sweep_guests(run: SweepRun, rest: Rest) -> int | None:
    query = store.query_guests(run.client, rest.parent_id, rest.since, rest.until)

    def delete(fields: dict[str, Any]) -> bool:
        return _delete_guest(run, Guest.load(fields), rest.until)

    reached = run.delete_due("guests", query, sweeps.of_project(delete), "createdAt")
    if reached is not None:
        run.waiting.add(rest.parent)
    return reached


def _sweep_orphans(run: SweepRun, rest: Rest) -> int | None:
    if rest.parent in run.waiting:  # most of its sessions have their guest yet
        run.hand_on(rest.next())
        return None
    query = store.query_sessions(run.client, rest.parent_id, rest.since, rest.until)

    def delete(fields: dict[str, Any]) -> bool:
        return _delete_orphan(run, KeptSession.load(fields))

    return run.delete_due("sessions", query, sweeps.of_project(delete), "updatedAt")


def _delete_guest(run: SweepRun, guest: Guest, until: int) -> bool:
    """Delete a guest, if nothing of theirs is newer than this, and then all their sessions."""
    client, project_id = run.client, guest.project_id
    reference = guest_ref(client, project_id, guest.id)
    found = list(store.query_newest_session(client, project_id, guest.id).stream())
    newest = parse_or_log(found[0], KeptSession) if found else None
    if last_seen(guest, newest) > until:
        return False

    def body(transaction: Transaction) -> bool:
        # Beginning and completing a session write the guest too; progress writes the session.
        wanted = [reference, *(each.reference for each in found)]
        snapshots = transactions.read(client, wanted, transaction)
        current = parse(snapshots[0], Guest)
        session = parse_or_log(snapshots[1], KeptSession) if found else None
        if current is None or last_seen(current, session) > until:
            return current is None
        transaction.delete(reference)
        return True

    if not transactions.run(client, body):
        return False
    snapshots = store.query_sessions_of(client, project_id, guest.id).stream()
    sessions = [session for each in snapshots if (session := parse_or_log(each, KeptSession))]
    old = [each for each in sessions if each.updated_at <= until]  # they may have come just now
    _erase_progress(run, guest.id, old)
    for session in old:
        _delete_session(client, session)
        run.count("sessions")
    return True


def _erase_progress(run: SweepRun, uid: str, sessions: list[KeptSession]) -> None:
    """Erase what a guest's sessions alone made of them as a player; none counts after that.

    Before the sessions, so that a run that breaks off leaves one by which the next finds it.
    """
    for each in sessions:
        if each.progress_pending:
            withdraw_completion(session_ref(run.client, each.project_id, each.id))
    run.count("progress", sum(erase_untracked(run.client, uid)))


def _delete_orphan(run: SweepRun, session: KeptSession) -> bool:
    """Delete an old session that is nobody's: left by a run that broke off, or never anybody's."""
    guest = find_guest(run.client, session.project_id, str(session.created_by))
    if not is_orphaned(session, guest):
        return False
    if session.is_visit and session.created_by:
        _erase_progress(run, session.created_by, [session])
    _delete_session(run.client, session)
    return True


def _delete_session(client: Client, session: KeptSession) -> None:
    """Delete a session with all that belongs to it."""
    of_run: list[DocumentReference] = []
    if session.job_id and session.workspace_id:
        run_id = run_id_of(session.project_id, session.job_id)
        of_run = delete.documents_of(Tenant.of_document(client, session), run_id)
    store.delete_session(client, SessionIds.of(session), of_run)


def _sweep_uploads(run: SweepRun, rest: Rest) -> int | None:
    """Delete objects that belong to no session."""
    for found, reached in uploads.list_objects(rest.parent, rest.since, rest.until):
        late = run.now - UPLOAD_KEPT_MS
        new = run.now - RECHECKED_MS
        doubtful = [each for each in found if each.is_unconfirmed or each.updated_at > new]
        run.count("uploads", uploads.delete_unchanged(_loose(run, doubtful, late)))
        enqueue_updates(run, found)
        if run.is_over and reached > rest.since:  # a position is gone through as a whole
            return reached
    return None


def _loose(run: SweepRun, found: list[ListedObject], late: int) -> Iterable[ListedObject]:
    """The objects whose session is gone, and the uploads that nobody confirmed in time.

    One read for each of the sessions. An upload may have been under way, and a worker at work, when
    their session was deleted. A session may name an upload whose download URL was revoked by hand.
    """
    references = {
        (each.project_id, each.session_id): session_ref(
            run.client, each.project_id, each.session_id
        )
        for each in found
    }
    sessions: dict[tuple[str, str], dict[str, Any]] = {}
    if references:
        for ids, snapshot in zip(
            references, transactions.read(run.client, references.values()), strict=True
        ):
            if snapshot.exists:
                sessions[ids] = snapshot.to_dict() or {}
    for each in found:
        session = sessions.get((each.project_id, each.session_id))
        is_late = each.is_unconfirmed and each.created_at <= late
        if session is None or (is_late and each.asset_id not in _assets_of(session)):
            yield each


def _sweep_counts(run: SweepRun, rest: Rest) -> None:
    delete_counts(run, run.client.document(rest.parent), rest.until)


SWEEPERS: dict[str, Callable[[SweepRun, Rest], int | None]] = {
    "guests": _sweep_guests,
    "sessions": _sweep_orphans,
    "eventSessions": sweep_events.sweep_sessions,
    "eventGuests": sweep_events.sweep_guests,
    "counts": _sweep_counts,
    "uploads": _sweep_uploads,
    "eventUploads": sweep_events.sweep_objects,
}
"""What sweeps a range of each kind; gives where it stopped, or None after all of it."""


def _assets_of(session: dict[str, Any]) -> set[str]:
    """The ids of the uploads that a session names."""
    shown = (session.get("outputs") or {}).values()
    return {each["assetId"] for each in session.get("capturedMedia") or []} | {
        path_in(each["url"]).rpartition("/")[2] for each in shown
    }
