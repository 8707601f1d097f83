"""Deleting sessions of events when their time is over, and photos that belong to no session."""

from collections.abc import Iterable
from typing import Any

from google.cloud.firestore import Client, DocumentReference

from experience import sweeps, transactions
from experience.journeys.store import event_session_ref
from experience.media.store import uploads
from experience.media.store.uploads import ListedEventObject
from experience.retention import store
from experience.retention.models import RECHECKED_MS, UPLOAD_KEPT_MS
from experience.retention.store import EventSessionIds
from experience.retention.usecases.sweep_run import SweepRun, enqueue_updates
from experience.sweeps import Rest
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.usecases import delete


def sweep_sessions(run: SweepRun, rest: Rest) -> int | None:
    """Delete an event's sessions that are over; gives where it stopped.

    Each goes by its own age, because none is linked to another.
    """
    query = store.query_event_sessions(run.client, rest.parent_id, rest.since, rest.until)

    def delete(found: sweeps.Found) -> bool:
        return _delete_session(run.client, rest.parent_id, found)

    return run.delete_due("sessions", query, delete, "updatedAt")


def sweep_guests(run: SweepRun, rest: Rest) -> int | None:
    """Delete an event's guests of whom no session is left; gives where it stopped."""
    query = store.query_event_guests(run.client, rest.parent_id, rest.since, rest.until)

    def delete(found: sweeps.Found) -> bool:
        return _delete_guest(run.client, rest.parent_id, found)

    return run.delete_due("guests", query, delete, "updatedAt")


def _delete_session(client: Client, event_id: str, found: sweeps.Found) -> bool:
    session = EventSessionIds.of(event_id, found)
    store.delete_event_session(client, session, documents_of_run(client, session))
    return True


def documents_of_run(client: Client, session: EventSessionIds) -> list[DocumentReference]:
    """Every document of the run of a session; none where there is no run."""
    if not (session.run_id and session.workspace_id):
        return []
    return delete.documents_of(Tenant.of_document(client, session), session.run_id)


def _delete_guest(client: Client, event_id: str, found: sweeps.Found) -> bool:
    """Delete a guest of whom no session is left. One read."""
    sessions = store.query_event_sessions_of(client, event_id, found.id)
    if list(sessions.limit(1).stream()):
        return False
    transactions.retry(found.reference.delete)
    return True


def sweep_objects(run: SweepRun, rest: Rest) -> int | None:
    """Delete photos and pictures of no session; gives where it stopped."""
    for found, reached in uploads.list_event_objects(rest.parent, rest.since, rest.until):
        new = run.now - RECHECKED_MS
        doubtful = [each for each in found if each.is_unconfirmed or each.updated_at > new]
        run.count("uploads", uploads.delete_unchanged(_loose(run, doubtful)))
        enqueue_updates(run, found)
        if run.is_over and reached > rest.since:  # a position is gone through as a whole
            return reached
    return None


def _loose(run: SweepRun, found: list[ListedEventObject]) -> Iterable[ListedEventObject]:
    """The objects whose session is gone, and the uploads that nobody saved in time.

    One read for each of the sessions.
    """
    references = {
        each.blob.name: event_session_ref(run.client, each.event_id, each.session_id)
        for each in found
    }
    sessions: dict[str, dict[str, Any] | None] = {}
    if references:
        snapshots = transactions.read(run.client, dict.fromkeys(references.values()))
        sessions = {each.reference.path: transactions.fields(each) for each in snapshots}
    late = run.now - UPLOAD_KEPT_MS
    for each in found:
        session = sessions[references[each.blob.name].path]
        is_late = each.is_unconfirmed and each.created_at <= late
        if session is None or (is_late and session.get("captureGeneration") != each.generation):
            yield each
