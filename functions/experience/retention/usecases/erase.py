"""Erasing a guest on request: everything of theirs at once, until nothing is found any more."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from google.cloud.firestore import Client, DocumentReference

from experience import clients, clock, logs, transactions
from experience.errors import Contention
from experience.guests.store import guest_ref
from experience.ids import new_id
from experience.projects.store import get_project
from experience.retention import store
from experience.retention.models import EraseGuest, Erasure
from experience.retention.store import SessionIds
from experience.transforms.models.job import job_id_of, run_id_of
from experience.transforms.store import job_ref
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.usecases import delete
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role

ERASE_MS = 40_000
"""How long a call works; the function has 60 s. The next call continues."""

MAX_WORKERS = 8


def erase_guest(uid: str, request: EraseGuest) -> Erasure:
    """Erase the caller as a guest, or for an admin another guest of the project.

    Raises NotFound and PermissionDenied for those who may not, and Contention if something is left
    when the time is over: another call continues. Of someone who is no guest there is nothing.
    """
    client = clients.firestore()
    guest_id = request.guest_id or uid
    if guest_id != uid:
        project = get_project(client, request.project_id)
        require_role(client, project.workspace_id, uid, Role.ADMIN, what="guest")
    receipt = erase(client, request.project_id, guest_id)
    logs.info("guest erased", **receipt.dump())
    return receipt


def erase(client: Client, project_id: str, guest_id: str, milliseconds: int = ERASE_MS) -> Erasure:
    """Erase a guest with sessions, media, jobs, runs and artifacts, and verify that all is gone.

    The guest goes first: without a guest no session begins or is completed, and no upload begins.
    Then each session goes with its run, which is cancelled, and its objects. All of it is looked
    for again until nothing is found, because what was under way may have written once more. Safe
    to repeat, to run twice at once, and to break off anywhere.
    """
    until = clock.now_ms() + milliseconds
    erased: Counter[str] = Counter()
    seen: set[SessionIds] = set()
    while clock.now_ms() < until:
        found = _erase_once(client, project_id, guest_id, seen, until)
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
            )
    raise Contention


def _erase_once(
    client: Client, project_id: str, guest_id: str, seen: set[SessionIds], until: int
) -> Counter[str]:
    """Erase what there is now, in the sessions that were seen too. Counts what was found."""
    found: Counter[str] = Counter()
    reference = guest_ref(client, project_id, guest_id)
    if reference.get().exists:
        transactions.retry(reference.delete)
        found["guests"] += 1
    present = set(_sessions_of(client, project_id, guest_id))
    seen |= present
    seen |= set(_sessions_of_jobs(client, project_id, guest_id))

    def one(session: SessionIds) -> Counter[str]:
        if clock.now_ms() >= until:
            raise Contention
        return _erase_session(client, session, is_present=session in present)

    with ThreadPoolExecutor(MAX_WORKERS) as pool:
        for each in pool.map(one, list(seen)):
            found += each
    return found


def _sessions_of(client: Client, project_id: str, guest_id: str) -> Iterator[SessionIds]:
    for snapshot in store.query_sessions_of(client, project_id, guest_id).stream():
        fields: dict[str, Any] = snapshot.to_dict() or {}
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
        found["objects"] += store.delete_objects_of(session)
    return +found
