"""Revoking a picture's download URLs, so that a URL that was shared shows nothing any more."""

from typing import Any

from google.api_core.exceptions import NotFound as ObjectNotFound
from google.cloud.firestore import Transaction

from experience import clients, clock, transactions
from experience.errors import FailedPrecondition
from experience.media.models import path_in
from experience.media.store import download_urls
from experience.media.store.download_urls import NewDownloadUrl
from experience.sessions import store as session_store
from experience.sessions.models.session import Session
from experience.sessions.models.views import SessionView
from experience.sessions.usecases.access import require_attended
from experience.shares.models.share import RevokeShare, share_id_of
from experience.shares.store import share_ref
from experience.store import parse, require
from experience.transforms import store as transform_store
from experience.transforms.models.job import Job, JobOutput


def revoke_share(uid: str, request: RevokeShare) -> SessionView:
    """Give picture and thumbnail new download URLs, and revoke all earlier ones.

    For the session's guest and for attendants, also once the project is archived. Four reads, one
    more for an operator; two writes, one delete. Each call makes new addresses, and deletes the
    share with the short one. However many callers there are at once, and wherever one of them
    breaks off, session and job hold addresses that work: a new one is added before it is written
    down, and the earlier ones end after that. Raises FailedPrecondition `no_result`.
    """
    client = clients.firestore()
    session = session_store.get_session(client, request.project_id, request.session_id)
    require_attended(client, session, uid)
    if session.job_id is None or session.result_media is None:
        raise _no_result()
    job = transform_store.get_job(client, session.project_id, session.job_id)
    if job.output is None:
        raise _no_result()
    held = [session.result_media.url, *_urls(job.output)]
    try:
        added = [download_urls.add(path, held) for path in dict.fromkeys(map(path_in, held))]
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
        now = clock.now_ms()
        changed = _with_new_urls(current, added, now), _job_with_new_urls(current_job, added)
        shared = share_id_of(current)
        if shared and shared != share_id_of(changed[0]):
            transaction.delete(share_ref(client, shared))
        differences = current.difference(changed[0]), current_job.difference(changed[1])
        for reference, difference in zip(references, differences, strict=True):
            if difference:
                transaction.update(reference, {**difference, "updatedAt": now})
        return changed

    shown, shown_job = transactions.run_optimistic(client, body)
    now_held = {
        path_in(each): each for each in (_urls(shown_job.output) if shown_job.output else [])
    }
    for link in added:
        download_urls.revoke_others(link, now_held.get(link.path, ""))
    return SessionView.of(shown)


def _urls(output: JobOutput) -> list[str]:
    return [each for each in (output.url, output.thumbnail_url) if each]


def _with_new_urls(session: Session, added: list[NewDownloadUrl], now: int) -> Session:
    """The session with the new URLs in place of earlier ones. No mail brings its guest another."""
    result = session.result_media
    shown = {
        step_id: each.model_copy(update={"url": _current_url(each.url, added)})
        for step_id, each in session.outputs.items()
    }
    changes: dict[str, Any] = {"outputs": shown, "revoked_at": now}
    if result:
        changes["result_media"] = result.model_copy(update={"url": _current_url(result.url, added)})
    return session.model_copy(update=changes)


def _job_with_new_urls(job: Job, added: list[NewDownloadUrl]) -> Job:
    output = job.output
    if output is None:
        return job
    changes: dict[str, Any] = {"url": _current_url(output.url, added)}
    if output.thumbnail_url:
        changes["thumbnail_url"] = _current_url(output.thumbnail_url, added)
    return job.model_copy(update={"output": output.model_copy(update=changes)})


def _current_url(held: str, added: list[NewDownloadUrl]) -> str:
    for link in added:
        held = link.in_place_of(held)
    return held


def _no_result() -> FailedPrecondition:
    return FailedPrecondition("no_result", "This session has no picture.")
