"""Ending transforms of event sessions that nothing else ends."""

from typing import Any

from google.cloud.firestore import Client, Transaction

from experience import clients, clock, config, sweeps, transactions
from experience.events.models.event import Event
from experience.events.store import event_ref
from experience.journeys import store
from experience.journeys.models.session import EventSession, SessionState
from experience.journeys.models.transform import failure_of_run
from experience.journeys.usecases.hooks import failed_fields
from experience.store import find
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.generations.cancellation import cancel_generations
from experience.workflows.runs import finalization
from experience.workflows.runs.models import Run


def sweep_journeys(milliseconds: int = sweeps.RUN_MS) -> int:
    """End the sessions that are `transforming` for too long; how many there were.

    As `sweeps.run` with one query, which mostly finds nothing: the commit that ends a run ends its
    session, and every task of an overdue run ends the run. What is left are sessions whose run
    somebody removed or whose tasks were all lost, and those of before the engine. Four reads and
    one write for each, and the run where it is active. Safe to repeat, and to run twice at once.
    """
    client = clients.firestore()
    seconds = config.JOURNEY_TRANSFORM_SECONDS.value + config.SWEEP_GRACE_SECONDS.value

    def end(found: sweeps.Found) -> bool:
        match found.reference.path.split("/"):
            case ["events", event_id, "sessions", session_id]:
                return _end(client, event_id, session_id, found.to_dict() or {})
        return False

    stuck = store.query_stuck(client, clock.now_ms() - int(seconds) * 1000)
    part = sweeps.Part("sessions", stuck, end, ("updatedAt",))
    return sweeps.run("sweepJourneys", part, milliseconds=milliseconds)["sessions"]


def _end(client: Client, event_id: str, session_id: str, fields: dict[str, Any]) -> bool:
    """End one session, by its run if it has one. Whether it was still stuck."""
    tenant_and_run = _find_run(client, EventSession.load(fields))
    if tenant_and_run:
        tenant, run = tenant_and_run
        if run.is_active and finalization.expire_run(tenant, run.id):
            cancel_generations(tenant, run.id)
            return True
    reference = store.event_session_ref(client, event_id, session_id)

    def body(transaction: Transaction) -> bool:
        now = clock.now_ms()
        session = find(client, reference, EventSession, transaction)
        if session is None or session.state is not SessionState.TRANSFORMING:
            return False
        found = _find_run(client, session, transaction)
        if found and found[1].is_active:  # begun meanwhile, and not overdue
            return False
        failure = failure_of_run(found[1] if found else None, now)
        transaction.update(reference, failed_fields(failure))
        return True

    return transactions.run_optimistic(client, body)


def _find_run(
    client: Client, session: EventSession, transaction: Transaction | None = None
) -> tuple[Tenant, Run] | None:
    """The run of a session's transform. One read; two for a session without a workspace."""
    if session.run_id is None:
        return None
    event = (
        None if session.workspace_id else find(client, event_ref(client, session.event_id), Event)
    )
    if not (session.workspace_id or event):
        return None
    tenant = Tenant.of_document(client, event or session)
    run = find(client, tenant.run_ref(session.run_id), Run, transaction)
    return (tenant, run) if run else None
