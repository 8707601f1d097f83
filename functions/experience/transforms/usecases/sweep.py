"""Finding what a lost event, a lost task or a lost worker left undone."""

from collections.abc import Iterable
from typing import Any

from google.cloud.firestore import Client, Transaction

from experience import clients, clock, config, logs, sweeps, transactions
from experience.sessions import store as session_store
from experience.sessions.models.session import JobStatus, Session
from experience.sessions.usecases import link
from experience.store import find
from experience.transforms import store
from experience.transforms.models.job import Job, SweepState
from experience.transforms.usecases import create, runs
from experience.workflows.runs.dispatch import enqueue_ready
from experience.workflows.runs.models import RunStep

LOOKBACK_MS = 24 * 3_600_000
MAX_FAILED = 200


def sweep_jobs() -> dict[str, int]:
    """Repair what should have happened by itself, and return how often that was needed.

    What of a job's run was left lying, `sweepRuns` finds. Here: a job that has no run, one read for
    each that waits or works for long; and two reads for each main session that was completed since
    the last sweep (itself, and the search for its pregate). More only where something has to be
    done. Safe to repeat, and to run twice at once.
    """
    client = clients.firestore()
    now = clock.now_ms()
    before = now - _grace_ms()
    done = {
        "pending": _start_missing_runs(client, JobStatus.PENDING, before),
        "running": _start_missing_runs(client, JobStatus.RUNNING, before),
        "sessions": _finish_sessions(client, now),
    }
    if any(done.values()):
        logs.warning("sweep found work", **done)
    return done


def _start_missing_runs(client: Client, status: JobStatus, before: int) -> int:
    """Create a run for the jobs of this status that have none and were not written since then."""

    def start(fields: dict[str, Any]) -> bool:
        job = Job.load(fields)
        return job.run_id is None and _start_run(client, job, status)

    found = sweeps.query_pages(store.query_stuck(client, status, before))
    return sum(sweeps.repair_each(page, start)[0] for page in found)


def _start_run(client: Client, found: Job, status: JobStatus) -> bool:
    """Two reads, six writes and a task. Such a job is of a time when jobs had no runs."""

    def body(transaction: Transaction) -> list[RunStep]:
        state = store.find_job_with_internals(client, found.project_id, found.id, transaction)
        if state is None or state[0].status is not status or state[0].run_id:
            return []
        job, internals = state
        session = session_store.session_ref(client, job.project_id, job.session_id)
        [snapshot] = transactions.read(client, [session], transaction)
        if not snapshot.exists:
            return []
        return runs.restart_run(client, transaction, job, internals.snapshot, None, clock.now_ms())

    steps = transactions.run_optimistic(client, body)
    enqueue_ready(steps)
    return bool(steps)


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
