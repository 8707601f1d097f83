"""Finding what a lost event, a lost task or a lost worker left undone."""

from collections.abc import Iterable
from typing import Any

from google.cloud.firestore import Client

from experience import clients, clock, config, logs, sweeps, transactions
from experience.sessions import store as session_store
from experience.sessions.models.session import Session
from experience.sessions.usecases import link
from experience.store import find
from experience.transforms import store
from experience.transforms.models.job import SweepState
from experience.transforms.usecases import create

LOOKBACK_MS = 24 * 3_600_000
MAX_FAILED = 200


def sweep_jobs() -> int:
    """Start the transforms and link the pregates that a lost event left undone; how many sessions.

    One query, and two reads for each main session that was completed since the last sweep (itself,
    and the search for its pregate). More only where something is missing. A job's run is repaired
    by `sweepRuns`. Safe to repeat, and to run twice at once.
    """
    repaired = _finish_sessions(clients.firestore(), clock.now_ms())
    if repaired:
        logs.warning("sweep found work", sessions=repaired)
    return repaired


def _finish_sessions(client: Client, now: int) -> int:
    """Start the transforms and link the pregates of main sessions that were completed lately.

    How far that is done is remembered, so that no session is read twice, but for those that could
    not be repaired: they are tried again for a day.
    """
    reference = store.sweep_ref(client, "completedSessions")
    state = find(client, reference, SweepState) or SweepState()
    oldest, until = now - LOOKBACK_MS, now - _grace_ms()
    if state.completed_until >= until:
        return 0
    after: dict[str, Any] = {"completedAt": max(state.completed_until, oldest)}
    if state.path and state.completed_until >= oldest:
        after["__name__"] = client.document(state.path)

    def reached(completed_until: int, path: str | None, failed: Iterable[sweeps.Found]) -> None:
        recent = [each.reference.path for each in failed if each.get("completedAt") > oldest]
        state = SweepState(completed_until=completed_until, path=path, failed=recent[-MAX_FAILED:])
        transactions.retry(lambda: reference.set({**state.dump(), "updatedAt": now}))

    references = [client.document(path) for path in state.failed]
    tried = client.get_all(references) if references else ()
    finished, failed = sweeps.repair_each((each for each in tried if each.exists), _finish)
    for page in sweeps.query_pages(session_store.query_completed_mains(client, until), after):
        repaired, failures = sweeps.repair_each(page, _finish)
        finished += repaired
        failed += failures
        reached(page[-1].get("completedAt"), page[-1].reference.path, failed)
    reached(until, None, failed)
    return finished


def _finish(fields: dict[str, Any]) -> bool:
    """Whether something was missing."""
    session = Session.load(fields)
    # The picture first: a link that cannot be made must not hold it up.
    started = session.job_id is None and create.create_and_dispatch(session)
    return link.link_pregate(session) or started


def _grace_ms() -> int:
    return int(config.SWEEP_GRACE_SECONDS.value) * 1000
