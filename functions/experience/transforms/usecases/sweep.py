"""Finding what a lost event, a lost task or a lost worker left undone."""

from typing import Any

from google.cloud.firestore import DocumentReference

from experience import config, sweeps, transactions
from experience.sessions import store as session_store
from experience.sessions.models.session import Session
from experience.sessions.usecases import link
from experience.store import find
from experience.sweeps import Found, Sweep, sweep_ref
from experience.transforms.models.job import SweepState
from experience.transforms.usecases import create

LOOKBACK_MS = 24 * 3_600_000
MAX_FAILED = 200


def sweep_jobs(milliseconds: int = sweeps.RUN_MS) -> int:
    """Start the transforms and link the pregates that a lost event left undone; how many sessions.

    One query, and two reads for each main session that was completed since the last sweep (itself,
    and the search for its pregate). More only where something is missing. A job's run is repaired
    by `sweepRuns`. How far that is done is remembered, so that no session is read twice, but for
    those that could not be repaired: they are tried again for a day. Where the time does not
    suffice, the next sweep goes on from there. Safe to repeat, and to run twice at once.
    """
    sweep = Sweep("sweepJobs", milliseconds)
    _finish_sessions(sweep)
    sweep.finish()
    return sweep.done["sessions"]


def _finish_sessions(sweep: Sweep) -> None:
    client, now = sweep.client, sweep.started_at
    reference = sweep_ref(client, "completedSessions")
    state = find(client, reference, SweepState) or SweepState()
    oldest, until = now - LOOKBACK_MS, now - _grace_ms()
    if state.completed_until >= until:
        return
    after: dict[str, Any] = {"completedAt": max(state.completed_until, oldest)}
    if state.path and state.completed_until >= oldest:
        after["__name__"] = client.document(state.path)
    failed = _try_again(sweep, state)

    def reached(completed_until: int, path: str | None) -> None:
        recent = [each.reference.path for each in failed if each.get("completedAt") > oldest]
        state = SweepState(completed_until=completed_until, path=path, failed=recent[-MAX_FAILED:])
        transactions.retry(lambda: reference.set({**state.dump(), "updatedAt": now}))

    query = session_store.query_completed_mains(client, until)
    for page in sweeps.query_pages(query, after):
        count, failures = sweep.repair_page("sessions", page, sweeps.of_project(_finish))
        failed += failures
        last = page[count - 1]
        reached(last.get("completedAt"), last.reference.path)
        if count < len(page):
            sweep.leave(query, page[count], "completedAt", _grace_ms())
            return
    reached(until, None)


def _try_again(sweep: Sweep, state: SweepState) -> list[Found]:
    """Those of the sessions that failed before which fail again."""
    references: list[DocumentReference] = [sweep.client.document(path) for path in state.failed]
    found = [each for each in sweep.client.get_all(references) if each.exists] if references else []
    count, failed = sweep.repair_page("sessions", found, sweeps.of_project(_finish))
    return failed + found[count:]


def _finish(fields: dict[str, Any]) -> bool:
    """Whether something was missing."""
    session = Session.load(fields)
    # The picture first: a link that cannot be made must not hold it up.
    started = session.job_id is None and create.create_and_dispatch(session)
    return link.link_pregate(session) or started


def _grace_ms() -> int:
    return int(config.SWEEP_GRACE_SECONDS.value) * 1000
