"""Finding what a lost event, a lost task or a lost worker left undone."""

from collections.abc import Iterable
from typing import Any

from google.cloud.firestore import Client, Transaction

from experience import clients, clock, config, logs, sweeps, transactions
from experience.sessions import linking
from experience.sessions import store as sessions
from experience.sessions.models import JobStatus, Session
from experience.transforms import store, usecases
from experience.transforms.models import Job, SweepState, TransformTask

LOOKBACK_MS = 24 * 3_600_000
FAILED_AT_MOST = 200


def sweep_jobs() -> dict[str, int]:
    """Put right what should have happened by itself, and return how much of it there was.

    One read for each job that waits or works for too long, and two for each main session that was
    completed since the last sweep (itself, and the search for its pregate); more only where
    something has to be done. Safe to repeat, and to run twice at once.
    """
    client = clients.firestore()
    now = clock.now_ms()
    lease_ms = int(config.TRANSFORM_LEASE_SECONDS.value) * 1000
    done = {
        "pending": _dispatch_again(client, JobStatus.PENDING, now - _grace_ms()),
        "running": _dispatch_again(client, JobStatus.RUNNING, now - lease_ms),
        "sessions": _finish_sessions(client, now),
    }
    if any(done.values()):
        logs.warning("sweep found work", **done)
    return done


def _dispatch_again(client: Client, status: JobStatus, before: int) -> int:
    """Enqueue the jobs of this status that nobody has written since then."""

    def dispatched(fields: dict[str, Any]) -> bool:
        return _dispatched(client, Job.load(fields), status, before)

    found = sweeps.pages(store.stuck(client, status, before))
    return sum(sweeps.attend(page, dispatched)[0] for page in found)


def _dispatched(client: Client, job: Job, status: JobStatus, before: int) -> bool:
    """Two reads and two writes, and a task whose name was never used."""

    def body(transaction: Transaction) -> tuple[Job, int] | None:
        state = store.load_state(client, job.project_id, job.id, transaction)
        if state is None:
            return None
        current, internals = state
        now = clock.now_ms()
        leased = internals.lease is not None and internals.lease.expires_at > now
        if current.status is not status or current.updated_at > before or leased:
            return None
        number = internals.dispatch + 1
        transaction.update(store.job_ref(client, job.project_id, job.id), {"updatedAt": now})
        internals_ref = store.internals_ref(client, job.project_id, job.id)
        transaction.update(internals_ref, {"dispatch": number})
        return current, number

    answer = transactions.run_optimistic(client, body)
    if answer is None:
        return False
    current, number = answer
    store.dispatch(TransformTask.next_of(current), number)
    return True


def _finish_sessions(client: Client, now: int) -> int:
    """Start the transforms and link the pregates of main sessions that were completed lately.

    How far that is done is remembered, so that no session is read twice, but for those that could
    not be mended: they are tried again for a day.
    """
    reference = store.sweep_ref(client, "completedSessions")
    state = SweepState.load(transactions.fields(reference.get()) or {})
    oldest, until = now - LOOKBACK_MS, now - _grace_ms()
    if state.completed_until >= until:
        return 0
    after: dict[str, Any] = {"completedAt": max(state.completed_until, oldest)}
    if state.path and state.completed_until >= oldest:
        after["__name__"] = client.document(state.path)

    def reached(completed_until: int, path: str | None, failed: Iterable[sweeps.Found]) -> None:
        recent = [each.reference.path for each in failed if each.get("completedAt") > oldest]
        state = SweepState(
            completed_until=completed_until, path=path, failed=recent[-FAILED_AT_MOST:]
        )
        transactions.retry(lambda: reference.set({**state.dump(), "updatedAt": now}))

    references = [client.document(path) for path in state.failed]
    tried = client.get_all(references) if references else ()
    finished, failed = sweeps.attend((each for each in tried if each.exists), _finish)
    for page in sweeps.pages(sessions.completed_mains(client, until), after):
        mended, broken = sweeps.attend(page, _finish)
        finished += mended
        failed += broken
        reached(page[-1].get("completedAt"), page[-1].reference.path, failed)
    reached(until, None, failed)
    return finished


def _finish(fields: dict[str, Any]) -> bool:
    """Whether something was missing."""
    session = Session.load(fields)
    # The picture first: a link that cannot be made must not hold it up.
    started = session.job_id is None and usecases.start_transform(session)
    return linking.link_pregate(session) or started


def _grace_ms() -> int:
    return int(config.SWEEP_GRACE_SECONDS.value) * 1000
