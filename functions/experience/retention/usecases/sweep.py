"""Deleting guests with their visits when their time is over, and objects that belong to nobody."""

from collections.abc import Callable, Iterable
from typing import Any

from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import clients, logs, sweeps, transactions
from experience.guests.models import Guest
from experience.guests.store import find_guest, guest_ref
from experience.media.models import path_in
from experience.media.store import uploads
from experience.media.store.uploads import ListedObject
from experience.players.usecases.completions import withdraw_completion
from experience.players.usecases.lifecycle.untracked import erase_untracked
from experience.projects.models import Project
from experience.projects.store import project_ref
from experience.retention import store
from experience.retention.models import (
    RECHECKED_MS,
    UPLOAD_KEPT_MS,
    RetentionState,
    is_orphaned,
    kept_since,
    last_seen,
)
from experience.retention.store import SessionIds
from experience.retention.usecases import sweep_events
from experience.retention.usecases.sweep_run import SweepRun, delete_counts, enqueue_updates
from experience.sessions.models.session import Session
from experience.sessions.store import session_ref
from experience.store import find, parse, parse_or_log
from experience.transforms.models.job import run_id_of
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.usecases import delete

RUN_MS = 1_500_000
"""How long one run may last; the function has 1800 s. The next begins where this one stopped."""


def sweep_retention(milliseconds: int = RUN_MS) -> dict[str, int]:
    """Delete what its project or event no longer keeps, and return how much of each kind.

    A guest goes with everything of theirs, when all of it is older than the project's published
    `retentionDays`; until then all of it stays. Of an event each session goes by its own age. Three
    reads, and a request to the storage for a thousand objects of each of three kinds, where nothing
    is over; a guest costs four reads and one more for each session, and as a player what
    `erase_untracked` reads. Safe to repeat, to run twice at
    once, and to break off anywhere: the guest goes first, and a session whose guest is gone is
    found by the next run.
    """
    run = SweepRun(clients.firestore(), milliseconds)
    reference = store.state_ref(run.client)
    state = find(run.client, reference, RetentionState) or RetentionState()
    reached = RetentionState(
        project=_sweep_projects(run, state.project),
        event=sweep_events.sweep_events(run, state.event),
        upload=_sweep_uploads(run, state.upload),
        event_object=sweep_events.sweep_event_objects(run, state.event_object),
    )
    if reached != state:
        transactions.retry(lambda: reference.set({**reached.dump(), "updatedAt": run.now}))
    if any(run.deleted.values()):
        logs.info("retention", **run.deleted)
    return run.deleted


def _sweep_projects(run: SweepRun, first: str) -> str:
    """All projects once, from the one at which the last run stopped; gives where this one did."""
    found = [
        each
        for page in sweeps.query_pages(store.query_limited_projects(run.client))
        for each in page
    ]
    projects = [project for each in found if (project := parse_or_log(each, Project))]
    return run.go_through(projects, first, lambda project: _sweep_project(run, project))


def _sweep_project(run: SweepRun, project: Project) -> None:
    until = kept_since(project.config().retention_days, run.now)
    if until is None:
        return
    client, project_id = run.client, project.id
    old_guests = sweeps.query_pages(store.query_guests_until(client, project_id, until))
    run.delete_each(
        "guests",
        old_guests,
        _each(lambda fields: _delete_guest(run, Guest.load(fields), until)),
    )
    old_sessions = sweeps.query_pages(store.query_sessions_until(client, project_id, until))
    run.delete_each(
        "sessions",
        old_sessions,
        _each(lambda fields: _delete_orphan(run, Session.load(fields))),
    )
    delete_counts(run, project_ref(client, project_id), until)


def _each(delete: Callable[[dict[str, Any]], bool]) -> Callable[[sweeps.Found], int]:
    """What deletes by its fields, as what deletes a document that was found."""

    def one(found: sweeps.Found) -> int:
        with sweeps.logging_failure(found):
            return sweeps.of_project(delete)(found)
        return 0

    return one


def _delete_guest(run: SweepRun, guest: Guest, until: int) -> bool:
    """Delete a guest, if nothing of theirs is newer than this, and then all their sessions."""
    client, project_id = run.client, guest.project_id
    reference = guest_ref(client, project_id, guest.id)
    found = list(store.query_newest_session(client, project_id, guest.id).stream())
    newest = parse_or_log(found[0], Session) if found else None
    if last_seen(guest, newest) > until:
        return False

    def body(transaction: Transaction) -> bool:
        # Beginning and completing a session write the guest too; progress writes the session.
        wanted = [reference, *(each.reference for each in found)]
        snapshots = transactions.read(client, wanted, transaction)
        current = parse(snapshots[0], Guest)
        session = parse_or_log(snapshots[1], Session) if found else None
        if current is None or last_seen(current, session) > until:
            return current is None
        transaction.delete(reference)
        return True

    if not transactions.run(client, body):
        return False
    snapshots = store.query_sessions_of(client, project_id, guest.id).stream()
    sessions = [session for each in snapshots if (session := parse_or_log(each, Session))]
    old = [each for each in sessions if each.updated_at <= until]  # they may have come just now
    _erase_progress(run, guest.id, old)
    for session in old:
        _delete_session(client, session)
        run.count("sessions")
    return True


def _erase_progress(run: SweepRun, uid: str, sessions: list[Session]) -> None:
    """Erase what a guest's sessions alone made of them as a player; none counts after that.

    Before the sessions, so that a run that breaks off leaves one by which the next finds it.
    """
    for each in sessions:
        if each.progress_pending:
            withdraw_completion(session_ref(run.client, each.project_id, each.id))
    run.count("progress", erase_untracked(run.client, uid))


def _delete_orphan(run: SweepRun, session: Session) -> bool:
    """Delete an old session that is nobody's: left by a run that broke off, or never anybody's."""
    guest = find_guest(run.client, session.project_id, str(session.created_by))
    if not is_orphaned(session, guest):
        return False
    if session.is_visit and session.created_by:
        _erase_progress(run, session.created_by, [session])
    _delete_session(run.client, session)
    return True


def _delete_session(client: Client, session: Session) -> None:
    """Delete a session with all that belongs to it."""
    of_run: list[DocumentReference] = []
    if session.job_id and session.workspace_id:
        run_id = run_id_of(session.project_id, session.job_id)
        of_run = delete.documents_of(Tenant.of_document(client, session), run_id)
    store.delete_session(client, SessionIds.of(session), of_run)


def _sweep_uploads(run: SweepRun, first: str) -> str:
    """Delete objects that belong to no session; gives the name at which this run stopped."""
    reached = first
    for found, reached in uploads.list_objects(first):
        late = run.now - UPLOAD_KEPT_MS
        new = run.now - RECHECKED_MS
        doubtful = [each for each in found if each.is_unconfirmed or each.updated_at > new]
        run.count("uploads", uploads.delete_unchanged(_loose(run, doubtful, late)))
        enqueue_updates(run, found)
        if run.is_over:
            return reached
    return ""


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


def _assets_of(session: dict[str, Any]) -> set[str]:
    """The ids of the uploads that a session names."""
    shown = (session.get("outputs") or {}).values()
    return {each["assetId"] for each in session.get("capturedMedia") or []} | {
        path_in(each["url"]).rpartition("/")[2] for each in shown
    }
