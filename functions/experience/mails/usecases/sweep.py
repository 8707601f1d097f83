"""Finding the mails that a lost event, or a worker that died, left out."""

from typing import Any

from experience import clients, sweeps
from experience.mails.store import query_due
from experience.mails.usecases.event_mail import write_event_mail
from experience.mails.usecases.write import write_mail
from experience.sessions.usecases.time_cursor import TimeCursor
from experience.sweeps import Found, Sweep


def sweep_mails(milliseconds: int = sweeps.RUN_MS) -> int:
    """Write the mails that are due and were left out, and return how many.

    One query, and for each session that had an address and a picture since the last run what its
    event would have read. How far that is done is remembered, so that none is read twice, but for
    those that failed: they are tried again for a day. Safe to repeat, and to run twice at once.
    """
    client = clients.firestore()

    def due(until: int) -> Any:
        return query_due(client, until)

    sweep = Sweep("sweepMails", milliseconds)
    TimeCursor("dueMails", "mails", "mailDueAt", due, _write).advance(sweep)
    sweep.finish()
    return sweep.done["mails"]


def _write(found: Found) -> int:
    match found.reference.path.split("/"):
        case ["projects", project_id, "sessions", session_id]:
            return write_mail(project_id, session_id)
        case ["events", event_id, "sessions", session_id]:
            return write_event_mail(event_id, session_id)
    return False
