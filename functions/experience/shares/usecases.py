"""Taking the addresses of a picture back: whoever was given one sees nothing any more."""

from typing import Any

from google.api_core.exceptions import NotFound as ObjectNotFound
from google.cloud.firestore import Client, Transaction

from experience import clients, clock, transactions
from experience.errors import FailedPrecondition, NotFound
from experience.media.models import path_in
from experience.media.store import links
from experience.media.store.links import Link
from experience.sessions import store as session_store
from experience.sessions.models.session import Session
from experience.sessions.models.views import SessionView
from experience.shares.models import RevokeShare
from experience.store import parse, require
from experience.transforms import store as transform_store
from experience.transforms.models.job import Job, JobOutput
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role


def revoke_share(uid: str, request: RevokeShare) -> SessionView:
    """Give picture and thumbnail new addresses, and end all that were handed out before.

    For the session's guest and for editors. Four reads, one more for an operator; two writes. Each
    call makes new addresses. However many callers there are at once, and wherever one of them
    breaks off, session and job hold addresses that work: a new one is added before it is written
    down, and the earlier ones end after that. Raises FailedPrecondition `no_result`.
    """
    client = clients.firestore()
    session = session_store.get_session(client, request.project_id, request.session_id)
    _require_right(client, session, uid)
    if session.job_id is None or session.result_media is None:
        raise _no_result()
    job = transform_store.get_job(client, session.project_id, session.job_id)
    if job.output is None:
        raise _no_result()
    held = [session.result_media.url, *_addresses(job.output)]
    try:
        added = [links.add(path, held) for path in dict.fromkeys(map(path_in, held))]
    except ObjectNotFound as error:  # its time was over, and retention is about to delete it
        raise _no_result() from error

    def body(transaction: Transaction) -> tuple[Session, Job]:
        references = [
            session_store.session_ref(client, session.project_id, session.id),
            transform_store.job_ref(client, job.project_id, job.id),
        ]
        first, second = transactions.read(client, references, transaction)
        current = require(parse(first, Session), what="session")
        current_job = require(parse(second, Job), what="session")
        changed = _readdressed(current, added), _readdressed_job(current_job, added)
        differences = current.difference(changed[0]), current_job.difference(changed[1])
        for reference, difference in zip(references, differences, strict=True):
            if difference:
                transaction.update(reference, {**difference, "updatedAt": clock.now_ms()})
        return changed

    shown, shown_job = transactions.run_optimistic(client, body)
    now_held = {
        path_in(each): each for each in (_addresses(shown_job.output) if shown_job.output else [])
    }
    for link in added:
        links.end_others(link, now_held.get(link.path, ""))
    return SessionView.of(shown)


def _require_right(client: Client, session: Session, uid: str) -> None:
    """Raise NotFound or PermissionDenied unless it is the caller's own, or they are an editor."""
    if session.created_by == uid and session.is_visit:
        return
    if session.workspace_id is None:
        raise NotFound("session")
    require_role(client, session.workspace_id, uid, Role.EDITOR, what="session")


def _addresses(output: JobOutput) -> list[str]:
    return [each for each in (output.url, output.thumbnail_url) if each]


def _readdressed(session: Session, added: list[Link]) -> Session:
    """The session with the new addresses, wherever it holds earlier ones."""
    result = session.result_media
    shown = {
        step_id: each.model_copy(update={"url": _renewed(each.url, added)})
        for step_id, each in session.outputs.items()
    }
    changes: dict[str, Any] = {"outputs": shown}
    if result:
        changes["result_media"] = result.model_copy(update={"url": _renewed(result.url, added)})
    return session.model_copy(update=changes)


def _readdressed_job(job: Job, added: list[Link]) -> Job:
    output = job.output
    if output is None:
        return job
    changes: dict[str, Any] = {"url": _renewed(output.url, added)}
    if output.thumbnail_url:
        changes["thumbnail_url"] = _renewed(output.thumbnail_url, added)
    return job.model_copy(update={"output": output.model_copy(update=changes)})


def _renewed(held: str, added: list[Link]) -> str:
    for link in added:
        held = link.in_place_of(held)
    return held


def _no_result() -> FailedPrecondition:
    return FailedPrecondition("no_result", "This session has no picture.")
