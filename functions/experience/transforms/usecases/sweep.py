"""Finding what a lost event, a lost task or a lost worker left undone."""

from typing import Any

from experience import clients, sweeps
from experience.sessions import store as session_store
from experience.sessions.models.session import Session
from experience.sessions.usecases import link
from experience.sessions.usecases.time_cursor import TimeCursor
from experience.sweeps import Sweep
from experience.transforms.usecases import create


def sweep_jobs(milliseconds: int = sweeps.RUN_MS) -> int:
    """Start the transforms and link the pregates that a lost event left undone; how many sessions.

    One query, and two reads for each main session that was completed since the last sweep (itself,
    and the search for its pregate). More only where something is missing. A job's run is repaired
    by `sweepRuns`. How far that is done is remembered, so that no session is read twice, but for
    those that could not be repaired: they are tried again for a day. Where the time does not
    suffice, the next sweep goes on from there. Safe to repeat, and to run twice at once.
    """
    client = clients.firestore()

    def completed(until: int) -> Any:
        return session_store.query_completed_mains(client, until)

    sweep = Sweep("sweepJobs", milliseconds)
    finish = sweeps.of_project(_finish)
    TimeCursor("completedSessions", "sessions", "completedAt", completed, finish).advance(sweep)
    sweep.finish()
    return sweep.done["sessions"]


def _finish(fields: dict[str, Any]) -> bool:
    """Whether something was missing."""
    session = Session.load(fields)
    # The picture first: a link that cannot be made must not hold it up.
    started = session.job_id is None and create.create_and_dispatch(session)
    return link.link_pregate(session) or started
