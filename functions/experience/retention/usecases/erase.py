"""Erasing a guest on request: everything of theirs at once, until nothing is found any more."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from google.cloud.firestore import Client, DocumentReference

from experience import clients, clock, logs
from experience.campaigns.usecases.playing.erase import erase_plays_of_guest
from experience.errors import Contention, InvalidArgument
from experience.events.store import get_event
from experience.guests.store import guest_ref
from experience.ids import new_id
from experience.journeys.store import event_guest_ref
from experience.mails.store import event_mail_ref, mail_ref
from experience.players.usecases.completions import withdraw_completion
from experience.players.usecases.lifecycle.untracked import erase_untracked
from experience.projects.store import get_project
from experience.retention import store
from experience.retention.models import EraseGuest, Erasure
from experience.retention.store import EventSessionIds, SessionIds
from experience.transforms.models.job import job_id_of, run_id_of
from experience.transforms.store import job_ref
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.usecases import delete
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role

ERASE_MS = 40_000
"""How long a call works; the function has 60 s. The next call continues."""

MAX_WORKERS = 8

S = TypeVar("S", SessionIds, EventSessionIds)


def erase_guest(uid: str, request: EraseGuest) -> Erasure:
    """Erase the caller as a guest, or for an admin another guest of the project or event.

    Raises NotFound and PermissionDenied for those who may not, and Contention if something is left
    when the time is over: another call continues. Of someone who is no guest there is nothing.
    """
    client = clients.firestore()
    guest_id = request.guest_id or uid
    if (request.project_id is None) == (request.event_id is None):
        raise InvalidArgument(("projectId", "name either a project or an event"))
    if guest_id != uid:
        workspace_id = _workspace_of(client, request)
        require_role(client, workspace_id, uid, Role.ADMIN, what="guest")
    if request.project_id:
        receipt = erase(client, request.project_id, guest_id)
    else:
        receipt = erase_from_event(client, str(request.event_id), guest_id)
    logs.info("guest erased", **receipt.dump())
    return receipt


def _workspace_of(client: Client, request: EraseGuest) -> str:
    if request.project_id:
        return get_project(client, request.project_id).workspace_id
    return get_event(client, str(request.event_id)).workspace_id


def erase(client: Client, project_id: str, guest_id: str, milliseconds: int = ERASE_MS) -> Erasure:
    """Erase a guest with sessions, media, jobs, runs and artifacts, and verify that all is gone.

    The guest goes first: without a guest no session begins or is completed, and no upload begins.
    Then what their sessions alone made of them as a player: no session is counted after that. Then
    each session goes with its run, which is cancelled, and its objects. All of it is looked
    for again until nothing is found, because what was under way may have written once more. Safe
    to repeat, to run twice at once, and to break off anywhere.
    """
    seen: set[SessionIds] = set()
    return _erase_until_nothing_is_found(
        lambda until: _erase_once(client, project_id, guest_id, seen, until), milliseconds
    )


def erase_from_event(
    client: Client, event_id: str, guest_id: str, milliseconds: int = ERASE_MS
) -> Erasure:
    """Erase a guest of an event with sessions, photos, pictures and runs, and verify it.

    As `erase`. A guest who begins a session meanwhile is erased with it.
    """
    seen: set[EventSessionIds] = set()
    return _erase_until_nothing_is_found(
        lambda until: _erase_from_event_once(client, event_id, guest_id, seen, until), milliseconds
    )


def _erase_until_nothing_is_found(
    once: Callable[[int], Counter[str]], milliseconds: int
) -> Erasure:
    """Erase what there is, again and again; gives the receipt for all of it."""
    until = clock.now_ms() + milliseconds
    erased: Counter[str] = Counter()
    while clock.now_ms() < until:
        found = once(until)
        erased += found
        if not found:
            return Erasure(
                receipt_id=new_id(),
                erased_at=clock.now_ms(),
                guests=erased["guests"],
                sessions=erased["sessions"],
                jobs=erased["jobs"],
                runs=erased["runs"],
                objects=erased["objects"],
                progress=erased["progress"],
                mails=erased["mails"],
            )
    raise Contention


def _erase_once(
    client: Client, project_id: str, guest_id: str, seen: set[SessionIds], until: int
) -> Counter[str]:
    """Erase what there is now, in the sessions that were seen too. Counts what was found."""
    found = Counter(guests=store.delete_if_present(guest_ref(client, project_id, guest_id)))
    found += erase_plays_of_guest(client, project_id, guest_id)
    present = set(_sessions_of(client, project_id, guest_id))
    seen |= present
    seen |= set(_sessions_of_jobs(client, project_id, guest_id))
    try:
        for is_erased in erase_untracked(client, guest_id):
            found += Counter(progress=int(is_erased))
    except Contention:  # others change the same progress: it is looked for again
        found += Counter(again=1)
    return +found + _erase_each(
        seen, lambda one: _erase_session(client, one, is_present=one in present), until
    )


def _erase_each(
    sessions: Iterable[S], erase_one: Callable[[S], Counter[str]], until: int
) -> Counter[str]:
    """Erase sessions, many at once, and count what was found. Raises Contention without time."""

    def one(session: S) -> Counter[str]:
        if clock.now_ms() >= until:
            raise Contention
        return erase_one(session)

    with ThreadPoolExecutor(MAX_WORKERS) as pool:
        return sum(pool.map(one, list(sessions)), Counter())


def _erase_from_event_once(
    client: Client, event_id: str, guest_id: str, seen: set[EventSessionIds], until: int
) -> Counter[str]:
    """Erase what there is now, in the sessions that were seen too. Counts what was found."""
    found = Counter(guests=store.delete_if_present(event_guest_ref(client, event_id, guest_id)))
    snapshots = store.query_event_sessions_of(client, event_id, guest_id).stream()
    present = {EventSessionIds.of(event_id, each) for each in snapshots}
    seen |= present
    return +found + _erase_each(
        seen, lambda one: _erase_event_session(client, one, is_present=one in present), until
    )


def _erase_event_session(
    client: Client, session: EventSessionIds, *, is_present: bool
) -> Counter[str]:
    """Erase a session of an event with all that belongs to it. Counts what was found of it."""
    found: Counter[str] = Counter(sessions=int(is_present))
    found["mails"] = store.delete_if_present(event_mail_ref(client, session.event_id, session.id))
    of_run: list[DocumentReference] = []
    if session.workspace_id and session.run_id:
        tenant = Tenant.of_document(client, session)
        of_run = delete.documents_of(tenant, session.run_id)
        found["runs"] = int(bool(of_run))
        found["objects"] = delete.delete_objects_of(tenant, session.run_id, of_run)
    found["objects"] += store.delete_event_session(client, session, of_run)
    if not is_present:  # one may have been under way
        found["shares"] = store.delete_shares_of(client, session.id, event_id=session.event_id)
    return +found


def _sessions_of(client: Client, project_id: str, guest_id: str) -> Iterator[SessionIds]:
    """All sessions of a guest. None of them is counted for the player from now on."""
    for snapshot in store.query_sessions_of(client, project_id, guest_id).stream():
        fields: dict[str, Any] = snapshot.to_dict() or {}
        if fields.get("progressPending"):
            withdraw_completion(snapshot.reference)
        job_id = fields.get("jobId") or job_id_of(project_id, snapshot.id)
        yield SessionIds(project_id, snapshot.id, fields.get("workspaceId"), job_id)


def _sessions_of_jobs(client: Client, project_id: str, guest_id: str) -> Iterator[SessionIds]:
    """Of each job of a guest, its session, which may be gone."""
    for snapshot in store.query_jobs_of(client, project_id, guest_id).stream():
        fields: dict[str, Any] = snapshot.to_dict() or {}
        ids = (str(fields.get("sessionId")), fields.get("workspaceId"), snapshot.id)
        yield SessionIds(project_id, *ids)


def _erase_session(client: Client, session: SessionIds, *, is_present: bool) -> Counter[str]:
    """Erase a session with all that belongs to it. Counts what was found of it."""
    found: Counter[str] = Counter(sessions=int(is_present))
    found["mails"] = store.delete_if_present(mail_ref(client, session.project_id, session.id))
    of_run: list[DocumentReference] = []
    if session.workspace_id and session.job_id:
        tenant = Tenant.of_document(client, session)
        run_id = run_id_of(session.project_id, session.job_id)
        of_run = delete.documents_of(tenant, run_id)
        found["runs"] = int(bool(of_run))
        found["objects"] = delete.delete_objects_of(tenant, run_id, of_run)
        job = job_ref(client, session.project_id, session.job_id)
        found["jobs"] = int(job.get().exists)
    if is_present or of_run or found["jobs"]:
        found["objects"] += store.delete_session(client, session, of_run)
    else:
        # one may have been under way
        found["shares"] = store.delete_shares_of(client, session.id, project_id=session.project_id)
        found["objects"] += store.delete_objects_of(session)
    return +found
