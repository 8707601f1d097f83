"""Deleting sessions of events when their time is over, and photos that belong to no session."""

from collections.abc import Callable, Iterable
from typing import Any

from google.cloud.firestore import Client, DocumentReference

from experience import sweeps, transactions
from experience.events.models.event import Event
from experience.events.store import event_ref
from experience.journeys.store import event_session_ref
from experience.media.store import uploads
from experience.media.store.uploads import ListedEventObject
from experience.retention import store
from experience.retention.models import RECHECKED_MS, UPLOAD_KEPT_MS, kept_since
from experience.retention.store import EventSessionIds
from experience.retention.usecases.sweep_run import SweepRun, delete_counts, enqueue_updates
from experience.store import parse_or_log
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.usecases import delete


def sweep_events(run: SweepRun, first: str) -> str:
    """Delete what events no longer keep; gives the event at which this run stopped.

    Each session goes by its own age, because none is linked to another. A guest goes after the last
    of their sessions. One read where nothing is over.
    """
    pages = sweeps.query_pages(store.query_limited_events(run.client))
    found = [event for page in pages for each in page if (event := parse_or_log(each, Event))]
    return run.go_through(found, first, lambda event: _sweep_event(run, event))


def _sweep_event(run: SweepRun, event: Event) -> None:
    until = kept_since(event.retention_days, run.now)
    if until is None:
        return
    client = run.client
    sessions = sweeps.query_pages(store.query_event_sessions_until(client, event.id, until))
    run.delete_each(
        "sessions", sessions, _each(lambda found: _delete_session(client, event, found))
    )
    guests = sweeps.query_pages(store.query_event_guests_until(client, event.id, until))
    run.delete_each("guests", guests, _each(lambda each: _delete_guest(client, event, each)))
    delete_counts(run, event_ref(client, event.id), until)


def _each(delete: Callable[[sweeps.Found], bool]) -> Callable[[sweeps.Found], int]:
    """What deletes a document, with its failure logged, so that the others go all the same."""

    def one(found: sweeps.Found) -> int:
        with sweeps.logging_failure(found):
            return int(delete(found))
        return 0

    return one


def _delete_session(client: Client, event: Event, found: sweeps.Found) -> bool:
    session = EventSessionIds.of(event.id, found)
    store.delete_event_session(client, session, documents_of_run(client, session))
    return True


def documents_of_run(client: Client, session: EventSessionIds) -> list[DocumentReference]:
    """Every document of the run of a session; none where there is no run."""
    if not (session.run_id and session.workspace_id):
        return []
    return delete.documents_of(Tenant.of_document(client, session), session.run_id)


def _delete_guest(client: Client, event: Event, found: sweeps.Found) -> bool:
    """Delete a guest of whom no session is left. One read."""
    sessions = store.query_event_sessions_of(client, event.id, found.id)
    if list(sessions.limit(1).stream()):
        return False
    transactions.retry(found.reference.delete)
    return True


def sweep_event_objects(run: SweepRun, first: str) -> str:
    """Delete photos and pictures of no session; gives the name at which this run stopped."""
    reached = first
    for found, reached in uploads.list_event_objects(first):
        new = run.now - RECHECKED_MS
        doubtful = [each for each in found if each.is_unconfirmed or each.updated_at > new]
        run.count("uploads", uploads.delete_unchanged(_loose(run, doubtful)))
        enqueue_updates(run, found)
        if run.is_over:
            return reached
    return ""


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
